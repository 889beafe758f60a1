"""The guard's answer: findings, each with a rule, a place and a reason; the hardest one decides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Effect(StrEnum):
    """What a finding, and so a verdict, does to a proposal; from mildest to hardest."""

    ALLOW = "allow"
    NEEDS_APPROVAL = "needs_approval"
    """A named person must say yes to this very change."""
    BLOCK = "block"
    """Never applied."""

    @property
    def rank(self) -> int:
        return list(Effect).index(self)


@dataclass(frozen=True, slots=True)
class Finding:
    """One objection of one rule."""

    rule: str
    path: str
    line: int | None
    """1-based, in the text after the change (before it, for what was removed); None for the whole file."""
    says: str
    effect: Effect


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings about one change set."""

    findings: tuple[Finding, ...] = ()

    @property
    def effect(self) -> Effect:
        return max((finding.effect for finding in self.findings), key=lambda effect: effect.rank, default=Effect.ALLOW)

    @property
    def allowed(self) -> bool:
        return self.effect is Effect.ALLOW
