"""Calls of a tool that was never offered, or with arguments that its own description rules out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from adapters.trace import Json, Kind, Span, ToolCall, Trace
from refinery.domain import Layer, Quote, Signal
from refinery.signals.causes import agent_of
from refinery.signals.offered import Offer, offered_to
from refinery.signals.quoting import quote
from refinery.signals.turns import Part, Turn, is_chat, parsed

TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def wrong_calls(trace: Trace) -> Iterator[Signal]:
    """A model calls what it was not offered, passes an argument that there is not, or a value of the wrong type or not of the list."""
    beside = offered_to(Span("", "", attributes=trace.attributes))
    for step, span in enumerate(trace.spans):
        if span.kind is not Kind.LLM and not is_chat(span):
            continue
        offers = offered_to(span) or beside
        for call in (call for message in span.output_messages for call in message.tool_calls) if offers else ():
            offer = offers.get(call.name)
            if offer is None:
                known = ", ".join(sorted(offers)[:5])
                yield _signal(
                    trace, step, span, call, f"{call.name} was called, and there is no such tool (there are {known})", "wrong-tool"
                )
            elif says := _wrong(parsed(call.arguments), offer):
                yield _signal(trace, step, span, call, f"{call.name} {says}", "wrong-argument")


def _wrong(given: Json, offer: Offer) -> str:
    """What of the arguments does not fit, in words; empty when all does, or nothing is known of them."""
    if not isinstance(given, dict) or not offer.properties:
        return ""
    for name, value in given.items():
        shape = offer.properties.get(name)
        if shape is None and name not in offer.properties:
            if offer.closed:
                return f"was given `{name}`, which it does not take"
            continue
        if isinstance(shape, dict):
            choices, kind = shape.get("enum"), shape.get("type")
            if isinstance(choices, list) and choices and value not in choices and value is not None:
                return f"was given {name} = {_short(value)}, which is none of {_short(choices)}"
            if isinstance(kind, str) and not _is(value, kind):
                return f"was given {name} = {_short(value)}, which is no {kind}"
    return ""


def _is(value: Json, kind: str) -> bool:
    wanted = TYPES.get(kind)
    if wanted is None or value is None:
        return True
    if isinstance(value, bool):
        return bool in wanted
    return isinstance(value, wanted) or (kind == "integer" and isinstance(value, float) and value.is_integer())


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _signal(trace: Trace, step: int, span: Span, call: ToolCall, says: str, category: str) -> Signal:
    turn = Turn(step, span, Part.CALL, call.arguments, call.arguments, span.agent, call.name)
    quotes: tuple[Quote, ...] = quote(turn, call.arguments)
    return Signal("wrong_calls", span.id, step, says, quotes, Layer.MODEL, category, 0.55, agent_of(trace, span))
