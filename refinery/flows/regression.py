"""A failing trace becomes a scenario of the suite, in the world it ran in, and as small as still shows the failure if that is asked for."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.redaction import Find
from adapters.trace import Json, Trace
from refinery.domain import Attempt, Recording, Scenario, Tools, World
from refinery.errors import UsageError
from refinery.events import Event
from refinery.flows.complaint import checks_from, home_for, input_of, scenario_for
from refinery.flows.fitting import fitted, told
from refinery.signals.stacks import raised
from refinery.suite.capsule.recording import recorded
from refinery.suite.reduce import fewer, reduce
from refinery.suite.runner import TreeBench
from refinery.suite.writing import write, write_world
from refinery.workbench import Workbench

CONFIRMED = 3
"""Runs in which the smaller input has to fail, each of them."""
WORLD = ".world.yaml"
"""How the file with a scenario's world ends."""


@dataclass(frozen=True, slots=True)
class Regression:
    """A scenario that was made of a trace."""

    scenario: Scenario
    notes: tuple[str, ...] = ()


def regression(trace: Trace, says: str, checks: Sequence[str], suite: Sequence[Scenario] = ()) -> Regression:
    """The scenario of a trace's input and of what a right answer passes. Raises UsageError where nobody says what is right."""
    expect = checks_from(checks)
    if not expect:
        raise UsageError("nobody has said what is right", hint="say it: --expect 'contains: \"EUR\"' (any check, as often as you like)")
    given = input_of(trace)
    return Regression(scenario_for(trace, expect, says, fitted(given, suite)), told(given, suite))


def in_its_world(made: Regression, traces: Sequence[Trace], tools: Tools, hide: Find) -> Regression:
    """The same with the calls of the trace, and of further ones, as far as refinery.toml names tools that a recording answers for."""
    found = recorded(traces, tools, hide)
    world = found.world if tools.any and found.world.calls else None
    return replace(made, scenario=replace(made.scenario, world=world), notes=(*made.notes, *found.notes))


def smallest(made: Regression, bench: Workbench, tries: int = 200) -> Regression:
    """The same with an input and a world from which nothing can be taken away without losing the failure, as the agent at HEAD shows it.

    Raises UsageError when the agent at HEAD does not fail. An agent that varies may lose the failure by chance: what is smaller
    is only taken when it fails in every one of some more runs.
    """
    head = bench.repository.head()
    with bench.workspace.lease(head) as tree, bench.scratch.open(tree) as running:
        first = running.attempt(made.scenario, 0)
        if not first.counts or first.passed:
            why = first.says if not first.counts else "it passes at HEAD"
            raise UsageError(f"the failure does not show, so its input cannot be made smaller: {why}", hint="leave --minimal out")
        tried = 0

        def fails(scenario: Scenario) -> bool:
            nonlocal tried
            tried += 1
            bench.say(Event("reduce", "a smaller input" if scenario.input != made.scenario.input else "a smaller world", tried, tries))
            return _alike(first, running.attempt(scenario, 0))

        def with_input(value: Json) -> Scenario:
            return replace(made.scenario, input=value)

        smaller = with_input(reduce(made.scenario.input, lambda value: fails(with_input(value)), tries))
        if world := made.scenario.world:
            calls = fewer(world.calls, lambda some: fails(replace(smaller, world=_with(world, some))), max(0, tries - tried))
            smaller = replace(smaller, world=_with(world, calls))
        if smaller != made.scenario and not _confirmed(first, smaller, running):
            says = "the agent varies: no smaller input failed every time, so the whole one is kept"
            return replace(made, notes=(*made.notes, says))
    return Regression(smaller, (*made.notes, *_told(made.scenario, smaller, tried)))


def put(made: Regression, root: Path, patterns: Sequence[str], into: Path | None = None) -> tuple[Path, ...]:
    """Write the scenario where the suite finds it, and its world beside it. Nothing is overwritten; UsageError says so."""
    path = into or root / home_for(made.scenario, patterns)
    world = made.scenario.world
    beside = path.with_name(path.stem + WORLD)
    for each in (path, beside) if world else (path,):
        if each.exists():
            raise UsageError(f"{each} is there already, and nothing is overwritten", hint="name another file with --into")
    path.parent.mkdir(parents=True, exist_ok=True)
    if world:
        with beside.open("x", encoding="utf-8") as out:
            out.write(write_world(world))
    with path.open("x", encoding="utf-8") as out:
        out.write(write(made.scenario, world=beside.name if world else ""))
    return (path, beside) if world else (path,)


def _with(world: World, calls: Sequence[Recording]) -> World:
    return replace(world, calls=tuple(calls))


def _told(before: Scenario, after: Scenario, tried: int) -> list[str]:
    notes = [f"the input was made smaller in {tried} runs" if after.input != before.input else "nothing could be taken away from the input"]
    if before.world and after.world:
        notes.append(f"{len(after.world.calls)} of {len(before.world.calls)} recorded calls matter")
    return notes


def _alike(one: Attempt, other: Attempt) -> bool:
    """Whether two attempts fail in the same way.

    They have the same cause, unmet checks, and called tools, and die of the same exception at the same place or give the same wrong
    answer: any other wrong answer, such as that to no question at all, is another failure.
    """
    return other.counts and not other.passed and _symptom(one) == _symptom(other)


def _symptom(attempt: Attempt) -> tuple[Hashable, ...]:
    unmet = tuple(check.check for check in attempt.checks if not check.passed)
    tools = tuple(call.name for call in attempt.calls)
    told = raised(attempt.error)
    end = attempt.error.strip().rpartition("\n")[2].partition(":")[0]
    error = (told.type, told.places[:1]) if told else (end,)
    return str(attempt.cause), unmet, tools, error, " ".join(attempt.output.casefold().split())


def _confirmed(first: Attempt, scenario: Scenario, running: TreeBench) -> bool:
    return all(_alike(first, each) for each in running.attempts([(scenario, trial) for trial in range(CONFIRMED)]))
