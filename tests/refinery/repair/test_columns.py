"""Data is changed where the rest of its column speaks against it."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import is_config, scalars
from refinery.repair.clues import clues
from refinery.repair.columns import odd_data
from refinery.repair.knobs import in_tables

HEAD = "town,kind,km\n"
ROWS = "Ulm,road,2.5\nJena,rail,3.1\nGera,road,2.8\nSuhl,rail,2.2\n"


def made(text: str, path: str = "c.csv", said: str = "") -> dict[str, int]:
    found = scalars(text, path) if is_config(path) else ()
    told = clues(Diagnosis("t", said, "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    return {change.after: change.needs for _, change in odd_data(found, in_tables(found), {path: text}, told)}


def test_a_number_far_from_the_others_has_its_point_where_they_have() -> None:
    good, bad = f"{HEAD}{ROWS}Hof,road,3.0\n", f"{HEAD}{ROWS}Hof,road,30\n"
    assert made(bad) == {good: 2}
    assert made(bad, said="no way to Hof")[good] == 1
    assert made(good) == {}


def test_tables_with_tabs_lines_of_json_and_records_are_read_too() -> None:
    assert f"{HEAD}{ROWS}Hof,road,3.4\n".replace(",", "\t") in made(f"{HEAD}{ROWS}Hof,road,0.34\n".replace(",", "\t"), "c.tsv")
    lines = "".join(f'{{"km": {km}}}\n' for km in (2.5, 3.1, 2.8, 2.2))
    assert f'{lines}{{"km": 3.4}}\n' in made(f'{lines}{{"km": 34.0}}\n', "c.jsonl")
    assert '[{"w": 10}, {"w": 12}, {"w": 15}, {"w": 11}, {"w": 13}]' in made(
        '[{"w": 10}, {"w": 12}, {"w": 15}, {"w": 11}, {"w": 130}]', "c.json"
    )


def test_in_a_table_of_numbers_one_that_lies_far_from_the_others_has_slipped() -> None:
    rates = "rates: {oak: 0.2, ash: 0.15, elm: 0.3, fir: 0.25, yew: %s}\n"
    assert made(rates % 20, "c.yaml")[rates % 0.2] == 2
    assert made(rates % 20, "c.yaml", said="the yew")[rates % 0.2] == 1
    assert made(rates % 0.4, "c.yaml") == {}
    assert made("limits: {days: 20, share: 0.2, floor: 0.3, top: 0.1, least: 0.2, name: x}\n", "c.yaml") == {}


def test_two_digits_are_exchanged_and_a_sign_is_turned() -> None:
    assert "k,n\na,15\nb,16\nc,14\nd,17\n" in made("k,n\na,15\nb,61\nc,14\nd,17\n")
    assert "k,n\na,15\nb,16\nc,14\nd,17\n" in made("k,n\na,15\nb,-16\nc,14\nd,17\n")


def test_a_kind_that_no_other_has_is_one_spelt_alike() -> None:
    assert f"{HEAD}{ROWS}Hof,road,3.4\n" in made(f"{HEAD}{ROWS}Hof,raod,3.4\n")


def test_another_kind_is_tried_for_a_record_that_two_failures_speak_of() -> None:
    text = f"{HEAD}{ROWS}Hof,road,3.4\n"
    assert made(text, said="Hof has no train")[text.replace("Hof,road", "Hof,rail")] == 2


def test_what_stands_in_quotation_marks_is_left_alone() -> None:
    assert made(f'{HEAD}{ROWS}"Hof, Saale",road,34\n') == {}


def test_a_code_has_the_noughts_that_make_it_as_long_as_the_others() -> None:
    good = "post,town\n01067,Dresden\n07743,Jena\n10115,Berlin\n"
    assert made(good.replace("01067", "1067")) == {good: 1}
    assert made(good) == {}
    assert made("seats,town\n67,Dresden\n743,Jena\n115,Berlin\n") == {}


def test_a_kind_in_other_letters_is_written_as_the_others_are() -> None:
    rows = "town,kind\nUlm,road\nJena,rail\nGera,road\nHof,{}\n"
    assert set(made(rows.format("Rail"))) == {rows.format("rail")}
    assert made(rows.format("rail")) == {}
