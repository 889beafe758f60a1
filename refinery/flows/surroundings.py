"""What is known outside a trace: runs like it that passed, runs that failed in the same way, and what changed before the first of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from adapters.source import Summary
from adapters.trace import Trace
from refinery.domain import PASSED, Diagnosis, Expectation, Scenario
from refinery.errors import UsageError
from refinery.repo.repository import Repository
from refinery.signals import expectation
from refinery.signals.diagnosis import diagnose, stated
from refinery.signals.signature import signature
from refinery.signals.turns import answer
from refinery.store.port import Store
from refinery.suite.checks import judge
from refinery.suite.outcome import Outcome

LOOKED_AT = 40
"""Traces of the store that are read for likeness; the newest ones."""
MOST_SPANS = 500
"""Longer traces are not compared: it would take longer than the diagnosis itself."""
MOST_PASSING = 3
BEFORE = timedelta(days=14)
MOST_COMMITS = 5
MOST_FILES = 4
SEARCHED = 60
"""Characters of the task that a like run must hold."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Failures with the same signature."""

    count: int
    onset_ns: int | None
    """When the first of them began, as far as it was looked for."""
    looked: int


@dataclass(frozen=True, slots=True)
class Right:
    """How a run is known to have passed, beside what was said of it on its platform."""

    says: str = ""
    """What should have happened, in plain words: a run whose answer holds the values it names has passed."""
    checks: tuple[Expectation, ...] = ()

    def met(self, trace: Trace) -> bool | None:
        """Whether the run's answer is right; None where nothing that could be held against it was stated."""
        final = answer(trace)
        wanted = tuple(Expectation("icontains", value) for value in expectation.wanted(self.says))
        checks = self.checks or wanted
        if not checks:
            return None
        if final is None:
            return False
        outcome = Outcome(final.text, trace=trace)
        return all(check.passed for check in judge(Scenario("known", None, checks), outcome))


def passing_like(trace: Trace, store: Store, right: Right | None = None) -> tuple[Trace, ...]:
    """Runs of the same scenario or task in the store that are known to have passed, and answered otherwise than this one.

    That nothing shows a failure is not enough: most wrong answers are marked by nobody.
    """
    scenario = trace.attributes.get("refinery.scenario")
    mark = str(scenario) if scenario else trace.task.strip()[:SEARCHED]
    if not mark:
        return ()
    found: list[Trace] = []
    for other in _loaded(store, store.traces(limit=LOOKED_AT, failed=False, text=mark), trace.id):
        if _same_case(trace, other) and _known_right(other, right or Right()) and not _same_answer(trace, other):
            found.append(other)
            if len(found) == MOST_PASSING:
                break
    return tuple(found)


def _known_right(trace: Trace, right: Right) -> bool:
    met = right.met(trace)
    said = trace.attributes.get(PASSED) is True or stated(trace) is False or any(each.good for each in trace.feedback)
    refuted = met is False and bool(right.checks)  # words may name values that no answer has to hold
    return (met is True or (said and not refuted)) and not diagnose(trace).found


def _same_answer(trace: Trace, other: Trace) -> bool:
    mine, theirs = answer(trace), answer(other)
    return mine is not None and theirs is not None and mine.text.casefold().split() == theirs.text.casefold().split()


def alike(trace: Trace, found: Diagnosis, store: Store) -> Alike:
    """How many of the newest failures in the store have the same signature, and since when."""
    mine = signature(trace, found)
    starts = [span.start_ns for span in trace.spans if span.start_ns is not None]
    onset = min(starts, default=None)
    if not mine:
        return Alike(0, onset, 0)
    count = looked = 0
    for other in _loaded(store, store.traces(limit=LOOKED_AT, failed=True), trace.id):
        looked += 1
        if signature(other, diagnose(other, failed=True)) == mine:
            count += 1
            began = min((span.start_ns for span in other.spans if span.start_ns is not None), default=None)
            onset = began if onset is None else onset if began is None else min(onset, began)
    return Alike(count, onset, looked)


def commits_before(repository: Repository, onset_ns: int) -> tuple[str, ...]:
    """The last changes to the agent's repository before a failure began, newest first, a line each."""
    until = datetime.fromtimestamp(onset_ns / 1e9, UTC)
    given = (f"--until={until.isoformat()}", f"--since={(until - BEFORE).isoformat()}", f"--max-count={MOST_COMMITS}")
    answer = repository.git.ask("log", *given, "--no-show-signature", "--format=%x01%h %cs %s", "--name-only", "HEAD")
    told = []
    for entry in answer.text.split("\x01")[1:] if answer.status == 0 else []:
        subject, *files = [line for line in entry.splitlines() if line.strip()]
        more = f" and {len(files) - MOST_FILES} more" if len(files) > MOST_FILES else ""
        told.append(subject + (f" ({', '.join(files[:MOST_FILES])}{more})" if files else ""))
    return tuple(told)


def told(passing: Sequence[Trace], like: Alike, commits: Sequence[str]) -> tuple[str, ...]:
    """What was found, a sentence each."""
    says = []
    if passing:
        names = ", ".join(one.id[:12] for one in passing)
        says.append(f"{len(passing)} run{'s' if len(passing) > 1 else ''} of the same task passed: {names}")
    if like.count:
        since = f", the first on {datetime.fromtimestamp(like.onset_ns / 1e9, UTC):%Y-%m-%d %H:%M} UTC" if like.onset_ns else ""
        says.append(f"{like.count} of the {like.looked} newest other failures look the same{since}")
    says += [f"commit before it began: {each}" for each in commits]
    return tuple(says)


def _loaded(store: Store, summaries: Iterable[Summary], but: str) -> Iterable[Trace]:
    for summary in summaries:
        if summary.id != but and (summary.spans or 0) <= MOST_SPANS:
            try:
                yield store.trace(summary.id)
            except UsageError:  # it went away in between
                continue


def _same_case(trace: Trace, other: Trace) -> bool:
    mine, theirs = trace.attributes.get("refinery.scenario"), other.attributes.get("refinery.scenario")
    if mine or theirs:
        return mine == theirs
    return bool(trace.task.strip()) and trace.task.split() == other.task.split()
