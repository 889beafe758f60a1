from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer

import pytest

from refinery.domain import AgentSpec, Cause
from refinery.suite.runner import Runner
from tests.refinery.suite.conftest import asking


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if given == "slow":
            threading.Event().wait(1.0)
        self.send_response(500 if given == "fail" else 200)
        self.end_headers()
        if given != "empty":
            self.wfile.write(json.dumps({"got": given, "trace": self.headers["traceparent"]}).encode())

    def log_message(self, format: str, *args: object) -> None: ...


class Server(ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None: ...


@pytest.fixture
def address() -> Iterator[str]:
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/answer"
        server.shutdown()


def test_an_agent_at_an_address_is_posted_the_input(address: str, tmp_path: Path) -> None:
    with Runner(AgentSpec(http=address)).open(tmp_path) as bench:
        attempt = bench.attempt(asking("hi", ("json-path", {"path": "$.got", "equals": "hi"})), 0)
        assert attempt.passed
        assert json.loads(attempt.output)["trace"].startswith("00-")
        assert "not this tree" in bench.notes()[0]


@pytest.mark.parametrize(
    ("word", "cause", "says"),
    [("fail", Cause.EXIT, "status 500"), ("slow", Cause.TIMEOUT, "within 0.2 s"), ("empty", Cause.OUTPUT, "empty")],
)
def test_its_failures_have_causes(address: str, tmp_path: Path, word: str, cause: Cause, says: str) -> None:
    with Runner(AgentSpec(http=address, timeout_s=0.2)).open(tmp_path) as bench:
        attempt = bench.attempt(asking(word), 0)
    assert attempt.cause is cause
    assert says in attempt.says


def test_an_address_where_nobody_listens_says_nothing_about_the_agent(tmp_path: Path) -> None:
    with Runner(AgentSpec(http="http://127.0.0.1:1/")).open(tmp_path) as bench:
        assert bench.attempt(asking(), 0).cause is Cause.INFRASTRUCTURE
        assert any("made again" in note for note in bench.notes())
