"""A setting that is one of a set may be any other of it."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.choices import choices
from refinery.repair.clues import Clues, clues
from refinery.repair.knobs import in_tables, knobs
from refinery.repair.lists import rearranged
from refinery.repair.module import Module
from refinery.repair.turns import Knob
from refinery.repair.world import survey

CODE = """
from enum import Enum
from typing import Literal
class Mood(Enum):
    KIND = "kind"
    STERN = "stern"
def open_(x): ...
def shut(x): ...
TOOLS = {"open": open_, "shut": shut, "lock": shut}
Speed = Literal["slow", "fast"]
@tool("ring")
def ring(x): ...
@tool("wave")
def wave(x): ...
"""


def told(said: str) -> Clues:
    return clues(Diagnosis("t", said, "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])


def turned(text: str, said: str = "wrong", path: str = "a.yaml") -> dict[tuple[str, object], tuple[float, Knob]]:
    found, module = scalars(text, path), Module("m.py", CODE)
    sets = choices([module], found, in_tables(found))
    made = knobs(found, {path: text, "m.py": CODE}, survey([module], found), told(said), {}, sets)
    return {(knob.scalar.name, knob.value): (score, knob) for score, knob in made}


def test_sets_are_tables_enumerations_literals_and_what_is_registered() -> None:
    members = {frozenset(each.members) for each in choices([Module("m.py", CODE)], (), ())}
    assert {"open", "shut", "lock"} in members
    assert {"kind", "stern"} in members
    assert {"slow", "fast"} in members
    assert {"ring", "wave"} in members


def test_a_setting_of_a_set_may_be_each_other_member() -> None:
    found = turned("default: open\n")
    assert {("default", "shut"), ("default", "lock")} <= set(found)
    assert "of the keys in line 9" in found["default", "lock"][1].why
    assert ("default", "shut") not in turned("default: something\n")


def test_the_levels_of_a_list_in_configuration_are_a_set_too() -> None:
    assert ("floor", "low") in turned("order: [low, middle, high]\nfloor: high\n")


def test_a_choice_in_a_record_is_a_setting_and_first_where_the_failure_speaks_of_the_record() -> None:
    routes = "routes:\n- {words: [bell, chime], tool: open}\n- {words: [key], tool: shut}\n- {words: [bolt], tool: shut}\n"
    found = turned(routes, "the bell did nothing")
    score, knob = found["routes[0].tool", "lock"]
    assert not knob.data
    assert score > found["routes[1].tool", "lock"][0]


def test_what_a_list_lacks_of_a_set_is_put_in_though_the_failure_does_not_speak_of_it() -> None:
    text = "enabled: [open, lock]\n"
    found, module = scalars(text, "a.yaml"), Module("m.py", CODE)
    sets = choices([module], found, in_tables(found))
    made = [change.after for _, change in rearranged({"a.yaml": text}, survey([module], found), told("nothing came"), {}, sets)]
    assert "enabled: [open, lock, shut]\n" in made
    assert "enabled: [open, shut, lock]\n" in made


def test_a_row_becomes_what_other_rows_of_its_table_are() -> None:
    rows = "parts:\n  knee: bones\n  hip: skin\n  elbow: bones\n  cheek: skin\n"
    found = turned(rows, "where to go with a hip")
    assert found["parts.hip", "bones"][0] > found["parts.knee", "skin"][0]


def test_what_says_which_record_comes_first_is_put_before_and_behind_all_others() -> None:
    rows = "rows:\n- {name: fire, priority: 0}\n- {name: post, priority: 5}\n- {name: tea, priority: 1}\n"
    found = turned(rows, "expected 'fire', got 'post'")
    score, knob = found["rows[0].priority", 6]
    assert not knob.data
    assert score > found["rows[2].priority", 6][0]
    assert turned(rows.replace("priority", "floor"), "fire")["rows[0].floor", 6][1].data


def test_what_is_no_member_is_meant_to_be_one_that_is_spelt_alike_or_that_no_namesake_has() -> None:
    found = turned("steps: [open, shut, locks]\n")
    assert found["steps[2]", "lock"][1].prior > 0.85
    assert ("steps[2]", "open") not in found
    assert ("moods[1]", "kind") not in turned("moods: [stern, grim, glad]\n"), "two that are none make it another set"
    twice = turned("a: {step: open}\nb: {step: locks}\nc: {step: locks}\nd: {step: shut}\n")
    assert all(knob.prior < 0.85 for (name, _), (_, knob) in twice.items() if name == "b.step"), "what comes twice is no slip"


def test_a_row_of_functions_is_a_set_of_their_names() -> None:
    code = "def pack(x): ...\ndef ship(x): ...\ndef bill(x): ...\nTOOLS = {f.__name__: f for f in (pack, ship, bill)}\n"
    assert ("pack", "ship", "bill") in [each.members for each in choices([Module("m.py", code)], [], ())]
    assert choices([Module("m.py", code.replace("bill)", "len)"))], [], ()) == []


def test_what_the_records_of_another_row_are_is_no_set_to_choose_from() -> None:
    text = "ann:\n- {buys: rope}\n- {buys: nails}\n- {buys: glue}\nbo:\n- {buys: rope}\n- {buys: nails}\n"
    assert turned(text, "bo got it wrong")["bo[0].buys", "glue"][1].data
