"""When enough pairs of runs were seen: the exact plan for comparing two arms, made for a number of pairs that is known beforehand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from refinery.stats import PairedEvidence, smallest_effect

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Grid = NDArray[np.float64]
    """A number for every state after so many pairs: passes of the first arm down, of the second arm across."""

Pair = tuple[bool, bool]
"""What came of a run of the first arm, and of one of the second beside it."""

LONGEST = 120
"""Pairs up to which a plan is made; beyond, making it would take longer than a second or two, and bets are placed instead."""
FROM, TO = 6.0, 20.0
"""The differences a plan is made for: those of which all its pairs together tell so many nats. Less can hardly be shown."""
MISSED = 10.0
"""What missing such a difference costs, in pairs, each of which would tell one nat."""
FUTILE = 0.1
"""What a pair costs where the arms do not differ, beside one where they do."""
STEPS = 18
"""Halvings of the price of a false acceptance; the plan is exact at every price, and the last one nearly spends alpha."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the pairs have come."""

    evidence: float
    """The e-value: at most 1 on average while the arms do not differ, 1/alpha when the improvement is shown."""
    shown: bool
    hopeless: bool
    """No more pairs are worth their price; having asked for them all the same would not count."""
    pairs: int
    """How many were looked at."""
    smallest: float | None
    """The smallest difference that so many pairs could have shown; None: not any."""


class Judge(Protocol):
    """Tells from the pairs so far, in their order, how it stands."""

    def follow(self, pairs: Iterable[Pair]) -> Standing: ...


def planned(pairs: int, alpha: float) -> Judge:
    """How to judge whether the second arm passes more often, with so many pairs at most and this chance of a false yes."""
    return made(pairs, alpha) if pairs <= LONGEST else Bets(alpha)


def fewest(alpha: float) -> int:
    """How many pairs must be won in a row before so much can be said: two runs alike are won with chance p(1-p) <= 1/4."""
    return max(2, math.ceil(-math.log(alpha) / math.log(4) - 1e-9))


@dataclass(frozen=True, slots=True)
class Bets:
    """Evidence that may go on for ever, where the number of pairs is too large for a plan."""

    alpha: float

    def follow(self, pairs: Iterable[Pair]) -> Standing:
        seen = PairedEvidence()
        for before, after in pairs:
            seen += PairedEvidence(after and not before, before and not after, before and after, not before and not after)
            if seen.value >= 1 / self.alpha:
                break
        shown = seen.value >= 1 / self.alpha
        return Standing(seen.value, shown, False, seen.pairs, smallest_effect(seen.pairs, 1 / self.alpha))


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Where to stop, and what each state is worth.

    A state is the number of pairs and of passes in each arm; ties count, since they tell how often the arms pass at all. `worth`
    holds the *largest* chance with which the plan still accepts from there while the arms do not differ: an opponent who sees
    everything chooses before each pair the chance p, the same for both arms, with which its two runs pass. It is 1 where the plan
    accepts and 0 where it gives up. Its first entry is the false acceptance rate, exactly, and at most alpha: whatever the pass
    rate is, and however it drifts. Runs of a pair that resemble each other are a mixture of such p, so they are covered too.
    Divided by alpha, the worth of the state one is in is an e-process (a bounded one, for a horizon that is known): the gambler's
    capital who stakes so that it comes to 1/alpha just where the plan accepts.
    """

    alpha: float
    first: int
    """Before so many pairs nothing is decided."""
    worth: tuple[Grid, ...]
    """After 0, 1, ... pairs."""

    def follow(self, pairs: Iterable[Pair]) -> Standing:
        """The pairs are looked at in their order, and none after the one that decided."""
        number = one = other = 0
        for before, after in pairs:
            if number == len(self.worth) - 1:
                break
            number, one, other = number + 1, one + before, other + after
            if number >= self.first and float(self.worth[number][one, other]) in (0.0, 1.0):
                break
        worth = float(self.worth[number][one, other])
        over = number >= self.first
        return Standing(worth / self.alpha, over and worth == 1, over and worth == 0, number, self._smallest(number))

    def _smallest(self, pairs: int) -> float | None:
        if pairs < self.first:
            return None
        grid = self.worth[pairs]
        gaps = (wins for wins in range(1, pairs + 1) if any(grid[both, both + wins] == 1 for both in range(pairs - wins + 1)))
        least = next(gaps, None)
        return None if least is None else least / pairs


@lru_cache(maxsize=16)
def made(pairs: int, alpha: float) -> Plan:
    """The plan that needs the fewest pairs, among those that accept arms that do not differ with a chance of at most alpha.

    It is found by dynamic programming, backwards from the last pair: in each state the cheapest of accepting, giving up and
    seeing one more pair, on the average over the differences that so many pairs can show (`FROM`, `TO`). A false acceptance has a
    price, which is raised until the exact chance of one is at most alpha.
    """
    first = min(pairs, fewest(alpha))
    stakes = list(_stakes(pairs))
    low, high = 1.0, 1e9
    for _ in range(STEPS):
        price = math.sqrt(low * high)
        if _worth(*_regions(stakes, first, price))[0][0, 0] <= alpha:
            high = price
        else:
            low = price
    return Plan(alpha, first, tuple(_worth(*_regions(stakes, first, high))))


@dataclass(frozen=True, slots=True, eq=False)
class Stakes:
    """What is at stake in the states after so many pairs, each by how likely one is to come by it."""

    wrong: Grid
    """How likely, where the arms do not differ."""
    missed: Grid
    """What giving up costs."""
    more: Grid
    """What one more pair costs."""


def _stakes(pairs: int) -> Iterator[Stakes]:
    rates = [step / 10 for step in range(11)]
    told = [(low, high, _nats(low, high)) for low in rates for high in rates if high > low]
    least = min(FROM, 0.55 * pairs * _nats(0.0, 1.0))
    differences = [each for each in told if least <= pairs * each[2] <= TO] or [max(told, key=lambda each: each[2])]
    scale = sum(1 / nats for *_, nats in differences)
    equal = [step / 20 for step in range(1, 20, 2)]
    for number in range(pairs + 1):
        missed = sum((_likely(number, low, high) * (MISSED / nats**2 / scale) for low, high, nats in differences), start=_none(number))
        more = sum((_likely(number, low, high) * (1 / nats / scale) for low, high, nats in differences), start=_none(number))
        wrong = sum((_likely(number, rate, rate) / len(equal) for rate in equal), start=_none(number))
        yield Stakes(wrong, missed, more + FUTILE * wrong)


def _regions(stakes: list[Stakes], first: int, price: float) -> tuple[list[NDArray[np.bool_]], list[NDArray[np.bool_]]]:
    """Where a plan accepts and where it gives up, at a price of a false acceptance."""
    import numpy as np

    accepts, gives_up = [], []
    cost: Grid | None = None
    for number in range(len(stakes) - 1, -1, -1):
        now = stakes[number]
        false = price * now.wrong
        going_on = np.full_like(false, np.inf) if cost is None else now.more + _sum_of_next(cost)
        better = np.triu(np.ones_like(false, dtype=bool), 1)
        accept = better & (false < now.missed) & (false <= going_on)
        accept[0, number] = number >= first  # all won: nothing says more in so many pairs
        stop = ~accept & (now.missed <= going_on)
        if number < first:
            accept, stop = np.zeros_like(accept), np.zeros_like(stop)
        cost = np.where(accept, false, np.where(stop, now.missed, going_on))
        accepts.append(accept)
        gives_up.append(stop)
    return accepts[::-1], gives_up[::-1]


def _worth(accepts: list[NDArray[np.bool_]], gives_up: list[NDArray[np.bool_]]) -> list[Grid]:
    """The largest chance of accepting arms that do not differ, from each state."""
    import numpy as np

    worth: list[Grid] = []
    for accept, stop in zip(reversed(accepts), reversed(gives_up), strict=True):
        if worth:
            then = worth[-1]
            neither, both, one = then[:-1, :-1], then[1:, 1:], then[:-1, 1:] + then[1:, :-1]
            bend = both + neither - one  # the chance is bend p^2 + (one - 2 neither) p + neither
            inner = bend < -1e-15
            p = np.clip((2 * neither - one) / np.where(inner, 2 * bend, 1.0), 0.0, 1.0)
            ends = np.maximum(both, neither)
            chance = np.where(inner, np.maximum(ends, bend * p * p + (one - 2 * neither) * p + neither), ends)
        else:
            chance = np.zeros_like(accept, dtype=np.float64)
        worth.append(np.where(accept, 1.0, np.where(stop, 0.0, np.minimum(chance, 1.0))))
    return worth[::-1]


def _sum_of_next(grid: Grid) -> Grid:
    """What one pair may lead to, all together; likelihoods need no weights."""
    total: Grid = grid[:-1, :-1] + grid[1:, 1:] + grid[:-1, 1:] + grid[1:, :-1]
    return total


def _likely(number: int, low: float, high: float) -> Grid:
    """How likely each way is to a state, where the arms pass with these chances."""
    import numpy as np

    passes = np.arange(number + 1, dtype=np.float64)
    grid: Grid = np.outer(low**passes * (1 - low) ** (number - passes), high**passes * (1 - high) ** (number - passes))
    return grid


def _none(number: int) -> Grid:
    import numpy as np

    return np.zeros((number + 1, number + 1))


def _nats(low: float, high: float) -> float:
    """What one pair tells, on the average, against arms that pass equally often: the information in nats."""
    mean = (low + high) / 2
    return sum(part * math.log(part / whole) for rate in (low, high) for part, whole in ((rate, mean), (1 - rate, 1 - mean)) if part > 0)
