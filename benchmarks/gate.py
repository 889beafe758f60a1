"""How often the gate is wrong, and how often it sees: `python -m benchmarks.gate [GATES]`, under a minute for 2,000.

Agents are simulated: each run passes with a known probability. Where the arms are identical, answers say no more
than pass or fail, the hardest case for the recognition of deterministic agents; where power is shown, every answer is worded
differently, as a model's are. "False accepts" are identical arms that are accepted; with several hypotheses, runs in
which any was. Power is the share of real improvements that are accepted.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from refinery import stats
from refinery.domain import Attempt, Cause, Decision, Expectation, Scenario
from refinery.events import Say, silent
from refinery.suite.gate import decide
from refinery.suite.runner import Pair

Chance = Callable[[str, int], float]


class Bernoulli:
    """An arm whose runs pass with a probability that may depend on the scenario and the trial."""

    def __init__(self, chance: Chance, seed: random.Random, broken: float = 0.0, worded: bool = False) -> None:
        self._worded = worded
        self._chance = chance
        self._random = seed
        self._broken = broken
        self.runs = 0

    def attempt(self, scenario: Scenario, trial: int) -> Attempt:
        self.runs += 1
        if self._random.random() < self._broken:
            return Attempt(scenario.id, trial, False, cause=Cause.INFRASTRUCTURE, says="the machine failed")
        passed = self._random.random() < self._chance(scenario.id, trial)
        output = f"{'yes' if passed else 'no'}{self.runs if self._worded else ''}"
        return Attempt(scenario.id, trial, passed, cause=None if passed else Cause.CHECKS, output=output)

    def attempts(self, pairs: Sequence[Pair], say: Say = silent) -> Iterator[Attempt]:  # noqa: ARG002  # the port's signature
        for scenario, trial in pairs:
            yield self.attempt(scenario, trial)


def scenario(name: str) -> Scenario:
    return Scenario(name, None, (Expectation("no-error", True),))


def always(chance: float) -> Chance:
    return lambda _, __: chance


def drifting(low: float, high: float) -> Chance:
    """Gets better all the time, in both arms."""
    return lambda _, trial: low + (high - low) * min(trial, 20) / 20


def gates(
    base: Chance, candidate: Chance, trials: int, count: int, ranks: int = 1, others: int = 0, broken: float = 0.0, worded: bool = False
) -> tuple[float, float, float]:
    """The share of runs with an acceptance, the share with a rejection for harm, and the mean trials per arm of the target."""
    seed = random.Random(f"{trials} {ranks} {others} {broken}")
    targets, rest = [scenario("target")], [scenario(f"other-{n}") for n in range(others)]
    accepted = harmed = used = 0
    for _ in range(count):
        any_accepted = any_harmed = False
        for rank in range(1, ranks + 1):
            arms = Bernoulli(base, seed, broken, worded), Bernoulli(candidate, seed, broken, worded)
            verdict = decide(*arms, targets, rest, trials, rank, silent)
            any_accepted |= verdict.decision is Decision.ACCEPT
            any_harmed |= bool(verdict.regressions)
            used += sum(attempt.scenario == "target" for attempt in verdict.attempts["base"])
            if any_accepted:
                break
        accepted += any_accepted
        harmed += any_harmed
    return accepted / count, harmed / count, used / count


def k_sigma(base: float, candidate: float, trials: int, count: int, k: float = 2.0) -> float:
    """How often a gate that asks for a difference of k standard errors accepts; one whose runs all agree has none."""
    seed, accepted = random.Random(1), 0
    for _ in range(count):
        before = sum(seed.random() < base for _ in range(trials)) / trials
        after = sum(seed.random() < candidate for _ in range(trials)) / trials
        error = ((before * (1 - before) + after * (1 - after)) / trials) ** 0.5
        accepted += after - before > k * error
    return accepted / count


def fixed_size(base: float, candidate: float, power: float) -> int:
    """The trials a fixed-size exact sign test at the gate's level for one hypothesis needs for the same power."""
    alpha, seed = stats.spent(0.05, 1), random.Random(2)
    for trials in range(3, 400):
        shown = 0
        for _ in range(400):
            pairs = [(seed.random() < base, seed.random() < candidate) for _ in range(trials)]
            shown += stats.sign_test(pairs.count((False, True)), pairs.count((True, False))) <= alpha
        if shown / 400 >= power:
            return trials
    return 400


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    began = time.monotonic()
    print(f"identical arms, {count} runs each; false accepts must stay under 5 %, false regressions too")
    print(f"{'':44} accepted  harm  | 2-sigma gate, 5 trials")
    for rate in (0.02, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.98):
        same, harm, _ = gates(always(rate), always(rate), 12, count)
        print(f"  pass rate {rate:4.2f}, 12 trials {'':19} {same:7.2%} {harm:6.2%}  | {k_sigma(rate, rate, 5, count):.2%}")
    for name, chance, ranks, others, broken, trials in (
        ("0.5, five hypotheses", always(0.5), 5, 0, 0.0, 12),
        ("0.35, ten hypotheses", always(0.35), 10, 0, 0.0, 12),
        ("0.5, ten other scenarios", always(0.5), 1, 10, 0.0, 12),
        ("0.9, ten other scenarios", always(0.9), 1, 10, 0.0, 12),
        ("drifting 0.1 to 0.9", drifting(0.1, 0.9), 1, 3, 0.0, 20),
        ("0.5, a tenth of the runs fail by the machine", always(0.5), 1, 3, 0.1, 12),
        ("0.5, 60 trials", always(0.5), 1, 0, 0.0, 60),
    ):
        many = max(200, count // (4 if ranks > 1 or others > 3 else 2))
        same, harm, _ = gates(chance, chance, trials, many, ranks, others, broken)
        print(f"  {name:44} {same:7.2%} {harm:6.2%}  | {many} runs")
    print("real improvements; power, and trials an arm (mean) beside those of a fixed-size sign test of equal power")
    for low, high, trials in ((0.0, 1.0, 5), (0.0, 0.9, 5), (0.2, 0.9, 12), (0.5, 0.8, 60), (0.5, 1.0, 12), (0.0, 0.5, 20)):
        many = count // 2
        power, _, used = gates(always(low), always(high), trials, many, worded=True)
        fixed = fixed_size(low, high, power) if power > 0.3 else 0
        print(f"  {low:.1f} -> {high:.1f}, at most {trials:2} trials: {power:6.1%}   {used:5.1f} trials, fixed size {fixed}")
    print("real harm on one of five others (1.0 -> p), target 0 -> 1, 8 trials; accepted all the same")
    for left in (0.0, 0.5, 0.8):
        for worded in (False, True):
            broke, harm, _ = gates(_fixed(1.0), _fixed(left), 8, count // 4, others=5, worded=worded)
            form = "worded differently each time" if worded else "only pass or fail to be seen"
            print(f"  to {left:.1f}, {form}: accepted {broke:6.2%}, rejected for it {harm:6.2%}")
    print(f"{time.monotonic() - began:.0f} s")


def _fixed(harm: float) -> Chance:
    """The target is red on the base (harm 1.0) and green on the candidate; one other scenario passes with chance `harm`."""
    rates = {"target": 0.0 if harm == 1.0 else 1.0, "other-0": harm, "other-1": 0.9}
    return lambda name, _: rates.get(name, 1.0)


if __name__ == "__main__":
    main()
