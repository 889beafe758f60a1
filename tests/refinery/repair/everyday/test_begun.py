"""What things begin with, and branches that are each other's mirror: proposed where the code shows it, and not where it does not."""

from __future__ import annotations

import pytest

from tests.refinery.repair.everyday.test_values import likelihood
from tests.refinery.repair.test_mutations import mutations

WHEEL = "def spin(turns, teeth):\n    at = {}\n    for each in turns:\n        at = at * each {} teeth\n    other = at\n    return other\n"
BELT = (
    "class Belt:\n    def __init__(self, many):\n        self.cups = [None] * many\n        self.front = 0\n        self.worn = False\n"
    "    def empty(self, many):\n        self.cups = [None] * many\n{}    def first(self):\n        return {}\n"
)
FRONT = "        self.front = 0\n"
FRONT_CUP = "self.cups[self.front + 1]"
SIGNPOST = (
    "def posts(maze):\n    words = {{}}\n    def enter(room, word):\n        if room.doors:\n            enter(room.doors[0], word + {})\n"
    "            enter(room.doors[1], word + 'r')\n        else:\n            words[room.name] = {}\n    enter(maze, {})\n"
    "    return words\n"
)
TRAIN = (
    "class Car:\n    def __init__(self, load, behind):\n        self.load, self.behind = load, behind\n"
    "def uncouple(engine, load):\n    front = {}(None, engine)\n    car = {}\n    while car.behind:\n        if car.behind.load == load:\n"
    "            car.behind = car.behind.behind\n        else:\n            car = car.behind\n    return {}\n"
)
DOORS = (
    "def f(gate, key):\n    if gate.lean > 2:\n        {}\n        return push_east(gate)\n    {} gate.lean < -2:\n        {}return {}\n"
)
EAST = "if key > gate.west.key:\n            gate.west = push_west(gate.west)"
WEST = "if key < gate.east.key:\n            gate.east = push_east(gate.east)\n        "
LEAN = "def f(crate, low, high):\n    if crate < 9:\n        note(low)\n        low = shift(low)\n    else:\n        {}high = {}(high)\n"
SHARES = "def f(ways, n):\n    return sum(ways[a] * ways[{}] for a in range({}))\n"
PIPES = "def f(room, came, at, much):\n    while at:\n        room[came[at]][at] -= much\n{}        at = {}\n"

LIKELY = [
    ("the rest of one", WHEEL, ("1", "%"), ("1 % teeth", "%"), 0.5),
    ("the place in a new table", BELT, ("", FRONT_CUP), (FRONT, FRONT_CUP), 0.45),
    ("one room alone", SIGNPOST, ("'l'", "word", "''"), ("'l'", "word or 'l'", "''"), 0.5),
    ("behind the guard, not the first", TRAIN, ("Car", "front", "engine"), ("Car", "front", "front.behind"), 0.6),
    ("behind the guard, not the guard", TRAIN, ("Car", "front", "front"), ("Car", "front", "front.behind"), 0.6),
    ("the other way round", DOORS, (EAST, "if", "", "push_west(gate)"), (EAST, "if", WEST, "push_west(gate)"), 0.45),
    ("the other way round below it", DOORS, (EAST, "elif", "", "push_west(gate)"), (EAST, "elif", WEST, "push_west(gate)"), 0.45),
    ("in the other half", LEAN, ("", "shift"), ("note(high)\n        ", "shift"), 0.6),
    ("the other part", SHARES, ("n - a", "n"), ("n - 1 - a", "n"), 0.5),
    ("back along the way", PIPES, ("", "came[at]"), ("        room[at][came[at]] += much\n", "came[at]"), 0.55),
]


@pytest.mark.parametrize(("source", "old", "new", "least"), [case[1:] for case in LIKELY], ids=[case[0] for case in LIKELY])
def test_what_the_code_around_shows_is_likely(source: str, old: tuple[str, ...], new: tuple[str, ...], least: float) -> None:
    assert likelihood(source.format(*old), source.format(*new)) >= least


UNLIKELY = [
    ("rest from the beginning", WHEEL.format("1", "-")),
    ("rest from the beginning", WHEEL.format("2", "%")),
    ("place begun anew", BELT.format("", "self.cups[1]")),
    ("place begun anew", BELT.format(FRONT, FRONT_CUP)),
    ("lone leaf", SIGNPOST.format("'l'", "word", "'top'")),
    ("lone leaf", SIGNPOST.format("room.sign", "word", "''")),
    ("guard given back", TRAIN.format("pair", "front", "engine")),
    ("guard given back", TRAIN.format("Car", "engine", "engine")),
    ("mirror left out", DOORS.format(EAST, "if", WEST, "push_west(gate)")),
    ("mirror left out", DOORS.format(EAST, "if", "", "gate")),
    ("mirror left out", DOORS.format(EAST, "if", "", "push_None(gate)")),
    ("mirror left out", LEAN.format("", "keep")),
    ("limit left out", SHARES.format("n - a", "n + 1")),
    ("way back", PIPES.format("        room[at][came[at]] += much\n", "came[at]")),
    ("way back", PIPES.format("", "came[at]").replace("room[came[at]][at]", "room[came[0]][at]")),
]


@pytest.mark.parametrize(("operator", "source"), UNLIKELY)
def test_nothing_is_begun_otherwise_without_the_sign(operator: str, source: str) -> None:
    assert not [mutation for mutation, _ in mutations(source) if mutation.operator == operator]
