"""The guard: every rule looks at the whole proposal, and a rule that fails blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from safety.changes import ChangeSet, Surroundings
from safety.policy import Policy
from safety.verdict import Effect, Finding, Verdict


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule is given: the proposal, the policy, and what surrounds them."""

    changes: ChangeSet
    policy: Policy
    around: Surroundings


Rule = Callable[[Case], Iterable[Finding]]
"""A pure function; its name is the rule's name in findings."""


@dataclass(frozen=True, slots=True)
class Guard:
    """All rules under one policy."""

    rules: tuple[Rule, ...]
    policy: Policy

    def judge(self, changes: ChangeSet, around: Surroundings | None = None) -> Verdict:
        """The verdict on one proposal. It fails closed: a rule that raises is a finding that blocks."""
        case = Case(changes, self.policy, around or Surroundings())
        return Verdict(tuple(finding for rule in self.rules for finding in _findings(rule, case)))


def _findings(rule: Rule, case: Case) -> list[Finding]:
    try:
        return list(rule(case))
    except Exception as error:  # noqa: BLE001  whatever a rule dies of, the change must not pass
        name = getattr(rule, "__name__", "rule")
        path = case.changes.changes[0].path if len(case.changes) else ""
        return [Finding(name, path, None, f"the rule itself failed ({type(error).__name__}): {error}", Effect.BLOCK)]
