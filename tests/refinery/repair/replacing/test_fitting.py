"""What fits becomes edits, each with its share of the chance."""

from __future__ import annotations

import pytest

from refinery.domain import Fitting
from refinery.repair.module import Module
from refinery.repair.replacing.fitting import BY_CHANCE, MOST, SHARE, fitting

MODULE = Module("a.py", "def f(a, b):\n    return a * b\n")
SPAN = (2, 11, 2, 12)


def test_the_more_fit_and_the_fewer_fail_the_less_each_is_believed() -> None:
    (one,) = fitting([Fitting("a.py", SPAN, "b", 0.6)], {"a.py": MODULE}, 1)
    (firm,) = fitting([Fitting("a.py", SPAN, "b", 0.6)], {"a.py": MODULE}, 2)
    two = list(fitting([Fitting("a.py", SPAN, "b", 0.2), Fitting("a.py", SPAN, "a + b", 0.6)], {"a.py": MODULE}, 1))
    assert one[0] == pytest.approx(SHARE[0] * 0.6 / (0.6 + BY_CHANCE))
    assert firm[0] > one[0] > two[0][0] > two[1][0]
    assert [mutation.new for *_, mutation in two] == ["(a + b)", "b"]


def test_what_says_nothing_takes_no_share() -> None:
    (one,) = fitting([Fitting("a.py", SPAN, "b", 0.6), Fitting("a.py", SPAN, "b == b", 0.6)], {"a.py": MODULE}, 1)
    assert one[0] == pytest.approx(SHARE[0] * 0.6 / (0.6 + BY_CHANCE))


def test_of_one_place_few_are_tried() -> None:
    many = [Fitting("a.py", SPAN, f"b + {number}", 1.0) for number in range(2 * MOST)]
    assert len(list(fitting(many, {"a.py": MODULE}, 1))) == MOST


@pytest.mark.parametrize("where", [Fitting("b.py", SPAN, "b", 1.0), Fitting("a.py", (1, 0, 1, 1), "b", 1.0)])
def test_what_is_no_expression_of_the_sources_is_left_out(where: Fitting) -> None:
    assert list(fitting([where], {"a.py": MODULE}, 1)) == []
