"""Runs scenarios against the code in a folder, many at once, and leaves nothing behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Protocol

from adapters.trace import Json, Trace
from refinery import stats
from refinery.domain import (
    PASSED,
    AgentSpec,
    Attempt,
    Bill,
    BillItem,
    Cause,
    Execution,
    Judging,
    Replayed,
    Scenario,
    ScenarioResult,
    SuiteResult,
)
from refinery.events import Event, Say, silent
from refinery.suite import score
from refinery.suite.attempt import judged
from refinery.suite.capsule.placing import outside
from refinery.suite.capture import Capture
from refinery.suite.confinement import Limits
from refinery.suite.launch import Course, Launch, Local, Remote
from refinery.suite.nursery import Nursery
from refinery.suite.outcome import Outcome
from refinery.suite.pool import Halt, room
from refinery.suite.relative import attempt_from, trace_from
from refinery.suite.relay import Mode, Relay
from refinery.suite.rubrics import Rubrics
from refinery.suite.sandbox.ground import Ground, Level, establish
from refinery.suite.testing import LEAST_TO_COLLECT, Found, found, launched, manner_of, roomy

Pair = tuple[Scenario, int]
"""A scenario and the number of the trial."""
Done = Mapping[tuple[str, int], Attempt]
"""Attempts by the id of their scenario and the number of the trial."""
NOTHING_DONE: Done = {}


TOGETHER = 5.0
"""Seconds that a test may take among others; one that takes longer has a process of its own."""
FEWEST = 8
"""Tests that are worth a process of their own."""


class Bench(Protocol):
    """A tree with an agent in it that can be tried."""

    def attempt(self, scenario: Scenario, trial: int) -> Attempt:
        """One run, judged."""

    def attempts(self, pairs: Sequence[Pair], say: Say = silent) -> Iterator[Attempt]:
        """Many runs at once, in the order in which they end."""


@dataclass(frozen=True, slots=True)
class Runner:
    """How the user's agent is run. Without a capture its tool calls, steps and costs cannot be seen."""

    agent: AgentSpec
    concurrency: int = 4
    capture: Capture | None = None
    sink: Callable[[Trace], None] | None = None
    """Told of every captured trace, from the thread that asked for the attempt."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the agent's environment is taken from: PATH and the like, and the names that the agent declares."""
    limits: Limits = field(default_factory=Limits)
    nursery: Nursery | None = None
    """Where workers are forked from, if any; see `warmed`."""
    test_nursery: Nursery | None = None
    """The same for the user's tests."""
    tests: AgentSpec | None = None
    """How the user's own tests are run: `command` is theirs. The same as the agent where nothing else is run."""
    walls: Ground | None = None
    """What the agent runs behind; None: what can be had on this machine, which is then found out."""
    retries: int = 1
    """How often an attempt is made again when the machine failed, where its scenario does not say."""
    rubrics: Rubrics | None = None
    """Who judges rubrics; None: nobody, and they are not measured."""

    @property
    def ground(self) -> Ground:
        """What the agent runs behind. Raises ConfigError where that is less than there must be."""
        return self.walls or establish(self.agent.sandbox)

    @property
    def broke(self) -> str:
        """That the budget for the agent's model calls is spent, so that no attempt can be made any more; empty while it is not."""
        return self.capture.relay.spent if self.capture and self.capture.relay else ""

    @contextmanager
    def warmed(self, tree: Path, place: Path | None = None, tests: bool = False) -> Iterator[Runner]:
        """The same runner, quicker to open: the agent's libraries are loaded once, and every tree loads its own code only.

        For looking at many candidates, in trees that lie in `place`, or else beside the first. With `tests`, so are pytest, its
        plug-ins and the libraries of the tests. What a library remembers of being imported is shared between them, so evidence is
        not made so.
        """
        place = place or tree.absolute().parent
        with ExitStack() as stack:
            agent = _launch(self, tree, 1, False)
            stack.callback(agent.close)
            nursery = agent.start_nursery(place) if isinstance(agent, Local) else None
            if nursery:
                stack.callback(nursery.close)
            test_nursery = None
            if tests and self.tests:
                local = _local_for(self, self.tests, tree, 1, False)
                stack.callback(local.close)
                test_nursery = local.start_nursery(place)
                if test_nursery:
                    stack.callback(test_nursery.close)
            yield replace(self, concurrency=1, nursery=nursery, test_nursery=test_nursery)

    @property
    def tests_alone(self) -> bool:
        """Whether there is no agent that could be asked anything."""
        return self.tests is not None and self.tests == self.agent

    def tests_in(self, tree: Path) -> Found:
        """The tests of a folder, found by running the command there. Raises ConfigError when they cannot be listed or there are none."""
        if self.tests is None:
            return Found(())
        patient = replace(self.tests, timeout_s=max(self.tests.timeout_s, LEAST_TO_COLLECT))
        local = _local_for(self, patient, tree, 1, False)
        try:
            return found(local)
        finally:
            local.close()

    @contextmanager
    def open(self, tree: Path, coverage: bool = False) -> Iterator[TreeBench]:
        """Warm the agent in a folder up; when this is left, no process and no file of it remains."""
        bench = TreeBench(self, tree, coverage)
        try:
            yield bench
        finally:
            bench.close()

    def run(
        self,
        tree: Path,
        scenarios: Sequence[Scenario],
        trials: int,
        say: Say = silent,
        done: Done = NOTHING_DONE,
        keep: Callable[[Attempt], None] | None = None,
    ) -> SuiteResult:
        """Every scenario as often as asked (or as it says itself), with an interval each and the reliability over all.

        Attempts in `done` were made before the run was interrupted, and are not made again. `keep` is told of each new one. An
        interruption (Ctrl-C) ends what still runs, and the result holds what there was; it says so.
        """
        began = time.monotonic()
        pairs = [(scenario, trial) for scenario in scenarios for trial in range(scenario.trials or trials)]
        pairs.sort(key=lambda pair: pair[1])
        left = [(scenario, trial) for scenario, trial in pairs if (scenario.id, trial) not in done]
        attempts = [done[scenario.id, trial] for scenario, trial in pairs if (scenario.id, trial) in done]
        before, interrupted = len(attempts), False
        paid = len(self._calls())
        traces: list[Trace] = []
        with self.open(tree) as bench:
            try:
                with closing(bench.attempts(left, say, traces.append)) as made:
                    for attempt in made:
                        if self.broke and attempt.cause is Cause.BUDGET and attempt.void:
                            break
                        attempts.append(attempt)
                        if keep:
                            keep(attempt)
            except KeyboardInterrupt:
                interrupted = True
            notes = (*bench.notes(), *_unbounded(self, scenarios))
        why = "interrupted" if interrupted else self.broke
        aside = {each.scenario for each in attempts if each.cause is Cause.SKIPPED}
        scenarios = [each for each in scenarios if each.id not in aside]
        results = tuple(_result(scenario, attempts) for scenario in scenarios)
        return SuiteResult(
            scenarios=results,
            reliability=score.reliability(scenarios, attempts, traces),
            pass_all=score.pass_all(results),
            bill=_itemised(attempts[before:], time.monotonic() - began, self._calls()[paid:]),
            notes=(*notes, *_aside(aside), *_uncounted(results), *_partial(before, len(attempts), len(pairs), why)),
            interrupted=interrupted,
            unmade=len(pairs) - len(attempts),
        )

    def _calls(self) -> tuple[BillItem, ...]:
        """What went through the relay so far and was paid for."""
        return self.capture.relay.bill.items if self.capture and self.capture.relay else ()


class TreeBench:
    """The agent of one folder, ready to be tried. Made by `Runner.open`."""

    def __init__(self, runner: Runner, tree: Path, coverage: bool) -> None:
        self._runner = runner
        self._tree = tree
        self._at_once = min(runner.concurrency, room())
        self._launch = _launch(runner, tree, self._at_once, coverage)
        self._tests = _launch_for_tests(runner, tree, self._at_once, coverage)
        self._covers = {False: coverage and self._launch.can_cover, True: coverage and self._tests is not None and self._tests.can_cover}
        self._executions: dict[str, Execution] = {}
        self._alone: set[str] = set()
        """Tests that did not pass among others."""
        self._retried = 0
        self._replayed: list[tuple[Replayed, ...]] = []
        """What was asked in each attempt in a recorded world."""
        self._judgings: list[Judging] = []

    def attempt(self, scenario: Scenario, trial: int) -> Attempt:
        """One run, judged; a failure of the machine is tried once more."""
        self._for(scenario).allow(scenario.timeout_s or 0.0)
        attempt, trace = self._try(scenario, trial, Halt())
        self._pass_on(trace, None)
        return attempt

    def looked(self, scenarios: Sequence[Scenario], course: Course) -> Iterator[Attempt]:
        """One run of each, in their order and in as few processes as can be: for a quick look.

        With `course.stop`, up to the first that fails.
        """
        left = [*scenarios]
        while left:
            tests = self._tests if left[0].test else None
            made = tests.together([each for each in left if each.test], 0, Halt(), course) if tests else {}
            here = [each for each in left if each.id in made] or left[:1]
            left = [each for each in left if each not in here]
            for scenario in here:
                done = self._judged(scenario, 0, made[scenario.id])[0] if scenario.id in made else self.attempt(scenario, 0)
                yield done
                if course.stop and not done.passed:
                    return

    def attempts(
        self, pairs: Sequence[Pair], say: Say = silent, also: Callable[[Trace], None] | None = None
    ) -> Generator[Attempt, None, None]:
        """Many runs at once, in the order in which they end. Leaving the iteration early ends those that still run.

        Tests that are loaded beforehand run several in a process, as they do for the user. One that does not pass there is run again
        in a process of its own, and that run is its attempt.
        """
        halt = Halt()
        if not pairs:
            return
        for scenario, _ in pairs:
            self._for(scenario).allow(scenario.timeout_s or 0.0)
        for launch in self._launches():
            launch.expect(sum(self._for(scenario) is launch for scenario, _ in pairs))
        with ThreadPoolExecutor(min(self._at_once, len(pairs)), "attempt") as threads:
            futures = [threads.submit(self._several, *some, halt) for some in self._grouped(pairs)]
            try:
                passed, counted, began = 0, 0, time.monotonic()
                for done, (attempt, trace) in enumerate(chain.from_iterable(future.result() for future in as_completed(futures)), 1):
                    self._pass_on(trace, also)
                    passed, counted = passed + (attempt.passed and attempt.counts), counted + attempt.counts
                    left = (time.monotonic() - began) / done * (len(pairs) - done)
                    # What matters comes first: a terminal cuts off the end.
                    rate = f"{passed} of {counted} passed{f', {_about(left)} left' if left >= 1 else ''}"
                    say(Event("suite", f"{rate}; {attempt.scenario}: {attempt.says or 'passed'}", done, len(pairs)))
                    yield attempt
            except BaseException:
                for future in futures:
                    future.cancel()
                for launch in self._launches():
                    launch.forget()
                halt.now()
                raise

    def execution(self, scenario: Scenario) -> Execution | None:
        """Which lines ran in the last attempt at a scenario, which is made now if there was none; None when that cannot be seen."""
        if self._covers[bool(scenario.test)] and scenario.id not in self._executions:
            self.attempt(scenario, 0)
        return self._executions.get(scenario.id)

    def notes(self) -> tuple[str, ...]:
        """What a reader of results from here should know."""
        agent = self._runner.agent
        missing = [name for name in agent.environment if name not in self._runner.environment]
        said = [*self._protection()]
        if missing:
            said.append(f"declared for the agent, but not set here: {', '.join(missing)}")
        if self._at_once < self._runner.concurrency:
            said.append(f"only {self._at_once} attempts ran at once: the limit of open files (ulimit -n) allows no more")
        if self._retried:
            said.append(f"{self._retried} attempts were made again because the machine failed, not the agent")
        if self._replayed:
            said.append(f"{len(self._replayed)} {'attempt' if len(self._replayed) == 1 else 'attempts'} ran in a recorded world")
            said += [says] if (says := outside(chain.from_iterable(self._replayed))) else []
        if self._runner.capture and self._runner.capture.refused:
            said.append(f"{self._runner.capture.refused} telemetry requests could not be read")
        if self._runner.capture and self._runner.capture.relay:
            said += _relayed(self._runner.capture.relay)
        if self._runner.rubrics and self._judgings:
            said += self._runner.rubrics.account(self._judgings)
        return tuple(said)

    def close(self) -> None:
        for launch in self._launches():
            launch.close()

    def _protection(self) -> Iterator[str]:
        """What the agent was kept from, and what the settings let it do all the same."""
        agent = self._runner.agent
        if agent.http:
            yield f"what answers at {agent.http} was tried, whatever code that is; not this tree"
            return
        yield self._runner.ground.says
        if agent.network and self._runner.ground.level is not Level.NONE:
            yield "the agent could use the network, this machine's own servers included (network = true)"
        if agent.readable and self._runner.ground.level is not Level.NONE:
            yield f"the agent could read {', '.join(agent.readable)} (readable)"

    def _grouped(self, pairs: Sequence[Pair]) -> Iterator[tuple[tuple[Scenario, ...], int]]:
        """What runs in one process: several tests of a trial, or one of anything else."""
        tests: dict[int, list[Scenario]] = {}
        for scenario, trial in pairs:
            if scenario.test and self._tests and scenario.id not in self._alone:
                tests.setdefault(trial, []).append(scenario)
            else:
                yield (scenario,), trial
        for trial, several in tests.items():
            processes = max(1, min(self._at_once, len(several) // FEWEST))
            yield from ((tuple(several[start::processes]), trial) for start in range(processes))

    def _several(self, scenarios: tuple[Scenario, ...], trial: int, halt: Halt) -> list[tuple[Attempt, Trace | None]]:
        made: Mapping[str, Outcome] = {}
        if len(scenarios) > 1 and self._tests:
            seconds = min(TOGETHER, self._runner.tests.timeout_s if self._runner.tests else TOGETHER)
            made = self._tests.together(scenarios, trial, halt, Course(seconds, seconds))
        done = []
        for scenario in scenarios:
            if scenario.id in made and made[scenario.id].output == "passed":
                attempt, outcome = self._judged(scenario, trial, made[scenario.id])
                self._noted(scenario, attempt, outcome)
                done.append((attempt, outcome.trace))
            else:
                if made:
                    self._alone.add(scenario.id)
                done.append(self._try(scenario, trial, halt))
        return done

    def _try(self, scenario: Scenario, trial: int, halt: Halt) -> tuple[Attempt, Trace | None]:
        attempt, outcome = self._once(scenario, trial, halt)
        for _ in range(self._runner.retries if scenario.retries is None else scenario.retries):
            if attempt.cause is not Cause.INFRASTRUCTURE or halt.wanted:
                break
            self._retried += 1
            attempt, outcome = self._once(scenario, trial, halt)
        self._noted(scenario, attempt, outcome)
        return attempt, outcome.trace

    def _noted(self, scenario: Scenario, attempt: Attempt, outcome: Outcome) -> None:
        if attempt.replayed is not None:
            self._replayed.append(attempt.replayed)
        if attempt.judging:
            self._judgings.append(attempt.judging)
        if outcome.lines is not None:
            self._executions[scenario.id] = Execution(scenario.id, attempt.passed, outcome.lines)

    def _once(self, scenario: Scenario, trial: int, halt: Halt) -> tuple[Attempt, Outcome]:
        return self._judged(scenario, trial, self._for(scenario).run(scenario, trial, halt))

    def _judged(self, scenario: Scenario, trial: int, outcome: Outcome) -> tuple[Attempt, Outcome]:
        told = outcome.trace
        if told is not None:
            about: dict[str, Json] = {"refinery.scenario": scenario.id, "refinery.trial": trial}
            told = trace_from(self._tree, replace(told, source="suite", attributes={**told.attributes, **about}))
            outcome = replace(outcome, trace=told)
        attempt = attempt_from(self._tree, judged(scenario, trial, outcome, self._runner.rubrics))
        if told is not None and attempt.passed:
            outcome = replace(outcome, trace=replace(told, attributes={**told.attributes, PASSED: True}))
        return attempt, outcome

    def _for(self, scenario: Scenario) -> Launch:
        """What runs a scenario: the agent, or the user's test runner."""
        return self._tests if scenario.test and self._tests else self._launch

    def _launches(self) -> list[Launch]:
        return [self._launch, *([self._tests] if self._tests else [])]

    def _pass_on(self, trace: Trace | None, also: Callable[[Trace], None] | None) -> None:
        for listener in (self._runner.sink, also):
            if trace is not None and listener is not None:
                listener(trace)


def _about(seconds: float) -> str:
    return f"about {seconds:.0f} s" if seconds < 90 else f"about {seconds / 60:.0f} min"


def bill(step: str, attempts: Sequence[Attempt], seconds: float) -> BillItem:
    """What some attempts cost, the judging of their rubrics included; the money is unknown as soon as one part of it is.

    What was replayed costs nothing.
    """
    judging = Bill(tuple(attempt.judging.usage for attempt in attempts if attempt.judging)).line(step)
    paid = [attempt for attempt in attempts if not attempt.recorded]
    costs = [*(attempt.cost_usd for attempt in paid), judging.usd]
    usd = None if None in costs else sum(cost for cost in costs if cost is not None)
    given = judging.input_tokens + sum(attempt.input_tokens or 0 for attempt in paid)
    made = judging.output_tokens + sum(attempt.output_tokens or 0 for attempt in paid)
    return BillItem(step, seconds, given, made, usd, len(attempts))


def _itemised(attempts: Sequence[Attempt], seconds: float, calls: Sequence[BillItem]) -> Bill:
    """The runs, and the judge on a line of its own where one was asked. `calls` are all that went through the relay, where there is one:
    also those of attempts that were broken off and are not among these.
    """
    judgings = [attempt.judging.usage for attempt in attempts if attempt.judging]
    runs = bill("suite", [replace(attempt, judging=None) for attempt in attempts], seconds)
    if calls:
        paid = Bill(tuple(calls)).line("suite")
        runs = replace(runs, input_tokens=paid.input_tokens, output_tokens=paid.output_tokens, usd=paid.usd)
    judge = replace(Bill(tuple(judgings)).line("judge"), seconds=0.0)  # it was asked while the agent ran
    return Bill((runs, judge) if judgings else (runs,))


def _relayed(relay: Relay) -> Iterator[str]:
    """What became of the agent's model calls."""
    if relay.mode is Mode.REPLAY:
        yield "the agent's models were replayed from a recording: nothing was spent, and no run is an independent trial"
    if relay.unpriced:
        names = ", ".join(sorted(relay.unpriced))
        yield f"the price of {names} is not known, so neither is what it cost: state it under [agent.prices], as `model = [in, out]`"
    if relay.unkept:
        yield f"not everything was recorded: {relay.unkept}"


def _unbounded(runner: Runner, scenarios: Sequence[Scenario]) -> Iterator[str]:
    """Limits that nobody watches over."""
    named = [each.id for each in scenarios if each.max_cost is not None]
    if named and not (runner.capture and runner.capture.relay):
        yield f'`max_cost` of {_some(named)} is not watched: that takes models = "live", "record" or "replay" under [agent]'


def _launch(runner: Runner, tree: Path, size: int, coverage: bool) -> Launch:
    if runner.agent.http:
        return Remote(runner.agent, runner.limits)
    return Local(runner.agent, tree, runner.environment, size, runner.limits, runner.capture, coverage, runner.ground, runner.nursery)


def _launch_for_tests(runner: Runner, tree: Path, size: int, coverage: bool) -> Launch | None:
    if not runner.tests:
        return None
    tests = runner.tests
    return launched(lambda: _local_for(runner, tests, tree, size, coverage, runner.test_nursery, loaded=True))


def _local_for(
    runner: Runner, tests: AgentSpec, tree: Path, size: int, coverage: bool, nursery: Nursery | None = None, *, loaded: bool = False
) -> Local:
    """The user's test runner, confined as the agent is. Which lines run is not seen in what a nursery bears."""
    agent, manner = manner_of(tests)
    born = None if coverage else nursery
    return Local(agent, tree, runner.environment, size, roomy(runner.limits), None, coverage, runner.ground, born, manner, loaded)


def _result(scenario: Scenario, attempts: Sequence[Attempt]) -> ScenarioResult:
    own = tuple(sorted((each for each in attempts if each.scenario == scenario.id), key=lambda each: each.trial))
    counted = [each for each in own if each.counts]
    return ScenarioResult(scenario.id, own, stats.clopper_pearson(sum(each.passed for each in counted), len(counted)))


def _aside(names: Collection[str]) -> Iterator[str]:
    if names:
        who = "1 test skipped itself" if len(names) == 1 else f"{len(names)} tests skipped themselves"
        yield f"{who}, which says nothing: {_some(sorted(names))}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _uncounted(results: Sequence[ScenarioResult]) -> Iterator[str]:
    for result in results:
        bad = [each for each in result.attempts if not each.counts]
        if bad:
            yield f"{result.id}: {len(bad)} of {len(result.attempts)} attempts do not count: {bad[0].void or bad[0].says}"


def _partial(before: int, made: int, wanted: int, why: str) -> Iterator[str]:
    if before:
        yield f"{before} of {wanted} attempts were made before the run was interrupted"
    if made < wanted:
        yield f"{why}: {wanted - made} of {wanted} attempts were not made; `--resume` makes them"
