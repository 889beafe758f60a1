"""How often the gate is wrong, what it sees, and what that costs: `python -m benchmarks.gate [GATES]`, about two minutes for 2,000.

Agents are simulated: each run passes with a chance that is known. Where the arms are identical, answers say no more than pass or fail, the
hardest case for the recognition of deterministic agents; where power is shown, every answer is worded differently, as a model's
are. "Accepted" are identical arms that are accepted; with several hypotheses, runs in which any was. Beside it stands what two
gates in common use make of the same runs: one asks for a difference of two standard errors, the other for p < 0.05 in a t-test.
"""

from __future__ import annotations

import math
import multiprocessing
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from refinery import stats
from refinery.domain import Attempt, Cause, Decision, Expectation, GateVerdict, Scenario
from refinery.events import Say, silent
from refinery.suite.gate import decide
from refinery.suite.plan import Plan, made
from refinery.suite.runner import Pair

ALPHA = stats.spent(0.05, 1)


@dataclass(frozen=True, slots=True)
class Setting:
    """Agents as they are simulated."""

    name: str
    before: float = 0.5
    after: float = 0.5
    trials: int = 12
    ranks: int = 1
    others: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Their pass rates before and after."""
    drift: tuple[float, float] | None = None
    """From the first trial to the twentieth, in both arms."""
    hours: bool = False
    """Both arms pass in nine of ten runs in a good hour, in one of ten in a bad one; an hour lasts about four trials."""
    noise: float = 0.0
    """How often the judge says the opposite of what is so."""
    unjudged: float = 0.0
    broken: float = 0.0
    worded: bool = False


class World:
    """One gate's runs: the same again for whoever looks at them."""

    def __init__(self, setting: Setting, seed: str) -> None:
        self._setting = setting
        self._random = random.Random(seed)
        self._hours: list[bool] = []
        self._seen: dict[tuple[str, str, int], Attempt] = {}

    def run(self, arm: str, name: str, trial: int) -> Attempt:
        key = (arm, name, trial)
        if key not in self._seen:
            self._seen[key] = self._made(arm, name, trial)
        return self._seen[key]

    def _made(self, arm: str, name: str, trial: int) -> Attempt:
        setting, dice = self._setting, self._random
        if dice.random() < setting.broken:
            return Attempt(name, trial, False, cause=Cause.INFRASTRUCTURE, says="the machine failed")
        if dice.random() < setting.unjudged:
            return Attempt(name, trial, False, cause=Cause.JUDGE, says="the judge gave no answer")
        passed = (dice.random() < self._chance(arm, name, trial)) != (dice.random() < setting.noise)
        output = f"{'yes' if passed else 'no'}{f' {arm} {trial}' if setting.worded else ''}"
        return Attempt(name, trial, passed, cause=None if passed else Cause.CHECKS, output=output)

    def _chance(self, arm: str, name: str, trial: int) -> float:
        setting = self._setting
        if name in setting.others:
            return setting.others[name][arm == "candidate"]
        if setting.drift:
            low, high = setting.drift
            return low + (high - low) * min(trial, 20) / 20
        if setting.hours:
            while len(self._hours) <= trial:
                last = self._hours[-1] if self._hours else self._random.random() < 0.5
                self._hours.append(last if self._random.random() < 0.75 else not last)
            return 0.9 if self._hours[trial] else 0.1
        return setting.after if arm == "candidate" else setting.before


@dataclass(frozen=True, slots=True)
class Arm:
    """One side of a world, to be tried."""

    world: World
    name: str

    def attempt(self, scenario: Scenario, trial: int) -> Attempt:
        return self.world.run(self.name, scenario.id, trial)

    def attempts(self, pairs: Sequence[Pair], say: Say = silent) -> Iterator[Attempt]:  # noqa: ARG002  # the port's signature
        for scenario, trial in pairs:
            yield self.attempt(scenario, trial)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of some gates."""

    gates: int = 0
    accepted: int = 0
    harm: int = 0
    runs: int = 0
    """Trials of the target, an arm."""
    all_runs: int = 0
    sigma: int = 0
    student: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, name) + getattr(other, name) for name in Tally.__slots__))

    def share(self, count: int) -> float:
        return count / self.gates


def scenario(name: str) -> Scenario:
    return Scenario(name, None, (Expectation("no-error", True),))


def gates(setting: Setting, count: int) -> Tally:
    """So many gates, half of them on each processor."""
    parts = [(setting, part, count // PARTS) for part in range(PARTS)]
    with multiprocessing.Pool(2) as pool:
        return sum(pool.starmap(_gates, parts, chunksize=1), Tally())


PARTS = 8


def _gates(setting: Setting, part: int, count: int) -> Tally:
    total = Tally()
    for number in range(count):
        accepted = harm = sigma = student = False
        runs = every = 0
        for rank in range(1, setting.ranks + 1):
            world = World(setting, f"{setting.name} {part} {number} {rank}")
            verdict = _decided(world, setting, rank)
            accepted |= verdict.decision is Decision.ACCEPT
            harm |= bool(verdict.regressions)
            runs += sum(attempt.scenario == "target" for attempt in verdict.attempts["base"])
            every += sum(len(attempts) for attempts in verdict.attempts.values())
            two = [
                [each.passed for trial in range(setting.trials) if (each := world.run(arm, "target", trial)).counts]
                for arm in ("base", "candidate")
            ]
            sigma |= _two_sigma(*two)
            student |= _t_test(*two)
        total += Tally(1, accepted, harm, runs, every, sigma, student)
    return total


def _decided(world: World, setting: Setting, rank: int) -> GateVerdict:
    targets, others = [scenario("target")], [scenario(name) for name in setting.others]
    return decide(Arm(world, "base"), Arm(world, "candidate"), targets, others, setting.trials, rank, silent)


def _two_sigma(before: Sequence[bool], after: Sequence[bool]) -> bool:
    """Whether the difference is more than two standard errors; runs that all agree have none."""
    if not before or not after:
        return False
    p, q = sum(before) / len(before), sum(after) / len(after)
    return q - p > 2 * math.sqrt(p * (1 - p) / len(before) + q * (1 - q) / len(after))


def _t_test(before: Sequence[bool], after: Sequence[bool]) -> bool:
    """Student's test, one-sided at 5 %, as evaluation scripts have it: trials one after the other are not looked at."""
    if len(before) < 2 or len(after) < 2:
        return False
    p, q = sum(before) / len(before), sum(after) / len(after)
    free = len(before) + len(after) - 2
    spread = (len(before) * p * (1 - p) + len(after) * q * (1 - q)) / free * (1 / len(before) + 1 / len(after))
    return q > p and (spread == 0 or (q - p) / math.sqrt(spread) > _student(free))


def _student(free: int) -> float:
    """The 95 % point of Student's distribution, by its expansion about the normal one (good to a hundredth from 4 on)."""
    z = stats.normal_quantile(0.95)
    return z + (z**3 + z) / (4 * free) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)


# -- exact figures: what a plan does, a test of fixed size, and the least that any test can do with ----------------------


def power_of(plan: Plan, low: float, high: float) -> tuple[float, float]:
    """The chance that a plan accepts, and the pairs it needs, exactly."""
    ways = np.ones((1, 1))
    power = pairs = 0.0
    last = len(plan.worth) - 1
    for number, worth in enumerate(plan.worth):
        over = ((worth == 1) | (worth == 0)) if plan.first <= number < last else np.full(worth.shape, number == last)
        power += float(ways[over & (worth == 1)].sum())
        pairs += number * float(ways[over].sum())
        going = np.where(over, 0.0, ways)
        ways = np.zeros((number + 2, number + 2))
        ways[:-1, :-1] += going * (1 - low) * (1 - high)
        ways[1:, :-1] += going * low * (1 - high)
        ways[:-1, 1:] += going * (1 - low) * high
        ways[1:, 1:] += going * low * high
    return power, pairs


@lru_cache(maxsize=1000)
def _sign_power(trials: int, low: float, high: float) -> float:
    """The power of the exact sign test (McNemar's), of fixed size."""
    win, lose = (1 - low) * high, low * (1 - high)
    total = 0.0
    for differ in range(1, trials + 1):
        shown = [wins for wins in range(differ + 1) if stats.sign_test(wins, differ - wins) <= ALPHA]
        chance = sum(math.comb(differ, wins) * win**wins * lose ** (differ - wins) for wins in shown)
        total += math.comb(trials, differ) * chance * (1 - win - lose) ** (trials - differ)
    return total


@lru_cache(maxsize=1000)
def _two_sample_power(trials: int, low: float, high: float) -> float:
    """The power of the exact unconditional test of two samples (Suissa and Shuster 1985), of fixed size."""
    passes = np.arange(trials + 1)
    mean = (passes[:, None] + passes[None, :]) / (2 * trials)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.nan_to_num((passes[None, :] - passes[:, None]) / np.sqrt(2 * trials * mean * (1 - mean)))

    def chance(rate: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([math.comb(trials, int(k)) * rate**k * (1 - rate) ** (trials - k) for k in passes])

    same = [chance(rate) for rate in np.linspace(0.02, 0.98, 49)]
    shown = np.zeros_like(score, dtype=bool)
    for least in sorted(set(np.round(score[score > 0], 9)), reverse=True):
        wider = score >= least - 1e-9
        if max(float(each @ wider @ each) for each in same) > ALPHA:
            break
        shown = wider
    return float(chance(low) @ shown @ chance(high))


def fixed_size(power_at: Callable[[int, float, float], float], low: float, high: float, power: float) -> int:
    """The trials an arm that a test of fixed size needs for this power."""
    return next((trials for trials in range(2, 130) if power_at(trials, low, high) >= power), 130)


def least(low: float, high: float, power: float) -> float:
    """The pairs that *any* test needs on the average for this power (Wald 1945): by what one pair tells of it."""
    mean = (low + high) / 2
    told = sum(part * math.log(part / whole) for rate in (low, high) for part, whole in ((rate, mean), (1 - rate, 1 - mean)) if part > 0)
    needed = power * math.log(power / ALPHA) + ((1 - power) * math.log((1 - power) / (1 - ALPHA)) if power < 1 else 0.0)
    return needed / told


# -- the tables -----------------------------------------------------------------------------------------------------------


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    began = time.monotonic()
    print(f"identical arms, {count} gates a setting; accepted and regressions must stay under 5 %")
    print(f"{'':50} accepted   harm  | 2 sigma  t-test on the same runs")
    for setting in identical():
        tally = gates(setting, count)
        row = [tally.share(each) for each in (tally.accepted, tally.harm, tally.sigma, tally.student)]
        print(f"  {setting.name:48} {row[0]:8.2%} {row[1]:6.2%}  | {row[2]:7.2%} {row[3]:7.2%}", flush=True)
    print("  the largest chance of a false acceptance, exactly, over all pass rates and drifts (at most 4 % for the first hypothesis):")
    print("   ", ", ".join(f"{pairs} pairs {float(made(pairs, ALPHA).worth[0][0, 0]):.2%}" for pairs in (5, 8, 12, 20, 30, 60, 100)))
    _trials(count)
    _harm(count)
    print(f"{time.monotonic() - began:.0f} s")


def identical() -> Iterator[Setting]:
    for rate in (0.02, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.98):
        yield Setting(f"pass rate {rate:4.2f}, 12 trials", rate, rate)
    for rate in (0.5, 0.65):
        yield Setting(f"pass rate {rate:4.2f}, 5 trials", rate, rate, 5)
        yield Setting(f"pass rate {rate:4.2f}, 60 trials", rate, rate, 60)
    for ranks in (2, 3, 4, 5):
        yield Setting(f"0.50, {ranks} hypotheses", ranks=ranks)
    for rate in (0.5, 0.9):
        yield Setting(f"0.50, ten other scenarios of {rate}", others={f"other-{n}": (rate, rate) for n in range(10)})
    yield Setting("drifting from 0.1 to 0.9", trials=20, drift=(0.1, 0.9))
    yield Setting("drifting from 0.9 to 0.1", trials=20, drift=(0.9, 0.1))
    yield Setting("correlated: good and bad hours for both arms", trials=20, hours=True)
    yield Setting("0.50, a judge that errs in a tenth", noise=0.1)
    yield Setting("0.95, a judge that errs in a third", 0.95, 0.95, noise=0.33)
    yield Setting("0.50, a tenth is not judged", unjudged=0.1)
    yield Setting("0.50, a tenth fails by the machine", broken=0.1)


def _trials(count: int) -> None:
    print("real improvements: power, and trials an arm; beside them the exact tests of fixed size for the same power, and what no")
    print("sequential test can go below on the average (Wald); `saved` is against the exact sign test")
    print(f"{'':26} simulated       exact            fixed size            saved   no test")
    print(f"{'':26} power  trials   power  trials    sign  two-sample            below")
    for low, high, trials in (
        (0.2, 0.9, 12),
        (0.5, 0.8, 60),
        (0.0, 0.9, 5),
        (0.0, 0.5, 20),
        (0.5, 1.0, 20),
        (0.3, 0.7, 60),
        (0.2, 0.9, 60),
    ):
        tally = gates(Setting(f"{low} {high} {trials}", low, high, trials, worded=True), count)
        power, used = power_of(made(trials, ALPHA), low, high)
        sign, two = fixed_size(_sign_power, low, high, power), fixed_size(_two_sample_power, low, high, power)
        seen = f"{tally.share(tally.accepted):6.1%} {tally.share(tally.runs):6.1f}"
        exact = f"{power:6.1%} {used:6.1f}"
        fixed = f"{sign:4}     {two:3}        {1 - used / sign:6.0%}"
        print(f"  {low:.1f} -> {high:.1f}, at most {trials:2}   {seen}   {exact}    {fixed}   {least(low, high, power):6.1f}", flush=True)
    print("a third each without effect, with the effect, and with a larger one; fixed size: the sign test for the effect's power")
    for low, high, larger, trials in ((0.2, 0.9, (0.0, 1.0), 12), (0.5, 0.8, (0.3, 0.9), 60)):
        plan = made(trials, ALPHA)
        power, used = power_of(plan, low, high)
        mixed = (used + power_of(plan, low, low)[1] + power_of(plan, *larger)[1]) / 3
        sign = fixed_size(_sign_power, low, high, power)
        print(f"  {low:.1f} -> {high:.1f}, at most {trials:2}   {mixed:5.1f} trials, fixed size {sign}: {1 - mixed / sign:.0%} saved")


def _harm(count: int) -> None:
    print("real harm on one of five others (1.0 -> p; another passes at 0.9 all the time), target 0 -> 1; accepted all the same")
    for trials in (5, 8):
        for left in (0.0, 0.5, 0.8, 1.0):
            for worded in (False, True):
                others = {"other-0": (1.0, left), "other-1": (0.9, 0.9)} | {f"other-{n}": (1.0, 1.0) for n in (2, 3, 4)}
                tally = gates(Setting(f"to {left}", 0.0, 1.0, trials, others=others, worded=worded), count)
                form = "worded differently each time" if worded else "only pass or fail to be seen"
                told = f"accepted {tally.share(tally.accepted):6.2%}, rejected for it {tally.share(tally.harm):6.2%}"
                print(f"  to {left:.1f}, {trials} trials, {form}: {told}, {tally.share(tally.all_runs):5.1f} runs", flush=True)


if __name__ == "__main__":
    main()
