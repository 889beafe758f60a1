"""Numbers that are turned: how far, and to values between two others."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from refinery.domain import Edit, Hypothesis, Layer
from refinery.flows.cures import borne_out
from refinery.flows.numbers import TRIED_BETWEEN, Numbers, middle, nearest, turn_of
from refinery.flows.screen import Screened

TOO_FAR = Screened(turned=frozenset({"red"}), broke=frozenset({"green"}))
NOTHING = Screened()
CURES = Screened(turned=frozenset({"red"}))


def setting(old: str, new: str, layer: Layer = Layer.CONFIG) -> Hypothesis:
    return Hypothesis("Set it", "why.", layer, (Edit("c.json", old, new, 3),))


def least(value: str) -> Hypothesis:
    line = '"top": 2, "least": '
    return Hypothesis(f"Set least to {value}", "why.", Layer.CONFIG, (Edit("c.json", f"{line}0.45", f"{line}{value}"),))


def written(told: Hypothesis | None) -> str:
    return told.edits[0].new if told else ""


def test_how_far_a_number_is_turned_is_told_where_nothing_else_changes() -> None:
    told = [turn_of(setting('"top": 1,', f'"top": {value},')) for value in ("3", "0", "0.5", "true")]
    assert [turn and turn.far for turn in told] == [2.0, math.inf, math.inf, None]
    assert turn_of(setting("top = 1\nlow = 2", "top = 2\nlow = 3")) is None


def test_two_numbers_of_one_line_are_two() -> None:
    one, other = turn_of(setting("[1, 2]", "[3, 2]")), turn_of(setting("[1, 2]", "[1, 3]"))
    assert one
    assert other
    assert one.key != other.key


def test_of_several_values_of_a_setting_the_nearest_is_kept_and_of_code_every_one() -> None:
    found = [setting("top = 2", "top = 9"), setting("top = 2", "top = 3"), setting("top = 2", "top = 4", Layer.CODE), setting("a", "b")]
    assert nearest(found) == [1, 2, 3]


def test_a_value_that_is_clearly_likelier_is_kept_though_another_is_nearer() -> None:
    near, far = setting("top = 0.1", "top = 9.5"), setting("top = 0.1", "top = 10")
    for likely, kept in ((0.6, [1]), (0.3, [0])):
        assert nearest([replace(near, confidence=0.3), replace(far, confidence=likely)]) == kept


@pytest.mark.parametrize(
    ("one", "other", "whole", "wanted"),
    [
        (0.225, 0.45, False, 0.3),
        (3, 5, True, 4),
        (30, 365, True, 200),
        (0.4, 0.45, False, 0.425),
        (3, 4, True, None),
        (100, 10_000, True, 5000),
    ],
)
def test_the_middle_is_a_round_number(one: float, other: float, whole: bool, wanted: float | None) -> None:
    assert middle(one, other, whole) == wanted
    assert middle(other, one, whole) == wanted


def test_a_number_that_was_turned_too_far_is_brought_back_half_way_until_it_fits() -> None:
    search = Numbers()
    assert not search.saw(least("0.55"), NOTHING), "the other direction says nothing"
    first = search.saw(least("0.2"), TOO_FAR)
    assert first
    assert written(first) == '"top": 2, "least": 0.3'
    assert first.change == "Set least to 0.3"
    second = search.saw(first, TOO_FAR)
    assert second
    assert written(second) == '"top": 2, "least": 0.4'
    third = search.saw(second, NOTHING)
    assert written(third) == '"top": 2, "least": 0.35'


def test_a_value_that_did_nothing_bounds_what_is_tried_later() -> None:
    search = Numbers()
    search.saw(least("0.4"), NOTHING)
    told = search.saw(least("0.2"), TOO_FAR)
    assert told
    assert written(told).endswith("0.3")
    assert written(search.saw(told, NOTHING)).endswith("0.25")


def test_what_turns_no_number_or_hangs_leads_to_nothing() -> None:
    search = Numbers()
    assert not search.saw(setting("a", "b"), TOO_FAR)
    assert not search.saw(least("0.2"), Screened(turned=frozenset({"red"}), broke=frozenset({"green"}), late=True))


def test_a_slip_that_cures_is_loose_where_a_farther_one_cures_too() -> None:
    search, hours = Numbers(), replace(setting("limit = 4.5", "limit = 270.0"), confidence=0.2)
    farther = search.saw(hours, CURES)
    assert farther
    assert written(farther) == "limit = 450"
    assert borne_out(farther, 1), "it is looked at though one scenario fails"
    assert "breaks" not in farther.rationale
    assert not search.loose(hours)
    assert not search.saw(farther, NOTHING)
    assert not search.loose(hours)
    assert not search.saw(farther, CURES)
    assert search.loose(hours)


def test_a_number_that_fits_is_looked_at_no_further_unless_it_is_a_slip() -> None:
    assert not Numbers().saw(setting("limit = 3", "limit = 5"), CURES)
    assert not Numbers().saw(setting("limit = 250", "limit = 25"), CURES), "a twelfth of it is no whole number"


def test_no_more_than_so_many_values_are_tried_between_two() -> None:
    search, told = Numbers(), least("0.01")
    given = 0
    while made := search.saw(told, NOTHING if given and not given % 2 else TOO_FAR):
        told, given = made, given + 1
    assert 1 < given <= TRIED_BETWEEN


def test_whole_numbers_stay_whole() -> None:
    assert written(Numbers().saw(setting("limit = 3", "limit = 300"), TOO_FAR)) == "limit = 200"
