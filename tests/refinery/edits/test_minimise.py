"""A patch is left with what it needs."""

from __future__ import annotations

from refinery.domain import Edit
from refinery.edits.draft import draft
from refinery.edits.minimise import minimal, pieces, together
from safety.changes import FileChange

BEFORE = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n"
PROMPT = "You answer.\n"


def test_pieces_that_are_not_needed_are_left_out() -> None:
    edits = pieces([FileChange("m.py", BEFORE, "a = 9\nb = 2\nc = 9\nd = 4\ne = 9\n")])
    least = minimal(edits, lambda some: {"c = 9\n"} <= {edit.new for edit in some})
    assert ([edit.new for edit in least.edits], least.dropped, least.shown) == (["c = 9\n"], 2, True)


def test_pieces_that_need_each_other_stay_and_are_shown_to() -> None:
    edits = pieces([FileChange("m.py", BEFORE, "a = 9\nb = 2\nc = 9\nd = 4\ne = 5\n")])
    least = minimal(edits, lambda some: len(some) == 2)
    assert (least.edits, least.dropped, least.shown) == (edits, 0, True)


def test_what_could_not_be_tried_is_not_said_to_be_needed() -> None:
    edits = pieces([FileChange("m.py", BEFORE, "a = 9\nb = 2\nc = 9\nd = 4\ne = 9\n")])
    assert not minimal(edits, lambda some: False, tries=1).shown


def test_each_line_added_to_a_prompt_is_a_piece_and_they_are_put_together_again() -> None:
    after = PROMPT + "Say the currency.\nBe polite.\nBe brief.\n"
    edits = pieces([FileChange("p.md", PROMPT, after)])
    assert [edit.new for edit in edits] == ["Say the currency.\n", "Be polite.\n", "Be brief.\n"]
    (one,) = draft(together(edits), {"p.md": PROMPT}.get).changes
    assert one.after == after
    least = minimal(edits, lambda some: any("currency" in edit.new for edit in some))
    assert together(least.edits) == (Edit("p.md", "", "Say the currency.\n", len(PROMPT)),)


def kept_of(after: str, wanted: tuple[str, ...], before: str = PROMPT) -> str | None:
    """The prompt after a change that needs no more than these words."""
    edits = pieces([FileChange("p.md", before, after)])
    least = minimal(edits, lambda some: all(any(word in edit.new for edit in some) for word in wanted))
    (change,) = draft(together(least.edits), {"p.md": before}.get).changes
    return change.after


def test_a_sentence_of_an_added_line_is_a_piece_and_what_is_left_of_the_line_stays_one() -> None:
    added = "- Say the currency. Be polite. Be brief.\n- Ask first. Act soon.\n"
    assert kept_of(PROMPT + added, ("currency", "brief", "soon")) == PROMPT + "- Say the currency. Be brief.\n- Act soon.\n"
    assert kept_of(PROMPT + added, ("currency", "polite", "brief", "Ask", "soon")) == PROMPT + added
    assert kept_of(PROMPT + added, ("Ask",)) == PROMPT + "- Ask first.\n"


def test_a_sentence_behind_those_of_a_line_is_a_piece() -> None:
    assert kept_of("You answer. Be polite. Be brief.\n", ("brief",)) == "You answer. Be brief.\n"
    assert kept_of("You answer. Be polite. Be brief.\n", ("polite", "brief")) == "You answer. Be polite. Be brief.\n"


def test_a_line_that_is_worded_anew_is_one_piece() -> None:
    edits = pieces([FileChange("p.md", PROMPT, "You answer briefly. And politely.\n")])
    assert [(edit.old, edit.new) for edit in edits] == [(PROMPT, "You answer briefly. And politely.\n")]


def test_windows_line_ends_of_what_is_left_stay() -> None:
    before = "You answer.\r\n"
    assert kept_of(before + "Be polite. Be brief.\r\n", ("polite",), before) == before + "Be polite.\r\n"


def test_a_sentence_that_speaks_of_the_one_before_it_stays_with_it() -> None:
    added = "Use the facts. If they are silent, ask. Do not guess. Otherwise stop.\n"
    assert kept_of(PROMPT + added, ("silent",)) == PROMPT + "Use the facts. If they are silent, ask.\n"
    assert kept_of(PROMPT + added, ("stop",)) == PROMPT + "Do not guess. Otherwise stop.\n"
