"""Lines that failing runs share and passing runs do not are the most suspicious."""

from __future__ import annotations

from refinery.domain import Execution, Place
from refinery.repair.localise import localise

SOURCE = """\
def price(plan, country):
    base = {"pro": 10, "team": 20}[plan]
    if country == "DE":
        return base * vat
    return base
"""
FILES = {"shop/price.py": SOURCE, "shop/other.py": "def idle():\n    return None\n"}


def run(name: str, passed: bool, *lines: int) -> Execution:
    return Execution(name, passed, {"shop/price.py": frozenset(lines)})


def test_the_line_that_only_failing_runs_execute_comes_first() -> None:
    found = localise([run("a", False, 2, 3, 4), run("b", True, 2, 3, 5), run("c", True, 2, 3, 5)], [], FILES, [])
    assert (found[0].path, found[0].line) == ("shop/price.py", 4)
    assert [item.line for item in found] == [4, 2, 3]


def test_lines_that_no_failing_run_executed_are_left_out() -> None:
    found = localise([run("a", False, 2, 3, 4), run("b", True, 2, 5)], [], FILES, [])
    assert 5 not in [item.line for item in found]
    assert {item.path for item in found} == {"shop/price.py"}


def test_the_innermost_frame_of_the_project_weighs_most() -> None:
    places = [Place("/usr/lib/json.py", 2), Place("/srv/app/shop/price.py", 4), Place("shop/price.py", 2)]
    found = localise([run("a", False, 2, 3, 4, 5)], places, FILES, [])
    assert [item.line for item in found][:2] == [4, 2]


def test_rare_words_of_the_failure_break_a_tie() -> None:
    found = localise([run("a", False, 2, 3, 5)], [], FILES, ["the country was wrong"])
    assert found[0].line == 3


def test_without_coverage_every_line_of_code_is_a_little_suspicious() -> None:
    found = localise([], [Place("shop/price.py", 4)], FILES, [])
    assert found[0].line == 4
    assert {item.path for item in found} == set(FILES)
    assert localise([], [], {}, ["x"]) == ()
