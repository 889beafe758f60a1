from __future__ import annotations

import random

import pytest

from adapters.trace import Kind, Span, Status, Trace
from refinery.domain import Attempt, Call, Cause, CheckResult, Expectation, Interval, Scenario, ScenarioResult
from refinery.stats import wilson
from refinery.suite.score import interval, pass_all, reliability

SCENARIO = Scenario("a", None, (Expectation("contains", "EUR"), Expectation("max-latency", "1s"), Expectation("tool-called", "t")))


def attempt(answer: bool, quick: bool, called: bool, *calls: Call, trace: str | None = None) -> Attempt:
    checks = (CheckResult("contains: x", answer), CheckResult("max-latency: 1s", quick), CheckResult("tool-called: t", called))
    passed = answer and quick and called
    return Attempt("a", 0, passed, checks, None if passed else Cause.CHECKS, calls=calls, trace_id=trace)


def test_each_dimension_counts_what_it_says() -> None:
    bad = Call("t", "{}", failed=True)
    attempts = [
        attempt(True, True, True, Call("t", "{}"), bad),
        attempt(False, True, True, bad),
        attempt(True, False, False),
        Attempt("a", 3, False, cause=Cause.TIMEOUT),
        Attempt("a", 4, False, cause=Cause.INFRASTRUCTURE),
    ]
    found = reliability([SCENARIO], attempts)
    assert (found.tool_execution.value, found.tool_execution.observations) == (3 / 6, 6)
    assert (found.response_quality.value, found.response_quality.observations) == (2 / 4, 4)
    assert (found.error_handling.value, found.error_handling.observations) == (1 / 2, 2)
    assert (found.performance.value, found.performance.observations) == (2 / 4, 4)
    assert (found.completeness.value, found.completeness.observations) == (3 / 4, 4)
    assert found.overall.value == pytest.approx(0.3 * 0.5 + 0.25 * 0.5 + 0.2 * 0.5 + 0.15 * 0.5 + 0.1 * 0.75)
    assert found.overall.interval is not None
    assert found.overall.interval.low < 0.525 < found.overall.interval.high


def test_what_was_not_observed_has_no_value_and_no_weight() -> None:
    check = CheckResult("contains: x", True)
    found = reliability([SCENARIO], [Attempt("a", 0, True, (check,))])
    assert found.error_handling.value is None
    assert found.performance.value is None
    assert found.overall.value == 1.0
    assert reliability([SCENARIO], []).overall.value is None


def test_an_error_that_only_the_trace_knows_of_was_met() -> None:
    trace = Trace("t", (Span("1", "retrieve", Kind.RETRIEVER, status=Status.ERROR),))
    found = reliability([SCENARIO], [attempt(True, True, True, trace="t")], [trace])
    assert (found.error_handling.value, found.error_handling.observations) == (1.0, 1)


def test_the_others_weights_are_scaled_up_to_a_whole_and_told() -> None:
    found = reliability([SCENARIO], [Attempt("a", 0, True, (CheckResult("contains: x", True),))])
    assert found.weights == pytest.approx(
        {"tool_execution": 0, "response_quality": 0.25 / 0.35, "error_handling": 0, "performance": 0, "completeness": 0.1 / 0.35}
    )
    whole = reliability([SCENARIO], [attempt(True, True, True, Call("t", "{}", failed=True))])
    assert whole.weights == pytest.approx(
        {"tool_execution": 0.3, "response_quality": 0.25, "error_handling": 0.2, "performance": 0.15, "completeness": 0.1}
    )
    assert sum(reliability([SCENARIO], []).weights.values()) == 0


def test_a_check_that_was_not_measured_is_no_observation() -> None:
    checks = (CheckResult("llm-rubric: polite", False, "no model", measured=False), CheckResult("contains: x", True))
    found = reliability([SCENARIO], [Attempt("a", 0, True, checks)])
    assert (found.response_quality.value, found.response_quality.observations) == (1.0, 1)


def test_an_attempt_whose_rubrics_nobody_could_judge_counts_nowhere() -> None:
    assert reliability([SCENARIO], [Attempt("a", 0, False, cause=Cause.JUDGE)]).completeness.observations == 0


def test_repeating_what_always_comes_out_the_same_makes_nothing_surer() -> None:
    steady = [[True] * 5] * 3 + [[False] * 5]
    once = [[True]] * 3 + [[False]]
    assert interval(steady).low == pytest.approx(interval(once).low, abs=0.01)
    assert interval([[True] * 50]) == interval([[True]]), "one scenario is one situation, however often it is run"
    varied = [[True, True, True, True, False]] * 4
    assert interval(varied).low > interval(steady).low


def test_the_interval_is_what_one_works_out_by_hand() -> None:
    # shares 1, 1, 1 and 0 of two runs each: p = 0.75; the variance between scenarios is 4/3 * (3 * 0.5^2 + 1.5^2) / 64 = 0.0625,
    # that of one run is 0.1875, so that eight runs are worth three. Wilson's interval of 2.25 of 3 has
    # its centre at 1.39025 / 2.2805, and half its width is 1.96 times the root of 0.16921, by 2.2805
    found = interval([[True, True], [True, True], [True, True], [False, False]])
    assert found.low == pytest.approx(0.2561, abs=0.0001)
    assert found.high == pytest.approx(0.9632, abs=0.0001)


def test_the_mean_is_wide_where_its_heaviest_parts_are() -> None:
    # two dimensions of 0.25/0.35 and 0.1/0.35, each one observation that went well: both reach down to 0.2065
    found = reliability([SCENARIO], [Attempt("a", 0, True, (CheckResult("contains: x", True),))]).overall
    assert found.interval is not None
    half = 0.7935 * ((0.25 / 0.35) ** 2 + (0.1 / 0.35) ** 2) ** 0.5
    assert found.interval.low == pytest.approx(1 - half, abs=0.001)
    assert found.interval.high == 1.0


def test_passing_every_time_is_what_one_works_out_by_hand() -> None:
    def result(name: str, *passed: bool) -> ScenarioResult:
        return ScenarioResult(name, tuple(Attempt(name, number, each) for number, each in enumerate(passed)), Interval(0, 1))

    # of three runs two passed: one passes in 2/3, two in C(2,2)/C(3,2) = 1/3, three never; the other scenario always passes
    assert pass_all([result("a", True, True, False), result("b", True, True, True)]) == pytest.approx((5 / 6, 2 / 3, 1 / 2))
    assert pass_all([]) == ()


def test_the_interval_covers_where_runs_of_a_scenario_resemble_each_other() -> None:
    draw = random.Random(3)
    covered = naive = 0
    for _ in range(400):
        groups = [[draw.random() < chance for _ in range(5)] for chance in (draw.betavariate(0.8, 0.2) for _ in range(20))]
        found, plain = interval(groups), wilson(sum(map(sum, groups)), 100)
        covered += found.low <= 0.8 <= found.high
        naive += plain.low <= 0.8 <= plain.high
    assert covered / 400 > 0.92
    assert naive / 400 < 0.8, "what takes every run for a situation of its own is sure of itself far too often"
