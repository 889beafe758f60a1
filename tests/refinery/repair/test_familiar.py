"""A change that says what the file says elsewhere is likelier than one that does not."""

from __future__ import annotations

from refinery.repair.familiar import familiar
from refinery.repair.module import Module
from refinery.repair.mutation import Mutation

FILE = Module("m.py", "def f(low, order, node, other):\n    low[node] = min(low[node], order[other])\n    low[node] = low[other]\n")


def worth(old: str, new: str, operator: str = "wrong name", insert: str = "") -> float:
    start = FILE.text.index(old)
    return familiar(FILE, Mutation(start, start + len(old), new, operator, "", 0.3, insert=insert, line=2 if insert else 0))


def test_what_the_file_says_elsewhere_is_likelier() -> None:
    assert worth("order[other]", "low[other]") > worth("order[other]", "node[other]")


def test_much_that_is_new_is_less_likely_than_little() -> None:
    assert worth("order[other]", "order[x]") > worth("order[other]", "x[y]")


def test_a_statement_that_is_put_in_is_heard_by_itself() -> None:
    known, strange = (worth("low[node] = min", new, insert="before") for new in ("low[node] = low[other]", "print(sys.argv, file)"))
    assert known > strange


def test_some_operators_are_right_less_often_than_was_argued() -> None:
    assert worth("order[other]", "low[other]") > worth("order[other]", "low[other]", operator="hard-coded value")
