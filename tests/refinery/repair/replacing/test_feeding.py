"""A statement is fed by what gives its names their values, by what its calls return, and by what its function is called with."""

from __future__ import annotations

from refinery.repair.module import Module
from refinery.repair.replacing.feeding import Feeding

FEE = Module(
    "fee.py",
    """\
def weight(parcel):
    heavy = parcel["grams"] / 1000
    return heavy

def fee(kilos):
    extra = []
    extra.append(kilos - 1)
    unused = 3
    return sum(extra)
""",
)
DESK = Module(
    "desk.py",
    """\
def answer(parcel):
    kilos = weight(parcel)
    if parcel:
        kilos = kilos * 2
    return fee(kilos)
""",
)


def before(path: str, line: int, most: int) -> dict[tuple[str, int], int]:
    return dict(Feeding([FEE, DESK]).before([(path, line)], most))


def test_what_gives_a_name_its_value_or_fills_it_is_a_step_before() -> None:
    assert before("fee.py", 9, 1) == {("fee.py", 6): 1, ("fee.py", 7): 1}


def test_a_call_is_fed_by_what_it_returns_and_by_what_it_is_given() -> None:
    assert before("desk.py", 5, 1) == {("fee.py", 9): 1, ("desk.py", 2): 1, ("desk.py", 4): 1}


def test_a_parameter_is_fed_by_the_calls_and_each_step_is_counted_once() -> None:
    nearest = {("desk.py", 5): 1, ("fee.py", 6): 1}
    assert before("fee.py", 7, 3) == nearest | {("desk.py", 2): 2, ("desk.py", 4): 2, ("fee.py", 9): 2, ("fee.py", 3): 3}


def test_a_place_of_which_nothing_is_known_is_fed_by_nothing() -> None:
    assert before("other.py", 1, 3) == {}
