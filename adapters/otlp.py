"""OTLP, as JSON and as protobuf, into Traces. Pure functions."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from adapters import notation
from adapters.conventions import to_span
from adapters.gather import Gathering
from adapters.names import ROLES
from adapters.protobuf import read_protobuf
from adapters.recorded import Event, Recorded, named_scope
from adapters.source import Pulled, Unreadable
from adapters.trace import Json

RESOURCES = ("resourceSpans", "resource_spans", "batches")
SCOPES = ("scopeSpans", "scope_spans", "instrumentationLibrarySpans", "instrumentation_library_spans")

HEX = frozenset("0123456789abcdefABCDEF")


def decode_json(data: bytes | str, source: str = "otlp") -> Pulled:
    """One ExportTraceServiceRequest, as JSON. Raises Unreadable when it is none."""
    try:
        request = notation.loads(data)
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}", hint="send OTLP as JSON or protobuf") from None
    if not isinstance(request, dict) or not recognises(request):
        raise Unreadable("JSON, but not an OTLP trace request: it has no resourceSpans")
    gathering = Gathering("OTLP request", source)
    read(request, gathering, "")
    return gathering.pulled()


def decode_protobuf(data: bytes, source: str = "otlp") -> Pulled:
    """One ExportTraceServiceRequest (or TracesData), as protobuf. Raises Unreadable when nothing of it can be read."""
    gathering = Gathering("OTLP request", source)
    if data and not read_protobuf(data, gathering):
        raise Unreadable("not an OTLP trace request in protobuf", hint="send OTLP as JSON or protobuf")
    return gathering.pulled()


def recognises(value: Mapping[str, Json]) -> bool:
    """Whether a JSON object is an OTLP trace request."""
    return any(isinstance(value.get(key), list) for key in RESOURCES)


def read(request: Mapping[str, Json], gathering: Gathering, where: str) -> None:
    """Every span of a request; one that cannot be understood is noted with its place."""
    for resource_place, resource_spans in enumerate(_list(request, RESOURCES)):
        if not isinstance(resource_spans, dict):
            gathering.not_understood.add(f"{where} resourceSpans[{resource_place}]".strip(), "not an object")
            continue
        resource = resource_spans.get("resource")
        about = _attributes(resource.get("attributes")) if isinstance(resource, dict) else {}
        number = 0
        for scope_spans in _list(resource_spans, SCOPES):
            if not isinstance(scope_spans, dict):
                continue
            scope = _scope(scope_spans)
            for raw in _list(scope_spans, ("spans",)):
                place = f"{where} resourceSpans[{resource_place}] span {number}".strip()
                number += 1
                if isinstance(raw, dict):
                    read_span(raw, scope, about, gathering, place)
                else:
                    gathering.not_understood.add(place, "not an object")


def any_value(value: Json) -> Json:
    """What an AnyValue of OTLP JSON holds."""
    if not isinstance(value, dict):
        return value
    for kind, held in value.items():
        if kind in ("stringValue", "string_value", "boolValue", "bool_value"):
            return held
        if kind in ("intValue", "int_value"):
            whole = notation.whole(held)
            return held if whole is None else whole
        if kind in ("doubleValue", "double_value"):
            number = notation.number(held)
            return held if number is None else number
        if kind in ("arrayValue", "array_value"):
            return [any_value(each) for each in _list(held, ("values",))] if isinstance(held, dict) else []
        if kind in ("kvlistValue", "kvlist_value"):
            return _attributes(held.get("values")) if isinstance(held, dict) else {}
        if kind in ("bytesValue", "bytes_value"):
            return held
    return None


def identity(value: Json, size: int) -> str:
    """An id in hex, however it is written (hex of either case, 0x in front, base64); empty when it is none or all zeros."""
    if not isinstance(value, str):
        return ""
    if value[:2] == "0x" and HEX.issuperset(value[2:]):  # base64 can begin so too
        value = value[2:]
    if len(value) != size * 2 and value:
        try:
            decoded = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            decoded = b""
        value = decoded.hex() if len(decoded) == size else value
    return value.lower() if value.strip("0") else ""


def read_span(
    raw: Mapping[str, Json], scope: Mapping[str, Json], about: Mapping[str, Json], gathering: Gathering, where: str, trace_id: str = ""
) -> None:
    """One span in OTLP JSON; `trace_id` is what its trace is called, where that is another name than the one inside."""
    trace_id = trace_id or identity(raw.get("traceId") or raw.get("trace_id"), 16)
    span_id = identity(raw.get("spanId") or raw.get("span_id"), 8)
    if not trace_id or not span_id:
        gathering.not_understood.add(where, "a span without a trace id or a span id")
        return
    attributes = _attributes(raw.get("attributes"))
    attributes.update(scope)
    _beside(raw, attributes)
    if not gathering.about(trace_id, about):
        attributes["resource"] = dict(about)
    given = raw.get("status")
    status: Mapping[str, Json] = given if isinstance(given, dict) else {}
    recorded = Recorded(
        id=span_id,
        name=notation.word(raw.get("name")),
        parent_id=identity(raw.get("parentSpanId") or raw.get("parent_span_id"), 8) or None,
        start_ns=notation.whole(raw.get("startTimeUnixNano") or raw.get("start_time_unix_nano")) or None,
        end_ns=notation.whole(raw.get("endTimeUnixNano") or raw.get("end_time_unix_nano")) or None,
        status=status.get("code", 0),
        says=notation.word(status.get("message")),
        attributes=attributes,
        events=_events(raw.get("events")) if raw.get("events") else (),
    )
    gathering.span(trace_id, to_span(recorded), where)
    dropped = [key for key in ("droppedAttributesCount", "droppedEventsCount", "droppedLinksCount") if raw.get(key)]
    if dropped:
        says = ", ".join(f"{notation.word(raw[key])} {key[7:-5].lower()}" for key in dropped)
        gathering.truncated.add(where, f"the recorder dropped {says} of span {span_id}")


def _beside(raw: Mapping[str, Json], attributes: dict[str, Json]) -> None:
    """What a span has beside its attributes and has no field."""
    role = raw.get("kind")
    if isinstance(role, str) and role.startswith("SPAN_KIND_"):
        role = role[10:].lower()
        if role not in ("internal", "unspecified"):
            attributes["otel.span.kind"] = role
    elif isinstance(role, int) and role in ROLES:
        attributes["otel.span.kind"] = ROLES[role]
    state = raw.get("traceState") or raw.get("trace_state")
    if state:
        attributes["otel.trace_state"] = state
    links = raw.get("links")
    if isinstance(links, list) and links:
        attributes["links"] = [
            {
                "trace_id": identity(link.get("traceId") or link.get("trace_id"), 16),
                "span_id": identity(link.get("spanId") or link.get("span_id"), 8),
                "attributes": _attributes(link.get("attributes")),
            }
            for link in links
            if isinstance(link, dict)
        ]


def _events(raw: Json) -> tuple[Event, ...]:
    return tuple(
        Event(
            notation.word(event.get("name")),
            notation.whole(event.get("timeUnixNano") or event.get("time_unix_nano")) or None,
            _attributes(event.get("attributes")),
        )
        for event in (raw if isinstance(raw, list) else ())
        if isinstance(event, dict)
    )


def _attributes(raw: Json) -> dict[str, Json]:
    """Key-value pairs as OTLP has them; a plain object is taken as it is."""
    if isinstance(raw, dict):
        return dict(raw)
    if not isinstance(raw, list):
        return {}
    made: dict[str, Json] = {}
    for pair in raw:
        try:
            made[pair["key"]] = pair["value"]["stringValue"]  # type: ignore[index,call-overload]  # nearly all are texts
        except (KeyError, TypeError, IndexError):
            if isinstance(pair, dict) and isinstance(key := pair.get("key"), str):
                made[key] = any_value(pair.get("value"))
    return made


def _scope(scope_spans: Mapping[str, Json]) -> dict[str, Json]:
    """The instrumentation that recorded the spans, under the names that exporters without scopes use."""
    scope = scope_spans.get("scope") or scope_spans.get("instrumentationLibrary")
    if not isinstance(scope, dict):
        return {}
    return named_scope(scope.get("name"), scope.get("version"), _attributes(scope.get("attributes")))


def _list(value: Mapping[str, Json], keys: tuple[str, ...]) -> list[Json]:
    for key in keys:
        found = value.get(key)
        if isinstance(found, list):
            return found
    return []
