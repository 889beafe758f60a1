from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from langsmith import Client
from langsmith.run_trees import RunTree

from adapters.langsmith_ingest import Sent, operations, takes, traces
from adapters.source import Unreadable
from adapters.trace import Kind, Trace
from refinery.suite.capture import Capture

RUN = TRACE = "11111111-1111-4111-8111-111111111111"
POST = {"id": RUN, "trace_id": TRACE, "name": "agent", "run_type": "chain", "start_time": "2026-11-01T10:00:00Z", "inputs": {"q": "hi"}}
PATCH = {"id": RUN, "trace_id": TRACE, "end_time": "2026-11-01T10:00:02Z", "outputs": {"answer": "EUR 10"}}


def sent(method: str, path: str, value: object) -> Sent:
    return Sent(method, path, "application/json", json.dumps(value).encode())


def multipart(*parts: tuple[str, object], boundary: str = "b0") -> Sent:
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: application/json\r\n\r\n{json.dumps(value)}\r\n'
        for name, value in parts
    )
    return Sent("POST", "runs/multipart", f"multipart/form-data; boundary={boundary}", f"{body}--{boundary}--\r\n".encode())


@pytest.mark.parametrize(
    "requests",
    [
        [sent("POST", "runs", POST), sent("PATCH", f"runs/{RUN}", {key: value for key, value in PATCH.items() if key != "id"})],
        [sent("POST", "runs/batch", {"post": [POST], "patch": [PATCH]})],
        [sent("POST", "runs/batch", {"patch": [PATCH]}), sent("POST", "runs/batch", {"post": [POST]})],
        [
            multipart(
                (f"post.{RUN}", {key: value for key, value in POST.items() if key != "inputs"}),
                (f"post.{RUN}.inputs", POST["inputs"]),
                (f"patch.{RUN}", {key: value for key, value in PATCH.items() if key != "outputs"}),
                (f"patch.{RUN}.outputs", PATCH["outputs"]),
                (f"feedback.{RUN}", {"score": 1}),
            )
        ],
    ],
    ids=["one by one", "a batch", "in the wrong order", "multipart"],
)
def test_a_run_is_the_same_however_it_was_sent(requests: list[Sent]) -> None:
    assert all(map(takes, requests))
    (trace,) = traces(operation for request in requests for operation in operations(request)).traces
    (span,) = trace.spans
    assert (span.name, span.kind, span.input, span.output, span.seconds) == ("agent", Kind.CHAIN, "hi", "EUR 10", 2.0)


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (Sent("POST", "runs", "", b"{"), "not JSON"),
        (sent("POST", "runs/batch", []), "JSON object"),
        (Sent("POST", "runs/multipart", "multipart/form-data", b""), "no boundary"),
        (Sent("POST", "runs/multipart", "multipart/form-data; boundary=b", b"--b\r\n"), "cut"),
        (Sent("POST", "runs/multipart", "multipart/form-data; boundary=b", b"--b\r\nx\r\n\r\n1\r\n--b--"), "no name"),
        (multipart((f"post.{RUN}", {}), boundary="x"), ""),
    ],
)
def test_what_cannot_be_read_is_said(request_: Sent, says: str) -> None:
    if not says:
        assert operations(request_) == [{"operation": "post", "id": RUN}]
        return
    with pytest.raises(Unreadable, match=says):
        operations(request_)


def test_what_brings_no_runs_is_not_taken() -> None:
    assert not takes(sent("POST", "feedback", {}))
    assert not takes(sent("GET", "runs/x", {}))


@pytest.fixture
def capture() -> Iterator[Capture]:
    with Capture() as opened:
        yield opened


def recorded(capture: Capture, monkeypatch: pytest.MonkeyPatch, **words: object) -> Trace:
    """Two runs of the real SDK, sent as it likes to."""
    for name, value in words.items():
        monkeypatch.setenv(name, str(value))
    client = Client(api_url=f"{capture.endpoint('token')}/langsmith", api_key="x", auto_batch_tracing="BATCH" not in words)
    root = RunTree(name="agent", run_type="chain", inputs={"q": "hi"}, ls_client=client)
    root.post()
    child = root.create_child(
        name="lookup_price", run_type="tool", inputs={"plan": "pro"}, attachments={"slip": ("text/plain", b"\r\n--b0 x")}
    )
    child.post()
    child.end(outputs={"price": 10})
    child.patch()
    root.end(error="LookupError: no")
    root.patch()
    client.flush()
    client.cleanup()
    client.close()
    assert capture.refused == 0
    trace = capture.trace("token")
    assert trace is not None
    return trace


@pytest.mark.parametrize(
    "words", [{}, {"LANGSMITH_DISABLE_RUN_COMPRESSION": "true"}, {"BATCH": "no"}], ids=["zstd", "multipart", "one by one"]
)
def test_the_sdk_is_understood_whichever_way_it_sends(capture: Capture, monkeypatch: pytest.MonkeyPatch, words: dict[str, object]) -> None:
    trace = recorded(capture, monkeypatch, **words)
    root, child = trace.spans
    assert (root.name, root.kind, root.failed) == ("agent", Kind.CHAIN, True)
    assert (child.tool, child.parent_id, child.failed) == ("lookup_price", root.id, False)
    assert json.loads(child.input) == {"plan": "pro"}
