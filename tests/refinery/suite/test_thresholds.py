"""Checks that are turned round, weighted, or required."""

from __future__ import annotations

import pytest

from refinery.domain import Cause, Expectation, Scenario
from refinery.suite.attempt import judged
from refinery.suite.checks import judge
from refinery.suite.outcome import Outcome

SAYS_A, SAYS_B = Expectation("contains", "a"), Expectation("contains", "b")
RUBRIC = Expectation("llm-rubric", "is kind")


def passed(answer: str, *expect: Expectation, threshold: float | None = None) -> tuple[bool, Cause | None]:
    attempt = judged(Scenario("s", None, expect, threshold=threshold), 0, Outcome(answer))
    return attempt.passed, attempt.cause


@pytest.mark.parametrize(
    ("expectation", "met", "unmet"),
    [
        (Expectation("regex", "[0-9]", negated=True), "none", "some 7"),
        (Expectation("equals", "no", negated=True), "yes", "no"),
        (Expectation("is-json", True, negated=True), "text", "{}"),
        (Expectation("is-json", False, negated=True), "{}", "text"),
        (Expectation("python", "len(output) > 3", negated=True), "abc", "abcd"),
    ],
)
def test_a_negated_check_is_met_when_the_check_fails(expectation: Expectation, met: str, unmet: str) -> None:
    assert passed(met, expectation) == (True, None)
    assert passed(unmet, expectation)[0] is False


def test_a_negated_check_says_what_was_there() -> None:
    (result,) = judge(Scenario("s", None, (Expectation("contains", "x", negated=True),)), Outcome("xyz"))
    assert result.check == 'not-contains: "x"'
    assert "should not be" in result.says
    assert "xyz" in result.says


def test_what_was_not_measured_is_not_met_by_turning_it_round() -> None:
    assert passed("x", Expectation("llm-rubric", "is rude", negated=True)) == (False, Cause.JUDGE)


def test_an_answer_without_json_does_not_meet_a_negated_look_into_json() -> None:
    expectation = Expectation("json-path", {"path": "$.a", "equals": 1}, negated=True)
    assert passed("text", expectation) == (False, Cause.OUTPUT)
    assert passed('{"a": 2}', expectation) == (True, None)


def test_without_a_threshold_every_check_counts_whatever_its_weight() -> None:
    assert passed("a", Expectation("contains", "a", weight=9), SAYS_B) == (False, Cause.CHECKS)


def test_a_threshold_asks_for_a_share_of_the_checks_by_weight() -> None:
    heavy = Expectation("contains", "a", weight=3)
    assert passed("a", heavy, SAYS_B, threshold=0.75) == (True, None)
    assert passed("b", heavy, SAYS_B, threshold=0.75) == (False, Cause.CHECKS)


def test_a_required_check_must_be_met_whatever_the_threshold() -> None:
    assert passed("a", SAYS_A, Expectation("contains", "b", required=True), threshold=0.1) == (False, Cause.CHECKS)


def test_what_is_not_measured_leaves_a_threshold_open_only_where_it_decides() -> None:
    assert passed("a", SAYS_A, RUBRIC, threshold=0.5) == (True, None)
    assert passed("a", SAYS_A, RUBRIC, threshold=0.9) == (False, Cause.JUDGE)
    assert passed("x", SAYS_A, SAYS_B, RUBRIC, threshold=0.9) == (False, Cause.CHECKS)
