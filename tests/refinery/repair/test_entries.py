"""What a table lacks that its neighbours have, or that a set has, is put in."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.asked import Asked, asked_in
from refinery.repair.choices import choices
from refinery.repair.clues import clues
from refinery.repair.entries import lacking
from refinery.repair.module import Module


def made(text: str, said: str, code: str = "", asked: Asked | None = None) -> dict[str, float]:
    found = scalars(text, "a.yaml")
    told = clues(Diagnosis("t", said, "", Layer.CONFIG, "x", "", 0, "s", 0.5), [], asked)
    sets = choices([Module("m.py", code)], found, ())
    return {change.after: score for score, change in lacking(found, {"a.yaml": text}, (), told, {}, sets)}


def test_an_entry_that_all_tables_beside_have_is_put_in() -> None:
    text = "a: {wait: 3, top: 1}\nb: {wait: 3, top: 2}\nc: {top: 4}\n"
    assert "a: {wait: 3, top: 1}\nb: {wait: 3, top: 2}\nc: {top: 4, wait: 3}\n" in made(text, "c did not wait")
    assert made("a: {wait: 3, top: 1}\nb: {top: 2}\nc: {top: 4}\n", "c did not wait") == {}


def test_a_member_of_a_set_is_put_into_a_table_that_has_the_others() -> None:
    code = 'PLANS = {"basic": 1, "pro": 2, "team": 3}\n'
    found = made("limits:\n  basic: 10\n  pro: 50\n", "team was refused", code)
    assert "limits:\n  basic: 10\n  pro: 50\n  team: 10\n" in found
    assert made("limits:\n  basic: 10\n  other: 50\n", "team was refused", code) == {}


SPELLINGS = "tongues:\n  DE: german\n  GER: german\n  FR: french\n  SPA: spanish\n  SPANISH: spanish\n"


def test_what_only_failing_inputs_say_is_one_more_spelling_of_what_it_is_like() -> None:
    asked = asked_in(["Book 3 in french GERM now", "Book 9 in blue GERM now"], ["Book 4 in GER now", "Book 2 in SPANISH now"])
    found = made(SPELLINGS, "", asked=asked)
    likeliest = max(found, key=lambda text: found[text])
    assert likeliest.endswith("  SPANISH: spanish\n  GERM: german\n")


def test_what_stands_where_spellings_stand_may_be_another_one_of_any_value() -> None:
    found = made(SPELLINGS, "", asked=asked_in(["Book 3 in XY now"], ["Book 4 in GER now"]))
    assert {text.rpartition("XY: ")[2] for text in found} == {"german\n", "spanish\n", "french\n"}
    assert made(SPELLINGS, "", asked=asked_in(["XY wants one"], ["Book 4 in GER now"])) == {}
