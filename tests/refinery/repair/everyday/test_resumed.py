"""What the same function does at another place: proposed where the other place shows it, and not where it does not."""

from __future__ import annotations

import pytest

from tests.refinery.repair.everyday.test_values import likelihood
from tests.refinery.repair.test_mutations import mutations

SHELVES = (
    "def clear(shelf, book):\n    if book {} shelf.book:\n        return clear(shelf.low, book)\n    near = lowest(shelf.high)\n"
    "    shelf.book = near.{}\n    shelf.high = clear(shelf.high, {})\n"
)
GUESTS = (
    "def f(door, guests):\n    last, tried = 0, 0\n    for guest in guests:\n        if guest == '?':\n            {} = door\n"
    "        elif guest:\n            door = {}\n    return door\n"
)
PAIRS = (
    "def f(door, guests):\n    for guest in guests:\n        if guest == '?':\n            last, tried = guest, door\n        else:\n"
    "            door, now = {}\n    return door, now\n"
)
LAMPS = (
    "def f(lamp, steps, off):\n    if {}:\n        return {}\n    for _ in range(steps):\n        lamp = lamp * 3\n"
    "        if lamp == off:\n            return True\n    return False\n"
)
VISITS = (
    "def f(friends):\n    calls = {{}}\n    for friend, others in friends.items():\n        calls.{}(friend, 0)\n"
    "        for other in {}:\n{}            told[other].append(friend)\n"
)
NAMED = "            calls.setdefault(other, 0)\n"

LIKELY = [
    ("what has gone up", SHELVES, ("<", "book", "book"), ("<", "book", "near.book"), 0.65),
    ("what has gone up, asked by another sign", SHELVES, ("!=", "book", "book"), ("!=", "book", "near.book"), 0.65),
    ("back to what is kept", GUESTS, ("tried", "door - 5"), ("tried", "tried"), 0.6),
    ("back to both", PAIRS, ("door - 5, 1",), ("tried, 1",), 0.6),
    ("so from the beginning", LAMPS, ("lamp == 4", "True"), ("lamp == 4 or lamp == off", "True"), 0.5),
    ("named by another", VISITS, ("setdefault", "others", ""), ("setdefault", "others", NAMED), 0.55),
]


@pytest.mark.parametrize(("source", "old", "new", "least"), [case[1:] for case in LIKELY], ids=[case[0] for case in LIKELY])
def test_what_the_other_place_shows_is_likely(source: str, old: tuple[str, ...], new: tuple[str, ...], least: float) -> None:
    assert likelihood(source.format(*old), source.format(*new)) >= least


UNLIKELY = [
    ("put in its place", SHELVES.format("in", "book", "book").replace("in shelf.book", "in shelf.books")),
    ("put in its place", SHELVES.format("<", "page", "book")),
    ("put in its place", SHELVES.format("<", "book", "near.book")),
    ("kept place", GUESTS.format("tried", "tried")),
    ("kept place", GUESTS.format("door", "door - 5")),
    ("asked below", LAMPS.format("lamp == 4", "False")),
    ("asked below", LAMPS.format("steps == 4", "True")),
    ("named only", VISITS.format("get", "others", "")),
    ("named only", VISITS.format("setdefault", "strangers", "")),
    ("named only", VISITS.format("setdefault", "others", NAMED)),
]


@pytest.mark.parametrize(("operator", "source"), UNLIKELY)
def test_nothing_is_gone_on_with_without_the_other_place(operator: str, source: str) -> None:
    assert not [mutation for mutation, _ in mutations(source) if mutation.operator == operator]
