"""The port to what Refinery keeps: traces, receipts, reports, remembered fixes, and what people said to changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from adapters.source import Pulled, Receipt, Summary
from adapters.trace import Json, Trace
from knowledge.passage import Fix
from refinery.domain import Approval


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving came to, in traces."""

    new: int = 0
    known: int = 0
    """Nothing about them was new."""
    grown: int = 0
    """They were known, and got more spans."""

    def __add__(self, other: Saved) -> Saved:
        return Saved(self.new + other.new, self.known + other.known, self.grown + other.grown)


@dataclass(frozen=True, slots=True)
class Fetched:
    """That a trace was fetched, and what it was like then."""

    source: str
    """Platform, server and project."""
    trace: str
    stamp: str
    """See `Summary.stamp`."""
    at: float
    """Unix time."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a search had been followed when its pull broke off: everything between these two starts was dealt with."""

    newest_ns: int
    reached_ns: int
    count: int
    """Traces in between."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A report as it was filed."""

    key: str
    kind: str
    created: str
    """ISO 8601."""
    body: Mapping[str, Json]


SUITE = "suite"
"""The source of what the user's own suite recorded."""


class Store(Protocol):
    """Where things are kept between runs."""

    def save(self, pulled: Pulled) -> Saved:
        """Keep traces and their receipt. Saving the same again changes nothing; new spans of a known trace are added."""

    def keep(self, pulled: Sequence[Pulled], fetched: Sequence[Fetched] = ()) -> Saved:
        """The same for several at once, and when they were fetched: all or nothing."""

    def fetched(self, source: str, trace: str) -> Fetched | None:
        """When a trace was last fetched; None when it never was."""

    def mark(self, search: str) -> Mark | None:
        """Where the last pull of a search broke off; None when it came to its end."""

    def set_mark(self, search: str, mark: Mark | None) -> None:
        """Remember where a pull breaks off, or that it came to its end."""

    def traces(
        self, limit: int = 100, failed: bool | None = None, text: str = "", source: str = "", without: str = ""
    ) -> tuple[Summary, ...]:
        """Traces in a list, newest first; `text` stands anywhere in them. Of one `source` only, or all but those of another."""

    def trace(self, prefix: str) -> Trace:
        """The trace whose id begins so, with the remarks of its receipts. Raises UsageError when there is none, or more than one."""

    def receipts(self) -> tuple[Receipt, ...]:
        """All receipts, in the order in which they came."""

    def save_report(self, key: str, kind: str, body: Mapping[str, Json], created: str) -> None:
        """File a report; one of the same key takes the place of the older."""

    def reports(self, kind: str = "") -> tuple[Filed, ...]:
        """Reports of a kind, or all, newest first."""

    def report(self, key: str) -> Filed | None:
        """The report of this key; None when there is none."""

    def record_fix(self, commit: str, symptom: str, cure: str, outcome: str) -> None:
        """Remember a fix; what was known of this commit is replaced."""

    def fixes(self) -> tuple[Fix, ...]:
        """All remembered fixes, in the order in which they were first recorded."""

    def record_approval(self, answer: Approval) -> None:
        """Add what was said to a change; what was said before stays on record."""

    def approvals(self, change: str = "") -> tuple[Approval, ...]:
        """What was said to a change, or to all, in the order in which it was said."""

    def close(self) -> None:
        """Let go of the file."""
