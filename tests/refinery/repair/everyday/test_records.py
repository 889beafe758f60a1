"""Records that have a time, a key and an owner: mistakes that show where the data, or the names at hand, tell of what was forgotten."""

from __future__ import annotations

import ast

import pytest

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.clues import clues
from refinery.repair.everyday import dated, newest, shared, summed, windows
from refinery.repair.module import Module
from refinery.repair.mutation import Site
from refinery.repair.shapes import describe
from refinery.repair.world import survey

LIKELY = 0.4
FERRIES = """\
ferries:
  - {pier: east, leaves: 2023-04-02, deck: upper, cars: 4}
  - {pier: west, leaves: 2023-04-05, deck: lower, cars: 7}
  - {pier: east, leaves: 2023-04-03, deck: upper, cars: 2}
"""
IN_ORDER = FERRIES.replace("04-05", "04-03").replace("- {pier: east, leaves: 2023-04-03", "- {pier: north, leaves: 2023-04-08")
FAMILIES = (dated.propose, newest.propose, shared.propose, summed.propose, windows.propose)


def likelihood(source: str, wanted: str, data: str = FERRIES) -> float:
    """How likely the change from one text to the other is taken to be; 0 where it is not thought of."""
    module = Module("m.py", source)
    files = {"data/ferries.yaml": data}
    found = [each for path, text in files.items() for each in scalars(text, path)]
    world = survey([module], found, files)
    describe(world, found, files)
    told = clues(Diagnosis("t", "", "", Layer.CODE, "x", "", 0, "s", 0.5), [])
    sites = [Site(module, statement, world, told) for statement in module.statements]
    made = [(each, source[: each.start] + each.new + source[each.end :]) for site in sites for family in FAMILIES for each in family(site)]
    tree = ast.dump(ast.parse(wanted))
    return max((each.prior for each, text in made if ast.dump(ast.parse(text)) == tree), default=0.0)


FROM_NOW = (
    "def f(ferries, today):\n    for x in ferries:\n        wait = (x.leaves - today).days\n        if wait <= 3:\n            yield x\n"
)
LOOP = "def f(ferries):\n    held = {begun}\n    for x in ferries:\n        held[x['pier']] = x['cars']\n    return held\n"
BRANCH = (
    "def f(ferries, pier, now):\n    if pier:\n        ferries = [x for x in ferries if x['leaves'] != pier]\n    return ferries[0]\n",
    "    return",
    "    else:\n        ferries = [x for x in ferries if x['leaves'] > now]\n    return",
)
BUSY = "def f(ferries, decks, pier):\n    busy = {x['pier'] for x in ferries}\n    return [deck for deck in decks if pier not in busy]\n"
CASES = [
    ("not before now", FROM_NOW, "wait <= 3", "0 <= wait <= 3"),
    ("not before now, left out", FROM_NOW.replace("<= 3:\n            yield x", "> 3:\n            continue\n        yield x"), "wait > 3",
     "wait < 0 or wait > 3"),
    ("not before today", "def f(a, today, n):\n    return [x for x in a if x.leaves <= today + n]\n", "x.leaves <=",
     "today <= x.leaves <="),
    ("the other way", "def f(a, today, n):\n    return [x for x in a if today + n > x.leaves]\n", "> x.leaves", "> x.leaves >= today"),
    ("not after today", "def f(a, today, n):\n    return [x for x in a if x.left >= today - n]\n", "x.left >=", "today >= x.left >="),
    ("a length of time", "from datetime import timedelta\ndef f(x, now, n):\n    return x.leaves - now < n\n", "x.leaves - now <",
     "timedelta(0) <= x.leaves - now <"),
    ("by its name", "def f(days_left, most):\n    return days_left < most\n", "days_left <", "0 <= days_left <"),
    ("else what is to come", *BRANCH),
    ("what is to come", "def f(ferries, pier, now):\n    return next(x for x in ferries if x['pier'] == pier)\n", "== pier",
     "== pier and x['leaves'] > now"),
    ("the first to come", "def f(ferries, now):\n    return min(ferries, key=lambda x: x['leaves'])\n", "min(ferries,",
     "min([x for x in ferries if x['leaves'] > now],"),
    ("gone through", "def f(ferries, pier, today):\n    for x in ferries:\n        if x['pier'] == pier:\n            return x\n",
     "== pier", "== pier and x['leaves'] >= today"),
    ("the latest", "def f(ferries):\n    return ferries[-1]\n", "ferries[-1]", "max(ferries, key=lambda each: each['leaves'])"),
    ("the latest of some", "def f(ferries):\n    some = [x for x in ferries if x['cars']]\n    return some[-1]\n", "some[-1]",
     "max(some, key=lambda each: each['leaves'])"),
    ("the earliest", "def f(ferries):\n    return ferries[0]\n", "ferries[0]", "min(ferries, key=lambda each: each['leaves'])"),
    ("the last two", "def f(ferries):\n    return ferries[-2:]\n", "ferries[-2:]", "sorted(ferries, key=lambda each: each['leaves'])[-2:]"),
    ("from the latest", "def f(ferries):\n    for x in reversed(ferries):\n        print(x['pier'])\n", "reversed(ferries)",
     "sorted(ferries, key=lambda each: each['leaves'], reverse=True)"),
    ("of the same year", "def f(a, month, year):\n    return [x for x in a if x.leaves.month == month]\n", "if x",
     "if x.leaves.year == year and x"),
    ("of the other's year", "def f(a, b):\n    return not a.month == b.month\n", "a.month == b.month",
     "(a.year == b.year and a.month == b.month)"),
    ("of this year", "def f(a, month, today):\n    return a.month == month\n", "return a", "return a.year == today.year and a"),
    ("not of the same hour", "def f(a, b):\n    return a.minute != b.minute\n", "return a", "return a.hour != b.hour or a"),
    ("of the same month", "def f(a, b):\n    return a.day == b.day\n", "return a", "return a.month == b.month and a"),
    ("the same day", "def f(a, b):\n    return a.day == b.day\n", "a.day == b.day", "a.date() == b.date()"),
    ("cut with the year", "def f(a, b):\n    return a[5:7] == b[5:7]\n", "a[5:7] == b[5:7]", "a[:7] == b[:7]"),
    ("written with the year", "def f(a, b):\n    return a.strftime('%m') == b.strftime('%m')\n", "('%m') == b.strftime('%m')",
     "('%Y-%m') == b.strftime('%Y-%m')"),
    ("by years first", "def f(a):\n    return sorted(a, key=lambda x: x.month)\n", "x.month", "(x.year, x.month)"),
    ("made to be added to", LOOP.format(begun="defaultdict(int)"), "] = x", "] += x"),
    ("made to be counted", LOOP.format(begun="collections.Counter()"), "] = x", "] += x"),
    ("made to gather", LOOP.format(begun="defaultdict(list)"), "] = x['cars']", "].append(x['cars'])"),
    ("several of a pier", LOOP.format(begun="{}"), "= x['cars']", "= held.get(x['pier'], 0) + x['cars']"),
    ("busy by deck", BUSY, "{x['pier'] for x in ferries}\n    return [deck for deck in decks if pier",
     "{(x['deck'], x['pier']) for x in ferries}\n    return [deck for deck in decks if (deck, pier)"),
    ("the same deck", "def f(ferries, pier, deck):\n    return [x for x in ferries if x['pier'] == pier]\n", "== pier",
     "== pier and x['deck'] == deck"),
    ("any on the same deck", "def f(ferries, pier, deck):\n    return any(x['pier'] == pier for x in ferries)\n", "== pier",
     "== pier and x['deck'] == deck"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_was_forgotten_of_records_is_likely_where_it_shows(source: str, old: str, new: str) -> None:
    assert old in source
    assert likelihood(source, source.replace(old, new, 1)) >= LIKELY


INNOCENT = [
    ("asked before", FROM_NOW.replace("if wait <=", "if wait < 0:\n            continue\n        if wait <="), "wait <= 3",
     "0 <= wait <= 3"),
    ("a length of no time", "def f(x, now):\n    return (x.leaves - now).days <= 0\n", "return", "return 0 <="),
    ("not counted from now", "def f(a, b, n):\n    return (b - a).days <= n\n", "return", "return 0 <="),
    ("how many are left", "def f(left, n):\n    return left < n\n", "left <", "0 <= left <"),
    ("laid beside now", BRANCH[0].replace("if pier:", "if pier and now > pier:"), BRANCH[1], BRANCH[2]),
    ("sorted", "def f(ferries):\n    ferries = sorted(ferries)\n    return ferries[-1]\n", "ferries[-1]",
     "max(ferries, key=lambda each: each['leaves'])"),
    ("other things", "def f(words):\n    return words[-1]\n", "words[-1]", "max(words, key=lambda each: each['leaves'])"),
    ("the year is asked", "def f(a, b):\n    return a.year == b.year and a.month == b.month\n", "and a",
     "and a.year == b.year and a"),
    ("a month of each year", "def f(a):\n    return a.month == 12\n", "return a", "return a.year == today.year and a"),
    ("each by itself", LOOP.format(begun="{}").replace("x['pier']", "x['leaves']"), "= x['cars']",
     "= held.get(x['leaves'], 0) + x['cars']"),
    ("no field called so", BUSY.replace("deck", "seat"), "{x['pier'] for x in ferries}\n    return [seat for seat in seats if pier",
     "{(x['seat'], x['pier']) for x in ferries}\n    return [seat for seat in seats if (seat, pier)"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new"), [case[1:] for case in INNOCENT], ids=[case[0] for case in INNOCENT])
def test_nothing_is_taken_for_forgotten_where_no_sign_is(source: str, old: str, new: str) -> None:
    assert old in source
    assert likelihood(source, source.replace(old, new, 1)) < LIKELY


def test_the_last_of_what_stands_in_order_is_the_latest() -> None:
    source = "def f(ferries):\n    return ferries[-1]\n"
    wanted = source.replace("ferries[-1]", "max(ferries, key=lambda each: each['leaves'])")
    assert likelihood(source, wanted, IN_ORDER) == 0.0
