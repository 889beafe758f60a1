from __future__ import annotations

import pytest

from adapters.trace import Kind, Span, Status, Trace
from refinery.domain import Attempt, Call, Cause, CheckResult, Expectation, Scenario
from refinery.suite.score import reliability

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
