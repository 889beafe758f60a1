"""Two settings that stand in each other's place are exchanged."""

from __future__ import annotations

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.clues import clues
from refinery.repair.knobs import in_tables
from refinery.repair.swapped import swapped

PRICES = '{"small": {"in": "0.15", "out": "0.60"}, "large": {"in": "10", "out": "2.50"}}\n'


def exchanged(text: str, path: str = "a.json") -> dict[str, float]:
    found = scalars(text, path)
    told = clues(Diagnosis("t", "", "", Layer.CONFIG, "x", "", 0, "s", 0.5), [])
    return {change.after: score for score, change in swapped(found, {path: text}, in_tables(found), told, {})}


def test_values_of_one_table_are_exchanged_before_those_of_two() -> None:
    found = exchanged(PRICES)
    assert (
        found[PRICES.replace('"10", "out": "2.50"', '"2.50", "out": "10"')]
        > found[PRICES.replace("0.15", "X").replace("10", "0.15").replace("X", "10")]
    )


def test_values_of_different_kinds_stay_where_they_are() -> None:
    assert not exchanged('{"a": 1, "b": "x"}\n')


def test_values_of_records_stay_where_they_are() -> None:
    assert not exchanged('[{"a": "x", "b": "y"}, {"a": "z", "b": "w"}]\n')


def test_numbers_that_go_down_from_line_to_line_are_seldom_exchanged() -> None:
    ordered, other = "a: 5\nb: 3\nc: 2\nd: 1\n", "a: 3\nb: 5\nc: 1\nd: 2\n"
    assert max(exchanged(ordered, "a.yaml").values()) < min(exchanged(other, "a.yaml").values())
