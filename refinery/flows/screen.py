"""Try many candidate edits quickly, several at once, and tell which of them turn red scenarios green and none red."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from adapters.trace import Json
from refinery.domain import Attempt, Cause, Scenario
from refinery.flows.patience import bounded, brief
from refinery.flows.progress import nearer
from refinery.flows.variations import Probe
from refinery.suite.checks.vocabulary import needs_spans
from refinery.suite.launch import Course
from refinery.suite.runner import Runner, TreeBench
from refinery.workbench import Workbench
from safety.changes import ChangeSet, FileChange

SLOW = 15.0
"""Seconds that a test may take while it is found out how long tests take."""
PROBED = 20.0
"""Seconds that all probes of one change may take."""

Candidate = TypeVar("Candidate")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Screened:
    """What one quick look at a candidate showed. It only decides who reaches the gate; it is never evidence there."""

    turned: frozenset[str] = frozenset()
    """Red scenarios that passed."""
    broke: frozenset[str] = frozenset()
    """Green scenarios that failed."""
    moved: frozenset[str] = frozenset()
    """Red scenarios that failed in another way than on the base: touched, and not cured."""
    nearer: frozenset[str] = frozenset()
    """Red scenarios that failed, and came nearer to passing than on the base."""
    runs: int = 0
    late: bool = False
    """A run did not end in the time that a look may take."""
    failed: tuple[Attempt, ...] = ()
    """The runs that spoke against it."""

    @property
    def promising(self) -> bool:
        return bool(self.turned) and not self.broke

    @property
    def convincing(self) -> bool:
        """What turned speaks for the edit, and what did not turn does not speak against it.

        An edit that cures one failure and touches another without curing it has more likely met the one by chance.
        """
        return self.promising and (not self.moved or 1 < len(self.turned) > len(self.moved))


@contextmanager
def screening(
    base: str, red: tuple[Scenario, ...], green: tuple[Scenario, ...], attempts: Sequence[Attempt], whole: bool, bench: Workbench
) -> Iterator[Screen]:
    """A screen for the candidates of one search. The agent is not traced unless a check looks at how it went about it.

    `attempts` are those on the base, by which it is known how long a run takes.
    """
    watched = any(needs_spans(scenario) for scenario in (*red, *green))
    runner = bench.scratch if watched else bench.unwatched
    with ExitStack() as stack:
        with bench.workspace.lease(base) as tree:
            warmed = stack.enter_context(runner.warmed(tree, bench.workspace.place, any(each.test for each in (*red, *green))))
            hanging = frozenset(attempt.scenario for attempt in attempts if attempt.cause is Cause.TIMEOUT)
            pace = _pace(warmed, tree, green, [each for each in red if each.id not in hanging])
            if pace is None:  # a test runner that minds what is loaded before it
                warmed = replace(warmed, test_nursery=None)
            warm = bounded(warmed, tree, (*green, *red), attempts, bench.clock, bench.limits.workers)
            course = Course(warm.agent.timeout_s, brief(pace) if pace else warm.agent.timeout_s)
        ordered = tuple(sorted(red, key=lambda scenario: scenario.id in hanging))
        before = {attempt.scenario: attempt for attempt in attempts}
        screen = Screen(base, ordered, green, whole, hanging, before, bench, warm, course)
        stack.callback(screen.close)
        yield screen


def _pace(warmed: Runner, tree: Path, green: Sequence[Scenario], red: Sequence[Scenario]) -> list[float] | None:
    """Seconds that each test takes among the others where they run warm; None when one that passes does not do so there.

    Agents are warm in the same way everywhere.
    """
    tests = [each for each in (*green, *red) if each.test]
    if warmed.test_nursery is None or not tests:
        return []
    with warmed.open(tree) as running:
        seen = {attempt.scenario: attempt for attempt in running.looked(tests, Course(SLOW, SLOW))}
    return [each.latency_s for each in seen.values()] if all(seen[each.id].passed for each in green if each.test) else None


@dataclass(slots=True)
class Folder:
    """A copy of the base commit."""

    tree: Path
    given_back: ExitStack
    running: TreeBench | None = None
    """What runs there, where it can stay."""


@dataclass(slots=True)
class Screen:
    """Folders at the base commit, one a worker, in which candidates are tried and taken out again."""

    base: str
    red: tuple[Scenario, ...]
    green: tuple[Scenario, ...]
    whole: bool
    """All red scenarios must turn; the first that does not ends the look."""
    hanging: frozenset[str]
    """Scenarios that do not come to an end on the base either; they are looked at last."""
    before: Mapping[str, Attempt]
    """How each scenario went on the base."""
    bench: Workbench
    runner: Runner
    course: Course
    _free: list[Folder] = field(default_factory=list)
    _busy: int = 0
    _state: str = "open"
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def patience(self) -> float:
        """Seconds after which a run is ended."""
        return self.runner.agent.timeout_s

    def look(self, changes: ChangeSet) -> Screened:
        """Run the red scenarios against a change, and the green ones if that goes well."""
        with self._folder() as folder:
            return self._looked(folder, changes) if folder else Screened()

    def _looked(self, folder: Folder, changes: ChangeSet) -> Screened:
        with _written(folder.tree, changes), self._opened(folder) as running:
            turned: set[str] = set()
            moved: set[str] = set()
            closer: set[str] = set()
            failed: list[Attempt] = []
            runs = 0
            for attempt in running.looked(self.red, replace(self.course, stop=self.whole)):
                runs += 1
                late = attempt.cause is Cause.TIMEOUT and attempt.scenario not in self.hanging
                if attempt.passed:
                    turned.add(attempt.scenario)
                    continue
                failed.append(attempt)
                if self._nearer(attempt):
                    closer.add(attempt.scenario)
                if self.whole or late:
                    return Screened(nearer=frozenset(closer), runs=runs, late=late, failed=tuple(failed))
                if self._moved(attempt):
                    moved.add(attempt.scenario)
            if not turned:
                return Screened(moved=frozenset(moved), nearer=frozenset(closer), runs=runs, failed=tuple(failed))
            for attempt in running.looked(self.green, replace(self.course, stop=True)):
                runs += 1
                if not attempt.passed:
                    late = attempt.cause is Cause.TIMEOUT
                    return Screened(frozenset(turned), frozenset({attempt.scenario}), frozenset(moved), frozenset(), runs, late, (attempt,))
            return Screened(frozenset(turned), frozenset(), frozenset(moved), frozenset(closer), runs, failed=tuple(failed))

    def _moved(self, attempt: Attempt) -> bool:
        """Whether it ended otherwise than on the base."""
        before = self.before.get(attempt.scenario)
        return before is None or _ending(attempt) != _ending(before)

    def _nearer(self, attempt: Attempt) -> bool:
        before = self.before.get(attempt.scenario)
        scenario = next(each for each in self.red if each.id == attempt.scenario)
        return before is not None and nearer(scenario, before, attempt)

    def behaves(self, changes: ChangeSet, inputs: Sequence[Json]) -> tuple[Attempt, ...]:
        """How a change goes about inputs that no check decides; nothing when there is no more looking to be done."""
        with self._folder() as folder:
            if folder is None:
                return ()
            with _written(folder.tree, changes), self.runner.open(folder.tree) as running:
                return tuple(running.attempt(Scenario(f"neighbour-{number}", each, ()), 0) for number, each in enumerate(inputs))

    def entered(self, changes: ChangeSet, entry: str, scenario: Scenario, seconds: float) -> Attempt | None:
        """What an entry of the changed tree that stands for the agent's own answers, or the scenario's test comes to there, which may take
        so many seconds; None when there is no more looking to be done."""
        agent = replace(self.runner.agent, python=entry, timeout_s=seconds) if not scenario.test else self.runner.agent
        tests = self.runner.tests
        other = replace(self.runner, agent=agent, tests=replace(tests, timeout_s=seconds) if tests else None)
        with self._folder() as folder:
            if folder is None:
                return None
            with _written(folder.tree, changes), other.open(folder.tree) as running:
                return running.attempt(scenario, 0)

    def probed(self, changes: ChangeSet, probe: Probe) -> Attempt | None:
        """How a change goes about probes that stand beside the user's tests; None when there is no more looking to be done."""
        asked = ChangeSet((*changes, FileChange(probe.path, None, probe.source)))
        return self.entered(asked, "", probe.test, max(PROBED, self.runner.tests.timeout_s if self.runner.tests else PROBED))

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Nobody looks, and the folders are given back, for the length of a block: the gate has the machine to itself."""
        self._stop("resting")
        try:
            yield
        except BaseException:
            self._turn("closed")
            raise
        self._turn("open")

    def close(self) -> None:
        """Stop looking for good."""
        self._stop("closed")

    def _stop(self, state: str) -> None:
        with self._changed:
            self._turn(state)
            self._changed.wait_for(lambda: self._busy == 0)
            free, self._free = self._free, []
        for folder in free:
            folder.given_back.close()

    def _turn(self, state: str) -> None:
        with self._changed:
            self._state = state
            self._changed.notify_all()

    @contextmanager
    def _opened(self, folder: Folder) -> Iterator[TreeBench]:
        """What runs in a folder. Where tests alone do, none of the user's code is loaded beforehand, and it stays from look to look."""
        if any(not each.test for each in (*self.red, *self.green)) or self.runner.test_nursery is None:
            with self.runner.open(folder.tree) as running:
                yield running
            return
        if folder.running is None:
            folder.running = folder.given_back.enter_context(self.runner.open(folder.tree))
        yield folder.running

    @contextmanager
    def _folder(self) -> Iterator[Folder | None]:
        """A folder to oneself; None when there is no more looking to be done."""
        with self._changed:
            self._changed.wait_for(lambda: self._state != "resting")
            closed = self._state == "closed"
            self._busy += not closed
            folder = self._free.pop() if self._free and not closed else None
        if closed:
            yield None
            return
        try:
            folder = folder or self._leased()
            yield folder
        finally:
            with self._changed:
                if folder:
                    self._free.append(folder)
                self._busy -= 1
                self._changed.notify_all()

    def _leased(self) -> Folder:
        lease = ExitStack()
        return Folder(lease.enter_context(self.bench.workspace.lease(self.base)), lease)


def in_order(
    work: Callable[[Candidate], Result], candidates: Iterable[Candidate], workers: int
) -> Generator[tuple[Candidate, Result], None, None]:
    """Results in the order of the candidates, computed by several threads that look a little ahead; closing it waits for them."""
    ahead: deque[tuple[Candidate, Future[Result]]] = deque()
    source = iter(candidates)
    with ThreadPoolExecutor(workers) as pool:
        try:
            while True:
                for candidate in source:
                    ahead.append((candidate, pool.submit(work, candidate)))
                    if len(ahead) > 2 * workers:
                        break
                if not ahead:
                    return
                candidate, future = ahead.popleft()
                yield candidate, future.result()
        finally:
            for _, future in ahead:
                future.cancel()


@contextmanager
def _written(tree: Path, changes: ChangeSet) -> Iterator[None]:
    """The changes stand in the folder for the length of a block; its files are then what they were."""
    try:
        for change in changes:
            _put(tree / change.path, change.after)
        yield
    finally:
        for change in changes:
            _put(tree / change.path, change.before)


def _put(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.write(text)


def _ending(attempt: Attempt) -> tuple[str, str]:
    """What an attempt came to, for telling whether two came to the same."""
    return attempt.output, attempt.error.strip().rpartition("\n")[2]


def by_turned(looks: Sequence[tuple[Candidate, Screened]]) -> list[tuple[Candidate, Screened]]:
    """Those that turned most first; ties keep their order."""
    return sorted(looks, key=lambda look: -len(look[1].turned))
