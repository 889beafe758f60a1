"""OTLP trace requests as protobuf; the one door to opentelemetry-proto."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapters import notation
from adapters.conventions import to_span
from adapters.gather import Gathering
from adapters.names import ROLES
from adapters.recorded import Event, Recorded, named_scope
from adapters.trace import Json

if TYPE_CHECKING:
    from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans


def read_protobuf(data: bytes, gathering: Gathering) -> bool:
    """Every span of a request in protobuf, one ResourceSpans after the other, so that a broken one costs only itself.

    Requests that stand one behind the other are read as one, and so are those with their length in four bytes before each, as the
    OpenTelemetry collector writes them. Answers whether anything was read.
    """
    from google.protobuf.message import DecodeError
    from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans

    understood = False
    for start, end in _requests(data):
        at = start
        while at < end:
            length, body = _field(data, at, end)
            if length is None:
                gathering.not_understood.add(f"byte {at}", "not an OTLP trace request from here on")
                break
            try:
                _read_resource(ResourceSpans.FromString(data[body : body + length]), gathering, f"byte {at}")
                understood = True
            except (DecodeError, RecursionError):
                cut = body + length > end
                says = "the data ends in the middle of these spans" if cut else "these spans are broken"
                gathering.not_understood.add(f"byte {at}", says)
            at = body + length
    return understood


def _requests(data: bytes) -> list[tuple[int, int]]:
    """Where each request begins and ends."""
    framed: list[tuple[int, int]] = []
    at = 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        if not length or at + 4 + length > len(data):
            break
        framed.append((at + 4, at + 4 + length))
        at += 4 + length
    return framed if at == len(data) and framed else [(0, len(data))]


def _field(data: bytes, at: int, end: int) -> tuple[int | None, int]:
    """Length and start of the ResourceSpans at a place; no length when there is none."""
    if data[at] != 0x0A:
        return None, at
    length = shift = 0
    for place in range(at + 1, min(at + 11, end)):
        length |= (data[place] & 0x7F) << shift
        shift += 7
        if data[place] < 0x80:
            return length, place + 1
    return None, at


def _read_resource(resource_spans: ResourceSpans, gathering: Gathering, where: str) -> None:
    about = _pairs(resource_spans.resource.attributes)
    number = 0
    for scope_spans in resource_spans.scope_spans:
        scope = named_scope(scope_spans.scope.name, scope_spans.scope.version, _pairs(scope_spans.scope.attributes))
        for span in scope_spans.spans:
            _read_message(span, scope, about, gathering, f"{where} span {number}")
            number += 1


def _read_message(span: Any, scope: Mapping[str, Json], about: Mapping[str, Json], gathering: Gathering, where: str) -> None:
    trace_id, span_id, parent = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
    if not trace_id.strip("0") or not span_id.strip("0"):
        gathering.not_understood.add(where, "a span without a trace id or a span id")
        return
    attributes = _pairs(span.attributes)
    attributes.update(scope)
    if span.kind in ROLES:
        attributes["otel.span.kind"] = ROLES[span.kind]
    if span.trace_state:
        attributes["otel.trace_state"] = span.trace_state
    if span.links:
        attributes["links"] = [
            {"trace_id": link.trace_id.hex(), "span_id": link.span_id.hex(), "attributes": _pairs(link.attributes)} for link in span.links
        ]
    if not gathering.about(trace_id, about):
        attributes["resource"] = dict(about)
    recorded = Recorded(
        id=span_id,
        name=span.name,
        parent_id=parent if parent.strip("0") else None,
        start_ns=span.start_time_unix_nano or None,
        end_ns=span.end_time_unix_nano or None,
        status=span.status.code,
        says=span.status.message,
        attributes=attributes,
        events=tuple(Event(event.name, event.time_unix_nano or None, _pairs(event.attributes)) for event in span.events),
    )
    gathering.span(trace_id, to_span(recorded), where)
    counts = ((span.dropped_attributes_count, "attributes"), (span.dropped_events_count, "events"), (span.dropped_links_count, "links"))
    says = ", ".join(f"{count} {what}" for count, what in counts if count)
    if says:
        gathering.truncated.add(where, f"the recorder dropped {says} of span {span_id}")


def _pairs(pairs: Any) -> dict[str, Json]:
    made: dict[str, Json] = {}
    for pair in pairs:
        value = pair.value
        made[pair.key] = value.string_value if value.WhichOneof("value") == "string_value" else _value(value)
    return made


def _value(value: Any) -> Json:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(each) for each in value.array_value.values]
    if kind == "kvlist_value":
        return _pairs(value.kvlist_value.values)
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value).decode()
    if kind == "double_value":
        number = notation.number(value.double_value)
        return str(value.double_value) if number is None else number
    held: Json = getattr(value, kind) if kind else None
    return held
