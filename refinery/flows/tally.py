"""What became of the candidates that nobody kept, counted, and told in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from refinery.domain import Doubt, Miss, Step
from refinery.flows.screen import Screened

NEAREST = 5
"""Misses that are named."""


@dataclass(slots=True)
class Tally:
    """Counts of candidates of the search. A model's hypotheses are steps, each with its own outcome."""

    screened: int = 0
    held_back: int = 0
    """The guard would not let them through without a person."""
    memorised: int = 0
    broke: int = 0
    """They cured the complaint and broke something else."""
    near: list[tuple[tuple[int, int], Miss]] = field(default_factory=list)
    """The nearest of them: how many scenarios each cured, and how many runs it took until one broke."""
    halves: int = 0
    """They cured one failure and changed another without curing it."""
    upsetting: int = 0
    """They cured the complaint, and on inputs near those of the scenarios they crash where the agent did not, or change most answers."""
    chance: int = 0
    """They cured some failures and run in others like them, which stayed as they were."""
    endless: int = 0
    """They did not come to an end in the time that a look may take."""
    unlikely: int = 0
    """They were not looked at: where one scenario fails, a cure that is so far down the list would not be believed."""
    loose: int = 0
    """They set a number that cured the one failing scenario, as others farther away do."""
    undecided: tuple[str, ...] = ()
    """Cures none of which was believed, the likeliest first."""
    doubts: tuple[Doubt, ...] = ()
    """Where they part."""
    stopped_s: float | None = None
    """The limit at which the search stopped; None when it came to its end."""

    @property
    def misses(self) -> tuple[Miss, ...]:
        """The candidates that came nearest and broke something, the nearest first."""
        return tuple(miss for _, miss in self.near)

    def saw(self, change: str, seen: Screened) -> None:
        """One more candidate was looked at."""
        self.screened += 1
        if seen.broke:
            self.broke += 1
            miss = Miss(change, tuple(sorted(seen.turned)), tuple(sorted(seen.broke)))
            self.near = sorted([*self.near, ((len(miss.cured), seen.runs), miss)], key=lambda each: each[0], reverse=True)[:NEAREST]
        self.halves += seen.promising and not seen.convincing
        self.endless += seen.late

    def doubted(self, changes: Sequence[str], doubt: Doubt | None) -> None:
        """Cures were compared, and none believed; they take in those of earlier comparisons."""
        self.undecided = tuple(changes)
        self.doubts = (doubt,) if doubt else ()

    def says(self, steps: Sequence[Step]) -> str:
        """Why nothing was kept."""
        tried = [step for step in steps if step.hypothesis.origin == "model"]
        if len(steps) > len(tried) or (steps and steps[-1].gate and not self.screened):
            return steps[-1].says
        parts = [f"{len(tried)} of the model's hypotheses failed, the last one so: {tried[-1].says}"] if tried else []
        parts.append(self._cured())
        if self.broke:
            parts.append(f"{self.broke} cured them and broke others")
        if self.halves:
            parts.append(f"{self.halves} cured some and touched the others without curing them, which looks like chance")
        if self.upsetting:
            parts.append(
                f"{self.upsetting} cured them and crash on similar inputs, on which the agent did not, or change most answers there"
            )
        if self.unlikely:
            parts.append(
                f"{self.unlikely} unlikely ones were not tried, since one failing scenario does not tell them from chance: add a second"
            )
        if self.loose:
            parts.append(f"{self.loose} set a number that cures the one failing scenario as numbers farther away do: add a second one")
        if self.chance:
            parts.append(f"{self.chance} cured some and left others like them as they were, which looks like chance too")
        if self.held_back:
            parts.append(f"{self.held_back} were held back by the guard")
        if self.memorised:
            parts.append(f"{self.memorised} would only have memorised the expected answer")
        if self.stopped_s is not None:
            parts.append(f"the search stopped at its limit of {self.stopped_s:.0f} s")
        return "; ".join(parts)

    def _cured(self) -> str:
        if len(self.undecided) > 1:
            told = "; ".join(self.undecided)
            return f"{len(self.undecided)} cures differ on similar inputs, and nothing tells which is right ({told})"
        if self.undecided:
            return f"one cure was found that is likely to be one by chance ({self.undecided[0]}): add a second failing scenario"
        return f"none of {self.screened} candidate edits made the failing scenarios pass without harm"
