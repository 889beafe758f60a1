from __future__ import annotations

import gzip
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from adapters.trace import Json, Trace
from refinery.suite.capture import Capture
from tests.refinery.suite.conftest import Opened, asking


@pytest.fixture
def capture() -> Iterator[Capture]:
    with Capture() as opened:
        yield opened


def request(trace: str, span: str, parent: str = "") -> bytes:
    shape = {
        "traceId": trace,
        "spanId": span,
        "parentSpanId": parent,
        "name": f"span {span}",
        "startTimeUnixNano": "1",
        "endTimeUnixNano": "2",
    }
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [shape]}]}]}).encode()


def post(url: str, data: bytes, **headers: str) -> int:
    made = urllib.request.Request(url, data, {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()})
    try:
        with urllib.request.urlopen(made, timeout=5) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


ONE, TWO, PARENT = "1" * 32, "2" * 32, "f" * 16


def test_spans_of_one_attempt_are_one_trace_whatever_the_agent_called_it(capture: Capture) -> None:
    url = f"{capture.endpoint('token')}/v1/traces"
    assert post(url, request(ONE, "a" * 16, PARENT)) == 200
    assert post(url, gzip.compress(request(TWO, "b" * 16)), Content_Encoding="gzip") == 200
    trace = capture.trace("token", PARENT)
    assert trace is not None
    assert {span.id for span in trace.spans} == {"a" * 16, "b" * 16}
    assert trace.orphans() == ()
    assert capture.trace("token") is None


def test_a_shared_endpoint_is_told_apart_by_trace(capture: Capture) -> None:
    url = f"{capture.endpoint('worker', shared=True)}/v1/traces"
    post(url, request(ONE, "a" * 16))
    post(url, request(TWO, "b" * 16))
    post(url, request(ONE, "c" * 16, "a" * 16))
    trace = capture.trace(ONE)
    assert trace is not None
    assert [span.id for span in trace.spans] == ["a" * 16, "c" * 16]


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"\xff\xff\xff", {"Content_Type": "application/x-protobuf"}, 400),
        (b"not gzip", {"Content_Encoding": "gzip"}, 400),
        (request(ONE, "a" * 16), {"Content_Encoding": "br"}, 415),
    ],
)
def test_what_cannot_be_read_is_refused_and_counted(capture: Capture, data: bytes, headers: dict[str, str], status: int) -> None:
    assert post(f"{capture.endpoint('token')}/v1/traces", data, **headers) == status
    assert capture.refused == 1
    assert capture.trace("token") is None


def test_a_bomb_is_not_unpacked(capture: Capture) -> None:
    bomb = gzip.compress(bytes(70 << 20), 1)
    assert post(f"{capture.endpoint('token')}/v1/traces", bomb, Content_Encoding="gzip") == 413


def test_nobody_else_can_leave_spans(capture: Capture) -> None:
    url = capture.endpoint("token").replace("token", "guess")
    assert post(f"{url}/v1/traces", request(ONE, "a" * 16)) == 404
    assert post(f"{url}/v1/metrics", b"{}") == 200


def test_requests_in_either_spelling_of_json_are_one_trace(capture: Capture) -> None:
    url = f"{capture.endpoint('token')}/v1/traces"
    assert post(url, request(ONE, "a" * 16)) == 200
    assert post(url, request(ONE, "b" * 16).replace(b"resourceSpans", b"resource_spans")) == 200
    trace = capture.trace("token")
    assert trace is not None
    assert {span.id for span in trace.spans} == {"a" * 16, "b" * 16}


@pytest.mark.parametrize("shared", [True, False])
def test_what_nobody_asked_for_is_let_go_with_its_endpoint(shared: bool) -> None:
    body = request(ONE, "a" * 16)
    with Capture(most_held=2 * len(body) - 1) as capture:
        for token in ("first", "second"):
            assert post(f"{capture.endpoint(token, shared)}/v1/traces", body) == 200
            assert post(f"{capture.endpoint(token, shared)}/v1/traces", body) == 413
            assert capture.forget(token) == 1


def test_a_chunk_of_less_than_nothing_is_refused(capture: Capture) -> None:
    host, _, rest = capture.endpoint("token").removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=5)
    connection.putrequest("POST", f"/{rest}/v1/traces")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders(b"-1\r\n")
    assert connection.getresponse().status == 400
    connection.close()


TRACED = """
import os, sys, json
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("agent")

def answer(given):
    with tracer.start_as_current_span("agent", attributes={"openinference.span.kind": "AGENT"}):
        kind = {"openinference.span.kind": "TOOL", "tool.name": "lookup_price", "input.value": json.dumps(given)}
        with tracer.start_as_current_span("lookup_price", attributes=kind):
            return "EUR 10"

if __name__ == "__main__":
    print(answer(json.load(sys.stdin)))
"""


@pytest.mark.parametrize("command", [(), ("python", "agent.py")], ids=["callable", "command"])
def test_an_agent_under_the_sdk_is_captured_run_by_run(opened: Opened, capture: Capture, command: tuple[str, ...]) -> None:
    traces: list[Trace] = []
    bench = opened(TRACED, *command, capture=capture, sink=traces.append, seconds=30.0)
    wanted: tuple[str, Json] = ("tool-called", {"name": "lookup_price", "args": {"plan": "pro"}})
    attempts = list(bench.attempts([(asking({"plan": "pro", "n": n}, wanted, name=f"n{n}"), 0) for n in range(3)]))
    assert [attempt.says for attempt in attempts if not attempt.passed] == []
    assert {attempt.trace_id for attempt in attempts} == {trace.id for trace in traces}
    assert len({attempt.trace_id for attempt in attempts}) == 3
    for attempt, trace in zip(attempts, traces, strict=True):
        assert [span.name for span in trace.spans] == ["agent", "lookup_price"]
        assert trace.orphans() == ()
        assert trace.attributes["refinery.scenario"] == attempt.scenario
        assert trace.attributes.get("refinery.passed", False) is attempt.passed
        assert json.loads(attempt.calls[0].arguments) == {"plan": "pro", "n": int(attempt.scenario[1:])}
        assert attempt.cost_usd == 0.0


QUIET = """
import json, os, sys

def answer(given):
    return os.environ.get("OTEL_SDK_DISABLED", "no")

if __name__ == "__main__":
    print(answer(json.load(sys.stdin)))
"""


@pytest.mark.parametrize("command", [(), ("python", "agent.py")], ids=["callable", "command"])
def test_an_agent_that_nobody_watches_does_not_try_to_tell_anybody(opened: Opened, capture: Capture, command: tuple[str, ...]) -> None:
    unwatched = opened(QUIET, *command).attempt(asking(None), 0)
    watched = opened(QUIET, *command, capture=capture).attempt(asking(None), 0)
    assert (unwatched.output, watched.output) == ("true", "no")


WITH_LANGSMITH = """
import json, sys
from langsmith import traceable

@traceable(run_type="tool")
def lookup_price(plan, n):
    if n == 1:
        raise LookupError("no such plan")
    return {"price": 10 + n}

@traceable(name="agent", run_type="chain")
def answer(given):
    try:
        return "EUR %s" % lookup_price(**given)["price"]
    except LookupError as error:
        return str(error)

if __name__ == "__main__":
    print(answer(json.load(sys.stdin)))
"""


@pytest.mark.parametrize("command", [(), ("python", "agent.py")], ids=["callable", "command"])
def test_an_agent_under_the_sdk_of_langsmith_is_captured_by_its_environment_alone(
    opened: Opened, capture: Capture, command: tuple[str, ...]
) -> None:
    traces: list[Trace] = []
    bench = opened(WITH_LANGSMITH, *command, capture=capture, sink=traces.append, seconds=30.0)
    wanted: tuple[str, Json] = ("tool-called", {"name": "lookup_price", "args": {"plan": "pro"}})
    attempts = list(bench.attempts([(asking({"plan": "pro", "n": n}, wanted, name=f"n{n}"), 0) for n in range(2)]))
    assert [attempt.says for attempt in attempts if not attempt.passed] == []
    assert [attempt.error for attempt in attempts] == ["", ""]
    for attempt, trace in zip(attempts, traces, strict=True):
        assert [(span.name, span.kind.value) for span in trace.spans] == [("agent", "chain"), ("lookup_price", "tool")]
        assert json.loads(attempt.calls[0].arguments)["n"] == int(attempt.scenario[1:])
        assert attempt.calls[0].failed is (attempt.scenario == "n1")
    assert capture.refused == 0
