"""An HTTP server on loopback for what agents send while they run: requests are read whole, unpacked, bounded, and handed to a desk."""

from __future__ import annotations

import socketserver
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Protocol

MOST_PER_REQUEST = 64 << 20
SECONDS = 30.0
"""A connection that is silent for longer is hung up on."""
JSON = "application/json"


class Refused(Exception):
    """A request that is not taken; the status says why."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status = status


@dataclass(frozen=True, slots=True)
class Asked:
    """One request."""

    method: str
    token: str
    """Whose it is: what stands behind /a/ in its address."""
    path: str
    """The rest of the address, without a slash before it."""
    headers: Mapping[str, str]
    """With names in lower case."""
    data: bytes
    sender: str = ""
    """The address on loopback that it was sent from."""

    @property
    def kind(self) -> str:
        return self.headers.get("content-type", "")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back: a whole body, or parts that are passed on as they come."""

    status: int = 200
    body: bytes | Iterable[bytes] = b""
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)


class Desk(Protocol):
    """Where requests are worked on; called from many threads."""

    def answer(self, asked: Asked) -> Answer:
        """Raises Refused."""

    def turned_away(self) -> None:
        """A request was refused."""


class Server(socketserver.ThreadingTCPServer):
    """One thread a connection, on a free port of 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 512
    block_on_close = False

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        super().__init__(("127.0.0.1", 0), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """An agent that hangs up in the middle of a request, or is ended then, is no news."""


class Handler(BaseHTTPRequestHandler):
    """Everything under /a/TOKEN/."""

    protocol_version = "HTTP/1.1"
    timeout = SECONDS
    wbufsize = 1 << 16  # head and body in one packet: two would wait for each other
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        try:
            data = self._body()
            _, _, rest = self.path.partition("/a/")
            token, _, path = rest.partition("/")
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = self.server.desk.answer(Asked(self.command, token, path, headers, data, self.client_address[0]))
        except Refused as refused:
            self.server.desk.turned_away()
            self.close_connection = True
            answer = Answer(refused.status, str(refused).encode(), "text/plain")
        self._answer(answer)

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            data = self._chunks()
        elif self.command == "POST" or self.headers.get("Content-Length"):
            data = self._whole()
        else:
            return b""
        return unpacked(data, self.headers.get("Content-Encoding", "identity"))

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

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        whole = answer.body if isinstance(answer.body, bytes) else None
        self.send_header(*(("Transfer-Encoding", "chunked") if whole is None else ("Content-Length", str(len(whole)))))
        self.end_headers()
        if whole is not None:
            self.wfile.write(whole)
            return
        for part in answer.body:
            if isinstance(part, bytes) and part:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
                self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: stderr belongs to the command line."""


def unpacked(data: bytes, encoding: str) -> bytes:
    """A body without its compression, if it is not too large then. Raises Refused."""
    if encoding in ("", "identity"):
        return data
    if encoding == "gzip":
        return _unzipped(data)
    if encoding == "zstd" and reads_zstd():
        return _unzstd(data)
    raise Refused(415, f"the encoding {encoding} is not understood")


def reads_zstd() -> bool:
    """Whether the library is there; the SDK that sends zstd brings it along."""
    try:
        import zstandard  # noqa: F401
    except ImportError:
        return False
    return True


def _unzipped(data: bytes) -> bytes:
    unzip = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        found = unzip.decompress(data, MOST_PER_REQUEST)
    except zlib.error as error:
        raise Refused(400, f"not gzip: {error}") from error
    if unzip.unconsumed_tail:
        raise Refused(413, "the request is too large")
    return found


def _unzstd(data: bytes) -> bytes:
    import zstandard

    found = bytearray()
    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(data, read_across_frames=True) as reader:
            while part := reader.read(1 << 20):
                found += part
                if len(found) > MOST_PER_REQUEST:
                    raise Refused(413, "the request is too large")
    except zstandard.ZstdError as error:
        raise Refused(400, f"not zstd: {error}") from error
    return bytes(found)
