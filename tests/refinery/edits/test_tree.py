"""Statements are put in at the right depth, with every other character kept."""

from __future__ import annotations

import pytest

from refinery.edits.draft import draft
from refinery.edits.tree import LARGEST, NotEditable, Tree, edits, with_import

SOURCE = '''\
"""Doc."""
import os

# about f
def f(x):
    # first
    if x: return 1
    a = 1;  b = 2   # two
    for i in x:
        y = (i +
             1)
    return  y
'''


def test_a_statement_is_put_before_another_at_its_depth() -> None:
    after = Tree("a.py", SOURCE).insert(10, "if i is None:\n    continue")
    assert after == SOURCE.replace("        y = (i", "        if i is None:\n            continue\n        y = (i")


def test_a_statement_is_put_after_one_of_several_lines() -> None:
    after = Tree("a.py", SOURCE).insert(10, "z = y", after=True)
    assert after == SOURCE.replace("             1)\n", "             1)\n        z = y\n")


def test_a_comment_stays_above_what_is_put_in_first() -> None:
    assert "    # first\n    a()\n    if x: return 1\n" in Tree("a.py", SOURCE).insert(7, "a()")


def test_a_replaced_statement_becomes_edits_of_whole_lines() -> None:
    tree = Tree("a.py", SOURCE)
    made = edits(tree, tree.replace(12, "return y or 0"))
    assert [(edit.old, edit.new) for edit in made] == [("    return  y\n", "    return y or 0\n")]
    (change,) = draft(made, {"a.py": SOURCE}.get).changes
    assert change.after == SOURCE.replace("return  y", "return y or 0")


def test_an_import_goes_where_imports_stand_and_only_once() -> None:
    once = with_import(SOURCE, "copy", "deepcopy")
    assert once == SOURCE.replace("import os\n", "import os\nfrom copy import deepcopy\n")
    assert with_import(once, "copy", "deepcopy") == once


def test_what_cannot_be_edited_is_told() -> None:
    with pytest.raises(NotEditable, match="does not parse"):
        Tree("a.py", "def f(:\n")
    with pytest.raises(NotEditable, match="too large"):
        Tree("a.py", "x = 1\n" * (LARGEST // 5))
    with pytest.raises(NotEditable, match="no statement begins in line 3"):
        Tree("a.py", SOURCE).insert(3, "x")
