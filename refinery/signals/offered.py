"""Tools that a model was offered: their names and what arguments they take, as recorders write them beside model calls and chats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.trace import Json, Span, Trace
from refinery.signals.turns import parsed

DEEPEST = 6
MOST = 200
"""Tools of one list that are read."""
LONGEST = 200_000
"""Characters of one attribute that are read."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A tool as a model was told of it."""

    name: str
    properties: Mapping[str, Json]
    """Schema of each argument by its name; empty when nothing was said of them."""
    required: tuple[str, ...] = ()
    closed: bool = False
    """Whether the schema says that there are no other arguments."""


def offered_to(span: Span) -> dict[str, Offer]:
    """What the attributes of one model call say of its tools."""
    return _in(span.attributes)


def offered(trace: Trace) -> dict[str, Offer]:
    """Every tool that the trace or any of its model calls says something of."""
    found = _in(trace.attributes)
    for span in trace.spans:
        found |= _in(span.attributes)
    return found


def _in(attributes: Mapping[str, Json]) -> dict[str, Offer]:
    found: dict[str, Offer] = {}
    for key, value in attributes.items():
        if _tells(key.lower()) and isinstance(value, str | dict | list):
            _collect(parsed(value[:LONGEST]) if isinstance(value, str) else value, found, 0)
    return found


def _tells(key: str) -> bool:
    named = ("tool" in key or "function" in key) and ("schema" in key or "tools" in key or "functions" in key or "definitions" in key)
    return named or key.endswith("invocation_parameters")


def _collect(value: Json, found: dict[str, Offer], depth: int) -> None:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for item in value[:MOST]:
            _collect(item, found, depth + 1)
    elif isinstance(value, dict):
        name = value.get("name")
        shape = value.get("parameters") or value.get("input_schema") or value.get("inputSchema")
        if isinstance(name, str) and isinstance(shape, dict):
            found[name] = _offer(name, shape)
        else:
            for inner in value.values():
                if isinstance(inner, dict | list):
                    _collect(inner, found, depth + 1)


def _offer(name: str, shape: Mapping[str, Json]) -> Offer:
    properties, required = shape.get("properties"), shape.get("required")
    return Offer(
        name,
        properties if isinstance(properties, dict) else {},
        tuple(str(each) for each in required) if isinstance(required, list) else (),
        closed=shape.get("additionalProperties") is False,
    )
