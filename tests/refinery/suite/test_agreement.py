from __future__ import annotations

import pytest

from refinery.suite.agreement import Agreement


def test_kappa_is_what_one_works_out_by_hand() -> None:
    # 50 answers: agreement 0.7, by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5, so kappa = 0.2 / 0.5
    made = Agreement(both_pass=20, both_fail=15, false_pass=10, false_fail=5)
    assert made.accuracy.value == 0.7
    assert made.kappa == pytest.approx(0.4)
    assert (made.wrongly_passed.count, made.wrongly_passed.of) == (10, 25)
    assert (made.wrongly_failed.count, made.wrongly_failed.of) == (5, 25)


def test_pairs_are_counted_by_who_said_what() -> None:
    pairs = [(True, True)] * 4 + [(False, False)] * 3 + [(False, True)] * 2 + [(True, False)]
    assert Agreement.of(pairs) == Agreement(both_pass=4, both_fail=3, false_pass=2, false_fail=1)


def test_a_judge_that_passes_everything_has_no_kappa_above_zero() -> None:
    assert Agreement(both_pass=90, false_pass=10).kappa == 0.0
    assert Agreement(both_pass=10).kappa is None, "when everybody always says yes, chance explains everything"
    assert Agreement().kappa is None
    assert Agreement().kappa_interval() is None


def test_full_agreement_on_few_answers_is_not_taken_for_certainty() -> None:
    few, many = Agreement(5, 5).kappa_interval(), Agreement(100, 100).kappa_interval()
    assert few is not None
    assert many is not None
    assert few.low < 0.7 < 0.95 < many.low
    assert few.high == many.high == 1.0, "what was seen lies within"


def test_the_interval_of_kappa_is_near_the_usual_one_where_there_are_many_answers() -> None:
    # Fleiss, Cohen and Everitt (1969): the standard error of this table is 0.0402
    found = Agreement(both_pass=200, both_fail=150, false_pass=100, false_fail=50).kappa_interval()
    assert found is not None
    assert found.low == pytest.approx(0.4 - 1.96 * 0.0402, abs=0.01)
    assert found.high == pytest.approx(0.4 + 1.96 * 0.0402, abs=0.01)
    assert found == Agreement(200, 150, 100, 50).kappa_interval(), "the same figures, the same interval"
