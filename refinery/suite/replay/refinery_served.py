"""A server on loopback that answers HTTP tools from a recording, in the process that watches over an attempt."""

from __future__ import annotations

import json
import re
import socket
import socketserver
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Json = dict[str, Any]

MAGIC = 42419
"""The port of loopback that a warm agent is told before it is known where its own attempt is served."""
DROPPED = frozenset(("host", "connection", "content-length", "transfer-encoding", "accept-encoding"))


class Served:
    """The addresses of one attempt. `sites`: by the name of the variable, what it points to otherwise, and its routes."""

    def __init__(self, world: Any, answers: Any, sites: Json, port: int = 0) -> None:
        self.world = world
        self.answers = answers
        self.routes = {name: [(*_route(shape), tool) for tool, shape in site["routes"].items()] for name, site in sites.items()}
        self.real = {name: site.get("url", "") for name, site in sites.items()}
        self.server = Server(self, port)
        self.port: int = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def address(self, name: str) -> str:
        return "http://127.0.0.1:" + str(self.port) + "/" + name

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def reply(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, str, bytes]:
        """The status, kind and content that answer a request."""
        at = urllib.parse.urlsplit(path)
        name, _, rest = at.path.lstrip("/").partition("/")
        if name not in self.real:
            return _json(404, {"error": "no HTTP tool of refinery.toml lies at " + path})
        tool, arguments = self._asked(name, method, "/" + rest, at.query, body)
        answer = self.world.answer(tool, _loose(arguments), lambda told: _loose(self.answers.plain(told)))
        if answer.wait:
            time.sleep(answer.wait)
        if answer.how == "passed":
            return self._passed(name, method, "/" + rest + ("?" + at.query if at.query else ""), headers, body)
        if answer.how == "refused":
            return _json(501, {"error": str(self.answers.refusal(tool, arguments))})
        if answer.error:
            status = re.match(r"\D*([45]\d\d)\b", answer.error)
            return _json(int(status[1]) if status else 500, {"error": answer.error})
        if isinstance(answer.result, str):
            return 200, "text/plain; charset=utf-8", answer.result.encode()
        return _json(200, answer.result)

    def _asked(self, name: str, method: str, path: str, query: str, body: bytes) -> tuple[str, Json]:
        """Which tool a request is a call of, by the routes of refinery.toml, else by method and path; and with which arguments."""
        given: Json = {key: found[0] if len(found) == 1 else found for key, found in urllib.parse.parse_qs(query, True).items()}
        try:
            sent = json.loads(body) if body else {}
        except ValueError:
            sent = {key: found[0] for key, found in urllib.parse.parse_qs(body.decode("utf-8", "replace")).items()} or {"body": repr(body)}
        given.update(sent if isinstance(sent, dict) else {"body": sent})
        for verb, pattern, tool in self.routes[name]:
            found = pattern.fullmatch(path)
            if verb == method and found:
                given.update({key: urllib.parse.unquote(value) for key, value in found.groupdict().items()})
                return tool, given
        return method + " " + path, given

    def _passed(self, name: str, method: str, rest: str, headers: Any, body: bytes) -> tuple[int, str, bytes]:
        """The same request where it would have gone."""
        if not self.real[name]:
            return _json(502, {"error": "refinery.toml does not say where " + name + " points when a call passes through (`url`)"})
        request = urllib.request.Request(self.real[name].rstrip("/") + rest, body or None, method=method)
        for key, value in headers.items():
            if key.lower() not in DROPPED:
                request.add_header(key, value)
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return reply.status, reply.headers.get("Content-Type", "application/octet-stream"), reply.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get("Content-Type", "text/plain"), error.read()
        except OSError as error:
            return _json(502, {"error": self.real[name] + " cannot be reached: " + str(error)})


def redirect(port: int) -> None:
    """In this process whoever connects to the port that was told before gets to the one where its attempt is served."""
    plain = socket.socket.connect
    tried = socket.socket.connect_ex

    def there(address: Any) -> Any:
        meant = isinstance(address, tuple) and len(address) >= 2 and address[1] == MAGIC and address[0] in ("127.0.0.1", "localhost")
        return ("127.0.0.1", port) if meant else address

    socket.socket.connect = lambda self, address: plain(self, there(address))  # type: ignore[method-assign]
    socket.socket.connect_ex = lambda self, address: tried(self, there(address))  # type: ignore[method-assign]


class Server(socketserver.ThreadingTCPServer):
    """One thread a connection."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    block_on_close = False

    def __init__(self, served: Served, port: int) -> None:
        self.served = served
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "")
        body = self._chunks() if chunked else self.rfile.read(size)
        served: Served = self.server.served  # type: ignore[attr-defined]
        status, kind, content = served.reply(self.command, self.path, self.headers, body)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

    def _chunks(self) -> bytes:
        data = b""
        while True:
            size = int(self.rfile.readline(64).split(b";")[0] or b"0", 16)
            data += self.rfile.read(size)
            self.rfile.readline(64)
            if not size:
                return data

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: stderr is the agent's."""


def _route(shape: str) -> tuple[str, Any]:
    """`GET /plans/{plan}/price` as a method and a pattern."""
    method, _, path = shape.strip().partition(" ")
    parts = re.split(r"\{(\w+)\}", path.strip())
    pattern = "".join(re.escape(part) if place % 2 == 0 else "(?P<" + part + ">[^/]+)" for place, part in enumerate(parts))
    return method.upper(), re.compile(pattern)


def _loose(value: Any) -> Any:
    """Numbers and truth as text, for that is what they are in an address."""
    if isinstance(value, dict):
        return {key: _loose(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_loose(part) for part in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if value is None else str(value)


def _json(status: int, value: Any) -> tuple[int, str, bytes]:
    return status, "application/json", json.dumps(value, ensure_ascii=False).encode()
