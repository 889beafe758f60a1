"""What the other half nearby says of a step through a table or a text: proposed where it stands there, and not where it does not."""

from __future__ import annotations

import pytest

from tests.refinery.repair.everyday.test_values import likelihood
from tests.refinery.repair.test_mutations import mutations

STRIDE = (
    "def f(path, far):\n    pace = 0\n    for stone in path:\n        while pace and stone != path[pace]:\n            pace = {}\n"
    "        if pace == far:\n            pace = {}\n"
)
ROPES = (
    "def f(red, blue):\n    for a in range(len(red)):\n        for b in range(len(blue)):\n            if {}:\n"
    "                knots[{}][{}] = knots[{}][{}] + 1\n"
)
SAME, TURNED = "red[a] == blue[b]", "blue[b] == red[a]"
HALF = "mine[a - 1] == yours[b - 3]"
PEARLS = "def f(mine, yours, a, b, worth):\n    if a > 1 and b > 1 and {}:\n        worth = 3\n    return worth\n"
SHIFTS = "def f(days, begins, ends):\n    first, last = days[-1]\n    if begins <= last:\n        days[-1] = ({}, {})\n"

LIKELY = [
    ("back as elsewhere", STRIDE, ("steps[pace - 1]", "0"), ("steps[pace - 1]", "steps[pace - 1]"), 0.5),
    ("behind the other", ROPES, (SAME, "a", "b", "a + 1", "b"), (SAME, "a", "b", "a + 1", "b + 1"), 0.55),
    ("before the one", ROPES, (SAME, "a + 1", "b + 1", "a + 1", "b"), (SAME, "a + 1", "b + 1", "a", "b"), 0.55),
    ("asked the other way round", ROPES, (TURNED, "a", "b", "a + 1", "b"), (TURNED, "a", "b", "a + 1", "b + 1"), 0.55),
    ("before the other", ROPES, (SAME, "a + 1", "b + 1", "a", "b + 1"), (SAME, "a + 1", "b + 1", "a", "b"), 0.55),
    ("the other way across", PEARLS, (HALF,), (f"{HALF} and mine[a - 3] == yours[b - 1]",), 0.45),
    ("no earlier end", SHIFTS, ("first", "ends"), ("first", "max(last, ends)"), 0.55),
    ("no later beginning", SHIFTS, ("begins", "last"), ("min(first, begins)", "last"), 0.45),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new", "least"), [case[1:] for case in LIKELY], ids=[case[0] for case in LIKELY])
def test_what_the_other_half_tells_is_likely(source: str, old: tuple[str, ...], new: tuple[str, ...], least: float) -> None:
    assert likelihood(source.format(*old), source.format(*new)) >= least


UNLIKELY = [
    ("fall back", STRIDE.format("pace - 1", "0")),
    ("fall back", STRIDE.format("steps[pace - 2]", "0")),
    ("on together", ROPES.format("red[a] < blue[b]", "a", "b", "a + 1", "b")),
    ("on together", ROPES.format(SAME, "a + 1", "b + 1", "a", "b")),
    ("crossed pair", PEARLS.format("mine[a - 1] == yours[b - 1]")),
    ("crossed pair", PEARLS.format("mine[a - 1] == mine[b - 3]")),
    ("crossed pair", PEARLS.format(f"{HALF} and mine[a - 3] == yours[b - 1]")),
    ("kept end", SHIFTS.format("begins", "ends")),
    ("kept end", SHIFTS.format("first", "max(last, ends)")),
    ("kept end", "def f(plan, ends):\n    first, last = plan[0]\n    days[-1] = (first, ends)\n"),
]


@pytest.mark.parametrize(("operator", "source"), UNLIKELY)
def test_nothing_is_taken_over_without_the_other_half(operator: str, source: str) -> None:
    assert not [mutation for mutation, _ in mutations(source) if mutation.operator == operator]
