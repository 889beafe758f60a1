"""An OTLP receiver on loopback that holds the spans agents send while they run, and hands them out as Traces."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from types import TracebackType

from adapters.otlp import RESOURCES, decode_json, decode_protobuf
from adapters.source import Pulled, SourceError
from adapters.trace import Json, Span, Trace

MOST_PER_REQUEST = 64 << 20
MOST_HELD = 512 << 20
SECONDS = 30.0
JSON = "application/json"
PROTOBUF = "application/x-protobuf"


class Refused(Exception):
    """A request that is not taken; the status says why."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status


@dataclass(frozen=True, slots=True)
class Body:
    """One export request as it came, after decompression."""

    json: bool
    data: bytes


class Capture:
    """Listens while it is open. An endpoint belongs to one attempt, or is shared and told apart by trace ids."""

    def __init__(self, most_held: int = MOST_HELD) -> None:
        self._most_held = most_held
        self._server: Server | None = None
        self._lock = threading.Lock()
        self._shared: dict[str, bool] = {}
        self._held: dict[str, list[Body]] = {}
        self._keys: dict[str, set[str]] = {}
        """What is held for each token, by token or trace id."""
        self._bytes = 0
        self.refused = 0
        """Requests that were not taken, because they could not be read or were too large."""

    def __enter__(self) -> Capture:
        self._server = Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="otlp-capture", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def open(self) -> bool:
        return self._server is not None

    def endpoint(self, token: str, shared: bool = False, port: int | None = None) -> str:
        """The address for OTEL_EXPORTER_OTLP_ENDPOINT; requests elsewhere are not taken. A port is one in the agent's own network."""
        assert self._server is not None, "the capture is not open"
        with self._lock:
            self._shared[token] = shared
        return f"http://127.0.0.1:{port or self._server.server_address[1]}/a/{token}"

    def receive(self, listener: socket.socket) -> None:
        """Take what comes in at a socket too that listens in another network, until it is shut."""
        server = self._server
        assert server is not None, "the capture is not open"

        def accept() -> None:
            while True:
                try:
                    connection, address = listener.accept()
                except OSError:
                    return
                server.process_request(connection, address)

        threading.Thread(target=accept, name="otlp-capture", daemon=True).start()

    def trace(self, key: str, parent: str = "") -> Trace | None:
        """What came for a token or trace id, as one Trace; it is handed out once. `parent` is the span id that we made up."""
        with self._lock:
            bodies = self._released(key)
            shared = self._shared.pop(key, True)
            self._keys.pop(key, None)
        if not bodies:
            return None
        traces = [trace for pulled in _read(bodies) for trace in pulled.traces if not shared or trace.id == key]
        return _one(traces, parent) if traces else None

    def forget(self, token: str) -> int:
        """No more is wanted from an endpoint; how many requests came for it that nobody asked for."""
        with self._lock:
            self._shared.pop(token, None)
            return sum(len(self._released(key)) for key in self._keys.pop(token, ()))

    def _released(self, key: str) -> list[Body]:
        """The requests held under a key, whose room is free again. The caller holds the lock."""
        bodies = self._held.pop(key, [])
        self._bytes -= sum(len(body.data) for body in bodies)
        return bodies

    def hold(self, token: str, body: Body) -> None:
        """Keep a request. Raises Refused."""
        try:
            pulled = next(_read([body]))
        except SourceError as error:
            raise Refused(400, str(error)) from error
        with self._lock:
            if token not in self._shared:
                raise Refused(404, "nobody waits for spans here")
            if self._bytes + len(body.data) > self._most_held:
                raise Refused(413, "too many spans are held")
            for key in {trace.id for trace in pulled.traces} if self._shared[token] else {token}:
                self._bytes += len(body.data)
                self._held.setdefault(key, []).append(body)
                self._keys.setdefault(token, set()).add(key)


def _read(bodies: list[Body]) -> Iterator[Pulled]:
    """Requests of one format are read together, so that a trace in several parts is one: protobuf messages may be strung together."""
    if protobuf := [body.data for body in bodies if not body.json]:
        yield decode_protobuf(b"".join(protobuf))
    texts = [body.data for body in bodies if body.json]
    if len(texts) == 1:
        yield decode_json(texts[0])
    elif texts:
        requests = [json.loads(text) for text in texts]
        parts: list[Json] = [part for request in requests for name in RESOURCES for part in request.get(name) or []]
        yield decode_json(json.dumps({"resourceSpans": parts}))


def _one(traces: list[Trace], parent: str) -> Trace:
    """An attempt is one trace, also when its agent began several."""
    first = traces[0]
    spans = [span for trace in traces for span in trace.spans]
    if len(traces) > 1:
        spans.sort(key=lambda span: span.start_ns or 0)
    return replace(first, spans=tuple(_at_the_top(span, parent) for span in spans))


def _at_the_top(span: Span, parent: str) -> Span:
    return replace(span, parent_id=None) if parent and span.parent_id == parent else span


class Server(socketserver.ThreadingTCPServer):
    """One thread a connection, on a free port of 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 512
    block_on_close = False

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """An agent that hangs up in the middle of a request, or is ended then, is no news."""


class Handler(BaseHTTPRequestHandler):
    """POST /a/TOKEN/v1/traces; logs and metrics are answered and dropped."""

    protocol_version = "HTTP/1.1"
    timeout = SECONDS
    server: Server

    def do_POST(self) -> None:
        is_json = JSON in self.headers.get("Content-Type", PROTOBUF)
        try:
            data = self._body()
            _, _, rest = self.path.partition("/a/")
            token, _, signal = rest.partition("/")
            if signal == "v1/traces":
                self.server.capture.hold(token, Body(is_json, data))
            self._answer(200, b"{}" if is_json else b"", JSON if is_json else PROTOBUF)
        except Refused as refused:
            self.server.capture.refused += 1
            self.close_connection = True
            self._answer(refused.status, str(refused).encode(), "text/plain")

    def _body(self) -> bytes:
        data = self._chunks() if "chunked" in self.headers.get("Transfer-Encoding", "") else self._whole()
        encoding = self.headers.get("Content-Encoding", "identity")
        if encoding == "gzip":
            return _unzipped(data)
        if encoding not in ("", "identity"):
            raise Refused(415, f"the encoding {encoding} is not understood")
        return data

    def _whole(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            raise Refused(411, "the length is missing")
        if int(length) > MOST_PER_REQUEST:
            raise Refused(413, "the request is too large")
        return self.rfile.read(int(length))

    def _chunks(self) -> bytes:
        data = b""
        while True:
            try:
                size = int(self.rfile.readline(64).split(b";")[0], 16)
            except ValueError:
                raise Refused(400, "a chunk has no size") from None
            if size < 0:
                raise Refused(400, "a chunk has no size")
            if len(data) + size > MOST_PER_REQUEST:
                raise Refused(413, "the request is too large")
            data += self.rfile.read(size)
            self.rfile.readline(64)
            if size == 0:
                return data

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: stderr belongs to the command line."""


def _unzipped(data: bytes) -> bytes:
    unzip = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        found = unzip.decompress(data, MOST_PER_REQUEST)
    except zlib.error as error:
        raise Refused(400, f"not gzip: {error}") from error
    if unzip.unconsumed_tail:
        raise Refused(413, "the request is too large")
    return found
