"""How well two raters agree on yes or no: shares with exact intervals, and Cohen's kappa with an interval that does not flatter."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from refinery import stats
from refinery.domain import Interval

DRAWS = 4_000
SEED = 20260101
"""The interval of kappa is drawn, and is the same for the same figures."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the exact 95 % interval."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> Interval:
        return stats.clopper_pearson(self.count, self.of)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Verdicts of a judge beside those of people, counted in the four ways in which they can come together."""

    both_pass: int = 0
    both_fail: int = 0
    false_pass: int = 0
    """The judge passed what people failed."""
    false_fail: int = 0
    """The judge failed what people passed."""

    @staticmethod
    def of(pairs: Iterable[tuple[bool, bool]]) -> Agreement:
        """Pairs of what people said and what the judge said."""
        seen = list(pairs)
        return Agreement(*(seen.count(pair) for pair in ((True, True), (False, False), (False, True), (True, False))))

    @property
    def total(self) -> int:
        return self.both_pass + self.both_fail + self.false_pass + self.false_fail

    @property
    def accuracy(self) -> Share:
        """Of all answers, those on which the judge says what people say."""
        return Share(self.both_pass + self.both_fail, self.total)

    @property
    def wrongly_passed(self) -> Share:
        """Of what people failed, what the judge passed: how much harm slips through."""
        return Share(self.false_pass, self.false_pass + self.both_fail)

    @property
    def wrongly_failed(self) -> Share:
        """Of what people passed, what the judge failed."""
        return Share(self.false_fail, self.false_fail + self.both_pass)

    @property
    def kappa(self) -> float | None:
        """Agreement beyond chance (Cohen 1960): 1 is perfect, 0 is what two biased coins reach. None where it is not defined."""
        return _kappa(self.both_pass, self.both_fail, self.false_pass, self.false_fail)

    def kappa_interval(self, confidence: float = 0.95) -> Interval | None:
        """Where kappa may well lie.

        The usual standard error is zero when a small sample happens to agree fully, and the interval then claims certainty. This one is
        drawn from the posterior of the four shares under Jeffreys' prior (half a count in each cell), which stays honest there.
        """
        if self.kappa is None:
            return None
        draw = random.Random(SEED)  # no secret depends on it
        cells = [count + 0.5 for count in (self.both_pass, self.both_fail, self.false_pass, self.false_fail)]
        drawn = (_kappa(*(draw.gammavariate(cell, 1.0) for cell in cells)) for _ in range(DRAWS))
        values = sorted(value for value in drawn if value is not None)
        tail = (1 - confidence) / 2
        low, high = values[int(tail * len(values))], values[int((1 - tail) * len(values))]
        return Interval(min(low, self.kappa), max(high, self.kappa))  # at its edges the posterior shies away from what was seen


def _kappa(both_pass: float, both_fail: float, false_pass: float, false_fail: float) -> float | None:
    total = both_pass + both_fail + false_pass + false_fail
    if not total:
        return None
    people, judge = (both_pass + false_fail) / total, (both_pass + false_pass) / total
    chance = people * judge + (1 - people) * (1 - judge)
    return None if chance >= 1 else ((both_pass + both_fail) / total - chance) / (1 - chance)
