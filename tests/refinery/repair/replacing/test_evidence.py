"""A statement at which another value would have cured counts more than those at which none would."""

from __future__ import annotations

from refinery.domain import Replaced
from refinery.repair.module import Module
from refinery.repair.replacing.evidence import ASIDE, PARTLY, UNTRIED, Swayed

TEXT = """
def answer(text):
    words = text.split()
    if (len(words) >
            3):
        return "long"
    return "short"
"""
MODULE = Module("a.py", TEXT)


def found(line: int, *cured: str) -> Replaced:
    return Replaced("a.py", line, frozenset(cured))


def test_the_statements_that_would_cure_come_first() -> None:
    swayed = Swayed([found(4, "one")], [MODULE])
    suspects = [(1.0, MODULE, statement) for statement in MODULE.statements]
    (most, _, _, first), *others = swayed.shares(suspects)
    assert (most, first.first) == (1.0, 4)
    assert {(share, plain) for share, plain, _, _ in others} == {(ASIDE, 1.0), (UNTRIED, 1.0)}


def test_all_lines_of_a_statement_count_as_it_does() -> None:
    swayed = Swayed([found(4, "one")], [MODULE])
    assert swayed.line("a.py", 5) == 1.0
    assert swayed.line("a.py", 6) == ASIDE
    assert swayed.reading("a.py", 6) == UNTRIED
    assert [swayed.cures("a.py", line) for line in (4, 5, 6)] == [True, True, False]


def test_what_cures_fewer_failures_than_another_counts_less() -> None:
    swayed = Swayed([found(3, "one"), found(4, "one", "two")], [MODULE])
    assert [swayed.line("a.py", line) for line in (3, 4)] == [PARTLY, 1.0]


def test_nothing_changes_where_no_value_cures() -> None:
    swayed = Swayed([], [MODULE])
    assert {swayed.line("a.py", line) for line in range(1, 8)} == {1.0}
    suspects = [(share, MODULE, statement) for share, statement in zip((1.0, 0.5, 0.2), MODULE.statements, strict=False)]
    assert swayed.shares(suspects) == [(share, share, module, statement) for share, module, statement in suspects]


def test_code_outside_of_functions_in_which_nothing_was_tried_keeps_more_of_its_suspicion() -> None:
    module = Module("a.py", "LIMIT = 3\n" + TEXT)
    swayed = Swayed([Replaced("a.py", 4, frozenset({"one"}))], [module])
    assert [swayed.line("a.py", line) for line in (1, 4, 7)] == [UNTRIED, 1.0, ASIDE]
