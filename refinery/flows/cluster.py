"""The failures of a period, grouped: what fails most, since when, and an example of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from adapters.trace import Json, Trace
from refinery.errors import UsageError
from refinery.events import Event, Say
from refinery.signals.diagnosis import diagnose
from refinery.signals.groups import Failure, Grouped, Known, group
from refinery.store.port import SUITE, Store

KIND = "groups"
"""What is remembered of groups, so that they keep their ids and names."""

LOOK_AT_ALL = "no trace that is marked as failed was found; `refinery cluster --all` looks at the others too, and rules judge them"
SAY = (
    "the rules see no failure; of an answer that is wrong all the same say what should have happened: "
    '`refinery diagnose TRACE --expected "..."`, or `refinery fix TRACE --says "..." --expect \'contains: "..."\'`'
)


@dataclass(frozen=True, slots=True)
class Clusters:
    """What was looked at, and what of it failed in which way."""

    grouped: Grouped
    looked: int
    failed: int
    notes: tuple[str, ...] = ()


def cluster(
    store: Store,
    since: datetime | None,
    limit: int,
    say: Say,
    now: Callable[[], str] | None = None,
    *,
    every: bool = False,
    source: str = "",
) -> Clusters:
    """Group what failed. Looked at are traces marked as failed, and with `every` all others too, which rules then judge.

    Runs of the suite are left out, unless they are the `source` that is asked for: what the suite says, the suite shows.
    Groups that were told before keep their ids and names. Without `now` nothing is remembered.
    """
    failures: list[Failure] = []
    looked = 0
    summaries = store.traces(limit=limit, failed=None if every else True, source=source, without="" if source else SUITE)
    for trace in _since(store, [summary.id for summary in summaries if _recent(summary.start_ns, since)]):
        looked += 1
        say(Event("cluster", "diagnosing", looked, len(summaries)))
        found = diagnose(trace, failed=None if every else True)
        if found.found:
            failures.append(Failure(trace, found))
    cut = len(summaries) == limit
    notes = (f"only the newest {limit} traces were looked at; --limit takes in more",) if cut else ()
    notes = (*notes, *(() if failures else (SAY if every else LOOK_AT_ALL,)))
    grouped = group(failures, _known(store))
    if failures and now:
        remembered: list[Json] = [{"id": one.id, "name": one.name, "signatures": list(one.signatures)} for one in grouped.known]
        store.save_report(KIND, KIND, {"groups": remembered}, now())
    return Clusters(grouped, looked, len(failures), notes)


def _known(store: Store) -> tuple[Known, ...]:
    filed = store.report(KIND)
    entries = filed.body.get("groups") if filed else None
    found = []
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("signatures"), list):
            marks = entry["signatures"]
            found.append(Known(str(entry["id"]), str(entry["name"]), tuple(map(str, marks if isinstance(marks, list) else []))))
    return tuple(found)


def _since(store: Store, names: list[str]) -> Iterator[Trace]:
    for name in names:
        try:
            yield store.trace(name)
        except UsageError:  # it went away in between
            continue


def _recent(start_ns: int | None, since: datetime | None) -> bool:
    return since is None or start_ns is None or start_ns >= since.timestamp() * 1e9
