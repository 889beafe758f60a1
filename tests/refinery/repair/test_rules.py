"""Rules are settings, and records are data, though both stand in tables."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.clues import clues
from refinery.repair.knobs import Reading, knobs
from refinery.repair.module import Module
from refinery.repair.rules import numbered, rules
from refinery.repair.turns import Knob
from refinery.repair.world import survey

RULES = """\
tiers:
  plain:   {hours: 48, calls: false}
  silver:  {hours: 24, calls: false}
  gold:    {hours: 8, calls: true}
  partner: {hours: 8, calls: false}
"""
THINGS = """\
{"RM-1001": {"guest": "Ann Ode", "beds": 2, "paid": true},
 "RM-1002": {"guest": "Bo Lund", "beds": 1, "paid": false},
 "RM-1003": {"guest": "Cy Kent", "beds": 2, "paid": true},
 "RM-1004": {"guest": "Di Moss", "beds": 3, "paid": true}}
"""


def turned(text: str, path: str, name: str, said: str = "") -> Knob:
    found = scalars(text, path)
    told = clues(Diagnosis("t", said, "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    made = knobs(found, {path: text}, survey([Module("m.py", "")], found), told, {found[-1].key: Reading(1.0, "m.py:2")})
    return next(knob for _, knob in made if knob.scalar.name == name)


def test_a_switch_of_a_rule_is_a_setting_though_the_failure_does_not_name_the_rule() -> None:
    assert not turned(RULES, "a.yaml", "tiers.partner.calls").data


def test_a_switch_of_a_thing_is_data_even_where_the_failure_names_the_thing() -> None:
    assert turned(THINGS, "a.json", "RM-1002.paid", "RM-1002 was asked to pay").data


def test_tables_of_texts_or_of_many_rows_are_no_rules() -> None:
    assert len(rules(scalars(RULES, "a.yaml"), {})) == 8
    texts = "people:\n  ann: {name: Ann Ode, paid: true}\n  bo: {name: Bo Lund, paid: false}\n"
    many = "rows:\n" + "".join(f"  {letter}: {{on: true}}\n" for letter in "abcdefghi")
    assert rules(scalars(texts, "a.yaml"), {}) == {}
    assert rules(scalars(many, "a.yaml"), {}) == {}


def test_rules_whose_names_code_knows_count_more() -> None:
    known = rules(scalars(RULES, "a.yaml"), {"m.py": 'ORDER = ["plain", "silver", "gold"]'})
    unknown = rules(scalars(RULES, "a.yaml"), {"m.py": ""})
    assert min(known.values()) > max(unknown.values())


def test_things_are_called_by_numbers_and_rules_are_not() -> None:
    assert all(numbered(each) for each in scalars(THINGS, "a.json"))
    assert not any(numbered(each) for each in scalars(RULES, "a.yaml"))


def test_a_file_that_is_a_long_list_of_records_is_data() -> None:
    rows = "".join(f"- {{of: {'wood' if number % 2 else 'iron'}, name: a{number}x}}\n" for number in range(14))
    assert turned(rows, "a.yaml", "[3].of", "a3x is not of wood").data
    assert not turned("".join(rows.splitlines(True)[:6]), "a.yaml", "[3].of", "a3x is not of wood").data


def test_what_mostly_differs_from_record_to_record_is_no_kind() -> None:
    things = ("rope", "nails", "glue", "paint", "oil", "wax", "tar", "rope")
    rows = "".join(f"- {{buys: {thing}, name: a{number}x}}\n" for number, thing in enumerate(things))
    assert turned(f"all:\n{rows}", "a.yaml", "all[3].buys", "a3x got it wrong").data
    fewer = rows.replace("wax", "oil").replace("tar", "oil")
    assert not turned(f"all:\n{fewer}", "a.yaml", "all[3].buys", "a3x got it wrong").data
