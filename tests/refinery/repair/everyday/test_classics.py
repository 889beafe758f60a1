"""What goes wrong in recursions, graphs, tables and stacks: proposed where the code around shows it, and not where it does not."""

from __future__ import annotations

import pytest

from tests.refinery.repair.everyday.test_values import likelihood
from tests.refinery.repair.test_mutations import mutations

SEATS = (
    "def place(guest, tried):\n    for seat in wishes[guest]:\n        if seat in tried:\n            continue\n        tried.add(seat)\n"
    "        if seat not in holder or place({}, tried):\n            holder[seat] = guest\n            return True\n    return False\n"
)
CAVES = (
    "def enter(cave, seen):\n    seen.add(cave)\n    for way in tunnels[cave]:\n        if way not in seen:\n            enter({}, seen)\n"
)
BAGS = (
    "def pack(room, bag):\n    if room == 0:\n        return True\n    for each in bag:\n"
    "        if each <= room and pack({}, bag):\n            return True\n    return False\n"
)
FORMULA = (
    "class Reader:\n    def either(self):\n        left = self.both()\n        while self.sees('or'):\n"
    "            left = left or self.{}()\n        return left\n"
    "    def both(self):\n        left = self.single()\n        while self.sees('and'):\n            left = self.single() and left\n"
    "        return left\n    def single(self):\n        if self.sees('not'):\n            return not self.single()\n"
    "        if self.sees('('):\n            return self.either()\n        return self.take()\n"
)
STOPS = "def f(t, stops):\n    for {} in stops:\n        for {} in stops:\n            for {} in stops:\n"
VIA = "                t[a, b] = min(t[a, b], t[a, c] + t[c, b])\n"
SHELF = (
    "class Shelf:\n    def read(self, book):\n{}        return self.books[book]\n"
    "    def keep(self, book, page):\n        self.books[book] = page\n        self.books.move_to_end(book)\n"
)
VISITS = (
    "class Guests:\n    def greet(self, name):\n        self.visits[name] += 1\n        return self.rooms[name]\n"
    "    def call(self, name):\n{}        return self.rooms[name]\n"
)
TOUCH = "        self.books.move_to_end(book)\n"
COUNT = "        self.visits[name] += 1\n"
ROADS = (
    "class Roads:\n    def open(self, one, other):\n        self.next[one].add(other)\n        self.next[other].add(one)\n"
    "    def close(self, one, other):\n        self.next[one].discard(other)\n{}"
)
CLOSED = "        self.next[other].discard(one)\n"
PIPES = "def f(room, came, x):\n    while x in came:\n        y = came[x]\n        room[y][x] -= 1\n{}        x = y\n"
RETURNED = "        room[x][y] += 1\n"
RAIN = (
    "class Rain:\n    def fall(self, day, much):\n        while day < self.days:\n            self.sums[day] += much\n"
    "            day += day & -day\n    def all(self, day):\n        much = 0\n        while day > 0:\n            much += self.sums[day]\n"
    "            day -= {}\n        return much\n"
)
OPEN = (
    "def visit(town):\n    seen[town] = True\n    waiting.add(town)\n    for other in roads[town]:\n        if other not in seen:\n"
    "            visit(other)\n        {}\n            low[town] = min(low[town], low[other])\n    waiting.discard(town)\n"
)
TYPED = (
    "def f(said, meant):\n    for at in range(1, len(said)):\n        for to in range(1, len(meant)):\n"
    "            if {}said[at - 2] == meant[to - 2]:\n                cost[at] = 1\n"
)
SORT = "def f(cards):\n    at = 3\n    while {}cards[at] > 7:\n        cards[at + 1] = cards[at]\n        at -= 1\n"
FLOOD = "def f(sea, x, y):\n    if y < 0 or {}x >= len(sea) or y >= len(sea[x]) or sea[x][y]:\n        return 0\n    return 1\n"
PALM = (
    "def f(word):\n    far = 0\n    size = [0] * len(word)\n    for at in range(len(word)):\n        if at < far:\n"
    "            size[at] = {}\n        far = at\n    return size\n"
)
ECHO = "def f(song, loud, beat, known):\n    if known > beat:\n        now = {}\n    return now\n"
MULTIPLES = "def f(low, prime):\n    return list(range(first(low, prime)))\ndef first(low, prime):\n    start = {}\n    return start\n"
PAGES = "def f(lines, at, most):\n    for line in range(at, {}):\n        show(lines[line])\n"
HILLS = (
    "def f(hills):\n    stack = []\n    for at, hill in enumerate(hills):\n        since = {}\n        stack.append(at)\n    return since\n"
)
ONLY = (
    "def take(queue):\n    if not queue:\n        raise IndexError\n    if {}:\n        return queue.pop()\n"
    "    top = queue[0]\n    sink(queue)\n    return top\n"
)
HALVES = "def f(deck):\n    if {}:\n        return deck\n    half = len(deck) // 2\n    return join(f(deck[:half]), f(deck[half:]))\n"
TOGETHER = "def f(town):\n    way.append(town)\n    on_way.add(town)\n    while way:\n        last = way.pop()\n{}        show(last)\n"
OUT = "        on_way.discard(last)\n"
DRESS = (
    "def f(doll, shelf):\n    if not shelf:\n        return 1\n    ways = 0\n    for hat, coat in shelf:\n        hats.add(hat)\n"
    "        coats.add(coat)\n        ways += f(doll, shelf[1:])\n{}        hats.remove(hat)\n    return ways\n"
)
LIFT = (
    "class Tower:\n    def change(self, floor):\n        self._lower({})\n    def _lift(self, floor):\n        return floor\n"
    "    def _lower(self, floor):\n        return floor\n"
)

TRIPS = "def go(stops, day, trip):\n    for at in range(day, len(stops)):\n        go(stops, {} + 1, [*trip, stops[at]])\n"
BLOCKS = "def f(log, at, size):\n    last = log[{} - 1]\n    return last, log[at : min(at + size, len(log))]\n"

LIKELY = [
    ("behind this one", TRIPS, "day", "at", 0.6),
    ("limited as elsewhere", BLOCKS, "at + size", "min(at + size, len(log))", 0.45),
    ("the holder goes elsewhere", SEATS, "guest", "holder[seat]", 0.6),
    ("the way goes on", CAVES, "cave", "way", 0.6),
    ("less room", BAGS, "room", "room - each", 0.6),
    ("the level again", FORMULA, "either", "both", 0.6),
    ("a level left out", FORMULA, "single", "both", 0.6),
    ("a book is read", SHELF, "", TOUCH, 0.4),
    ("a visit is counted", VISITS, "", COUNT, 0.4),
    ("both ways closed", ROADS, "", CLOSED, 0.6),
    ("room given back", PIPES, "", RETURNED, 0.5),
    ("by the lowest bit", RAIN, "1", "day & -day", 0.6),
    ("by itself", RAIN, "day & day", "day & -day", 0.8),
    ("what still waits", OPEN, "else:", "elif other in waiting:", 0.6),
    ("both places", TYPED, "", "at >= 2 and to >= 2 and ", 0.6),
    ("the other place", TYPED, "to >= 2 and ", "at >= 2 and to >= 2 and ", 0.6),
    ("down to the first", SORT, "", "at >= 0 and ", 0.6),
    ("the other edge", FLOOD, "", "x < 0 or ", 0.6),
    ("as far as is known", PALM, "size[at - 1]", "min(far - at, size[at - 1])", 0.6),
    ("as far as is known, by a name", ECHO, "loud[beat - 7]", "min(known - beat, loud[beat - 7])", 0.5),
    ("from the square", MULTIPLES, "-(-low // prime) * prime", "max(prime * prime, -(-low // prime) * prime)", 0.5),
    ("to the last", PAGES, "at + most", "min(at + most, len(lines))", 0.4),
    ("before the first", HILLS, "stack[-1] if stack else 0", "stack[-1] if stack else -1", 0.5),
    ("all of them", HILLS, "at - stack[-1] if stack else at", "at - stack[-1] if stack else at + 1", 0.6),
    ("the only one", ONLY, "not queue", "len(queue) == 1", 0.5),
    ("one is enough", HALVES, "not deck", "len(deck) <= 1", 0.6),
    ("out of both", TOGETHER, "", OUT, 0.45),
    ("taken off as the other", DRESS, "", "        coats.remove(coat)\n", 0.5),
    ("up and down", LIFT, "floor", "self._lift(floor)", 0.25),
]


@pytest.mark.parametrize(("source", "old", "new", "least"), [case[1:] for case in LIKELY], ids=[case[0] for case in LIKELY])
def test_what_the_code_around_shows_is_likely(source: str, old: str, new: str, least: float) -> None:
    assert likelihood(source.format(old), source.format(new)) >= least


@pytest.mark.parametrize("order", ["abc", "acb"])
def test_what_lies_between_goes_outside(order: str) -> None:
    right = STOPS.format("c", "a", "b") + VIA
    assert likelihood(STOPS.format(*order) + VIA, right) >= 0.8


def test_the_first_of_a_product_is_what_lies_between() -> None:
    source = "from itertools import product\ndef f(t, stops):\n    for {} in product(stops, repeat=3):\n" + VIA[8:]
    assert likelihood(source.format("a, b, c"), source.format("c, a, b")) >= 0.8
    assert not [each for each, _ in mutations(source.format("c, a, b")) if each.operator == "loops exchanged"]


UNLIKELY = [
    ("none before it", "def f(rows):\n    return rows[-1] if rows else 'none'\n"),
    ("handed on", TRIPS.format("at")),
    ("limit left out", BLOCKS.format("at")),
    ("handed on", SEATS.format("holder[seat]")),
    ("handed on", CAVES.format("way")),
    (
        "level of a grammar",
        "class Shop:\n    def a(self):\n        self.b()\n    def b(self):\n        self.c()\n    def c(self):\n        pass\n",
    ),
    (
        "step left out",
        "class Shelf:\n    def read(self, book):\n        return self.books[book]\n    def keep(self):\n        self.log.flush()\n",
    ),
    ("way back", ROADS.format(CLOSED)),
    ("way back", "def f(board, x, y):\n    board[x][y] = 1\n"),
    ("size of a step", RAIN.format("day & -day")),
    ("kept and not asked", OPEN.format("elif other in waiting:")),
    ("before the first", TYPED.format("at >= 2 and to >= 2 and ")),
    ("before the first", "def f(cards):\n    for at in range(1, 9):\n        if cards[at - 1]:\n            show(at)\n"),
    ("limit left out", "def f(size, at):\n    if size:\n        size[at] = size[at - 1]\n"),
    ("limit left out", ECHO.format("loud[7]")),
    ("none before it", HILLS.format("stack[-1] + 1 if cards else 0")),
]


@pytest.mark.parametrize(("operator", "source"), UNLIKELY)
def test_nothing_is_proposed_without_the_sign(operator: str, source: str) -> None:
    assert not [mutation for mutation, _ in mutations(source) if mutation.operator == operator]
