"""What is the same in each round, stale, of several parts or in capitals is likely another thing where its sign is there, and else not."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence

import pytest

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.asked import asked_in
from refinery.repair.cased import miscased
from refinery.repair.clues import clues
from refinery.repair.everyday import calendars, cells, endings, lettercase, ranked, stale, unvarying
from refinery.repair.families import Family
from refinery.repair.module import Module
from refinery.repair.mutation import Site
from refinery.repair.shapes import describe
from refinery.repair.world import survey
from tests.refinery.repair.test_mutations import _applied

BIRDS = json.dumps({"wren": {"seen_in": "hedge;wood", "size": "small"}, "rook": {"seen_in": "field", "size": "large"}})
SHELF = "def f({0}):\n    out = set()\n    for row in rows:\n        {1}\n    return out\n"
WEIGH = "def weigh(crate, scale):\n    return crate\n"
WEIGHED = WEIGH + "def f(ship, scale):\n    total = 0\n    for crate in ship.crates:\n{}    return total\n"
TIDY = "def f(note):\n    tidy = note.strip()\n    return {}\n"
PLANT = "def f({}):\n    return {}\n"
LAID = "import re\ndef f(t):\n    return re.{}\n"
MOVED = "from datetime import date, timedelta\ndef f(day):\n    return {}\n"
OAK = "def f(name):\n    return {'oak': 3}[name.strip()]\n"

LIKELY = [
    ("a field of the whole", unvarying, WEIGHED.format("        total += weigh(ship.hold, scale)\n"), "ship.hold", "crate", "", 0.7),
    ("the whole itself", unvarying, WEIGHED.format("        total += weigh(ship, scale)\n"), "weigh(ship,", "weigh(crate,", "", 0.7),
    ("a field of each", unvarying, PLANT.format("ship", "[crate.mass for crate in ship.old], [ship.mass for crate in ship.crates]"),
     "ship.mass", "crate.mass", "", 0.7),
    ("read for another thing", unvarying, WEIGHED.format("        total += weigh(ship.hold, crate.scale)\n"), "ship.hold", "crate",
     "", 0.5),
    ("in a comprehension", unvarying, PLANT.format("beds, bed_1", "[bed_1 * 2 for bed in beds]"), "bed_1 *", "bed *", "", 0.7),
    ("beside the clean one", stale, TIDY.format("tidy[:2] + note[2:]"), "note[2:]", "tidy[2:]", "", 0.6),
    ("a method of the raw", stale, TIDY.format("note.count('.')"), "note.count", "tidy.count", "", 0.4),
    ("a field that was cleaned", stale, "def f(m):\n    body = shorten(m.body)\n    return len(m.body)\n",
     "(m.body)\n    return len(m.body",
     "(m.body)\n    return len(body", "", 0.4),
    ("those that were kept", stale, "def f(eggs):\n    whole = [e for e in eggs if e.whole]\n    return len(eggs)\n", "len(eggs",
     "len(whole", "", 0.4),
    ("what a function of the user's leads to", stale, "def find(x):\n    while up[x] != x:\n        x = up[x]\n    return x\n"
     "def f(a, b):\n    one, two = find(a), find(b)\n    up[a] = two\n", "up[a]", "up[one]", "", 0.45),
    ("a day moved", stale, "def f(a):\n    here = a + timedelta(1)\n    return a.date(), here.hour\n", "a.date", "here.date", "", 0.6),
    ("handed on beside", unvarying, "def f(ship):\n    for crate in ship.crates:\n        g(ship.hold)\n        crate.go()\n", "ship.hold",
     "crate", "", 0.4),
    ("a code with signs", lettercase, PLANT.format("x", "{'oak-7/b': 3}[x]"), "[x]", "[x.lower()]", '"to Oak-7/B."', 0.5),
    ("looked up as it came", lettercase, OAK, "name.strip()", "name.strip().lower()", '"Oak"', 0.5),
    ("a word in what was said", lettercase, PLANT.format("text", "'elm' in text"), "in text", "in text.lower()", '"My Elm is ill"', 0.5),
    ("words of what was said", lettercase, PLANT.format("text", "{'elm'} & {*text.split()}"), "text.split", "text.lower().split",
     '"My Elm is ill"', 0.5),
    ("many", endings, LAID.format("search(r'(\\d+) egg', t)"), "egg'", "eggs?'", '"3 eggs"', 0.3),
    ("one", endings, LAID.format("search(r'(\\d+) eggs\\b', t)"), "eggs", "eggs?", '"1 egg now"', 0.7),
    ("other endings", endings, LAID.format("search(r'\\bberry\\b', t)"), "berry", "berr(?:y|ies)", '"two berries"', 0.7),
    ("ends that change", endings, LAID.format("search(r'(?:oxen|wolf)\\b', t)"), "wolf)", "wo(?:lf|lves))", '"two wolves"', 0.6),
    ("one of a group", endings, LAID.format("search(r'\\d (?:egg|nest)$', t)"), "nest", "nests?", '"2 nests"', 0.7),
    ("behind a group", endings, LAID.format("search(r'\\d (egg|nest)$', t)"), "nest)", "nest)s?", '"2 nests"', 0.7),
    ("all of a group", endings, LAID.format("search(r'\\d (egg|nest)s$', t)"), ")s", ")s?", '"1 nest"', 0.7),
    ("a pair", calendars, MOVED.format("(day.year, day.month - 1)"), "day.year, day.month - 1",
     "day.year + (day.month - 2) // 12, (day.month - 2) % 12 + 1", "", 0.8),
    ("a text", calendars, MOVED.format("f'{day.year}/{day.month + 1}'"), "{day.year}/{day.month + 1}",
     "{day.year + day.month // 12}/{day.month % 12 + 1}", "", 0.8),
    ("in two lines", calendars, "def f(day):\n    y = day.year\n    m = day.month - 1\n    return y, m\n",
     "day.year\n    m = day.month - 1",
     "day.year + (day.month - 2) // 12\n    m = (day.month - 2) % 12 + 1", "", 0.8),
    ("a month alone", calendars, MOVED.format("day.month + 1"), "day.month + 1", "day.month % 12 + 1", "", 0.5),
    ("a month moved on", calendars, "def f(year, month):\n    month -= 1\n    return year, month\n", "month -= 1\n",
     "month -= 1\n    if month < 1:\n        month = 12\n        year -= 1\n", "", 0.8),
    ("a day before", calendars, MOVED.format("date(day.year, day.month - 1, 1)"), "date(day.year, day.month - 1, 1)",
     "(day.replace(day=1) - timedelta(days=1)).replace(day=1)", "", 0.5),
    ("each part added", cells, SHELF.format("rows", "out.add(row['seen_in'])"), "add(row['seen_in'])",
     "update(row['seen_in'].split(';'))", "", 0.6),
    ("parts, not letters", cells, SHELF.format("rows", "out.update(row['seen_in'])"), "['seen_in']", "['seen_in'].split(';')", "", 0.8),
    ("one, not its letters", cells, SHELF.format("rows", "out.update(row['size'])"), "update", "add", "", 0.6),
    ("by its place", cells, SHELF.format("rows", "out.add(row[2])"), "add(row[2])", "update(row[2].split(';'))", "", 0.4),
    ("gathered", cells, PLANT.format("rows", "{row['seen_in'] for row in rows}"), "row['seen_in'] for row in rows",
     "part for row in rows for part in row['seen_in'].split(';')", "", 0.6),
    ("one of the parts", cells, PLANT.format("row, at", "row['seen_in'] == at"), "row['seen_in'] == at",
     "at in row['seen_in'].split(';')", "", 0.5),
    ("counted under each", cells, SHELF.format("rows, out", "out[row['seen_in']] += 1"), "out[row['seen_in']] += 1",
     "for part in row['seen_in'].split(';'):\n            out[part] += 1", "", 0.6),
    ("the sum of all", cells, PLANT.format("t", "float(t.split()[0])"), "float(t.split()[0])", "sum(float(part) for part in t.split())",
     "", 0.25),
    ("all that are spoken of", cells, 'def f(t):\n    """`3` or `3+4`."""\n    a = t.split("+")\n    return int(a[0])\n', "int(a[0])",
     "sum(int(part) for part in a)", "", 0.6),
    ("the other end of levels", ranked, "def f(levels):\n    return max(levels)\n", "max", "min", "", 0.5),
    ("the other end", ranked, "KINDS = ['egg', 'chick']\ndef f(a):\n    return max(a, key=KINDS.index)\n", "max", "min", "", 0.5),
]  # fmt: skip
UNLIKELY = [
    ("it counts rounds", unvarying, "def f(x):\n    for i in range(3):\n        x = step(x)\n    return x\n", ""),
    ("each has its own", unvarying, WEIGHED.format("        total += weigh(crate, scale)\n"), ""),
    ("of no account", unvarying, "def f(a, b):\n    return [b + 1 for _ in a]\n", ""),
    ("what another function makes of it", stale, "def find(x):\n    return up[x]\ndef f(a):\n    one = find(a)\n    up[a] = one\n", ""),
    ("its length", stale, "def f(note):\n    size = len(note)\n    return note[0]\n", ""),
    ("made afterwards", stale, "def f(note):\n    first = note[0]\n    tidy = note.strip()\n    return first, tidy\n", ""),
    ("whether it was clean", stale, TIDY.format("note == tidy"), ""),
    ("said in small letters", lettercase, OAK, '"oak"'),
    ("said in capitals of nothing known", lettercase, OAK, '"Ash"'),
    ("in small letters already", lettercase, PLANT.format("name", "{'oak': 3}[name.lower()]"), '"Oak"'),
    ("a sum of both", stale, "def f(a, b):\n    both = a + b\n    return a * 2\n", ""),
    ("said as it is", endings, LAID.format("search(r'(\\d+) egg$', t)"), '"1 egg"'),
    ("either", endings, LAID.format("search(r'(\\d+) eggs?$', t)"), '"1 egg"'),
    ("no pattern", endings, "import re\ndef f(t):\n    return 'egg' in t\n", '"3 eggs"'),
    ("a place among months", calendars, MOVED.format("NAMES[day.month - 1]"), ""),
    ("a quarter", calendars, MOVED.format("(day.month - 1) // 3"), ""),
    ("a year's end seen to", calendars, "def f(y, month):\n    return (y, month + 1) if month < 12 else (y + 1, 1)\n", ""),
    ("numbers", ranked, "def f(lengths):\n    return max(lengths)\n", ""),
    ("one part each", cells, SHELF.format("rows", "out.add(row['size'])"), ""),
    ("two parts read", cells, "def f(t):\n    a = t.split()\n    return float(a[0]), a[1]\n", ""),
]


def likelihood(family: Family, source: str, wanted: str, asked: Sequence[str] = ()) -> float:
    """How likely a change is held to be, or any where none is named, in a project with some data."""
    module, data = Module("m.py", source), tuple(scalars(BIRDS, "birds.json"))
    world = survey([module], data)
    describe(world, data, {})
    told = clues(Diagnosis("t", "", "", Layer.CODE, "x", "", 0, "s", 0.5), [], asked_in(asked, []))
    world.miscased = miscased(told, world, [module])
    found = [(each, _applied(module, each)) for statement in module.statements for each in family(Site(module, statement, world, told))]
    return max((each.prior for each, text in found if not wanted or ast.dump(ast.parse(text)) == ast.dump(ast.parse(wanted))), default=0.0)


@pytest.mark.parametrize(
    ("module", "source", "old", "new", "asked", "least"), [each[1:] for each in LIKELY], ids=[each[0] for each in LIKELY]
)
def test_what_shows_its_sign_is_likely_turned(module: object, source: str, old: str, new: str, asked: str, least: float) -> None:
    assert source.count(old) == 1
    wanted = source.replace(old, new)
    assert likelihood(module.propose, source, wanted, [asked] if asked else []) >= least  # type: ignore[attr-defined]


@pytest.mark.parametrize(("module", "source", "asked"), [each[1:] for each in UNLIKELY], ids=[each[0] for each in UNLIKELY])
def test_what_shows_no_sign_is_left(module: object, source: str, asked: str) -> None:
    assert likelihood(module.propose, source, "", [asked] if asked else []) == 0.0  # type: ignore[attr-defined]
