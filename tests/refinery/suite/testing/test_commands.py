from __future__ import annotations

import pytest

from refinery.domain import Cause
from refinery.errors import ConfigError
from tests.refinery.suite.testing.conftest import Shop

RUNNER = """import pathlib, sys, time
count = pathlib.Path("count")
runs = int(count.read_text()) + 1 if count.exists() else 1
count.write_text(str(runs))
print("x" * 2_000_000)
cases = "".join(f'<testcase classname="shop" name="{name}">{body}</testcase>' for name, body in [
    ("sum", ""), ("runs", f'<failure message="run {runs}">AssertionError: run {runs}</failure>'), ("later", "<skipped/>")])
pathlib.Path(sys.argv[1]).write_text(f"<testsuite>{cases}</testsuite>")
sys.exit(1)
"""
COMMAND = ("python", "run_tests.py", "{junit}")


@pytest.fixture
def counted(shop: Shop) -> Shop:
    shop.write("run_tests.py", RUNNER)
    return shop


def test_the_tests_of_any_command_are_read_from_its_report(counted: Shop) -> None:
    found = counted.found(*COMMAND)
    assert [each.id for each in found.scenarios] == ["shop::sum", "shop::runs"]
    assert found.notes == ("1 test is skipped, and no scenario",)


def test_one_run_is_one_trial_of_all_tests_and_never_two_of_one(counted: Shop) -> None:
    total, runs = counted.found(*COMMAND).scenarios
    bench = counted.opened(*COMMAND)
    attempts = list(bench.attempts([(each, trial) for trial in range(2) for each in (total, runs)]))
    assert sorted(attempt.scenario for attempt in attempts if attempt.passed) == ["shop::sum", "shop::sum"]
    assert (counted.tree / "count").read_text() == "3", "one to find the tests, and one for each trial"
    assert bench.attempt(runs, 0).says == "run 4", "asked again, it is run again"
    assert (bench.attempt(total, 0).passed, (counted.tree / "count").read_text()) == (True, "4")
    failed = next(attempt for attempt in attempts if not attempt.passed)
    assert (failed.cause, failed.error.split(":")[0]) == (Cause.CHECKS, "AssertionError")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("pass", "wrote no JUnit XML"),
        ("import sys; sys.exit('no such target')", "exit status 1: no such target; the command wrote no JUnit XML"),
        ("import sys; open(sys.argv[1], 'w').write('<testsuite>')", "is not JUnit XML: it is not XML"),
        ("import sys, os; os.mkfifo(sys.argv[1])", "wrote no JUnit XML"),
        ("import sys; open(sys.argv[1], 'w').write('<testsuite/>')", "finds no tests"),
    ],
)
def test_a_command_whose_results_cannot_be_read_is_told(shop: Shop, code: str, says: str) -> None:
    shop.write("run_tests.py", code)
    with pytest.raises(ConfigError, match=says):
        shop.found(*COMMAND)


def test_a_candidate_that_breaks_the_run_fails_every_test_of_it(counted: Shop) -> None:
    total, _ = counted.found(*COMMAND).scenarios
    counted.write("run_tests.py", "raise RuntimeError('broken')\n")
    attempt = counted.opened(*COMMAND).attempt(total, 0)
    assert (attempt.passed, attempt.cause, attempt.counts) == (False, Cause.EXIT, True)
    assert "RuntimeError: broken" in attempt.says


def test_a_folder_of_reports_is_read_whole(shop: Shop) -> None:
    each = "(here / f'{name}.xml').write_text(f'<?xml version=\"1.0\"?><testsuite><testcase name=\"{name}\"/></testsuite>')"
    shop.write("run_tests.py", f"import sys, pathlib\nhere = pathlib.Path(sys.argv[1])\nhere.mkdir()\nfor name in 'ab':\n    {each}\n")
    assert [scenario.id for scenario in shop.found(*COMMAND).scenarios] == ["a", "b"]
