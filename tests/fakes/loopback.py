"""A server on loopback that answers as it is told, and goes wrong in every way a server can."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from adapters.trace import Json


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; `cut` promises more bytes than it sends, `dropped` sends nothing at all, `dripping` sends byte by byte for ever."""

    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    cut: bool = False
    dropped: bool = False
    dripping: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came in."""

    method: str
    path: str
    words: dict[str, Json]
    """The body's, or those of the address; a word that is there several times is a list."""
    headers: Mapping[str, str]


def said(value: Json, status: int = 200) -> Answer:
    return Answer(json.dumps(value).encode(), status)


class Loopback:
    """Answers by `reply`; `faults` are given first, one a request to an address; None lets one pass.

    An address may have a word behind it, which must stand in the request; `*` is any address.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.faults: list[tuple[str, Answer | None]] = []
        self._lock = threading.Lock()
        self._ended = threading.Event()
        keep = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65_536  # head and body in one packet: two would wait for each other

            def log_message(self, format: str, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                given = parse_qs(urlsplit(self.path).query)
                self._answer({key: value[0] if len(value) == 1 else [*value] for key, value in given.items()})

            def do_POST(self) -> None:
                self._answer(json.loads(self.rfile.read(int(self.headers["content-length"]))))

            def _answer(self, words: dict[str, Json]) -> None:
                answer = keep.answer(Asked(self.command, unquote(urlsplit(self.path).path), words, dict(self.headers.items())))
                if answer.dropped:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in ({"content-type": answer.kind} | dict(answer.headers)).items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer.body) + (100 if answer.cut or answer.dripping else 0)))
                self.end_headers()
                self.wfile.write(answer.body)
                self.close_connection = answer.cut or answer.dripping
                while answer.dripping and not keep._ended.wait(0.01):
                    try:
                        self.wfile.write(b" ")
                        self.wfile.flush()
                    except OSError:
                        return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            for number, (path, fault) in enumerate(self.faults):
                address, _, word = path.partition(" ")
                if address in (asked.path, "*") and word in str(asked.words):
                    del self.faults[number]
                    if fault is None:
                        break
                    return fault
        return self.reply(asked)

    def reply(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def words_to(self, path: str) -> list[dict[str, Json]]:
        """The words of every request to an address."""
        return [each.words for each in self.asked if each.path == path]


def given(asked: Asked, header: str) -> str:
    """A header of a request."""
    return {name.lower(): value for name, value in asked.headers.items()}.get(header, "")
