from __future__ import annotations

import random

import pytest

from refinery import stats
from refinery.stats import PairedEvidence


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 5, 0.0, 0.5218), (5, 5, 0.4782, 1.0), (8, 10, 0.4439, 0.9748), (400, 1000, 0.3695, 0.4311)],
)
def test_the_exact_interval_agrees_with_published_tables(successes: int, trials: int, low: float, high: float) -> None:
    found = stats.clopper_pearson(successes, trials)
    assert found.low == pytest.approx(low, abs=1e-4)
    assert found.high == pytest.approx(high, abs=1e-4)


def test_wilsons_interval_agrees_with_the_textbook() -> None:
    found = stats.wilson(8, 10)
    assert found.low == pytest.approx(0.4902, abs=1e-4)
    assert found.high == pytest.approx(0.9433, abs=1e-4)


def test_nothing_observed_is_no_knowledge() -> None:
    assert stats.clopper_pearson(0, 0) == stats.wilson(0, 0) == stats.EVERYTHING


def test_newcombes_paired_interval_agrees_with_his_example() -> None:
    """Newcombe 1998, table II, method 10: 36 both, 12 and 2 discordant, 0 neither: 0.0569 to 0.3404."""
    found = stats.paired_difference(wins=12, losses=2, both=36, neither=0)
    assert found.low == pytest.approx(0.0569, abs=5e-4)
    assert found.high == pytest.approx(0.3404, abs=5e-4)


def test_the_sign_test_is_exact() -> None:
    assert stats.sign_test(5, 0) == 1 / 32
    assert stats.sign_test(3, 2) == 0.5


def test_a_tie_ends_the_boldest_bet_and_a_loss_costs() -> None:
    assert PairedEvidence(5).value > PairedEvidence(5, both=1).value > PairedEvidence(5, 1).value
    assert PairedEvidence(5).value > PairedEvidence(5, neither=1).value > PairedEvidence(5, 1).value


@pytest.mark.parametrize("chance", [0.05, 0.3, 0.5, 0.55, 0.8, 0.95])
def test_the_evidence_of_one_pair_is_worth_at_most_one_on_average_when_the_arms_are_the_same(chance: float) -> None:
    differ = chance * (1 - chance)
    mean = differ * (PairedEvidence(1).value + PairedEvidence(0, 1).value)
    mean += chance**2 * PairedEvidence(both=1).value + (1 - chance) ** 2 * PairedEvidence(neither=1).value
    assert mean <= 1.0


def test_identical_arms_seldom_reach_the_threshold_at_any_time() -> None:
    seed, reached = random.Random(7), 0
    for _ in range(400):
        evidence = PairedEvidence()
        for _ in range(40):
            before, after = seed.random() < 0.5, seed.random() < 0.5
            evidence += PairedEvidence(after and not before, before and not after, before and after, not before and not after)
            if evidence.value >= 20:
                reached += 1
                break
    assert reached / 400 <= 0.05


def test_the_parts_of_alpha_add_up_to_alpha() -> None:
    assert 0.0499 < sum(stats.spent(0.05, rank) for rank in range(1, 5000)) <= 0.05


def test_the_smallest_effect_shrinks_with_more_trials_and_may_not_exist() -> None:
    threshold = 1 / stats.spent(0.05, 1)
    assert stats.smallest_effect(2, threshold) is None
    twelve, sixty = stats.smallest_effect(12, threshold), stats.smallest_effect(60, threshold)
    assert twelve is not None
    assert sixty is not None
    assert sixty < twelve


def test_evidence_of_thousands_of_pairs_does_not_overflow() -> None:
    assert PairedEvidence(5000).value > 1e300
    assert PairedEvidence(0, 5000).value < 1e-300


def test_runs_without_a_failure_leave_a_failure_rate_possible() -> None:
    assert stats.unseen(0) == 1.0
    assert stats.unseen(5) == pytest.approx(0.4507, abs=1e-4)
    assert (1 - stats.unseen(60)) ** 60 == pytest.approx(0.05)


def test_that_all_of_some_runs_pass_is_counted_over_subsets() -> None:
    assert stats.all_of(4, 5, 1) == 0.8
    assert stats.all_of(4, 5, 2) == pytest.approx(0.6)
    assert stats.all_of(4, 5, 5) == 0.0
    assert stats.all_of(4, 5, 6) is None
