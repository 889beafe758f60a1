from __future__ import annotations

import base64
import json

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from adapters import otlp
from adapters.source import Unreadable
from adapters.trace import Kind, Status
from tests.adapters.otel import TRACE, request, span


def message(status: int = 2) -> ExportTraceServiceRequest:
    made = ExportTraceServiceRequest()
    resource = made.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "billing"
    scope = resource.scope_spans.add()
    scope.scope.name = "tests"
    one = scope.spans.add(trace_id=bytes.fromhex(TRACE), span_id=b"\1" * 8, name="look up", kind=3)
    one.start_time_unix_nano, one.end_time_unix_nano = 1, 2_000_000_001
    one.status.code = status  # type: ignore[assignment]
    one.status.message = "no such plan"
    one.attributes.add(key="openinference.span.kind").value.string_value = "TOOL"
    one.attributes.add(key="count").value.int_value = 3
    one.attributes.add(key="ratio").value.double_value = float("inf")
    one.attributes.add(key="raw").value.bytes_value = b"\0\1"
    one.attributes.add(key="many").value.array_value.values.add().bool_value = True
    event = one.events.add(name="exception", time_unix_nano=7)
    event.attributes.add(key="exception.type").value.string_value = "KeyError"
    event.attributes.add(key="exception.message").value.string_value = "'pro'"
    event.attributes.add(key="exception.stacktrace").value.string_value = "Traceback ..."
    return made


def test_a_protobuf_request_becomes_a_trace() -> None:
    (trace,) = otlp.decode_protobuf(message().SerializeToString()).traces
    (only,) = trace.spans
    assert (trace.id, trace.attributes, only.id, only.name) == (TRACE, {"service.name": "billing"}, "01" * 8, "look up")
    assert (only.kind, only.tool, only.status, only.seconds) == (Kind.TOOL, "look up", Status.ERROR, 2.0)
    assert only.failure is not None
    assert (only.failure.type, only.failure.message, only.failure.stacktrace) == ("KeyError", "'pro'", "Traceback ...")
    assert only.attributes == {
        "count": 3,
        "ratio": "inf",
        "raw": "AAE=",
        "many": [True],
        "otel.scope.name": "tests",
        "otel.span.kind": "client",
        "otel.status_description": "no such plan",
    }


def test_a_cut_protobuf_request_keeps_what_was_whole_and_tells_the_byte() -> None:
    whole = message().SerializeToString()
    pulled = otlp.decode_protobuf(whole + whole[:-5])
    assert len(pulled.traces) == 1
    assert pulled.receipt.not_understood[0].where == f"byte {len(whole)}"
    assert "ends in the middle" in pulled.receipt.not_understood[0].says


def test_requests_framed_by_their_length_are_read() -> None:
    whole = message().SerializeToString()
    framed = len(whole).to_bytes(4, "big") + whole
    assert otlp.decode_protobuf(framed).receipt.spans == 1


def test_bytes_that_are_no_request_are_unreadable() -> None:
    with pytest.raises(Unreadable, match="protobuf"):
        otlp.decode_protobuf(b"\x89PNG\r\n")
    with pytest.raises(Unreadable, match="resourceSpans"):
        otlp.decode_json(b'{"a": 1}')
    with pytest.raises(Unreadable, match="not JSON"):
        otlp.decode_json("{")


def test_an_empty_request_holds_no_trace() -> None:
    assert otlp.decode_protobuf(b"").traces == ()
    assert otlp.decode_json(b'{"resourceSpans": []}').traces == ()


@pytest.mark.parametrize(
    ("status", "expected"), [(2, Status.ERROR), ("STATUS_CODE_ERROR", Status.ERROR), ("STATUS_CODE_OK", Status.OK), (0, Status.UNSET)]
)
def test_a_status_may_be_a_number_or_a_name(status: str | int, expected: Status) -> None:
    (trace,) = otlp.decode_json(json.dumps(request(span(1, status={"code": status, "message": "m"})))).traces
    assert trace.spans[0].status is expected


@pytest.mark.parametrize(
    "written", [TRACE, TRACE.upper(), "0x" + TRACE, base64.b64encode(bytes.fromhex(TRACE)).decode()], ids=["hex", "HEX", "0x", "base64"]
)
def test_an_id_may_be_written_in_several_ways(written: str) -> None:
    assert otlp.decode_json(json.dumps(request(span(1, trace=written)))).traces[0].id == TRACE


def test_times_may_be_texts_or_numbers_and_small() -> None:
    (trace,) = otlp.decode_json(json.dumps(request(span(1, startTimeUnixNano=1_000, endTimeUnixNano="3000")))).traces
    assert (trace.spans[0].start_ns, trace.spans[0].end_ns) == (1_000, 3_000)


def test_names_may_be_in_snake_case() -> None:
    one = {"trace_id": TRACE, "span_id": "01" * 8, "name": "x", "start_time_unix_nano": 5, "attributes": {"input.value": "hi"}}
    (trace,) = otlp.decode_json(json.dumps({"resource_spans": [{"scope_spans": [{"spans": [one]}]}]})).traces
    assert (trace.spans[0].start_ns, trace.spans[0].input, trace.task) == (5, "hi", "hi")


def test_a_span_without_an_id_is_noted_and_the_others_are_kept() -> None:
    pulled = otlp.decode_json(json.dumps(request(span(1), span(2, traceId=""), "nonsense")))
    assert pulled.receipt.spans == 1
    assert [note.where for note in pulled.receipt.not_understood] == ["resourceSpans[0] span 1", "resourceSpans[0] span 2"]


def test_what_the_recorder_dropped_is_told() -> None:
    pulled = otlp.decode_json(json.dumps(request(span(1, droppedAttributesCount=3))))
    assert "dropped 3 attributes" in pulled.receipt.truncated[0].says


def test_orphans_are_kept_and_told() -> None:
    pulled = otlp.decode_json(json.dumps(request(span(2, parent=1))))
    assert [span.id for span in pulled.traces[0].orphans()] == ["0" * 15 + "2"]
    assert "0000000000000001 never arrived" in pulled.receipt.orphaned[0].says


def test_a_second_resource_of_a_trace_stays_with_its_spans() -> None:
    both = request(span(1)), request(span(2, parent=1), service="search")
    joined = json.dumps({"resourceSpans": [request_["resourceSpans"][0] for request_ in both]})  # type: ignore[index]
    (trace,) = otlp.decode_json(joined).traces
    assert trace.attributes == {"service.name": "billing"}
    assert trace.spans[1].attributes["resource"] == {"service.name": "search"}


def test_json_and_protobuf_of_the_same_request_are_the_same_trace() -> None:
    attributes = {"openinference.span.kind": "TOOL"}
    from_json = otlp.decode_json(json.dumps(request(span(1, attributes=attributes)))).traces
    made = ExportTraceServiceRequest()
    resource = made.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "billing"
    scope = resource.scope_spans.add()
    scope.scope.name, scope.scope.version = "tests", "1"
    one = scope.spans.add(trace_id=bytes.fromhex(TRACE), span_id=bytes.fromhex(f"{1:016x}"), name="span 1")
    one.start_time_unix_nano, one.end_time_unix_nano = 1_000_000_000, 1_000_000_005
    one.attributes.add(key="openinference.span.kind").value.string_value = "TOOL"
    assert otlp.decode_protobuf(made.SerializeToString()).traces == from_json


def test_an_id_in_base64_that_begins_like_hex_is_base64() -> None:
    assert otlp.identity("0xmHtvWvLP0=", 8) == "d31987b6f5af2cfd"
    assert otlp.identity("0xD31987B6F5AF2CFD", 8) == "d31987b6f5af2cfd"
