"""The port to a place that holds traces, what one can ask of it, and the honest account of what came back.

SourceError
├── Unable          the platform cannot do what is asked of it
├── Unreadable      a file or reply that is not what it should be; names the place in it
├── NotFound        no such trace, project or file
├── Denied          401 or 403: credentials missing, wrong or too narrow
└── Unreachable     network, time-out, or the platform is down after all retries
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from adapters.trace import Span, Trace


class SourceError(Exception):
    """Something outside went wrong; `hint` is the way out."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class Unable(SourceError):
    """The platform cannot search in this way; leaving a condition out without a word would be worse."""


class Unreadable(SourceError):
    """A file or reply that cannot be understood; the message names the file and the place in it."""


class NotFound(SourceError):
    """There is no such trace, project or file."""


class Denied(SourceError):
    """The platform refuses the credentials."""


class Unreachable(SourceError):
    """The platform cannot be reached, also after retries."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing a reader should know about what was pulled, and where."""

    where: str
    """File and line, span id, or request."""
    says: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was asked of a source, and what became of it. Empty lists mean that nothing of the kind was met."""

    asked: str
    traces: int = 0
    spans: int = 0
    truncated: tuple[Note, ...] = ()
    sampled: tuple[Note, ...] = ()
    expired: tuple[Note, ...] = ()
    orphaned: tuple[Note, ...] = ()
    not_understood: tuple[Note, ...] = ()
    left_out: tuple[Note, ...] = ()
    """Kept out on purpose, such as labels that tell the answer."""

    def __add__(self, other: Receipt) -> Receipt:
        return summed((self, other))


def summed(receipts: Sequence[Receipt]) -> Receipt:
    """One account of several."""
    return Receipt(
        asked="; ".join(each.asked for each in receipts if each.asked),
        traces=sum(each.traces for each in receipts),
        spans=sum(each.spans for each in receipts),
        truncated=tuple(note for each in receipts for note in each.truncated),
        sampled=tuple(note for each in receipts for note in each.sampled),
        expired=tuple(note for each in receipts for note in each.expired),
        orphaned=tuple(note for each in receipts for note in each.orphaned),
        not_understood=tuple(note for each in receipts for note in each.not_understood),
        left_out=tuple(note for each in receipts for note in each.left_out),
    )


@dataclass(frozen=True, slots=True)
class Pulled:
    """Traces with the account of how they were come by."""

    traces: tuple[Trace, ...]
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Bound:
    """A condition on a score: `correctness < 0.5`."""

    name: str
    sign: str
    """One of `<`, `<=`, `=`, `>=`, `>`."""
    value: float

    def holds(self, value: float | None) -> bool:
        """Whether a score keeps the condition; one that is not there does not."""
        if value is None:
            return False
        signs = {"<": value < self.value, "<=": value <= self.value, "=": value == self.value, ">=": value >= self.value}
        return signs.get(self.sign, value > self.value)


@dataclass(frozen=True, slots=True)
class Query:
    """Which traces are wanted. Empty fields do not restrict."""

    project: str = ""
    since: datetime | None = None
    until: datetime | None = None
    failed: bool = False
    """Those in which the platform marks any span as failed, or holds bad feedback where it can search for that."""
    text: str = ""
    name: str = ""
    tags: tuple[str, ...] = ()
    scores: tuple[Bound, ...] = ()
    limit: int = 100


@dataclass(frozen=True, slots=True)
class Summary:
    """A trace in a list, before its spans are loaded."""

    id: str
    name: str = ""
    start_ns: int | None = None
    seconds: float | None = None
    failed: bool = False
    spans: int | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    stamp: str = ""
    """Differs when the trace has changed since; empty where the list does not tell."""


class Source(Protocol):
    """A place that holds traces. Several threads may fetch from it at once."""

    name: str
    place: str
    """Platform, server and project: what tells one source from another."""
    at_once: int
    """How many traces may be fetched at the same time."""

    def projects(self) -> tuple[str, ...]:
        """The names of the projects that can be read."""

    def search(self, query: Query) -> Iterator[Summary]:
        """Summaries of the traces that match, newest first, fetched lazily. Raises Unable for a condition it cannot search by."""

    def fetch(self, trace_id: str) -> Pulled:
        """One whole trace. Raises NotFound, Denied or Unreachable."""

    def pieces(self, trace_id: str) -> Iterator[Pulled]:
        """The same, one part of its spans after the other, so that no trace is too large to be held."""

    def hierarchy(self, trace_id: str) -> dict[str | None, tuple[Span, ...]]:
        """The spans of one trace by the parent they stand under; None is the top."""

    def noticed(self) -> Receipt:
        """What searching met that belongs to no trace, since this was last asked."""

    def close(self) -> None:
        """Let go of the connections."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What an adapter is given to open its platform with; a plug-in's entry point takes one of these and answers a Source."""

    project: str
    variables: Mapping[str, str]
    """The environment: where credentials stand."""
    home: Path
    """The user's home folder: where a platform's own configuration file stands."""
    folder: Path
    """The root of the repository: what a relative path is relative to."""
    tell: Callable[[str], None] = lambda _: None
    """Takes a line of progress."""

    def __repr__(self) -> str:
        return f"Opening({self.project!r})"
