"""A chat-completions server on loopback that answers what it was given."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; `cut` promises more bytes than it sends."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


def said(text: str | None = "hello", reason: str = "stop", **more: object) -> Answer:
    message = {"role": "assistant", "content": text, **more}
    usage = {"prompt_tokens": 100, "completion_tokens": 10}
    return Answer(json.dumps({"choices": [{"message": message, "finish_reason": reason}], "usage": usage}).encode())


class ChatServer:
    """Gives its answers in order, one a request, and keeps bodies, paths and headers."""

    def __init__(self, *answers: Answer) -> None:
        waiting = list(answers)
        self.bodies: list[dict[str, object]] = []
        self.paths: list[str] = []
        self.keys: list[str | None] = []
        keep = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                pass

            def do_POST(self) -> None:
                keep.bodies.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                keep.paths.append(self.path)
                keep.keys.append(self.headers.get("authorization"))
                answer = waiting.pop(0)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer.body) + (100 if answer.cut else 0)))
                self.end_headers()
                self.wfile.write(answer.body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> ChatServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
