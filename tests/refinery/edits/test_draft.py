"""Edits fit exactly or are refused with a sentence that helps."""

from __future__ import annotations

import pytest

from refinery.domain import Edit
from refinery.edits.draft import draft
from refinery.edits.hunks import edits_between
from safety.verdict import Effect

TEXT = "def add(a, b):\n    return a - b\n\n\ndef sub(a, b):\n    return a - b\n"
FILES = {"calc.py": TEXT, "empty.txt": "", "dos.txt": "one\r\ntwo\r\nthree\r\n"}


def test_several_edits_of_one_file_refer_to_the_text_before_any_of_them() -> None:
    drafted = draft((Edit("calc.py", "def add", "def plus"), Edit("calc.py", "def sub", "def minus")), FILES.get)
    assert not drafted.misfits
    (change,) = drafted.changes
    assert change.after == TEXT.replace("def add", "def plus").replace("def sub", "def minus")
    assert change.before == TEXT


@pytest.mark.parametrize(
    ("edits", "says"),
    [
        ([Edit("calc.py", "return a + b", "x")], "the nearest line is 2: `return a - b`"),
        ([Edit("calc.py", "return a - b", "x")], "more than once (lines 2 and 6)"),
        ([Edit("calc.py", "def add", "def add")], "changes nothing"),
        ([Edit("calc.py", "return a - b", "x", at=3)], "does not stand at character 3"),
        ([Edit("calc.py", "", "x")], "exists already"),
        ([Edit("none.py", "a", "b")], "no such file"),
        ([Edit("none.py", "", "")], "must have a text"),
        ([Edit("calc.py", "def add(a", "x"), Edit("calc.py", "add(a, b)", "y")], "two edits change the same text"),
        ([Edit("calc.py", "zzzzzz = 17 ** qq", "x")], "no line of it is like its first line"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused_with_the_way_out(edits: list[Edit], says: str) -> None:
    drafted = draft(edits, FILES.get)
    assert len(drafted.changes) == 0
    assert says in drafted.misfits[0].says
    assert (drafted.misfits[0].rule, drafted.misfits[0].effect) == ("fit", Effect.BLOCK)


def test_one_misfit_leaves_no_half_of_the_fix() -> None:
    drafted = draft((Edit("calc.py", "def add", "def plus"), Edit("calc.py", "nowhere at all", "x")), FILES.get)
    assert len(drafted.changes) == 0


def test_a_place_decides_between_two_equal_texts() -> None:
    at = TEXT.rindex("return a - b")
    (change,) = draft([Edit("calc.py", "return a - b", "return b - a", at=at)], FILES.get).changes
    assert change.after == TEXT[:at] + "return b - a\n"


def test_a_file_is_created_and_an_empty_one_is_filled() -> None:
    created, filled = draft((Edit("new.py", "", "x = 1\n"), Edit("empty.txt", "", "y\n")), FILES.get).changes
    assert created.created
    assert (created.after, filled.before, filled.after) == ("x = 1\n", "", "y\n")


def test_windows_line_ends_stay() -> None:
    (change,) = draft([Edit("dos.txt", "one\ntwo", "one\n2")], FILES.get).changes
    assert change.after == "one\r\n2\r\nthree\r\n"


def test_edits_between_two_texts_are_small_and_bring_the_second_about() -> None:
    after = TEXT.replace("a - b\n\n", "a + b\n\n") + "print(1)\n"
    edits = edits_between("calc.py", TEXT, after)
    assert [edit.old for edit in edits] == ["    return a - b\n", ""]
    (change,) = draft(edits, FILES.get).changes
    assert change.after == after
    assert edits_between("calc.py", TEXT, TEXT) == ()
