"""The guard: every rule looks at the whole proposal; a rule that fails, or time that runs out, blocks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from safety.changes import ChangeSet, FileChange, Surroundings
from safety.policy import Policy
from safety.verdict import Effect, Finding, Verdict

READABLE = 400_000
"""Characters of one file that are read; a longer one is a finding of `size` and is given to no other rule."""
READABLE_TOGETHER = 1_000_000
FILES = 500


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule is given: the proposal, the policy, and what surrounds them."""

    changes: ChangeSet
    policy: Policy
    around: Surroundings

    def readable(self) -> tuple[FileChange, ...]:
        """The changes that are short enough, alone and together, to be read through."""
        taken, room = [], READABLE_TOGETHER
        for change in self.changes.changes[:FILES]:
            length = max(len(change.before or ""), len(change.after or ""))
            if length <= min(READABLE, room):
                room -= length
                taken.append(change)
        return tuple(taken)


Rule = Callable[[Case], Iterable[Finding]]
"""A pure function; its name is the rule's name in findings."""


@dataclass(frozen=True, slots=True)
class Guard:
    """All rules under one policy."""

    rules: tuple[Rule, ...]
    policy: Policy
    seconds: float = 20.0
    """After this long no further rule is begun, and the proposal is blocked; what one rule reads is bounded by `READABLE`."""
    clock: Callable[[], float] = time.monotonic

    def judge(self, changes: ChangeSet, around: Surroundings | None = None) -> Verdict:
        """The verdict on one proposal. It fails closed: a rule that raises, or is not reached in time, is a finding that blocks."""
        case = Case(changes, self.policy, around or Surroundings())
        end = self.clock() + self.seconds
        findings: list[Finding] = []
        for rule in self.rules:
            findings += _findings(rule, case) if self.clock() < end else [_broken(rule, case, "there was no time left to look")]
        return Verdict(tuple(dict.fromkeys(findings)))


def _findings(rule: Rule, case: Case) -> list[Finding]:
    try:
        return list(rule(case))
    except Exception as error:  # noqa: BLE001  whatever a rule dies of, the change must not pass
        return [_broken(rule, case, f"the rule itself failed ({type(error).__name__}): {str(error)[:200]}")]


def _broken(rule: Rule, case: Case, says: str) -> Finding:
    path = case.changes.changes[0].path if len(case.changes) else ""
    return Finding(getattr(rule, "__name__", "rule"), path, None, f"{says}, so the change is not let through", Effect.BLOCK)
