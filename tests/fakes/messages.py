"""Servers on loopback that stand for a vendor's: they answer with what they were given, in order, and keep what they were asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from adapters.trace import Json
from tests.fakes.llm import answer, events

Said = str | int | None | Callable[[str], str]
"""A text to answer, a status to refuse with, or None: hang up in the middle of the answer. A function answers whatever is asked from
then on, given the user's part of the request."""


class Vendor:
    """Answers both the Messages API (streamed where that is asked for) and chat completions."""

    def __init__(self, said: Sequence[Said]) -> None:
        self.asked: list[dict[str, Json]] = []
        self.url = ""
        self._said = list(said)
        self._lock = threading.Lock()

    @property
    def prompts(self) -> list[str]:
        """The user's part of each request."""
        return [_put(each) for each in self.asked]

    def answer(self, body: dict[str, Json], messages: bool) -> tuple[int, str, str]:
        """Status, type and body; a 500 that is not tried again for long when nothing is left to say."""
        with self._lock:
            self.asked.append(body)
            said: Said = self._said.pop(0) if self._said else 418
            if callable(said):
                self._said.insert(0, said)
                said = said(_put(body))
        if isinstance(said, int):
            return said, "application/json", json.dumps({"type": "error", "error": {"type": "refused", "message": "no"}})
        if messages and body.get("stream"):
            return 200, "text/event-stream", events(said or "half an ans", cut=said is None).text
        if messages:
            return 200, "application/json", json.dumps(answer(said or ""))
        choice = {"message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
        return 200, "application/json", json.dumps({"choices": [choice], "usage": {"prompt_tokens": 900, "completion_tokens": 300}})


def _put(body: dict[str, Json]) -> str:
    return json.dumps(body["messages"], ensure_ascii=False).replace('\\"', '"')


@contextmanager
def vendor(*said: Said) -> Iterator[Vendor]:
    """A server that says this, for the length of a block."""
    behind = Vendor(said)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            status, kind, text = behind.answer(asked, "messages" in self.path)
            self.send_response(status)
            self.send_header("content-type", kind)
            self.end_headers()
            self.wfile.write(text.encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    behind.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield behind
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
