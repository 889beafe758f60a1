"""Shares of one and of a hundred, told by what code does with them."""

from __future__ import annotations

import pytest

from refinery.repair.slips.shares import shares
from tests.refinery.repair.slips.looking import made

TIMES = 'def full(tank, settings):\n    return tank.size * settings["{}"]\n'
HUNDRED = 'def full(tank, settings):\n    return tank.size * settings["{}"] / 100\n'
QUOTIENT = 'def full(tank, settings):\n    return tank.level / tank.size > settings["{}"]\n'


@pytest.mark.parametrize(("name", "prior"), [("fill_share", 0.85), ("evaporation_rate", 0.6)])
@pytest.mark.parametrize("code", [TIMES, QUOTIENT])
def test_percents_become_a_share_where_code_multiplies_with_it(name: str, prior: float, code: str) -> None:
    assert made(shares, {"c.yaml": f"{name}: 35\n"}, code.format(name)) == {f"{name}: 0.35\n": prior}


@pytest.mark.parametrize("name", ["evaporation_rate", "fill_percent"])
def test_a_share_becomes_percents_where_code_parts_it_by_a_hundred(name: str) -> None:
    assert made(shares, {"c.yaml": f"{name}: 0.07\n"}, HUNDRED.format(name)) == {f"{name}: 7\n": 0.85}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("evaporation_rate: 35\n", HUNDRED.format("evaporation_rate")),
        ("fill_share: 0.35\n", TIMES.format("fill_share")),
        ("height: 35\n", TIMES.format("height")),
        ("fill_share: 35\n", "def full(settings):\n    return settings['fill_share']\n"),
    ],
)
def test_what_is_of_the_sort_that_code_takes_it_for_stays(text: str, code: str) -> None:
    assert made(shares, {"c.yaml": text}, code) == {}
