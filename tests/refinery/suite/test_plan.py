from __future__ import annotations

import itertools
import random

import pytest

from refinery import stats
from refinery.suite.plan import LONGEST, Bets, Pair, Plan, fewest, made, planned

ALPHA = stats.spent(0.05, 1)
WIN, LOSS, BOTH, NEITHER = (False, True), (True, False), (True, True), (False, False)


def accepted(plan: Plan, low: float, high: float) -> float:
    """The chance of it, by trying out every way the pairs may come."""
    total = 0.0
    for pairs in itertools.product((WIN, LOSS, BOTH, NEITHER), repeat=len(plan.worth) - 1):
        if plan.follow(pairs).shown:
            chance = 1.0
            for before, after in pairs:
                chance *= (low if before else 1 - low) * (high if after else 1 - high)
            total += chance
    return total


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.63, 0.9])
def test_arms_that_do_not_differ_are_accepted_as_seldom_as_the_plan_says(rate: float) -> None:
    plan = made(5, ALPHA)
    assert accepted(plan, rate, rate) <= plan.worth[0][0, 0] <= ALPHA


def test_what_a_state_is_worth_is_no_promise_that_is_not_kept() -> None:
    """By an opponent who sees everything: he may choose any of some pass rates before each pair, and gains no more than the plan says."""
    plan = made(6, ALPHA)

    def most(pairs: tuple[Pair, ...]) -> float:
        standing = plan.follow(pairs)
        if standing.shown or standing.hopeless or len(pairs) == 6:
            return float(standing.shown)
        after = {pair: most((*pairs, pair)) for pair in (WIN, LOSS, BOTH, NEITHER)}
        rates = (step / 20 for step in range(21))
        return max(p * p * after[BOTH] + (1 - p) ** 2 * after[NEITHER] + p * (1 - p) * (after[WIN] + after[LOSS]) for p in rates)

    assert plan.worth[0][0, 0] - 0.002 <= most(()) <= plan.worth[0][0, 0] + 1e-12


@pytest.mark.parametrize("pairs", [4, 9, 24, 60])
@pytest.mark.parametrize("rank", [1, 2, 4])
def test_no_plan_spends_more_than_it_may(pairs: int, rank: int) -> None:
    alpha = stats.spent(0.05, rank)
    assert made(max(pairs, fewest(alpha)), alpha).worth[0][0, 0] <= alpha


def test_three_of_three_is_just_enough_for_the_first_hypothesis() -> None:
    plan = made(5, ALPHA)
    assert not plan.follow([WIN] * 2).shown
    assert plan.follow([WIN] * 3).shown
    assert [fewest(stats.spent(0.05, rank)) for rank in (1, 2, 3)] == [3, 4, 5]


def test_a_cure_that_shows_nothing_is_given_up_early() -> None:
    plan = made(12, ALPHA)
    assert plan.follow([LOSS] * 3).hopeless
    assert plan.follow([NEITHER] * 12).hopeless
    assert plan.follow([NEITHER] * 12).pairs < 12


def test_what_comes_after_the_decision_changes_nothing() -> None:
    plan = made(12, ALPHA)
    assert plan.follow([WIN] * 3 + [LOSS] * 5) == plan.follow([WIN] * 3)
    gone = plan.follow([LOSS] * 3)
    assert plan.follow([LOSS] * 3 + [WIN] * 9) == gone


def test_ties_tell_how_often_the_arms_pass() -> None:
    """A win beside many failures of both is worth more than beside as many passes and failures by turns."""
    plan = made(20, ALPHA)
    rare = plan.follow([WIN, WIN, WIN, WIN, NEITHER, NEITHER, NEITHER])
    assert rare.shown
    assert not plan.follow([WIN, WIN, LOSS, WIN, NEITHER, NEITHER, BOTH]).shown


def test_the_evidence_is_what_alpha_is_divided_into() -> None:
    plan = made(12, ALPHA)
    assert plan.follow([]).evidence <= 1.0
    assert plan.follow([WIN] * 3).evidence == pytest.approx(1 / ALPHA)
    assert plan.follow([WIN] * 2).evidence > plan.follow([WIN, BOTH]).evidence > plan.follow([WIN, LOSS]).evidence


def test_too_many_pairs_for_a_plan_are_bet_on() -> None:
    judge = planned(LONGEST + 1, ALPHA)
    assert isinstance(judge, Bets)
    assert judge.follow([WIN] * 3).shown
    assert not judge.follow([LOSS] * 40).shown
    seed, shown = random.Random(5), 0
    for _ in range(150):
        shown += judge.follow([(seed.random() < 0.5, seed.random() < 0.5) for _ in range(60)]).shown
    assert shown <= 13


def test_the_smallest_difference_that_could_be_shown_shrinks_with_more_pairs() -> None:
    plan = made(60, ALPHA)
    few, many = plan.follow([WIN, NEITHER, BOTH, NEITHER]).smallest, plan.follow([WIN, BOTH, NEITHER, LOSS] * 5 + [WIN] * 3).smallest
    assert plan.follow([WIN]).smallest is None
    assert few is not None
    assert many is not None
    assert many < few
