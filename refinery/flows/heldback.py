"""Whether an accepted cure also holds on inputs near the failing ones that no search has looked at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from refinery.domain import AgentSpec, Attempt, Bill, Decision, GateVerdict, HeldBack, Scenario
from refinery.events import Event, Say
from refinery.flows.neighbours import CRASHED, Neighbour, kept_back
from refinery.suite.runner import Bench, bill

NEAR_FAILING, NEAR_PASSING = 4, 2
"""Inputs that are tried."""
TOO_MANY = 0.5
"""The share of them on which a cure may crash where the base does not, and no more be accepted."""


def on_held_back(
    verdict: GateVerdict, targets: Sequence[Scenario], others: Sequence[Scenario], base: Bench, candidate: Bench, agent: AgentSpec, say: Say
) -> GateVerdict:
    """The verdict with what held-back neighbours say of it.

    Nobody knows the right answer to them. What can be asked is that the cure does not crash where the base does not, that its
    answers have a form that was seen before, and, of an agent that repeats itself, that near a passing scenario it answers as
    the base does. Only an accepted cure is tried, and what acts on the world is not run on inputs that nobody asked for.
    """
    if verdict.decision is not Decision.ACCEPT or agent.network or agent.http:
        return verdict
    near = _chosen([each for each in targets if not each.test], [each for each in others if not each.test])
    if not near:
        return verdict
    say(Event("gate", f"accepted; looking at {len(near)} inputs near the scenarios that the search did not see"))
    asked = [Scenario(f"held-back-{number}", each.input, ()) for number, each in enumerate(near, 1)]
    before, after = _runs(base, asked, 0), _runs(candidate, asked, 0)
    fell = [each for each in asked if _crashed(after, each) and each.id in before and not _crashed(before, each)]
    again = _runs(candidate, fell, 1)
    fell = [each for each in fell if _crashed(again, each)]
    forms = {_form(attempt) for arm in (*verdict.attempts.values(), tuple(before.values())) for attempt in arm if attempt.counts}
    odd = [each for each in asked if each.id in after and not _crashed(after, each) and _form(after[each.id]) not in forms]
    passing = [each for each, place in zip(asked, near, strict=True) if not place.red and each.id in before and each.id in after]
    alike = sum(before[each.id].behaviour == after[each.id].behaviour for each in passing) if verdict.deterministic else None
    held = HeldBack(len(asked), tuple(each.input for each in fell), tuple(each.input for each in odd), alike, len(passing))
    spent = bill("neighbours", [*before.values(), *after.values(), *again.values()], 0.0)
    decision = Decision.NOT_ENOUGH if len(fell) >= TOO_MANY * len(asked) else verdict.decision
    says = f"{verdict.says.rstrip('.')}; {_told(held)}."
    return replace(verdict, decision=decision, says=says, held_back=held, bill=verdict.bill + Bill((spent,)))


def _chosen(red: Sequence[Scenario], green: Sequence[Scenario]) -> list[Neighbour]:
    near = kept_back(red, green)
    return [*[each for each in near if each.red][:NEAR_FAILING], *[each for each in near if not each.red][:NEAR_PASSING]]


def _runs(bench: Bench, asked: Sequence[Scenario], trial: int) -> dict[str, Attempt]:
    return {attempt.scenario: attempt for attempt in bench.attempts([(each, trial) for each in asked]) if attempt.counts}


def _crashed(runs: dict[str, Attempt], asked: Scenario) -> bool:
    return asked.id in runs and runs[asked.id].cause in CRASHED


def _form(attempt: Attempt) -> str:
    """What kind of an answer it is: the keys of an object, the type of another value, or some text, or none."""
    try:
        value = json.loads(attempt.output)
    except ValueError:
        return "text" if attempt.output.strip() else "nothing"
    return f"object of {sorted(value)}" if isinstance(value, dict) else type(value).__name__


def _told(held: HeldBack) -> str:
    told = f"on {held.tried} held-back inputs near the scenarios it "
    if held.crashed:
        told += f"crashes {len(held.crashed)} times where the base does not"
    else:
        told += "crashes no more than the base"
    if held.odd:
        told += f", answers {len(held.odd)} times in a form not seen before"
    if held.alike is not None and held.passing:
        told += f", and answers as the base does on {held.alike} of the {held.passing} near a passing one"
    return told
