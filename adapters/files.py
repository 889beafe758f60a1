"""Trace files of every known format into Traces: the content decides, what is broken is noted, what is good is kept."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from adapters import atif, flat, langfuse, langsmith, messages, openai_agents, otlp, transcript
from adapters.gather import Gathering
from adapters.protobuf import read_protobuf
from adapters.records import plain, records, start_of
from adapters.source import NotFound, Pulled, Unreadable
from adapters.trace import Json, Trace

CONTAINERS = ("data", "spans", "traces", "trace", "runs", "records", "results", "items")
"""Where exports keep their list of spans, runs or traces."""
TEXTUAL = frozenset({".json", ".jsonl", ".ndjson"})
SKIPPED = frozenset({".git", "node_modules", "__pycache__", ".venv"})
FORMATS = "OTLP (JSON, lines, protobuf), spans of an OpenTelemetry SDK, LangSmith and Langfuse exports, OpenAI Agents SDK, ATIF, chats"
PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"(\xb5/\xfd": "zstd", b"BZh": "bzip2"}


def read(path: Path) -> Pulled:
    """The traces of one file. NotFound without a file; Unreadable, with the place, when it is broken and nothing in it is good."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}", hint="name a file or folder that exists") from None
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}", hint="name a file that can be read") from None
    pulled = read_bytes(data, str(path), textual=path.suffix.lower() in TEXTUAL)
    return replace(pulled, traces=_named(pulled.traces, path.stem))


def files_in(path: Path) -> Iterator[Path]:
    """The file itself, or those below a folder in the order of their names."""
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and SKIPPED.isdisjoint(file.relative_to(path).parts) and not file.name.startswith("."):
            yield file


def read_bytes(data: bytes, name: str, *, textual: bool = False) -> Pulled:
    """The traces in the content of a file called `name`; `textual` says that it claims to be JSON."""
    with _uncollected():
        return _read(plain(data), name, textual=textual)


def _read(data: bytes, name: str, *, textual: bool) -> Pulled:
    gathering = Gathering(name, "file")
    reading = Reading(gathering, name)
    packed = next((what for start, what in PACKED.items() if data.startswith(start)), "")
    if packed:
        raise Unreadable(f"{name}: is packed with {packed}", hint="unpack it first")
    start = start_of(data)
    begin = data[start : start + 1]
    if not begin:
        gathering.not_understood.add(name, "the file is empty")
    elif begin in (b"{", b"[") and not _is_framed(data):
        reading.json(data)
    elif data[:1] in (b"\n", b"\0"):
        if not read_protobuf(data, gathering):
            reading.json(data)
    elif b"\0" in data[:8192] or not _is_text(data):
        raise Unreadable(f"{name}: byte 0: neither JSON nor OTLP protobuf", hint=f"what can be read: {FORMATS}")
    elif textual or b"\n{" in data or b"\n[" in data:
        reading.json(data)
    else:
        gathering.not_understood.add(name, "plain text, not a trace")
    pulled = gathering.pulled()
    if not pulled.traces and reading.faults:
        first = pulled.receipt.not_understood[0]
        raise Unreadable(f"{first.where}: {first.says}", hint=f"nothing in the file could be read; what can be read: {FORMATS}")
    return pulled


class Reading:
    """One file's records on their way to the reader of their format."""

    def __init__(self, gathering: Gathering, name: str) -> None:
        self.gathering = gathering
        self.name = name
        self.faults = 0
        self._runs = langsmith.Runs()
        self._turns: list[Json] = []
        self._strange: list[tuple[str, Json]] = []
        self._strangers = 0

    def json(self, data: bytes) -> None:
        """Every record of a text."""
        for record in records(data, self._fault):
            try:
                self._top(record.value, record.where)
            except RecursionError:
                self._fault(record.where, "nested too deeply")
        self._runs.into(self.gathering)
        if self._turns:
            transcript.read_chat(self._turns, self.gathering, self.name)
        if self._strangers:
            where, value = self._strange[0]
            what = f"an object with {', '.join(list(value)[:6])}" if isinstance(value, dict) else type(value).__name__
            many = "holds no trace" if self._strangers == 1 else f"{self._strangers} records hold no trace, the first"
            self.gathering.not_understood.add(self._place(where), f"{many}: {what}")

    def _fault(self, where: str, says: str) -> None:
        self.faults += 1
        self.gathering.not_understood.add(self._place(where), says)

    def _place(self, where: str) -> str:
        return f"{self.name}: {where}" if where else self.name

    def _top(self, value: Json, where: str) -> None:
        """A record; a message that is a line of its own is a turn of the one chat in the file."""
        if where and messages.is_message(value) and not self._is_record(value):
            self._turns.append(value)
        else:
            self._value(value, where)

    def _is_record(self, value: Json) -> bool:
        return isinstance(value, dict) and (transcript.recognises(value) or flat.recognises(value) or langsmith.is_run(value))

    def _value(self, value: Json, where: str) -> None:
        waiting: list[tuple[Json, str]] = [(value, where)]
        while waiting:
            at, place = waiting.pop()
            inner = self._inside(at, place)
            waiting.extend(reversed(inner))

    def _inside(self, value: Json, where: str) -> list[tuple[Json, str]]:
        """Reads a value, or answers the values inside it that are to be read."""
        if isinstance(value, list):
            if messages.are_messages(value):
                transcript.read_chat(value, self.gathering, self._place(where))
                return []
            return [(each, f"{where}[{number}]") for number, each in enumerate(value)]
        if not isinstance(value, dict):
            self._stranger(value, where)
            return []
        if self._read(value, self._place(where)):
            return []
        inner = [(value[key], f"{where} {key}".strip()) for key in CONTAINERS if isinstance(value.get(key), list | dict)]
        if not inner:
            self._stranger(value, where)
        return inner

    def _read(self, value: Mapping[str, Json], place: str) -> bool:
        """Reads an object whose format says what it is."""
        if otlp.recognises(value):
            otlp.read(value, self.gathering, place)
        elif langsmith.is_batch(value):
            self._runs.batch(value, self.gathering, place)
        elif langsmith.is_run(value):
            self._runs.add(value, self.gathering, place)
        elif openai_agents.recognises(value):
            openai_agents.read(value, self.gathering, place)
        elif atif.recognises(value):
            atif.read(value, self.gathering, place)
        elif langfuse.recognises(value):
            langfuse.read(value, self.gathering, place)
        elif flat.recognises(value):
            flat.read(value, self.gathering, place)
        elif transcript.recognises(value):
            transcript.read(value, self.gathering, place)
        elif flat.is_bare(value):
            flat.read_bare(value, self.gathering, place)
        else:
            return False
        return True

    def _stranger(self, value: Json, where: str) -> None:
        self._strangers += 1
        if not self._strange:
            self._strange.append((where, value))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Reading makes millions of objects and no garbage; looking for some costs a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _named(traces: tuple[Trace, ...], stem: str) -> tuple[Trace, ...]:
    """A trace without a name is called after its file."""
    many = len(traces) > 1
    return tuple(
        trace if trace.name else replace(trace, name=f"{stem} #{number}" if many else stem) for number, trace in enumerate(traces, 1)
    )


def _is_framed(data: bytes) -> bool:
    """Whether what looks like JSON is protobuf: a first field of 123 or 91 bytes has the bracket for its length."""
    return data[:1] == b"\n" and b"\0" in data[:8192]


def _is_text(data: bytes) -> bool:
    head = data[:8192]
    return sum(byte < 9 or 13 < byte < 32 for byte in head) * 50 < len(head)
