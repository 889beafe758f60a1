"""Several tests in one process: a quick look at a candidate, and the tests of a trial that pass."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from refinery.domain import Attempt, Cause, Scenario
from refinery.suite.launch import Course
from tests.refinery.suite.testing.conftest import Shop, named

NOTING = """
import os, time

def noted(word):
    with open("noted", "a") as file:
        file.write(f"{os.getpid()} {word}\\n")
"""
FOUR = """
from noting import noted

def test_a():
    noted("a")

def test_b():
    noted("b")
    assert 1 == 2

def test_c():
    noted("c")

def test_d():
    noted("d")
"""
PATIENT = Course(20.0, 20.0)


@pytest.fixture
def four(shop: Shop) -> Shop:
    shop.write("noting.py", NOTING)
    shop.write("test_it.py", FOUR)
    return shop


def of(names: str) -> list[Scenario]:
    return [named(f"test_it.py::test_{name}") for name in names]


def looked(shop: Shop, scenarios: Sequence[Scenario], course: Course = PATIENT) -> list[Attempt]:
    with shop.runner("pytest", "-q").warmed(shop.tree, tests=True) as warm, warm.open(shop.tree) as bench:
        return list(bench.looked(scenarios, course))


def noted(shop: Shop) -> list[list[str]]:
    """Process and word of every note."""
    return [line.split() for line in (shop.tree / "noted").read_text().splitlines()]


def test_a_look_runs_its_tests_in_one_process_in_the_order_asked_for(four: Shop) -> None:
    seen = looked(four, of("dba"))
    assert [(each.scenario, each.passed) for each in seen] == [
        ("test_it.py::test_d", True),
        ("test_it.py::test_b", False),
        ("test_it.py::test_a", True),
    ]
    assert (seen[1].cause, seen[1].says) == (Cause.CHECKS, "AssertionError: assert 1 == 2")
    assert [word for _, word in noted(four)] == ["d", "b", "a"]
    assert len({process for process, _ in noted(four)}) == 1


def test_a_look_can_end_with_the_first_failure(four: Shop) -> None:
    seen = looked(four, of("abcd"), Course(20.0, 20.0, stop=True))
    assert [each.passed for each in seen] == [True, False]
    assert [word for _, word in noted(four)] == ["a", "b"]


@pytest.mark.parametrize("endless", ["while True: pass", "time.sleep(60)"])
def test_a_test_that_does_not_end_is_told_so_and_the_others_have_their_run(four: Shop, endless: str) -> None:
    four.write("test_it.py", f"import time\n{FOUR}".replace("assert 1 == 2", endless))
    seen = looked(four, of("abcd"), Course(0.5, 0.5))
    assert [(each.passed, each.cause) for each in seen] == [(True, None), (False, Cause.TIMEOUT), (True, None), (True, None)]


def test_code_that_does_not_end_when_it_is_imported_ends_a_look_too(four: Shop) -> None:
    with four.runner("pytest", "-q").warmed(four.tree, tests=True) as warm, warm.open(four.tree) as bench:
        four.write("noting.py", f"{NOTING}\nwhile True: pass\n")
        seen = list(bench.looked(of("a"), Course(0.1, 0.1)))
    assert [each.cause for each in seen] == [Cause.TIMEOUT]


def test_a_test_that_ends_the_process_costs_the_others_nothing(four: Shop) -> None:
    four.write("test_it.py", FOUR.replace("assert 1 == 2", "import os; os._exit(3)"))
    assert [each.passed for each in looked(four, of("abcd"))] == [True, False, True, True]


def test_each_look_sees_the_code_as_it_is_then(four: Shop) -> None:
    four.write("conftest.py", "import pytest\n\n@pytest.fixture\ndef one():\n    return 1\n")
    four.write("prices.py", "RATE = 1\n")
    four.write("test_it.py", "def test_a(one):\n    import prices\n    assert prices.RATE == one\n")
    with four.runner("pytest", "-q").warmed(four.tree, tests=True) as warm, warm.open(four.tree) as bench:
        before = list(bench.looked(of("a"), PATIENT))
        four.write("prices.py", "RATE = 2\n")
        after = list(bench.looked(of("a"), PATIENT))
    assert (before[0].passed, after[0].passed) == (True, False)


def test_a_test_finds_the_name_of_its_own_scenario(four: Shop) -> None:
    four.write("test_it.py", FOUR.replace('"a"', 'os.environ["REFINERY_SCENARIO"]').replace("import noted", "import noted, os"))
    looked(four, of("ca"))
    assert [word for _, word in noted(four)] == ["c", "test_it.py::test_a"]


def test_the_passing_tests_of_a_trial_share_a_process_and_each_failure_has_its_own(four: Shop) -> None:
    with four.runner("pytest", "-q").open(four.tree) as bench:
        made = {each.scenario: each for each in bench.attempts([(each, 0) for each in of("abcd")])}
    assert [made[each.id].passed for each in of("abcd")] == [True, False, True, True]
    words = [word for _, word in noted(four)]
    processes = {word: {process for process, each in noted(four) if each == word} for word in "abcd"}
    assert sorted(words) == ["a", "b", "b", "c", "d"]
    assert processes["a"] == processes["c"] == processes["d"]
    assert len(processes["b"]) == 2


def test_a_test_that_fails_only_because_of_another_is_tried_alone(four: Shop) -> None:
    four.write(
        "test_it.py", "import noting\n\ndef test_a():\n    noting.SPOILT = 1\n\ndef test_b():\n    assert not hasattr(noting, 'SPOILT')\n"
    )
    with four.runner("pytest", "-q").open(four.tree) as bench:
        assert all(each.passed for each in bench.attempts([(each, 0) for each in of("ab")]))


def test_no_two_trials_share_what_is_drawn_when_a_process_starts(four: Shop) -> None:
    """Where things lie in memory, for one: a test that hangs on it would look as if it did not."""
    four.write("test_it.py", FOUR.replace('"a"', "id(os)").replace("import noted", "import noted, os"))
    with four.runner("pytest", "-q").open(four.tree) as bench:
        pairs = [(scenario, trial) for scenario in of("ac") for trial in range(4)]
        assert all(each.passed for each in bench.attempts(pairs))
    assert len({word for _, word in noted(four) if word != "c"}) == 4


def test_the_lines_of_each_of_several_tests_are_its_own(four: Shop) -> None:
    four.write("prices.py", "RATE = 1\n\ndef one():\n    return RATE\n\ndef two():\n    return RATE\n")
    four.write("test_it.py", "import prices\n\ndef test_a():\n    prices.one()\n\ndef test_b():\n    prices.two()\n")
    with four.runner("pytest", "-q").open(four.tree, coverage=True) as bench:
        list(bench.attempts([(each, 0) for each in of("ab")]))
        first, second = (bench.execution(each) for each in of("ab"))
    assert first is not None
    assert second is not None
    assert {4, 7} & first.lines["prices.py"] == {4}
    assert {4, 7} & second.lines["prices.py"] == {7}
    assert {1, 3, 6} <= first.lines["prices.py"]
