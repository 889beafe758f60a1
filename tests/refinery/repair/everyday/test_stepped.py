"""Whole steps are rounded as a function says, the closest of several is taken, and what a round leaves out is not added up."""

from __future__ import annotations

import pytest

from tests.refinery.repair.test_mutations import mutations

ROLLS = 'def rolls(metres, roll):\n    """Metres of cloth, {} whole rolls."""\n    return {} * roll\n'
DESK = """\
def desk(rules, town):
    {}
    found = [rule for rule in rules if town.{}(rule["town"])]
    return found[0] if found else None
"""


def likely(code: str, new: str) -> float:
    """How likely the edit is after which the code has this; 0 where it is not proposed."""
    return max((mutation.prior for mutation, text in mutations(code) if new in text and new not in code), default=0.0)


@pytest.mark.parametrize("written", ["round(metres / roll)", "int(metres / roll)", "(metres // roll)"])
def test_steps_that_are_begun_count_as_whole_ones_where_the_function_says_so(written: str) -> None:
    assert likely(ROLLS.format("up to", written), "math.ceil(metres / roll)") == 0.85
    assert likely(ROLLS.format("in", written), "math.ceil(metres / roll)") == 0.5
    assert likely(ROLLS.format("cut to", written), "math.ceil(metres / roll)") == 0.3


def test_a_piece_that_is_begun_is_a_whole_one() -> None:
    code = "def rolls(metres, roll):\n    return {}(metres / roll)\n"
    assert likely(code.format("round"), "math.ceil(metres / roll)") == 0.5
    assert likely(code.format("int"), "math.ceil(metres / roll)") == 0.3
    assert likely("def rolls(metres, roll, price):\n    return round(metres / roll) * price\n", "math.ceil(metres / roll)") == 0.0


def test_a_fraction_times_a_hundred_is_rounded_and_not_cut_off() -> None:
    assert likely("def f(price):\n    return int(float(price) * 100)\n", "round(float(price) * 100)") == 0.75
    assert likely("def f(price):\n    return int(price * 3)\n", "round(price * 3)") < 0.75


@pytest.mark.parametrize(("says", "prior"), [('"""The most specific rule counts."""', 0.85), ("rules = list(rules)", 0.3)])
def test_of_several_that_fit_the_longest_is_the_closest(says: str, prior: float) -> None:
    assert likely(DESK.format(says, "startswith"), 'max(found, key=lambda rule: len(rule["town"])) if found') == prior
    assert likely(DESK.format(says, "get"), "max(found, key=lambda rule") == 0.0


def test_what_a_round_leaves_out_is_added_up_nowhere() -> None:
    head = "def f(rows):\n    n = total = 0\n    for row in rows:\n"
    code = head + "        n += 1\n        if row is None:\n            continue\n{}    return total, n\n"
    moved = "        if row is None:\n            continue\n        n += 1\n"
    assert likely(code.format("        total += row\n"), moved) == 0.6
    assert likely(code.format("        print(row)\n"), moved) == 0.22
