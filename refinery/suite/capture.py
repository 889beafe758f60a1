"""What agents send while they run, received on loopback: spans over OTLP, runs of the LangSmith SDK; handed out as Traces."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import TracebackType

from adapters import langsmith_ingest, notation
from adapters.otlp import RESOURCES, decode_json, decode_protobuf
from adapters.source import Pulled, SourceError
from adapters.trace import Json, Kind, Span, Trace
from refinery.suite.receiving import JSON, Answer, Asked, Refused, Server, reads_zstd
from refinery.suite.relay import Relay

MOST_HELD = 512 << 20
PROTOBUF = "application/x-protobuf"
LANGSMITH, MODELS = "langsmith", "models"
"""Under an endpoint: where an SDK of LangSmith finds its API, and where calls of models are relayed."""


class Form(Enum):
    """What the body of a request is written in."""

    PROTOBUF = "OTLP as protobuf"
    JSON = "OTLP as JSON"
    RUNS = "operations on LangSmith runs"


@dataclass(frozen=True, slots=True)
class Body:
    """One request that brought spans, after decompression."""

    form: Form
    data: bytes


class Capture:
    """Listens while it is open. An endpoint belongs to one attempt, or is shared and told apart by trace ids."""

    def __init__(self, most_held: int = MOST_HELD, relay: Relay | None = None) -> None:
        self._most_held = most_held
        self.relay = relay
        self._server: Server | None = None
        self._lock = threading.Lock()
        self._shared: dict[str, bool] = {}
        self._senders: dict[str, str] = {}
        """Which attempt uses which address on loopback to send from, where it shares an endpoint with others."""
        self._count = 0
        self._held: dict[str, list[Body]] = {}
        self._keys: dict[str, set[str]] = {}
        """What is held for each token, by token or trace id."""
        self._bytes = 0
        self.refused = 0
        """Requests that were not taken, because they could not be read or were too large."""

    def __enter__(self) -> Capture:
        self._server = Server(self)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="capture", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def open(self) -> bool:
        return self._server is not None

    @property
    def port(self) -> int:
        assert self._server is not None, "the capture is not open"
        return int(self._server.server_address[1])

    def endpoint(self, token: str, shared: bool = False, port: int | None = None) -> str:
        """The address for OTEL_EXPORTER_OTLP_ENDPOINT; requests elsewhere are not taken. A port is one in the agent's own network."""
        with self._lock:
            self._shared[token] = shared
        return f"http://127.0.0.1:{port or self.port}/a/{token}"

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

        threading.Thread(target=accept, name="capture", daemon=True).start()

    def sender(self, token: str) -> str:
        """An address on loopback for an attempt to send from: what comes from there to an endpoint that is shared is its own."""
        with self._lock:
            self._count += 1
            sender = f"127.{77 + self._count // 62500 % 100}.{self._count // 250 % 250}.{self._count % 250 + 1}"
            self._shared[token] = False
            self._senders[sender] = token
        return sender

    def trace(self, key: str, parent: str = "", token: str = "") -> Trace | None:
        """What came for a token or trace id, as one Trace; it is handed out once. `parent` is the span id that we made up.

        `token` names what else came for the same attempt, at an endpoint of its own.
        """
        with self._lock:
            shared = self._shared.get(key, True)
            bodies, own = self._released(key), self._released(token) if token else []
            for each in (key, token):
                self._shared.pop(each, None)
                self._keys.pop(each, None)
            self._senders = {sender: whose for sender, whose in self._senders.items() if whose not in (key, token)}
        if not bodies and not own:
            return None
        runs = [body for body in (*bodies, *own) if body.form is Form.RUNS]
        spans = [trace for pulled in _read(bodies) for trace in pulled.traces if not shared or trace.id == key]
        spans += [trace for pulled in _read(own) for trace in pulled.traces]
        told = [*langsmith_ingest.traces(operation for body in runs for operation in _operations(body)).traces] if runs else []
        found = [_one(traces, parent) for traces in (spans, told) if traces]
        return max(found, key=_tells) if found else None  # the first of equals

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

    def answer(self, asked: Asked) -> Answer:
        """Take a request. Raises Refused."""
        asked = replace(asked, token=self._whose(asked))
        first, _, rest = asked.path.partition("/")
        if first == MODELS and self.relay:
            return self.relay.answer(replace(asked, path=rest))
        if first == LANGSMITH:
            return self._as_langsmith(replace(asked, path=rest.partition("?")[0]))
        is_json = JSON in (asked.kind or PROTOBUF)
        if asked.path == "v1/traces":
            self.hold(asked.token, Body(Form.JSON if is_json else Form.PROTOBUF, asked.data))
        return Answer(200, b"{}" if is_json else b"", JSON if is_json else PROTOBUF)

    def turned_away(self) -> None:
        """A request could not be taken."""
        self.refused += 1

    def _whose(self, asked: Asked) -> str:
        """The attempt whose request it is, where an endpoint is shared and the sender is known."""
        with self._lock:
            if self._shared.get(asked.token):
                return self._senders.get(asked.sender, asked.token)
        return asked.token

    def _as_langsmith(self, asked: Asked) -> Answer:
        """As the API answers; what is not about runs is thanked for and dropped."""
        if asked.path == "info":
            return Answer(200, notation.dumps({**INFO, "instance_flags": {"zstd_compression_enabled": reads_zstd()}}))
        sent = langsmith_ingest.Sent(asked.method, asked.path, asked.kind, asked.data)
        if langsmith_ingest.takes(sent):
            try:
                operations = langsmith_ingest.operations(sent)
            except SourceError as error:
                raise Refused(400, str(error)) from error
            self.hold(asked.token, Body(Form.RUNS, notation.dumps(operations)))
        return Answer(404 if asked.method == "GET" else 202, b"{}")

    def hold(self, token: str, body: Body) -> None:
        """Keep a request. Raises Refused."""
        traces = _traces_in(body)
        with self._lock:
            if token not in self._shared:
                raise Refused(404, "nobody waits for spans here")
            if self._bytes + len(body.data) > self._most_held:
                raise Refused(413, "too many spans are held")
            for key in traces if self._shared[token] else {token}:
                self._bytes += len(body.data)
                self._held.setdefault(key, []).append(body)
                self._keys.setdefault(token, set()).add(key)


INFO: Mapping[str, Json] = {
    "version": "refinery",
    "batch_ingest_config": {
        "use_multipart_endpoint": True,
        "scale_up_qsize_trigger": 1000,
        "scale_up_nthreads_limit": 4,
        "scale_down_nempty_trigger": 4,
        "size_limit": 100,
        "size_limit_bytes": 20 << 20,
    },
}
"""What an SDK of LangSmith is told of this server before it sends anything."""


def _traces_in(body: Body) -> set[str]:
    """The ids of the traces that a body is about. Raises Refused where it cannot be read."""
    try:
        if body.form is Form.RUNS:
            return {str(each.get("trace_id") or each.get("id")) for each in _operations(body) if isinstance(each, dict)}
        return {trace.id for trace in next(_read([body])).traces}
    except SourceError as error:
        raise Refused(400, str(error)) from error


def _operations(body: Body) -> list[Json]:
    return notation.items(notation.loads_own(body.data))


def _read(bodies: list[Body]) -> Iterator[Pulled]:
    """Requests of one format are read together, so that a trace in several parts is one: protobuf messages may be strung together."""
    if protobuf := [body.data for body in bodies if body.form is Form.PROTOBUF]:
        yield decode_protobuf(b"".join(protobuf))
    texts = [body.data for body in bodies if body.form is Form.JSON]
    if len(texts) == 1:
        yield decode_json(texts[0])
    elif texts:
        requests = [json.loads(text) for text in texts]
        parts: list[Json] = [part for request in requests for name in RESOURCES for part in request.get(name) or []]
        yield decode_json(json.dumps({"resourceSpans": parts}))


def _tells(trace: Trace) -> int:
    """How much a trace has to tell. An agent that is traced twice over is told of once, or its calls would count double."""
    return sum(span.kind in (Kind.TOOL, Kind.LLM) for span in trace.spans)


def _one(traces: list[Trace], parent: str) -> Trace:
    """An attempt is one trace, also when its agent began several."""
    first = traces[0]
    spans = [span for trace in traces for span in trace.spans]
    if len(traces) > 1:
        spans.sort(key=lambda span: span.start_ns or 0)
    return replace(first, spans=tuple(_at_the_top(span, parent) for span in spans))


def _at_the_top(span: Span, parent: str) -> Span:
    return replace(span, parent_id=None) if parent and span.parent_id == parent else span
