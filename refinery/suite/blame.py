"""Whose doing it is that outcomes differ: the agent's, a tool's, the judge's or the machine's."""

from __future__ import annotations

from collections.abc import Iterator

from refinery.domain import Cause, Flip
from refinery.suite.arms import BASE, CANDIDATE, Runs

JUDGED = "llm-rubric"
"""The check that a judge decides."""


def flips(runs: Runs, name: str) -> Iterator[Flip]:
    """Of one scenario: each difference of outcomes, and the runs that say nothing about the agent."""
    (was, before), (now, after) = runs.rate(BASE, name), runs.rate(CANDIDATE, name)
    if before and after and (was * after != now * before or 0 < was < before):
        yield Flip(name, f"{was}/{before}", f"{now}/{after}", _blamed(runs, name))
    for cause, word in ((Cause.JUDGE, "judge"), (Cause.INFRASTRUCTURE, "infrastructure")):
        if any(attempt.cause is cause for attempt in runs.uncounted(name)):
            yield Flip(name, f"{was}/{before}", f"{now}/{after}", word)


def _blamed(runs: Runs, name: str) -> str:
    """Who made the outcomes of the runs that count differ."""
    if _tool_flaked(runs, name):
        return "tool"
    return "judge" if _judge_wavered(runs, name) else "agent"


def _judge_wavered(runs: Runs, name: str) -> bool:
    """Whether a judge said different things of runs that were the same to the byte; they count, for it may err in both arms."""
    seen: dict[object, set[tuple[bool, ...]]] = {}
    for attempt in (*runs.counted(BASE, name), *runs.counted(CANDIDATE, name)):
        ruled = tuple(each.passed for each in attempt.checks if each.check.partition(":")[0].endswith(JUDGED) and each.measured)
        if ruled:
            seen.setdefault(attempt.behaviour[:2], set()).add(ruled)
    return any(len(rulings) > 1 for rulings in seen.values())


def _tool_flaked(runs: Runs, name: str) -> bool:
    """Whether a failing run met a failed call that was served in another run of the same arm."""
    for arm in (BASE, CANDIDATE):
        counted = runs.counted(arm, name)
        served = {(call.name, call.arguments) for attempt in counted for call in attempt.calls if not call.failed}
        failing = [call for attempt in counted if not attempt.passed for call in attempt.calls if call.failed]
        if any((call.name, call.arguments) in served for call in failing):
            return True
    return False
