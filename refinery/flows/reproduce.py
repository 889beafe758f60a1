"""See the failure happen on the base commit before anything is changed, and watch which lines run."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from refinery.domain import Attempt, Cause, Complaint, Execution, Scenario
from refinery.errors import OutsideError
from refinery.events import Event
from refinery.flows.fitting import misfit
from refinery.workbench import Workbench

CALLED = 1
"""What tests of the user's own suite count beside their number, as scenarios that speak for a cure: they call the code that they are
about. Of cures that one failing test spoke for, in well-known algorithms, 20 of 27 were right; for one question to an agent, half."""


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What running the scenarios once on the base showed."""

    red: tuple[Scenario, ...]
    """Targets that fail, as they should."""
    green: tuple[Scenario, ...]
    """Scenarios that pass and must go on passing."""
    attempts: tuple[Attempt, ...]
    executions: tuple[Execution, ...]
    says: str
    """Why there is nothing to fix, when there is nothing."""
    notes: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    """Scenarios that fail too, and were not asked about."""

    @property
    def voices(self) -> int:
        """As how many failing scenarios they are, by what a cure of them all says; the user's own tests count `CALLED` more."""
        return len(self.red) + (CALLED if self.red and all(each.test for each in self.red) else 0)

    def unasked(self, cured: Collection[str] = ()) -> tuple[str, ...]:
        """A word on those that still fail."""
        left = [name for name in self.besides if name not in cured]
        return (f"red before and not asked about: {', '.join(left)}",) if left else ()


def reproduce(complaint: Complaint, suite: Sequence[Scenario], base: str, bench: Workbench) -> Reproduction:
    """Run the targets and the suite once on the base, recording the lines that run.

    The slowed-down, recorded runs find where to look; they are no evidence of the gate's.
    """
    scenarios = {scenario.id: scenario for scenario in (*complaint.targets, *suite)}
    bench.say(Event("reproduce", f"running {len(scenarios)} scenarios on the base", total=len(scenarios)))
    with bench.workspace.lease(base) as tree, bench.scratch.open(tree, coverage=True) as running:
        ended = {attempt.scenario: attempt for attempt in running.attempts([(each, 0) for each in scenarios.values()], bench.say)}
        executions = tuple(found for each in scenarios.values() if (found := running.execution(each)))
    attempts = {name: ended[name] for name in scenarios if name in ended}  # not as they ended: a model is asked the same every time
    refuse_what_cannot_start(attempts.values(), base, bench)
    aims = {scenario.id for scenario in complaint.targets}
    red = tuple(scenario for scenario in complaint.targets if _failed(attempts.get(scenario.id)))
    green = tuple(each for name, each in scenarios.items() if name in attempts and attempts[name].passed)
    odd = _misfit(complaint, suite, attempts)
    broken = [attempts[name] for name in aims if name in attempts and not attempts[name].counts]
    return Reproduction(
        red=() if odd else red,
        green=green,
        attempts=tuple(attempts.values()),
        executions=executions,
        says=odd or _nothing_to_fix(complaint, broken),
        notes=_notes(complaint, red, attempts, bench),
        besides=tuple(name for name, each in attempts.items() if name not in (*aims, *complaint.apart) and _failed(each)),
    )


def refuse_what_cannot_start(attempts: Collection[Attempt], base: str, bench: Workbench) -> None:
    """An agent that never starts for want of a package is not cured by an edit. Raises OutsideError."""
    ends = {attempt.error.strip().rpartition("\n")[2] for attempt in attempts}
    missing = re.fullmatch(r"ModuleNotFoundError: No module named '([\w.]+)'", ends.pop()) if len(ends) == 1 else None
    if not missing:
        return
    name = missing[1].partition(".")[0]
    if not any(name in PurePosixPath(file.path).with_suffix("").parts for file in bench.repository.files(base)):
        raise OutsideError(
            f"the agent cannot start: {missing[1]} is not installed for {bench.runner.agent.interpreter}",
            hint="install it there, or name the agent's Python: `interpreter` under [agent] in refinery.toml",
        )


def _failed(attempt: Attempt | None) -> bool:
    return attempt is not None and attempt.counts and not attempt.passed and attempt.cause is not Cause.SKIPPED


def _misfit(complaint: Complaint, suite: Sequence[Scenario], attempts: dict[str, Attempt]) -> str:
    """Why what is new in a complaint fails otherwise here than in its trace, so that no edit would cure what was complained of."""
    own = (each for each in complaint.fresh if each.id in attempts and not attempts[each.id].passed)
    return next((says for each in own if (says := misfit(complaint.trace, each, attempts[each.id], suite))), "")


def _nothing_to_fix(complaint: Complaint, broken: Sequence[Attempt]) -> str:
    if broken:
        return f"the failure could not be tried: {broken[0].says}"
    names = ", ".join(scenario.id for scenario in complaint.targets)
    return f"the failure does not show on the base commit: {names} passes there"


def _notes(complaint: Complaint, red: Sequence[Scenario], attempts: dict[str, Attempt], bench: Workbench) -> tuple[str, ...]:
    passing = [scenario.id for scenario in complaint.targets if scenario not in red and scenario.id in attempts]
    notes = [f"already green on the base: {', '.join(passing)}"] if red and passing else []
    return (*notes, *bench.repository.describe_state())
