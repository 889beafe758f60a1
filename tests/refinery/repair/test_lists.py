"""Lists in configuration are put right: an item out, in, or before another."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.clues import clues
from refinery.repair.knobs import Reading, knobs
from refinery.repair.lists import rearranged
from refinery.repair.module import Module
from refinery.repair.world import survey

CODE = 'KNOWN = {"country": "AT"}\ndef f(c):\n    return c["allowed"], c["stop"]\n'
CONFIG = "allowed: [DE, FR]\nstop: [the, not]\nnegations: [not, never]\nroutes:\n- {name: all}\n- {name: one}\n"
RECORDS = (
    "markets:\n- {country: DE, money: EUR, vat: 19}\n- {country: FR, money: EUR, vat: 20}\n"
    "- {country: AT, money: USD, vat: 10}\n- {country: US, money: USD, vat: 0}\n"
)


def changes(said: str) -> dict[str, float]:
    world = survey([Module("m.py", CODE)], scalars(CONFIG, "c.yaml"))
    told = clues(Diagnosis("t", said, "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    return {
        change.after: score
        for score, change in rearranged({"c.yaml": CONFIG, "m.py": CODE}, world, told, {"allowed": Reading(1.0, "m.py:3")})
    }


def test_an_item_that_the_repository_knows_and_the_failure_speaks_of_is_put_in() -> None:
    assert CONFIG.replace("FR]", "FR, AT]") in changes("AT was refused")
    assert CONFIG.replace("FR]", "FR, AT]") not in changes("something was refused")
    assert not any("CH" in after for after in changes("CH was refused"))


def test_an_item_of_another_list_is_taken_out_before_one_of_this_list_alone() -> None:
    found = changes("wrong")
    assert found[CONFIG.replace("[the, not]", "[the]")] > found[CONFIG.replace("[the, not]", "[not]")]


def test_nothing_is_taken_out_of_a_list_in_a_record() -> None:
    text = "routes:\n- {name: all, words: [room, bed]}\n- {name: one, words: [cancel]}\n"
    told = clues(Diagnosis("t", "room", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    made = [change.after for _, change in rearranged({"a.yaml": text}, survey([], scalars(text, "a.yaml")), told, {})]
    assert text.replace("[room, bed]", "[bed, room]") in made
    assert text.replace("[room, bed]", "[bed]") not in made


def test_a_record_is_put_before_another() -> None:
    assert CONFIG.replace("- {name: all}\n- {name: one}\n", "- {name: one}\n- {name: all}\n") in changes("one was not taken")


def turned(said: str, key: str) -> list[tuple[object, object, bool]]:
    found = scalars(RECORDS, "m.yaml")
    world = survey([Module("m.py", CODE)], found)
    told = clues(Diagnosis("t", said, "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    made = knobs(found, {"m.yaml": RECORDS}, world, told, {})
    return [(knob.scalar.keys[1], knob.value, knob.data) for _, knob in made if knob.scalar.key == key]


def test_a_kind_in_a_record_that_the_failure_speaks_of_may_be_turned_into_another_records_kind() -> None:
    found = turned("the price in AT", "money")
    assert (2, "EUR", False) in found
    assert all(data for place, _, data in found if place != 2)


def test_a_number_in_a_record_stays_a_datum() -> None:
    found = turned("the tax of AT", "vat")
    assert found
    assert all(data for _, _, data in found)


def test_a_number_in_a_named_table_that_the_failure_speaks_of_is_a_setting() -> None:
    text = "[money.EUR]\ndigits = 2\n[money.JPY]\ndigits = 0\n[money.KWD]\ndigits = 2\n[money.USD]\ndigits = 2\n"
    found = scalars(text, "m.toml")
    told = clues(Diagnosis("t", "expected 1.500 KWD", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    data = {(knob.scalar.keys[1], knob.value): knob.data for _, knob in knobs(found, {"m.toml": text}, survey([], found), told, {})}
    assert data["KWD", 3] is False
    assert data["USD", 3] is True


def test_a_list_of_numbers_counts_from_another_beginning() -> None:
    text = "closed = [6, 7]\n"
    told = clues(Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    made = [change.after for _, change in rearranged({"a.toml": text}, survey([], scalars(text, "a.toml")), told, {})]
    assert "closed = [5, 6]\n" in made


def test_a_value_of_what_is_looked_for_in_a_list_is_put_in() -> None:
    text, data = '{"skip": ["archived"]}\n', '[{"status": "archived"}, {"status": "draft"}]\n'
    code = Module("m.py", 'def f(doc, c):\n    return doc["status"] in c["skip"]\n')
    world = survey([code], (*scalars(text, "a.json"), *scalars(data, "d.json")))
    told = clues(Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    assert '{"skip": ["archived", "draft"]}\n' in [change.after for _, change in rearranged({"a.json": text}, world, told, {})]


def made(text: str, said: str, path: str = "a.yaml") -> dict[str, float]:
    told = clues(Diagnosis("t", said, "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    return {change.after: score for score, change in rearranged({path: text}, survey([], scalars(text, path)), told, {})}


def test_lists_in_a_file_of_records_come_behind_those_of_settings() -> None:
    records = '[{"name": "a", "steps": ["x", "y"]}, {"name": "b", "steps": ["z"]}]'
    settings = '{"steps": ["x", "y"]}'
    first = made(records, "x y", "a.json")[records.replace('["x", "y"]', '["y", "x"]')]
    assert first < made(settings, "x y", "a.json")['{"steps": ["y", "x"]}'] / 2


def test_a_number_that_the_failure_speaks_of_is_put_into_a_list_of_such_numbers() -> None:
    assert "codes: [503, 429]\n" in made("codes: [503]\n", "failed with 429 after 3 tries")
    assert "codes: [503, 3]\n" not in made("codes: [503]\n", "failed with 429 after 3 tries")


def test_an_item_is_moved_to_the_list_of_another_row() -> None:
    assert "bones: [knee]\nskin: [rash, mole]\n" in made("bones: [knee, mole]\nskin: [rash]\n", "mole was sent on")
    assert "bones: [knee]\nskin: [rash, mole]\n" not in made("bones: [knee, mole]\nskin: [rash]\n", "something was sent on")


def test_rules_in_a_list_of_their_own_are_moved_as_far_as_code_reads_what_they_have() -> None:
    rules = '[\n  {"if": "large", "go": "north"},\n  {"if": "green", "go": "east"},\n  {"if": "any", "go": "home"}\n]\n'
    world = survey([Module("m.py", CODE)], scalars(rules, "r.json"))
    told = clues(Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])

    def score(heard: dict[str, Reading]) -> float:
        return max(score for score, change in rearranged({"r.json": rules}, world, told, heard) if change.says.startswith("Move 'large'"))

    assert score({"go": Reading(1.0, "m.py:3")}) > 2 * score({})


def test_what_right_answers_have_and_a_document_speaks_of_is_put_in() -> None:
    text, readme = "needed: {car: [photo], bike: [photo, frame number]}\n", "A car needs a photo and the number plate.\n"
    said = "expected {'missing': ['number plate', 'wheel']}, got {'missing': []}"
    told = clues(Diagnosis("t", said, "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    sources = {"c.yaml": text, "README.md": readme}
    found = {change.after for _, change in rearranged(sources, survey([], scalars(text, "c.yaml")), told, {})}
    assert "needed: {car: [photo, number plate], bike: [photo, frame number]}\n" in found
    assert not any("wheel" in each for each in found)


def test_what_data_has_for_nothing_is_put_into_a_list_of_such() -> None:
    sources = {"a.yaml": 'blank: ["", "-"]\nwords: [a, "-"]\n', "rows.csv": "name,town\nAnn,N/A\nBo,-\nCy,Rome\n"}
    told = clues(Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    world = survey([], scalars(sources["a.yaml"], "a.yaml"))
    made = [change.says for _, change in rearranged(sources, world, told, {}) if "Add" in change.says]
    assert made == ["Add 'N/A' to blank"]
