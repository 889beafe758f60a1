"""Which scenarios a change can touch."""

from __future__ import annotations

import pytest

from refinery.domain import Execution
from refinery.suite.impact import changed_lines, touching
from safety.changes import FileChange

BEFORE = """\
LIMIT = 3


def price(plan):
    if plan == "pro":
        return 20
    return 0


def greet():
    name = "you"
    return f"Hello {name}"


key = sorted(["b", "a"], key=lambda each: each.lower())
"""


def executed(**lines: set[int]) -> list[Execution]:
    return [Execution(name, True, {"app.py": frozenset(seen), "other.py": frozenset({1})}) for name, seen in lines.items()]


def changed(old: str, new: str, path: str = "app.py") -> list[FileChange]:
    assert old in BEFORE
    return [FileChange(path, BEFORE, BEFORE.replace(old, new))]


LOADED = {1, 4, 10, 15}
PRICES, GREETS = LOADED | {5, 6}, LOADED | {11, 12}


def test_a_change_inside_a_function_touches_the_runs_that_entered_it() -> None:
    assert touching(changed("return 20", "return 21"), executed(a=PRICES, b=GREETS)) == frozenset({"a"})
    assert touching(
        changed('    name = "you"\n', '    name = "you"\n    name = name.title()\n'), executed(a=PRICES, b=GREETS)
    ) == frozenset({"b"})


def test_a_branch_that_was_not_taken_belongs_to_its_function() -> None:
    assert touching(changed("return 0", "return 1"), executed(a=PRICES, b=GREETS)) == frozenset({"a"})


def test_a_change_outside_of_functions_touches_every_run_that_loaded_the_file() -> None:
    assert touching(changed("LIMIT = 3", "LIMIT = 4"), executed(a=PRICES, b=GREETS, c=set())) == frozenset({"a", "b"})


def test_a_new_default_of_a_parameter_counts_as_outside() -> None:
    assert touching(changed("def price(plan):", 'def price(plan="pro"):'), executed(a=PRICES, b=GREETS)) == frozenset({"a", "b"})


def test_a_function_that_nobody_entered_touches_nobody() -> None:
    assert touching(changed('    name = "you"\n', '    name = "me"\n'), executed(a=PRICES)) == frozenset()


@pytest.mark.parametrize("path", ["prompt.md", "config.yaml", "unseen.py"])
def test_what_cannot_be_seen_to_be_used_may_touch_all(path: str) -> None:
    assert touching(changed("return 20", "return 21", path), executed(a=PRICES)) is None


def test_a_file_that_cannot_be_parsed_counts_whole() -> None:
    assert changed_lines("def f(:\n", "def f():\n") is None
    assert changed_lines("", "x = 1\n") is None
