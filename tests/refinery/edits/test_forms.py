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


PROMPT = "# Tone\nBe kind.\n\n# Facts\nBe kind.\n"


def drafted(*edits: Edit) -> str | None:
    read = read_forms(edits, {"p.md": PROMPT}.get)
    assert read.misfits == ()
    (change,) = draft(read.edits, {"p.md": PROMPT}.get).changes
    return change.after


def test_a_section_of_a_prompt_is_added_to_replaced_and_searched_by_its_heading() -> None:
    assert drafted(Edit("p.md#Tone", "", "Be brief.")) == PROMPT.replace("kind.\n\n", "kind.\nBe brief.\n\n")
    assert drafted(Edit("p.md#Tone", "", "# Tone\nBe brief.")) == PROMPT.replace("kind.\n\n", "brief.\n\n")
    assert drafted(Edit("p.md#Facts", "kind", "brief")) == PROMPT.removesuffix("kind.\n") + "brief.\n"
    both = drafted(Edit("p.md#Tone", "", "Be brief."), Edit("p.md#Facts", "Be kind.", "Be exact."))
    assert both == "# Tone\nBe kind.\nBe brief.\n\n# Facts\nBe exact.\n"


@pytest.mark.parametrize(
    ("path", "old", "new", "says"),
    [
        ("p.md#Style", "", "Be brief.", "the file's sections are: 'Tone', 'Facts'"),
        ("p.md#Tone", "nowhere", "x", "0 times in the section 'Tone'"),
        ("p.md#Tone", "", " ", "neither"),
        ("q.md#Tone", "", "x", "no such file"),
        ("m.py#Tone", "", "x", "only prompts"),
    ],
)
def test_a_section_that_does_not_fit_is_told_and_never_becomes_a_file(path: str, old: str, new: str, says: str) -> None:
    read = read_forms([Edit(path, old, new)], {"p.md": PROMPT, "m.py": TEXT}.get)
    assert read.edits == ()
    assert says in read.misfits[0].says


def test_a_path_with_a_hash_of_its_own_is_a_path() -> None:
    read = read_forms([Edit("c#.md", "kind", "brief")], {"c#.md": "Be kind."}.get)
    assert read.edits == (Edit("c#.md", "kind", "brief"),)
