"""A number for one of a unit is what a text beside it says for many."""

from __future__ import annotations

import pytest

from refinery.repair.slips.rates import rates
from tests.refinery.repair.slips.looking import made

WALK = "walks:\n  hill:\n    sign: 18 km / 3 h\n    {}: 6\n  lake:\n    sign: 10 km / 2 h\n    {}: 5\n    age: 10\n"


@pytest.mark.parametrize("wrong", ["10", "20", "0.2"])
def test_it_is_not_the_first_number_as_it_stands(wrong: str) -> None:
    for name in ("km_per_h", "pace"):
        good = WALK.format(name, name)
        assert made(rates, {"w.yaml": good}) == {}
        assert made(rates, {"w.yaml": good.replace(": 5", f": {wrong}")}) == {good: 0.93}


def test_without_such_a_slip_it_is_less_likely_and_without_name_or_kin_nothing() -> None:
    good = 'sign = "10 km per 2 h"\nkm_per_h = 5\n'
    assert made(rates, {"w.toml": good.replace("= 5", "= 7")}) == {good: 0.6}
    assert made(rates, {"w.toml": good.replace("km_per_h = 5", "pace = 10")}) == {}
    assert made(rates, {"w.toml": good.replace("2 h", "1 h").replace("= 5", "= 7")}) == {}
