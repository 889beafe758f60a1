"""Other values for a setting come from where such values stand."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.edits.scalar import Value
from refinery.repair.asked import asked_in
from refinery.repair.clues import clues
from refinery.repair.knobs import Reading, heard_of, knobs, patterned, readings
from refinery.repair.module import Module
from refinery.repair.world import survey

CODE = 'def f(c):\n    if c["order"] == "newest":\n        return 1\n    return c["size"]\n'


def turns(text: str, others: dict[str, str] | None = None, path: str = "a.yaml") -> list[Value]:
    """The values proposed for the first scalar of a file, best first."""
    sources = {path: text, "m.py": CODE} | (others or {})
    found = scalars(text, path)
    world = survey([Module("m.py", CODE)], found)
    told = clues(Diagnosis("t", "wrong", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    made = knobs(found, sources, world, told, {found[0].key: Reading(1.0, "m.py:2")})
    return [knob.value for _, knob in sorted(made, key=lambda pair: -pair[0]) if knob.scalar == found[0]]


def test_a_switch_is_flipped() -> None:
    assert turns("on_call: no\n") == [True]


def test_a_number_steps_up_and_down_and_hears_the_comment_beside_it() -> None:
    found = turns("size: 40  # Legal wants 14\n")
    assert found[0] == 14
    assert {20, 80, 41, 39, 0} <= set(found)


def test_a_choice_is_what_code_compares_it_with() -> None:
    assert turns("order: oldest\n")[0] == "newest"


def test_a_name_with_a_year_becomes_its_neighbour_in_the_repository() -> None:
    assert "policies-2025" in turns("folder: policies-2024\n", {"kb/policies-2025/a.md": "x", "kb/policies-2024/a.md": "x"})


def test_a_path_becomes_the_file_beside_it() -> None:
    assert "prompts/long.md" in turns("prompt: prompts/short.md\n", {"prompts/short.md": "a", "prompts/long.md": "b"})


def test_the_bare_name_of_a_file_becomes_that_of_the_file_beside_it() -> None:
    beside = {"sets/short.json": "{}", "sets/long.json": "{}", "other/wide.json": "{}"}
    found = turns("extends: short\n", beside)
    assert "long" in found
    assert "wide" not in found


def test_a_duration_stays_a_duration() -> None:
    assert {"15s", "60s"} <= set(turns("wait: 30s\n"))


def test_a_share_stays_between_nothing_and_all_of_it() -> None:
    assert all(isinstance(value, float) and value >= 0 for value in turns("share: 0.8\n"))


def test_code_is_no_setting() -> None:
    assert scalars(CODE, "m.py") == ()


def test_an_item_of_a_list_in_a_record_is_data() -> None:
    text = "routes:\n- {name: all, words: [room, bed]}\n- {name: one, words: [cancel]}\n"
    found = scalars(text, "a.yaml")
    made = knobs(found, {"a.yaml": text}, survey([], found), clues(Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5), []), {})
    turned = [knob for _, knob in made if knob.scalar.keys[-2:] == ("words", 0)]
    assert turned
    assert all(knob.data for knob in turned)


def test_an_item_does_not_stand_in_a_list_twice() -> None:
    assert "b" not in turns("kinds: [a, b]\n")


def test_a_text_becomes_one_that_is_spelt_much_the_same() -> None:
    found = scalars('{"skip": ["archive"]}\n', "a.json")
    docs = scalars('[{"status": "archived"}, {"status": "draft"}]\n', "d.json")
    code = Module("m.py", 'def f(doc, c):\n    return doc["status"] in c["skip"]\n')
    told = clues(Diagnosis("t", "wrong", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    sources = {"a.json": '{"skip": ["archive"]}\n'}
    made = {knob.value: score for score, knob in knobs(found, sources, survey([code], (*found, *docs)), told, {})}
    assert made["archived"] > made["draft"]  # what it is compared with, and spelt alike; only what it is compared with


def test_a_number_in_a_text_keeps_its_places_and_what_stands_beside_it() -> None:
    assert {"5.00 EUR", "25.00 EUR"} <= set(turns('price: "2.50 EUR"\n'))


def test_a_number_that_a_document_says_of_a_setting_is_tried() -> None:
    assert 45 in turns("refund_days: 13\n", {"prompts/a.txt": "The refund window is 45 days.\n", "b.md": "77 pages\n"})
    assert 77 not in turns("refund_days: 13\n", {"prompts/a.txt": "The refund window is 45 days.\n", "b.md": "77 pages\n"})


def test_a_setting_is_heard_of_where_code_reads_the_table_around_it() -> None:
    found = scalars("limits: {basic: 5, plus: 9}\nother: {a: 1}\n", "a.yaml")
    heard = readings(found, [(0.9, "m.py", 3, 'most = rules["limits"][tier]')])
    scores = {scalar.name: heard_of(scalar, heard).score for scalar in found}
    assert scores["limits.basic"] > 0.5
    assert scores["other.a"] == 0


def test_two_digits_of_a_number_are_exchanged() -> None:
    assert 14 in turns("days: 41\n")


def test_one_scenario_does_not_tell_a_number_unless_something_speaks_for_it() -> None:
    def any_would_do(text: str, value: Value, prose: str = "") -> bool:
        sources = {"a.yaml": text, "m.py": CODE, "manual.md": prose}
        found = scalars(text, "a.yaml")
        told = clues(Diagnosis("t", "wrong", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
        made = knobs(found, sources, survey([Module("m.py", CODE)], found), told, {})
        return next(knob.any_would_do for _, knob in sorted(made, key=lambda each: -each[0]) if knob.value == value)

    assert any_would_do("limit: 40\n", 41)
    assert any_would_do("limit: '40'\n", "41")
    assert not any_would_do("limit: 40  # Legal wants 41\n", 41)
    assert not any_would_do("limit: 40\n", 41, "The limit is 41 days.\n")
    assert not any_would_do("limit: 40\n", 400), "a point was missed"
    assert not any_would_do("on: yes\n", False)
    assert any_would_do("opens: '08:30'\n", "09:30")


def test_a_share_of_a_hundred_among_shares_of_one_becomes_one_of_these() -> None:
    assert turns("size: 15\nbulk: 0.2\nsmall: 0.05\nlarge: 0.3\n")[0] == 0.15
    assert turns("size: 0.15\nbulk: 20\nsmall: 5\nlarge: 30\n")[0] == 15
    assert turns("size: 15\nbulk: 0.2\nsmall: 5\nlarge: 0.3\n")[0] != 0.15


def test_a_bound_of_what_has_to_end_is_a_usual_higher_one() -> None:
    for text, roomy in (("max_steps: 2\n", 10), ("attempts: 1\n", 3), ("max_rounds: 12\n", 50)):
        found = scalars(text, "a.yaml")
        told = clues(Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
        made = [knob for _, knob in knobs(found, {"a.yaml": text}, survey([], found), told, {})]
        assert [knob.value for knob in made if not knob.any_would_do and "usual bound" in knob.why] == [roomy]


def test_a_pattern_of_a_setting_is_turned_where_that_tells_failing_inputs_from_passing_ones() -> None:
    found = scalars("rules: [{pattern: 'cat', kind: pet}]\n", "a.yaml")
    told = Diagnosis("t", "wrong", "", Layer.CONFIG, "x", "", 0, "s", 0.5)
    asked = asked_in(['"concat them"'], ['"a cat"'])
    tried = {knob.value: score for score, knob in patterned(found, clues(told, [], asked))}
    assert tried["\\bcat"] >= 0.4
    assert not list(patterned(found, clues(told, [], asked_in(['"a dog"'], ['"a cat"']))))
    lazy = scalars("rules: [{pattern: 'c.*t', kind: pet}]\n", "a.yaml")
    assert not list(patterned(lazy, clues(told, [], asked_in([], [])))), "no input speaks for another"


def test_a_switch_is_hardly_turned_where_a_value_is_of_the_wrong_kind() -> None:
    def best(said: str) -> float:
        found = scalars("strict: true\n", "a.yaml")
        told = clues(Diagnosis("t", said, "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
        heard = {"strict": Reading(1.0, "m.py:2")}
        return max(score for score, _ in knobs(found, {"a.yaml": "strict: true\n"}, survey([Module("m.py", CODE)], found), told, heard))

    assert best("TypeError: unsupported operand") < best("ValueError: not a day")
    assert best("TypeError: unsupported operand; strict is on") > best("TypeError: unsupported operand")
