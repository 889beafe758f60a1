"""Cells stand in the column whose other cells they are like."""

from __future__ import annotations

from refinery.repair.slips.exchanged import exchanged
from tests.refinery.repair.slips.looking import made


def test_cells_of_a_row_change_places() -> None:
    good = "| tree | use |\n|---|---|\n| oak | barrels for wine |\n| ash | handles of tools |\n| yew | bows and arrows |\n"
    bad = good.replace("| ash | handles of tools |", "| handles of tools | ash |")
    assert made(exchanged, {"prompts/a.md": bad}) == {good: 0.6}
    assert made(exchanged, {"prompts/a.md": good}) == {}
    lines = "tree,age\noak,300\nash,120\nyew,900\n"
    assert made(exchanged, {"t.csv": lines.replace("ash,120", "120,ash")}) == {lines: 0.6}
    assert made(exchanged, {"t.csv": lines}) == {}


def test_a_cell_is_one_of_the_other_column() -> None:
    good = "tree,soil\noak,loam\nash,chalk\nyew,chalk\nelm,loam\n"
    assert made(exchanged, {"t.csv": good.replace("yew,chalk", "chalk,yew")})[good] == 0.6
    assert made(exchanged, {"t.csv": good}) == {}
    assert made(exchanged, {"t.csv": "parent,child\noak,ash\nash,yew\nyew,elm\n"}) == {}


def test_pairs_are_turned_round_as_the_others_are() -> None:
    good = '[names]\noak = "barrels for wine"\nash = "handles of tools"\nyew = "bows and arrows"\n'
    bad = good.replace('ash = "handles of tools"', '"handles of tools" = "ash"')
    assert list(made(exchanged, {"t.toml": bad}).values()) == [0.6]
    assert made(exchanged, {"t.toml": good}) == {}
    listed = "- for barrels of wine -> oak\n- for bows and arrows -> yew\n- for handles of tools -> ash\n"
    assert made(exchanged, {"prompts/a.md": listed.replace("for bows and arrows -> yew", "yew -> for bows and arrows")}) == {listed: 0.6}
    records = '[{"a": "oak", "b": "for barrels of wine"}, {"a": "for bows", "b": "yew"}, {"a": "ash", "b": "for tools"}]'
    right = records.replace('"for bows", "b": "yew"', '"yew", "b": "for bows"')
    assert made(exchanged, {"t.json": records})[right] == 0.6
