"""Amounts in other units, shares near the present one, and values written as what they are."""

from __future__ import annotations

from refinery.edits.config import scalars
from refinery.repair.amounts import as_used, near_shares, other_units
from refinery.repair.module import Module
from refinery.repair.spelling import like_the_others, retyped
from refinery.repair.world import survey


def units(value: float, said: str) -> dict[float, float]:
    found: dict[float, float] = {}
    for new, prior, _ in other_units(value, said):
        found.setdefault(new, prior)
    return found


def test_a_time_in_another_unit_comes_first_where_something_says_what_it_is_counted_in() -> None:
    assert units(3, "minutes until it is ready")[180] > units(3, "window")[180] > units(3, "sheep")[180]
    assert 2 in units(48, "days") or 2 in units(48, "hours")


def test_whole_numbers_stay_whole() -> None:
    assert all(isinstance(new, int) for new in units(90, "seconds minutes hours days months bytes price"))


def test_a_share_goes_to_round_values_the_nearest_first() -> None:
    found = [new for new, _, _ in sorted(near_shares(0.45), key=lambda turn: -turn[1])]
    assert set(found[:2]) == {0.4, 0.5}
    assert 0.3 in found
    assert 0.45 not in found


def test_an_amount_is_made_what_code_takes_it_for() -> None:
    code = 'def f(price, c):\n    vat = c["vat"] / 100\n    return price * (1 + c["tip"]) * (1 - vat), 1 + c["count"]\n'
    world = survey([Module("m.py", code)])
    assert {"tip"} <= world.shares
    assert {"vat"} <= world.percents
    assert "count" not in world.shares
    assert [new for new, _, _ in as_used(15, True, False)] == [0.15]
    assert [new for new, _, _ in as_used(0.19, False, True)] == [19.0]
    assert not [*as_used(0.15, True, False), *as_used(19, False, True), *as_used(15, True, True), *as_used(15, False, False)]


def typed(text: str) -> list[object]:
    found = scalars(text, "a.toml")
    return [
        new
        for new, _, _ in sorted(
            retyped(found[0], [each for each in found if each.key == found[0].key], survey([], found)), key=lambda turn: -turn[1]
        )
    ]


def test_a_switch_a_number_and_nothing_are_read_out_of_a_text() -> None:
    assert typed('a = "false"\n')[0] is False
    assert typed('a = "7"\n') == [7]
    assert typed('a = "none"\n') == [None]
    assert typed('a = "word"\n') == []


def test_a_number_becomes_a_text_where_its_namesakes_are_texts() -> None:
    assert typed('[[x]]\na = 7\n[[x]]\na = "8"\n[[x]]\na = "9"\n') == ["7"]


def test_a_text_is_written_as_its_namesakes_are() -> None:
    assert [text for text, _ in like_the_others(".b.example", ["a.example", "c.example"])] == ["b.example"]
    assert [text for text, _ in like_the_others("md", [".txt", ".rst"])] == [".md"]
    assert [text for text, _ in like_the_others("Two", ["one", "three"])] == ["two"]
    assert [text for text, _ in like_the_others("two", ["one", "three"])] == []
