"""Wrong answers beside right ones tell which field was taken for which."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.aligned import Instead, instead, lacked, mistaken, told_apart, turned
from refinery.repair.search import candidates

ROOMS = '[{"room": "Oak", "floor": 2, "host": "Ann"}, {"room": "Elm", "floor": 3, "host": "Bo"}]\n'
SAYS = "expected 'Oak is on floor 2', got 'Oak is on floor Ann'"


def test_what_stands_in_the_place_of_what_is_read_word_by_word() -> None:
    assert Instead("Ann", "2") in instead([SAYS])
    assert instead(["expected {'a': 1, 'b': [2]}, got {'a': 1, 'b': [3]}"]) == (Instead("3", "2"),)
    assert instead(["it crashed"]) == ()


def test_an_answer_that_speaks_of_what_was_expected_is_still_read() -> None:
    assert Instead("2021", "3 June") in instead(["expected 'expected again on 3 June', got 'expected again on 2021'"])


def test_fields_of_one_record_that_hold_both_are_taken_for_each_other() -> None:
    found = mistaken(instead([SAYS]), scalars(ROOMS, "rooms.json"))
    assert set(found) == {"host"}
    assert set(found["host"]) == {"floor"}
    assert mistaken((Instead("Ann", "3"),), scalars(ROOMS, "rooms.json")) == {}


def test_an_answer_in_another_order_is_told_from_another_answer() -> None:
    assert turned(["expected '[A, s. 1]', got '[s. 1, A]'"])
    assert not turned(["expected '[A, s. 1]', got '[A, s. 2]'"])


def test_the_field_that_holds_what_is_right_is_tried_first_in_templates_and_in_code() -> None:
    told = Diagnosis("t", SAYS, "", Layer.PROMPT, "x", "", 0, "s", 0.5)
    code = "def f(template, record):\n    return template.format(**record)\n"
    sources = {"a.py": code, "prompts/a.txt": "{room} is on floor {host}\n", "rooms.json": ROOMS}
    first = next(each for each in candidates(sources, told, [], [SAYS]) if each.layer is Layer.PROMPT)
    assert first.edits[0].new == "{room} is on floor {floor}\n"
    code = "def f(record):\n    return f\"{record['room']} is on floor {record['host']}\"\n"
    fields = [each for each in candidates({"a.py": code, "rooms.json": ROOMS}, told, [], [SAYS]) if "wrong field" in each.rationale]
    assert "record['floor']}" in fields[0].edits[0].new


def test_whole_texts_that_differ_are_told_and_what_right_answers_alone_have() -> None:
    said = "expected {'a': 'one x', 'b': ['two', 'same']}, got {'a': 'one y', 'b': ['same', 'same']}"
    assert told_apart([said]) == (Instead("one y", "one x"), Instead("same", "two"))
    assert lacked([said]) == ("one x", "two")
    assert lacked(["expected 'one', got 'two'"]) == ()


def test_columns_of_a_table_in_lines_are_taken_for_each_other_too() -> None:
    told = Diagnosis("t", "expected 'Oak is painted pale green', got 'Oak is painted PG'", "", Layer.PROMPT, "x", "", 0, "s", 0.5)
    code = "def f(template, room, row):\n    return template.format(room=room, **{'short': row['short'], 'long': row['long']})\n"
    sources = {"a.py": code, "prompts/a.txt": "Paint\n{room} is painted {short}\n"}
    table = {"paint.csv": "short,long\nPG,pale green\nDB,dark blue\n"}
    best = {
        closed: max(
            (
                each.confidence
                for each in candidates(sources, told, [], [told.summary], beside=table if closed else {})
                if "{long}" in each.edits[0].new
            ),
            default=0.0,
        )
        for closed in (True, False)
    }
    assert best[True] > 0.8 > 0.5 > best[False]


def test_a_whole_text_counts_only_where_nothing_inside_it_tells() -> None:
    seen = (Instead("Ann", "2"), Instead("Oak is on floor Ann", "Oak is on floor 2"))
    assert mistaken(seen, scalars(ROOMS, "rooms.json")) == mistaken(seen[:1], scalars(ROOMS, "rooms.json"))
