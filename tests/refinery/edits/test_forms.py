"""Edits as models write them: replaced text, diffs, whole files; white space may differ, meaning may not."""

from __future__ import annotations

import pytest

from refinery.domain import Edit
from refinery.edits.draft import draft
from refinery.edits.forms import read_forms

TEXT = "def f(x):\n    if x:\n        return 1\n    return 2\n\n\ndef g(x):\n    return 3\n"
WANTED = TEXT.replace("return 2", "return 4")
DIFF = "--- a/m.py\n+++ b/m.py\n@@ -9,9 +9,9 @@ def f(x):\n         return 1\n-    return 2\n+    return 4\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    return 2\n", "    return 4\n"),
        ("return 1\nreturn 2", "return 1\nreturn 4"),
        ("    return 2   ", "    return 4"),
        ("return 2", "return 4"),
        ("", DIFF),
        ("", WANTED),
        ("", WANTED.rstrip("\n")),
    ],
)
def test_each_form_comes_to_the_same(old: str, new: str) -> None:
    read = read_forms([Edit("m.py", old, new)], {"m.py": TEXT}.get)
    drafted = draft(read.edits, {"m.py": TEXT}.get)
    if old.startswith("return 1"):  # the lines of `old` stand at two depths in the file: that is more than white space around it
        assert drafted.misfits
        return
    assert [change.after for change in drafted.changes] == [WANTED]


def test_a_piece_indented_otherwise_is_put_where_it_belongs() -> None:
    read = read_forms([Edit("m.py", "if x:\n    return 1", "if not x:\n    return 1")], {"m.py": TEXT}.get)
    assert [change.after for change in draft(read.edits, {"m.py": TEXT}.get).changes] == [TEXT.replace("if x", "if not x")]
    assert read.notes == ("m.py: white space of an edit was fitted to line 2",)


def test_words_are_not_bent() -> None:
    edit = Edit("m.py", "return two\n", "return 4\n")
    assert read_forms([edit], {"m.py": TEXT}.get).edits == (edit,)


def test_what_would_fit_in_two_places_is_left_alone() -> None:
    text = "if a:\n    go()\nif b:\n        go()\n"
    edit = Edit("m.py", "  go()\n", "stop()\n")
    assert read_forms([edit], {"m.py": text}.get).edits == (edit,)


def test_a_few_lines_do_not_replace_a_whole_file() -> None:
    edit = Edit("m.py", "", "def f(x):\n    return 4\n")
    assert draft(read_forms([edit], {"m.py": TEXT}.get).edits, {"m.py": TEXT}.get).misfits
