"""How near a failing run came to passing."""

from __future__ import annotations

import pytest

from refinery.domain import Attempt, Cause, CheckResult, Expectation, Scenario
from refinery.flows.progress import nearer

ASKED = Scenario("s", {}, (Expectation("equals", {"fee": 14, "currency": "EUR"}),))
TEST = Scenario("t", {}, (), test="tests/test_a.py::test_a")


def answered(output: str, *checks: bool) -> Attempt:
    results = tuple(CheckResult("equals", passed, "") for passed in checks)
    return Attempt("s", 0, False, results, Cause.CHECKS, output=output)


def ran(line: int, says: str, cause: Cause = Cause.CHECKS) -> Attempt:
    error = f'File "/room/tests/test_a.py", line {line}, in test_a\n    f()\nFile "/room/a.py", line 900, in f\n'
    return Attempt("t", 0, False, cause=cause, says=says, error=error)


CRASHED = Attempt("s", 0, False, cause=Cause.EXIT, error="KeyError: 'fee'")


@pytest.mark.parametrize(
    ("before", "now", "is_nearer"),
    [
        (CRASHED, answered('{"fee":1}'), True),
        (answered('{"fee":1}'), CRASHED, False),
        (answered('{"fee":10,"currency":"USD"}'), answered('{"fee":14,"currency":"USD"}'), True),
        (answered('{"fee":14,"currency":"USD"}'), answered('{"fee":10,"currency":"USD"}'), False),
        (answered("same"), answered("same"), False),
        (answered("x", False, False), answered("x", True, False), True),
    ],
)
def test_an_answer_is_nearer_than_a_crash_and_one_that_is_more_alike_than_another(before: Attempt, now: Attempt, is_nearer: bool) -> None:
    assert nearer(ASKED, before, now) is is_nearer


@pytest.mark.parametrize(
    ("before", "now", "is_nearer"),
    [
        (ran(4, "assert 1 == 2"), ran(5, "assert 1 == 9"), True),
        (ran(5, "assert 1 == 9"), ran(4, "assert 1 == 2"), False),
        (ran(4, "assert [7] == [1, 2, 3]"), ran(4, "assert [1, 2] == [1, 2, 3]"), True),
        (ran(4, "KeyError: 'a'", Cause.EXIT), ran(4, "assert 1 == 2"), True),
        (ran(4, "nothing to compare"), ran(4, "nothing to compare"), False),
    ],
)
def test_a_test_that_gets_further_down_is_nearer(before: Attempt, now: Attempt, is_nearer: bool) -> None:
    assert nearer(TEST, before, now) is is_nearer
