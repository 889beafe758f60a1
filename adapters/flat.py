"""Spans one by one, as the SDKs' console and file exporters, Phoenix and the like write them, and bare sets of span attributes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from adapters import notation
from adapters.conventions import to_span
from adapters.gather import Gathering
from adapters.names import TELLING
from adapters.otlp import identity
from adapters.recorded import Event, Recorded
from adapters.trace import Json

NESTED = ("llm", "openinference", "input", "output", "gen_ai", "retrieval", "tool", "embedding", "reranker", "ai", "traceloop", "exception")
"""Names that some exporters turn into objects: `{"llm": {"model_name": ...}}` is `llm.model_name`."""
IDS = "name context spanContext span_context trace_id traceId span_id spanId id parent_id parentId parentSpanId parent_span_id".split()  # noqa: SIM905
TIMES = "start_time end_time startTime endTime startTimeUnixNano endTimeUnixNano start_time_unix_nano end_time_unix_nano".split()  # noqa: SIM905
BODY = "attributes span_attributes events resource resource_attributes links kind span_kind child_spans parentSpanContext".split()  # noqa: SIM905
ENDING = "status status_code statusCode status_message statusMessage scope instrumentationScope instrumentationLibrary".split()  # noqa: SIM905
KNOWN = frozenset(IDS + TIMES + BODY + ENDING)
MOST_ROUNDS = 100_000


def recognises(value: Mapping[str, Json]) -> bool:
    """Whether a JSON object is one span with its ids."""
    context = _context(value)
    return bool(_one(context, "trace_id", "traceId") and _one(context, "span_id", "spanId", "id") and "name" in value and _is_timed(value))


def is_bare(value: Mapping[str, Json]) -> bool:
    """Whether a JSON object is the attributes of one span and nothing else."""
    return not TELLING.isdisjoint(value)


def read(value: Mapping[str, Json], gathering: Gathering, where: str) -> None:
    """One span, and those nested in it."""
    waiting: list[tuple[Mapping[str, Json], str | None]] = [(value, None)]
    while waiting:
        raw, above = waiting.pop()
        context = _context(raw)
        trace_id = identity(_one(context, "trace_id", "traceId"), 16)
        span_id = identity(_one(context, "span_id", "spanId", "id"), 8)
        if not trace_id or not span_id:
            gathering.not_understood.add(where, "a span without a trace id or a span id")
            continue
        gathering.span(trace_id, to_span(_recorded(raw, trace_id, span_id, above, gathering)), where)
        children = raw.get("child_spans")
        if isinstance(children, list):
            waiting.extend((child, span_id) for child in reversed(children) if isinstance(child, dict))


def read_bare(value: Mapping[str, Json], gathering: Gathering, where: str) -> None:
    """A span of which only the attributes were kept; its id is made from them, so that the same attributes are the same span."""
    digest = hashlib.sha256(notation.canonical(dict(value))).hexdigest()
    name = notation.word(_one(value, "gen_ai.tool.name", "tool.name", "ai.operationId", "gen_ai.operation.name", "openinference.span.kind"))
    gathering.span(digest[:32], to_span(Recorded(id=digest[32:48], name=name or "span", attributes=_flattened(value))), where)


def _recorded(raw: Mapping[str, Json], trace_id: str, span_id: str, above: str | None, gathering: Gathering) -> Recorded:
    given = raw.get("status")
    status = given if isinstance(given, dict) else {"code": given}
    attributes = _flattened(_object(raw, "attributes", "span_attributes"))
    resource = _object(raw, "resource", "resource_attributes")
    about = _object(resource, "attributes") or {key: value for key, value in resource.items() if key.count(".")}
    if not gathering.about(trace_id, about):
        attributes["resource"] = about
    kind = notation.word(_one(raw, "span_kind", "kind")).rpartition(".")[2].rpartition("SPAN_KIND_")[2]
    if kind.upper() in ("SERVER", "CLIENT", "PRODUCER", "CONSUMER"):
        attributes["otel.span.kind"] = kind.lower()
    elif kind and not kind.isdecimal() and kind.upper() not in ("INTERNAL", "UNSPECIFIED"):
        attributes.setdefault("openinference.span.kind", kind.upper())
    scope = _object(raw, "scope", "instrumentationScope", "instrumentationLibrary")
    if scope.get("name"):
        attributes["otel.scope.name"] = scope["name"]
    attributes.update({key: value for key, value in raw.items() if key not in KNOWN and value not in (None, "", [], {})})
    if raw.get("links"):
        attributes["links"] = raw["links"]
    parent = _one(raw, "parent_id", "parentId", "parentSpanId", "parent_span_id") or _one(_object(raw, "parentSpanContext"), "spanId")
    return Recorded(
        id=span_id,
        name=notation.word(raw.get("name")),
        parent_id=identity(parent, 8) or above,
        start_ns=notation.nanoseconds(_one(raw, "start_time", "startTime", "startTimeUnixNano", "start_time_unix_nano")),
        end_ns=notation.nanoseconds(_one(raw, "end_time", "endTime", "endTimeUnixNano", "end_time_unix_nano")),
        status=_one(status, "status_code", "code") or _one(raw, "status_code", "statusCode"),
        says=notation.word(_one(status, "description", "message") or _one(raw, "status_message", "statusMessage")),
        attributes=attributes,
        events=_events(raw.get("events")),
    )


def _events(raw: Json) -> tuple[Event, ...]:
    return tuple(
        Event(
            notation.word(event.get("name")),
            notation.nanoseconds(_one(event, "timestamp", "time", "timeUnixNano")),
            dict(_object(event, "attributes")),
        )
        for event in (raw if isinstance(raw, list) else ())
        if isinstance(event, dict)
    )


def _flattened(attributes: Mapping[str, Json]) -> dict[str, Json]:
    """Attributes under dotted names, also where the exporter made objects and lists of them."""
    if not any(isinstance(attributes.get(name), dict) for name in NESTED):
        return dict(attributes)
    flat: dict[str, Json] = {}
    waiting = [(name, value) for name, value in reversed(list(attributes.items()))]
    for _ in range(MOST_ROUNDS):
        if not waiting:
            break
        name, value = waiting.pop()
        inside = name.split(".", 1)[0] in NESTED
        if isinstance(value, dict) and inside:
            waiting.extend((f"{name}.{key}", inner) for key, inner in reversed(list(value.items())))
        elif isinstance(value, list) and inside and value and all(isinstance(each, dict) for each in value):
            waiting.extend((f"{name}.{place}", inner) for place, inner in reversed(list(enumerate(value))))
        else:
            flat[name] = value
    return flat | dict(waiting)


def _context(value: Mapping[str, Json]) -> Mapping[str, Json]:
    return _object(value, "context", "spanContext", "span_context") or value


def _is_timed(value: Mapping[str, Json]) -> bool:
    return any(
        key in value for key in ("start_time", "startTime", "startTimeUnixNano", "start_time_unix_nano", "attributes", "span_attributes")
    )


def _object(value: Mapping[str, Json], *names: str) -> dict[str, Json]:
    return next((found for name in names if isinstance(found := value.get(name), dict)), {})


def _one(value: Mapping[str, Json], *names: str) -> Json:
    return next((value[name] for name in names if value.get(name) is not None), None)
