"""The failures of a period, grouped: what fails most, since when, and an example of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from adapters.trace import Trace
from refinery.errors import UsageError
from refinery.events import Event, Say
from refinery.signals.diagnosis import diagnose
from refinery.signals.groups import Failure, Grouped, group
from refinery.store.port import Store


@dataclass(frozen=True, slots=True)
class Clusters:
    """What was looked at, and what of it failed in which way."""

    grouped: Grouped
    looked: int
    failed: int
    notes: tuple[str, ...] = ()


def cluster(store: Store, since: datetime | None, limit: int, say: Say, *, every: bool = False) -> Clusters:
    """Group what failed. Looked at are traces marked as failed, and with `every` all others too, which rules then judge."""
    failures: list[Failure] = []
    looked = 0
    summaries = store.traces(limit=limit, failed=None if every else True)
    for trace in _since(store, [summary.id for summary in summaries if _recent(summary.start_ns, since)]):
        looked += 1
        say(Event("cluster", "diagnosing", looked, len(summaries)))
        found = diagnose(trace, failed=None if every else True)
        if found.found:
            failures.append(Failure(trace, found))
    cut = len(summaries) == limit
    notes = (f"only the newest {limit} traces were looked at; --limit takes in more",) if cut else ()
    return Clusters(group(failures), looked, len(failures), notes)


def _since(store: Store, names: list[str]) -> Iterator[Trace]:
    for name in names:
        try:
            yield store.trace(name)
        except UsageError:  # it went away in between
            continue


def _recent(start_ns: int | None, since: datetime | None) -> bool:
    return since is None or start_ns is None or start_ns >= since.timestamp() * 1e9
