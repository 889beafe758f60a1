"""A failing trace becomes a scenario of the suite, with an input as small as still shows the failure where that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.trace import Json, Trace
from refinery.domain import Attempt, Scenario
from refinery.errors import UsageError
from refinery.events import Event
from refinery.flows.complaint import checks_from, home_for, scenario_for
from refinery.suite.reduce import reduce
from refinery.suite.runner import TreeBench
from refinery.suite.writing import write
from refinery.workbench import Workbench

CONFIRMED = 3
"""Runs in which the smaller input has to fail, each of them."""


@dataclass(frozen=True, slots=True)
class Regression:
    """A scenario that was made of a trace."""

    scenario: Scenario
    notes: tuple[str, ...] = ()


def regression(trace: Trace, says: str, checks: Sequence[str]) -> Regression:
    """The scenario of a trace's input and of what a right answer passes. Raises UsageError where nobody says what is right."""
    expect = checks_from(checks)
    if not expect:
        raise UsageError("nobody has said what is right", hint="say it: --expect 'contains: \"EUR\"' (any check, as often as you like)")
    return Regression(scenario_for(trace, expect, says))


def smallest(made: Regression, bench: Workbench, tries: int = 200) -> Regression:
    """The same with an input from which nothing can be taken away without losing the failure, as the agent at HEAD shows it.

    Raises UsageError when the agent at HEAD does not fail. An agent that varies may lose the failure by chance: the smaller input
    is only taken when it fails in every one of some more runs.
    """
    head = bench.repository.head()
    with bench.workspace.lease(head) as tree, bench.scratch.open(tree) as running:
        first = running.attempt(made.scenario, 0)
        if not first.counts or first.passed:
            why = first.says if not first.counts else "it passes at HEAD"
            raise UsageError(f"the failure does not show, so its input cannot be made smaller: {why}", hint="leave --minimal out")
        tried = 0

        def fails(value: Json) -> bool:
            nonlocal tried
            tried += 1
            bench.say(Event("reduce", "a smaller input", tried, tries))
            return _alike(first, running.attempt(replace(made.scenario, input=value), 0))

        smaller = reduce(made.scenario.input, fails, tries)
        if not _confirmed(first, replace(made.scenario, input=smaller), running):
            return replace(made, notes=("the agent varies: no smaller input failed every time, so the whole one is kept",))
    note = f"the input was made smaller in {tried} runs" if smaller != made.scenario.input else "nothing could be taken away from the input"
    return Regression(replace(made.scenario, input=smaller), (note,))


def put(made: Regression, root: Path, patterns: Sequence[str], into: Path | None = None) -> Path:
    """Write the scenario where the suite finds it. Nothing is overwritten; UsageError says so."""
    path = into or root / home_for(made.scenario, patterns)
    if path.exists():
        raise UsageError(f"{path} is there already, and nothing is overwritten", hint="name another file with --into")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as out:
        out.write(write(made.scenario))
    return path


def _alike(one: Attempt, other: Attempt) -> bool:
    """Whether two attempts fail in the same way: of the same cause, in the same checks, with the same error at the end."""
    return other.counts and not other.passed and _symptom(one) == _symptom(other)


def _symptom(attempt: Attempt) -> tuple[str, tuple[str, ...], str]:
    unmet = tuple(check.check for check in attempt.checks if not check.passed)
    return str(attempt.cause), unmet, attempt.error.strip().rpartition("\n")[2].partition(":")[0]


def _confirmed(first: Attempt, scenario: Scenario, running: TreeBench) -> bool:
    return all(_alike(first, each) for each in running.attempts([(scenario, trial) for trial in range(CONFIRMED)]))
