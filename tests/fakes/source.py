"""A source of traces that lists what it is given, and counts what is fetched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from adapters.source import Note, NotFound, Pulled, Query, Receipt, Summary
from adapters.trace import Span, Trace


@dataclass
class ListSource:
    """Traces by number, the highest begins last; `breaks` are raised when their trace is fetched."""

    stamps: dict[int, str]
    breaks: dict[int, BaseException] = field(default_factory=dict)
    running: frozenset[int] = frozenset()
    pieces_of: int = 1
    name: str = "list"
    place: str = "list here"
    at_once: int = 3
    fetched: list[int] = field(default_factory=list)
    searched: list[Query] = field(default_factory=list)
    listed: list[int] = field(default_factory=list)
    most_at_once: int = 0
    gate: threading.Barrier | None = None
    """Where fetches wait for one another, as long as that does not take for ever."""
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def projects(self) -> tuple[str, ...]:
        return ("one",)

    def search(self, query: Query) -> Iterator[Summary]:
        self.searched.append(query)
        for number in sorted(self.stamps, reverse=True):
            start = start_of(number)
            if query.since and start < query.since.timestamp() * 1e9:
                continue
            if query.until and start >= query.until.timestamp() * 1e9:
                continue
            self.listed.append(number)
            yield Summary(f"t{number}", start_ns=start, stamp=self.stamps[number])

    def fetch(self, trace_id: str) -> Pulled:
        (*_, last) = self.pieces(trace_id)
        return last

    def pieces(self, trace_id: str) -> Iterator[Pulled]:
        number = int(trace_id.removeprefix("t"))
        with self._lock:
            self.fetched.append(number)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            if self.gate:
                with suppress(threading.BrokenBarrierError):
                    self.gate.wait(0.3)
            if number not in self.stamps:
                raise NotFound(f"there is no trace {trace_id}")
            for piece in range(self.pieces_of):
                if number in self.breaks and piece == self.pieces_of - 1:
                    raise self.breaks.pop(number)
                yield self._piece(number, piece)
        finally:
            with self._lock:
                self._now -= 1

    def _piece(self, number: int, piece: int) -> Pulled:
        last = piece == self.pieces_of - 1
        root = None if piece == 0 else f"{number}-0"
        span = Span(
            f"{number}-{piece}", "step", parent_id=root, start_ns=start_of(number), end_ns=start_of(number) + 5, output=f"is {number}"
        )
        receipt = Receipt(asked=f"t{number}", traces=1, spans=self.pieces_of) if last else Receipt(asked="")
        if number in self.running:
            receipt = Receipt(asked=f"t{number}", traces=1, spans=1, truncated=(Note(f"t{number}", "had not ended"),))
        return Pulled((Trace(f"t{number}", (span,), source="list"),), receipt)

    def hierarchy(self, trace_id: str) -> dict[str | None, tuple[Span, ...]]:
        return dict(self.fetch(trace_id).traces[0].children())

    def noticed(self) -> Receipt:
        return Receipt(asked="")

    def close(self) -> None:
        pass


def start_of(number: int) -> int:
    """An hour apart."""
    return (1_795_000_000 + number * 3_600) * 1_000_000_000
