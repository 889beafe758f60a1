"""The user's own test suite as scenarios: each of its tests is one, found at the commit that is run and tried there as an agent is."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters.trace import Json
from refinery.domain import AgentSpec, Cause, Expectation, Scenario
from refinery.errors import ConfigError, OutsideError
from refinery.suite import attempt, junit
from refinery.suite.confinement import Limits
from refinery.suite.launch import Course, Launch, Local, Manner, Ran
from refinery.suite.outcome import Outcome, shortened
from refinery.suite.pool import Halt, Unstarted, Why

PROBER = Path(__file__).parent / "prober.py"
JUNIT = "{junit}"
MISSING = "missing"
"""The output of a test that is not there."""
COLLECT = Scenario("collect", None, ())
CHATTY = 64_000_000
"""Bytes that a test runner may print."""
LONGEST_ID = 180
BESIDES = 15.0
"""Seconds that a process may take beside its tests."""
LEAST_TO_COLLECT = 120.0
"""Seconds that listing the tests may take, where the agent's limit is shorter."""


@dataclass(frozen=True, slots=True)
class Found:
    """The tests of a tree, and what a reader should know about them."""

    scenarios: tuple[Scenario, ...]
    notes: tuple[str, ...] = ()


def pytest_options(command: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Python's own options and pytest's, when a command is one that runs pytest; None for any other, and where it writes JUnit XML."""
    if any(JUNIT in word for word in command) or not command:
        return None
    head = Path(command[0]).name
    if head in ("pytest", "py.test"):
        return (), tuple(command[1:])
    for place in range(1, len(command) - 1):
        if head.startswith("python") and tuple(command[place : place + 2]) == ("-m", "pytest"):
            return tuple(command[1:place]), tuple(command[place + 2 :])
    return None


def manner_of(tests: AgentSpec) -> tuple[AgentSpec, Manner]:
    """How the tests of a command are run. Raises ConfigError for one whose results could not be read."""
    options = pytest_options(tests.command)
    if options is not None:
        return replace(tests, command=("python", *options[0], str(PROBER))), OneTest(options[1])
    if not any(JUNIT in word for word in tests.command):
        says = f"refinery.toml: suite.command: what became of the tests of `{' '.join(tests.command)}` could not be read"
        raise ConfigError(says, hint=f'let it write JUnit XML to {JUNIT}, which stands for a file, or run pytest: command = "pytest -q"')
    return tests, WholeCommand()


def roomy(limits: Limits) -> Limits:
    """Test runners print more than agents answer."""
    return replace(limits, output_bytes=max(limits.output_bytes, CHATTY))


# -- pytest: a process for each test ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OneTest:
    """One test of pytest in a process of its own; so what runs for it can be seen, and each trial is a run."""

    options: tuple[str, ...]

    @property
    def needs(self) -> tuple[Path, ...]:
        return (PROBER,)

    @property
    def warm(self) -> Mapping[str, Json]:
        return {"prober": str(PROBER), "options": [*self.options]}

    def command(self, argv: tuple[str, ...], scenario: Scenario, home: Path) -> tuple[str, ...]:
        file = str(home / "test.json")
        asked = ("run", file, scenario.test) if scenario.test else ("collect" if scenario is COLLECT else "several", file)
        return (*argv, *asked, *self.options)

    def left(self, home: Path) -> bytes:
        return _bytes(home / "test.json")

    def outcome(self, ran: Ran, agent: AgentSpec) -> Outcome:
        plain = _ended(ran, agent)
        told = _json(ran.left)
        if plain.cause not in (None, Cause.EXIT) or not told:
            return _unfinished(plain, ran)
        if told.get("missing"):
            return replace(plain, cause=Cause.INFRASTRUCTURE, says=f"pytest is not installed for {agent.interpreter}")
        return _of_one(told, plain.latency_s, ran.lines) or Outcome(
            MISSING, plain.error, Cause.EXIT, "pytest finds no such test here", plain.latency_s, None, ran.lines
        )

    def several(self, scenarios: Sequence[Scenario], course: Course) -> Scenario | None:
        asked: dict[str, Json] = {
            "tests": [scenario.test for scenario in scenarios],
            "names": {scenario.test: scenario.id for scenario in scenarios},
            "stop": course.stop,
            "seconds": course.seconds,
            "processor": course.processor,
        }
        return Scenario("several", asked, (), timeout_s=BESIDES + course.seconds * (1 + len(scenarios)))

    def outcomes(self, ran: Ran, scenarios: Sequence[Scenario], course: Course) -> Iterator[tuple[str, Outcome]]:
        told = _json(ran.left)
        names = {scenario.test: scenario.id for scenario in scenarios}
        for one in told.get("tests", ()):
            if outcome := _of_one(one, float(one["seconds"]), ran.parts.get(one["test"])):
                yield names[one["test"]], outcome
        if late := told.get("late"):
            says = f"the test did not end within {course.seconds:g} s"
            yield names[late], Outcome("", "", Cause.TIMEOUT, says, course.seconds, None, ran.parts.get(late))


def _of_one(told: Mapping[str, Any], latency_s: float, lines: Mapping[str, frozenset[int]] | None) -> Outcome | None:
    """What became of one test; None where pytest does not tell."""
    says, when = shortened(str(told.get("says", "")), 400), told.get("when", "call")
    match told.get("outcome"):
        case "passed":
            return Outcome("passed", "", None, "", latency_s, None, lines)
        case "skipped":
            return Outcome("skipped", "", Cause.SKIPPED, f"the test skipped itself: {says}", latency_s, None, lines)
        case "failed":
            cause = Cause.CHECKS if told.get("assertion") and when == "call" else Cause.EXIT
            says = says if when == "call" else f"at {when}: {says}"
            return Outcome("failed", str(told.get("error", "")), cause, says, latency_s, None, lines)
    return None


def _ended(ran: Ran, agent: AgentSpec) -> Outcome:
    """How the process ended, told of a test. What it printed, and its status where that is a number, are the runner's own matter."""
    plain = attempt.from_slot(ran.ended, agent, None, ran.lines)
    if plain.cause is Cause.OUTPUT and ran.ended.why is Why.DONE:
        return replace(plain, output="", cause=None, says="")
    says = plain.says.replace("the agent did not answer", "the test did not end").replace("the agent", "the test")
    return replace(plain, output="", says=says)


def _unfinished(plain: Outcome, ran: Ran) -> Outcome:
    if plain.cause not in (None, Cause.EXIT):
        return plain
    words = plain.error.strip() or ran.ended.stdout.decode("utf-8", "replace").strip()
    last = shortened(words.rpartition("\n")[2])
    return replace(
        plain, cause=Cause.EXIT, error=words, says=f"the test ended its process before there was a result{f': {last}' if last else ''}"
    )


# -- any other command: a run of all for each trial ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WholeCommand:
    """A command that runs all tests and writes JUnit XML."""

    needs: tuple[Path, ...] = ()

    def command(self, argv: tuple[str, ...], scenario: Scenario, home: Path) -> tuple[str, ...]:  # noqa: ARG002  # all tests at once
        return tuple(word.replace(JUNIT, str(home / "junit.xml")) for word in argv)

    def left(self, home: Path) -> bytes:
        return _bytes(home / "junit.xml")

    @property
    def warm(self) -> Mapping[str, Json]:
        return {}

    def outcome(self, ran: Ran, agent: AgentSpec) -> Outcome:
        """How the command itself went; its tests are in what it left."""
        return _ended(ran, agent)

    def several(self, scenarios: Sequence[Scenario], course: Course) -> Scenario | None:  # noqa: ARG002  # it always runs all
        return None

    def outcomes(self, ran: Ran, scenarios: Sequence[Scenario], course: Course) -> Iterator[tuple[str, Outcome]]:  # noqa: ARG002
        return iter(())


@dataclass(slots=True)
class Round:
    """One run of the whole command, and which tests have had their trial from it."""

    served: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    outcome: Outcome | None = None
    cases: Mapping[str, junit.Case] = field(default_factory=dict)


class Whole:
    """Every test of a command in one run of it. A test gets one trial out of a run, never a second one."""

    def __init__(self, local: Local) -> None:
        self._local = local
        self._rounds: dict[int, Round] = {}
        self._lock = threading.Lock()

    @property
    def can_cover(self) -> bool:
        return False

    def run(self, scenario: Scenario, trial: int, halt: Halt) -> Outcome:
        with self._lock:
            mine = self._rounds.get(trial)
            if mine is None or scenario.id in mine.served:
                mine = self._rounds[trial] = Round()
            mine.served.add(scenario.id)
        with mine.lock:
            if mine.outcome is None:
                mine.outcome, mine.cases = _run(self._local, trial, halt)
            ended = mine.outcome
        case = mine.cases.get(scenario.test)
        if case is None:
            says = ended.says or "the command wrote no result of this test"
            return replace(ended, output=MISSING, cause=ended.cause or Cause.EXIT, says=says)
        if case.outcome == "passed":
            return Outcome("passed", latency_s=case.seconds)
        if case.outcome == "skipped":
            return Outcome("skipped", "", Cause.SKIPPED, f"the test skipped itself: {shortened(case.says)}", case.seconds)
        says = shortened(case.says, 400) or "the test failed"
        return Outcome("failed", case.error, Cause.CHECKS if case.assertion else Cause.EXIT, says, case.seconds)

    def together(self, scenarios: Sequence[Scenario], trial: int, halt: Halt, course: Course) -> Mapping[str, Outcome]:  # noqa: ARG002
        return {}

    def allow(self, seconds: float) -> None:
        self._local.allow(seconds)

    def expect(self, attempts: int) -> None:
        """How many runs these will be is not known."""

    def forget(self) -> None:
        """Nothing was made ready."""

    def close(self) -> None:
        self._local.close()


def _run(local: Local, trial: int, halt: Halt) -> tuple[Outcome, Mapping[str, junit.Case]]:
    """How a run of the command went, and its tests. Where there are none, the outcome has a cause."""
    ran = local.ran(COLLECT, trial, halt)
    if isinstance(ran, Unstarted):
        return local.explained(attempt.unstarted(ran, local.agent)), {}
    plain = _ended(ran, local.agent)
    plain = replace(plain, says=plain.says.replace("the test ", "the command "))
    if plain.cause not in (None, Cause.EXIT):
        return local.explained(plain), {}
    if not ran.left:
        says = f"the command wrote no JUnit XML to {JUNIT}"
        return local.explained(replace(plain, cause=Cause.EXIT, says=f"{plain.says}; {says}" if plain.says else says)), {}
    try:
        return plain, junit.read(ran.left)
    except junit.NotJUnit as error:
        return local.explained(replace(plain, cause=Cause.EXIT, says=f"what the command wrote to {JUNIT} is not JUnit XML: {error}")), {}


# -- which tests there are ----------------------------------------------------------------------------------------


class Loaded:
    """Tests one by one, each forked from a process that has the runner loaded and none of the user's code.

    A trial has a process of its own: what is drawn when a process starts, the order of a set for one, is drawn anew for each.
    """

    def __init__(self, make: Callable[[], Local]) -> None:
        self._make = make
        self._trials: dict[int, Local] = {}
        self._running: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._longest = 0.0

    @property
    def can_cover(self) -> bool:
        with self._of(0) as local:
            return local.can_cover

    def run(self, scenario: Scenario, trial: int, halt: Halt) -> Outcome:
        with self._of(trial) as local:
            return local.run(scenario, trial, halt)

    def together(self, scenarios: Sequence[Scenario], trial: int, halt: Halt, course: Course) -> Mapping[str, Outcome]:
        with self._of(trial) as local:
            return local.together(scenarios, trial, halt, course)

    def allow(self, seconds: float) -> None:
        with self._lock:
            self._longest = max(self._longest, seconds)
            for local in self._trials.values():
                local.allow(seconds)

    def expect(self, attempts: int) -> None:
        """Forks are made as they are asked for."""

    def forget(self) -> None:
        """None was made ahead."""

    def close(self) -> None:
        with self._lock:
            self._end(list(self._trials))

    @contextmanager
    def _of(self, trial: int) -> Iterator[Local]:
        """What runs the tests of a trial; not ended while it is used."""
        with self._lock:
            if trial not in self._trials:
                self._end([each for each in self._trials if not self._running[each]])
                self._trials[trial] = self._make()
                self._trials[trial].allow(self._longest)
            self._running[trial] += 1
        try:
            yield self._trials[trial]
        finally:
            with self._lock:
                self._running[trial] -= 1

    def _end(self, trials: Sequence[int]) -> None:
        for trial in trials:
            self._trials.pop(trial).close()


def launched(make: Callable[[], Local]) -> Launch:
    """What runs the tests one by one, or all together."""
    local = make()
    if not isinstance(local.manner, OneTest):
        return Whole(local)
    if local.nursery:
        return local
    local.close()
    return Loaded(make)


def found(local: Local) -> Found:
    """The tests of a tree. Raises ConfigError, with the runner's own words, when they cannot be listed or there are none."""
    return _by_pytest(local) if isinstance(local.manner, OneTest) else _by_running(local)


def _by_pytest(local: Local) -> Found:
    ran = local.ran(COLLECT, 0, Halt())
    if isinstance(ran, Unstarted):
        raise OutsideError(f"the tests cannot be listed: {ran.says}", hint="`refinery doctor` looks at what a run needs")
    told = _json(ran.left)
    plain = local.explained(_ended(ran, local.agent))
    if told.get("missing"):
        way_out = "install it there, or name the Python that has it: `interpreter` under [agent] in refinery.toml"
        raise ConfigError(f"pytest is not installed for {local.agent.interpreter}", hint=way_out)
    if not told:
        says = plain.says.replace("the test", "pytest") if plain.cause not in (None, Cause.EXIT) else _words(ran) or plain.says
        raise ConfigError(f"pytest cannot list the tests: {says}", hint="try it by hand: pytest --collect-only")
    if errors := told.get("errors"):
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        says = f"pytest cannot collect {errors[0]['where'] or 'the tests'}{more}: {_told(str(errors[0]['says']))}"
        raise ConfigError(says, hint="mend it, or leave the file out: --ignore=PATH in suite.command")
    if told.get("status") not in (0, 5):
        raise ConfigError(f"pytest cannot list the tests: {_words(ran)}", hint="try it by hand: pytest --collect-only")
    rows = [(str(row["name"]), str(row["path"]), int(row["line"]), tuple(map(str, row["marks"]))) for row in told["tests"]]
    notes = tuple(_left_out(int(told["skipped"]), int(told["xfailed"])))
    if not rows:
        raise _none(("pytest", *local.manner.options) if isinstance(local.manner, OneTest) else (), notes)
    return Found(tuple(_scenarios(rows, shares=False)), notes)


def _by_running(local: Local) -> Found:
    """By one run of all, which is nobody's trial."""
    ended, cases = _run(local, 0, Halt())
    command = local.agent.command
    if not cases and ended.cause is Cause.INFRASTRUCTURE:
        raise OutsideError(f"the tests cannot be listed: {ended.says}", hint="`refinery doctor` looks at what a run needs")
    if not cases and ended.cause is not None:
        raise ConfigError(f"`{' '.join(command)}`: {ended.says}", hint="try it by hand; its limit of time is `timeout` under [agent]")
    rows = [(case.name, case.path, case.line, ()) for case in cases.values() if case.outcome != "skipped"]
    notes = tuple(_left_out(sum(case.outcome == "skipped" for case in cases.values()), 0))
    if not rows:
        raise _none(command, notes)
    if ended.cause is Cause.EXIT and all(case.outcome != "failed" for case in cases.values()):
        notes = (*notes, f"{ended.says}, though no test failed; the tests alone count")
    return Found(tuple(_scenarios(rows, shares=True)), notes)


def _none(command: Sequence[str], notes: Sequence[str]) -> ConfigError:
    told = f" ({'; '.join(notes)})" if notes else ""
    return ConfigError(
        f"`{' '.join(command)}` finds no tests in this commit{told}",
        hint="only what is committed is run; see suite.command in refinery.toml",
    )


def _scenarios(rows: Sequence[tuple[str, str, int, tuple[str, ...]]], shares: bool) -> Iterator[Scenario]:
    taken: set[str] = set()
    for name, path, line, marks in rows:
        own = _id(name, taken)
        taken.add(own)
        passes = (Expectation("no-error", True, line),)
        yield Scenario(own, {"test": name}, passes, tags=("test", *marks), path=path, line=line, test=name, shares=shares)


def _id(name: str, taken: set[str]) -> str:
    """The test's name, made fit for one line of a list; two that come to the same are told apart."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in " ".join(name.split()).replace(", ", ","))
    if len(plain) <= LONGEST_ID and plain not in taken:
        return plain
    return f"{plain[:LONGEST_ID]}~{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _left_out(skipped: int, xfailed: int) -> Iterator[str]:
    for count, what in ((skipped, "skipped"), (xfailed, "expected to fail")):
        if count:
            yield f"{count} {'test is' if count == 1 else 'tests are'} {what}, and no scenario{'s' if count > 1 else ''}"


def _words(ran: Ran) -> str:
    """What a runner said last."""
    words = ran.ended.stderr.decode("utf-8", "replace").strip() or ran.ended.stdout.decode("utf-8", "replace").strip()
    return shortened(words, 400)


def _told(text: str) -> str:
    """The lines of pytest's that name the error; all of its last lines where none is marked so."""
    marked = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    return shortened(" ".join(marked or text.strip().splitlines()[-3:]), 400)


def _json(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _bytes(path: Path) -> bytes:
    """What stands in a file, or in the XML files of a folder put together; no more than is read of a report."""
    try:
        if path.is_symlink():
            return b""
        if path.is_dir():
            parts = [_bytes(each) for each in sorted(path.rglob("*.xml"))]
            bodies = [part.partition(b"?>")[2] if part.lstrip().startswith(b"<?xml") else part for part in parts]
            return b"<testsuites>" + b"".join(bodies) + b"</testsuites>" if parts else b""
        if not path.is_file():  # a pipe would be read for ever
            return b""
        with path.open("rb") as file:
            return file.read(junit.LARGEST + 1)
    except OSError:
        return b""
