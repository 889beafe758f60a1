"""The mathematics of counting passes and fails: exact intervals, exact tests, and evidence that may be looked at any time."""

from __future__ import annotations

import math
from dataclasses import dataclass

from refinery.domain import Interval

EVERYTHING = Interval(0.0, 1.0)


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """The exact interval of a proportion (Clopper and Pearson 1934); it never covers less often than it says."""
    if trials == 0:
        return EVERYTHING
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else _beta_quantile(tail, successes, trials - successes + 1)
    high = 1.0 if successes == trials else _beta_quantile(1 - tail, successes + 1, trials - successes)
    return Interval(low, high)


def wilson(successes: float, trials: float, confidence: float = 0.95) -> Interval:
    """The score interval of a proportion (Wilson 1927); close to nominal on average, and shorter than the exact one."""
    if trials == 0:
        return EVERYTHING
    z = normal_quantile(1 - (1 - confidence) / 2)
    rate = successes / trials
    centre = (rate + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials)) / (1 + z * z / trials)
    return Interval(0.0 if successes == 0 else max(0.0, centre - half), 1.0 if successes == trials else min(1.0, centre + half))


def paired_difference(wins: int, losses: int, both: int, neither: int, confidence: float = 0.95) -> Interval:
    """The interval of the difference of two paired proportions (Newcombe 1998, method 10).

    A win is a pair in which only the second passed, a loss one in which only the first did. The number of pairs is taken as
    fixed beforehand: after a sequential test the interval tells the size of an effect, and is no second test of it.
    """
    pairs = wins + losses + both + neither
    if pairs == 0:
        return Interval(-1.0, 1.0)
    first, second = both + losses, both + wins
    a, b = wilson(first, pairs, confidence), wilson(second, pairs, confidence)
    p, q = first / pairs, second / pairs
    phi = _correlation(wins, losses, both, neither)
    down = math.sqrt(max(0.0, (q - b.low) ** 2 - 2 * phi * (q - b.low) * (a.high - p) + (a.high - p) ** 2))
    up = math.sqrt(max(0.0, (b.high - q) ** 2 - 2 * phi * (b.high - q) * (p - a.low) + (p - a.low) ** 2))
    return Interval(max(-1.0, q - p - down), min(1.0, q - p + up))


def sign_test(wins: int, losses: int) -> float:
    """The one-sided exact p-value of McNemar's test: how often chance alone wins at least this often."""
    pairs = wins + losses
    ways = sum(math.comb(pairs, count) for count in range(wins, pairs + 1))
    return ways / float(2**pairs)


FLAWLESS, LARGE, CLEAR, ALMOST_ALL = 0.31, 0.13, 0.5, 0.06
"""How the stake is split over the four bets of `PairedEvidence`, in their order there; chosen for power (`benchmarks.gate`)."""
WEAK, STRONG = 0.2, 0.9
"""The pass rates of the two arms on which the second bet is placed."""


@dataclass(frozen=True, slots=True)
class PairedEvidence:
    """Evidence that the second arm passes more often than the first; it may be looked at after every pair.

    It is the capital of a gambler who starts with 1 and bets on fair odds against "the arms do not differ", so on average it
    cannot grow while that is true; the chance that it *ever* reaches 1/alpha is at most alpha (Ville 1939), whatever the
    moment at which one stops. The stake is split over four bets (a mixture, after Robbins 1970):

    - every pair fails before and passes after. Two independent runs with the same chance p of passing come out like that with
      probability p(1-p) <= 1/4, so such a pair pays 4, and any other pair loses the bet.
    - the arms pass with chance 0.2 and 0.9. Each pair pays its likelihood under these two chances over that under their mean,
      0.55, for both arms; whatever chance the arms share, that pays at most 1 on average. Like the first bet, its extreme case,
      it is a two-sample e-value of Turner, Ly and Gruenwald (2021).
    - of the pairs that differ, 80 % are wins: a win pays 1.6, a loss 0.4 (McNemar's setting: under the null P(win) <= 1/2).
    - of the pairs that differ, 97 % are wins: a win pays 1.94, a loss 0.06.

    The chance p may be another one in every pair. Runs of a pair that resemble each other, because of a bad hour of the
    provider, make wins rarer and ties more frequent, so that every bet pays less. The first bet makes three of three enough for
    1/0.04; the others keep the power where outcomes vary.
    """

    wins: int = 0
    """Pairs in which only the second passed."""
    losses: int = 0
    """Pairs in which only the first passed."""
    both: int = 0
    """Pairs in which both passed."""
    neither: int = 0
    """Pairs in which both failed."""

    def __add__(self, other: PairedEvidence) -> PairedEvidence:
        return PairedEvidence(self.wins + other.wins, self.losses + other.losses, self.both + other.both, self.neither + other.neither)

    @property
    def pairs(self) -> int:
        return self.wins + self.losses + self.both + self.neither

    @property
    def value(self) -> float:
        """The e-value: 1 at the start, at least 1/alpha when the improvement is shown at the level alpha."""
        flawless = _power(4.0, self.wins) if self.wins == self.pairs else 0.0
        return FLAWLESS * flawless + LARGE * self._two_chances() + CLEAR * self._odds(0.8) + ALMOST_ALL * self._odds(0.97)

    def mirrored(self) -> PairedEvidence:
        """The same pairs, seen as evidence that the first arm passes more often."""
        return PairedEvidence(self.losses, self.wins, self.both, self.neither)

    def _two_chances(self) -> float:
        null = (WEAK + STRONG) / 2
        return _exponential(
            self.wins * math.log((1 - WEAK) * STRONG / (null * (1 - null)))
            + self.losses * math.log(WEAK * (1 - STRONG) / (null * (1 - null)))
            + self.both * math.log(WEAK * STRONG / null**2)
            + self.neither * math.log((1 - WEAK) * (1 - STRONG) / (1 - null) ** 2)
        )

    def _odds(self, share: float) -> float:
        return _exponential(self.wins * math.log(2 * share) + self.losses * math.log(2 * (1 - share)))


def spent(alpha: float, rank: int) -> float:
    """The part of alpha that the rank-th hypothesis of a run may use: four fifths for the first, the rest shared out as 1/k^2.

    Over any number of hypotheses the parts add up to alpha (the sum of 1/k^2 is pi^2/6), so looking at many is paid for.
    """
    if rank == 1:
        return 0.8 * alpha
    return 0.2 * alpha * 6 / (math.pi * (rank - 1)) ** 2


def smallest_effect(pairs: int, threshold: float) -> float | None:
    """The smallest difference of pass rates that so many pairs could have shown: wins, no losses, the rest ties. None: not any."""
    for wins in range(pairs + 1):
        ties = pairs - wins
        if max(PairedEvidence(wins, both=ties).value, PairedEvidence(wins, neither=ties).value) >= threshold:
            return wins / pairs
    return None


def unseen(runs: int, confidence: float = 0.95) -> float:
    """The largest failure rate that so many runs without a failure leave possible (the exact one-sided bound)."""
    return 1.0 if runs == 0 else 1 - float((1 - confidence) ** (1 / runs))


def all_of(passed: int, runs: int, k: int) -> float | None:
    """pass^k: how likely k runs all pass, from the share of k-subsets of the runs that did (Yao et al. 2024); None with too few runs."""
    return math.comb(passed, k) / math.comb(runs, k) if runs >= k else None


def normal_quantile(probability: float) -> float:
    """The point below which a normal variable lies with this probability."""
    low, high = -10.0, 10.0
    for _ in range(80):
        middle = (low + high) / 2
        if (1 + math.erf(middle / math.sqrt(2))) / 2 < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _correlation(wins: int, losses: int, both: int, neither: int) -> float:
    product = (both + losses) * (neither + wins) * (both + wins) * (neither + losses)
    if product == 0:
        return 0.0
    covariance: float = both * neither - wins * losses
    if covariance > 0:
        covariance = max(0.0, covariance - (wins + losses + both + neither) / 2)
    return covariance / math.sqrt(product)


def _exponential(exponent: float) -> float:
    return math.exp(min(exponent, 700.0))


def _power(base: float, exponent: int) -> float:
    return _exponential(exponent * math.log(base))


def _beta_quantile(probability: float, a: float, b: float) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _beta(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (Lentz's method)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    tiny = 1e-300
    d = 1 / _away_from_zero(1 - (a + b) * x / (a + 1), tiny)
    c, fraction = 1.0, d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for step in (even, odd):
            d = 1 / _away_from_zero(1 + step * d, tiny)
            c = _away_from_zero(1 + step / c, tiny)
            fraction *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return front * fraction


def _away_from_zero(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny
