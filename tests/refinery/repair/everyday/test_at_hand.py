"""What the data, and what is at hand and not used, say of a mistake: proposed where they do, and left where they do not."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import pytest

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import is_config, scalars
from refinery.repair.clues import clues
from refinery.repair.families import FAMILIES
from refinery.repair.module import Module
from refinery.repair.mutation import Site
from refinery.repair.shapes import describe, uneven
from refinery.repair.world import survey
from tests.refinery.repair.test_mutations import _applied

LIKELY, SURE = 0.45, 0.65
SURER = ("at(a[", "dear", "until")
"""What other families propose too, and less likely."""
TRAINS = {"trains.csv": "train,leaves,track,gate\nA,9:05,9,B4-2\nB,10:40,10,B10-1\n"}
EVEN = {"trains.csv": "train,leaves,track,gate\nA,09:05,7,B4-2\nB,10:40,8,B5-1\n"}
READER = "def at(text):\n    h, m = text.split(':')\n    return int(h) * 60 + int(m)\n"
CLIMBS = {"climbs.csv": "climb,metres,max_metres\nA,90,80\n"}
NONE: Mapping[str, str] = {}

CASES = [
    ("both by the reader at hand", TRAINS, EVEN, READER + "def f(a, b):\n    return a['leaves'] < b['leaves']\n",
     "a['leaves'] < b['leaves']", "at(a['leaves']) < at(b['leaves'])"),
    ("the other side too", NONE, None, READER + "def f(a, b):\n    return at(a['leaves']) < b['leaves']\n", "< b['leaves']",
     "< at(b['leaves'])"),
    ("numbers in a key", TRAINS, EVEN, "def f(rows):\n    return sorted(rows, key=lambda row: (row['kind'], row['track']))\n",
     "row['track']", "int(row['track'])"),
    ("pieces of a text in a key", TRAINS, EVEN,
     "def place(gate):\n    hall, side = gate.split('-')\n    return hall, side\ndef f(rows):\n"
     "    rows.sort(key=lambda row: place(row['gate']))\n",
     "return hall, side", "return int(hall[1:]), side"),
    ("ordered without a key", TRAINS, EVEN, READER + "def f(rows):\n    return min(row['leaves'] for row in rows)\n",
     "row['leaves'] for row in rows", "(row['leaves'] for row in rows), key=at"),
    ("a limit of the record", CLIMBS, NONE, "def f(row, pace):\n    return round(float(row['metres']) * pace, 1)\n",
     "float(row['metres']) * pace", "min(float(row['metres']) * pace, float(row[\"max_metres\"]))"),
    ("a limit that is handed in", NONE, None, "def f(depth, rate, lowest):\n    return depth - rate * 2\n", "depth - rate * 2",
     "max(depth - rate * 2, lowest)"),
    ("a limit of what is taken from", NONE, None, "def f(heat, base, rate, ceiling):\n    cost = (heat - base) * rate\n    return cost\n",
     "(heat - base)", "(min(heat, ceiling) - base)"),
    ("an amount for each", NONE, None, "def f(rules, riders):\n    fares = [r.age for r in riders]\n"
     "    toll = rules['toll_each']\n    return fares, toll\n",
     "rules['toll_each']", "rules['toll_each'] * len(riders)"),
    ("to Monday", NONE, None, "def f(day):\n    if day.isoweekday() > 5:\n        day += timedelta(days=2)\n    return day\n", "days=2",
     "days=8 - day.isoweekday()"),
    ("back to Friday", NONE, None, "def f(day):\n    if day.weekday() in (5, 6):\n        day = day - timedelta(1)\n    return day\n",
     "timedelta(1)", "timedelta(day.weekday() - 4)"),
    ("what a copy holds", NONE, None, "import copy\nBASE = {'rows': [], 'n': 0}\ndef f(x):\n"
     "    own = BASE.copy()\n    own['rows'].append(x)\n    return own\n",
     "BASE.copy()", "copy.deepcopy(BASE)"),
    ("what is spread", NONE, None, "import copy\nBASE = {'rows': [], 'n': 0}\ndef f(x):\n    own = {**BASE, 'n': x}\n    return own\n",
     "**BASE", "**copy.deepcopy(BASE)"),
    ("a cell with blanks", {"t.csv": "town,snow\n Oslo,4\n"}, {"t.csv": "town,snow\nOslo,4\n"},
     "def f(row, seen):\n    return seen.setdefault(row['town'], [])\n", "row['town']", "row['town'].strip()"),
    ("what is true comes last", NONE, None, "def f(rows, dear):\n    return min(rows, key=lambda r: (r.name in dear, r.age))\n", "in dear",
     "not in dear"),
    ("a flag among what is ordered", NONE, None, "def f(rows):\n    out = []\n    for r in rows:\n"
     "        out.append((r.is_new, r.age))\n    out.sort()\n    return out\n",
     "r.is_new", "not r.is_new"),
    ("what never expires", NONE, None, "def f(rows):\n"
     "    return sorted(rows, key=lambda r: r.valid_until or date.min)\n", "date.min", "date.max"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "even", "source", "old", "new"), [each[1:] for each in CASES], ids=[each[0] for each in CASES])
def test_what_is_at_hand_is_likely_used(data: Mapping[str, str], even: Mapping[str, str] | None, source: str, old: str, new: str) -> None:
    wanted = source.replace(old, new, 1)
    assert source != wanted
    assert likelihood(data, source, wanted) >= (SURE if any(each in source for each in SURER) else LIKELY)
    assert even is None or likelihood(even, source, wanted) < LIKELY


INNOCENT = [
    ("a limit that is read", "def f(depth, lowest):\n    if depth < lowest:\n        return 0\n    return depth - 2\n", "depth - 2",
     "max(depth - 2, lowest)"),
    ("an amount in a loop", "def f(rules, riders):\n    total = 0\n    for r in riders:\n        total += rules['fee']\n    return total\n",
     "rules['fee']", "rules['fee'] * len(riders)"),
    ("Saturday alone", "def f(day):\n    if day.weekday() == 5:\n        day += timedelta(days=2)\n    return day\n", "days=2",
     "days=7 - day.weekday()"),
    ("a table that is read", "import copy\nBASE = {'rows': []}\ndef f(x):\n    own = BASE\n    return own['rows']\n", "own = BASE",
     "own = copy.deepcopy(BASE)"),
    ("a pair that is no key", "def f(x, dear):\n    return x in dear, 1\n", "x in dear", "x not in dear "),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new"), [each[1:] for each in INNOCENT], ids=[each[0] for each in INNOCENT])
def test_what_shows_no_sign_is_left(source: str, old: str, new: str) -> None:
    told = likelihood(NONE, source, source.replace(old, new, 1))
    assert told < 0.75 if "dear" in source else told < LIKELY


def test_texts_in_another_order_than_their_numbers_are_uneven() -> None:
    assert uneven(["v9", "v10"])
    assert not uneven(["v09", "v10"])
    assert not uneven(["ten", "v9"])


def likelihood(data: Mapping[str, str], source: str, wanted: str) -> float:
    """How likely the change to what is wanted is held to be; nought where it is not proposed."""
    module = Module("m.py", source)
    known = [scalar for path, text in data.items() if is_config(path) for scalar in scalars(text, path)]
    world = survey([module], known, data)
    describe(world, known, data)
    told = clues(Diagnosis("t", "", "", Layer.CODE, "x", "", 0, "s", 0.5), [], None)
    tree = ast.dump(ast.parse(wanted))
    sites = (Site(module, statement, world, told) for statement in module.statements)
    found = (mutation for site in sites for family in FAMILIES for mutation in family(site))
    return max((each.prior for each in found if _same(_applied(module, each), tree)), default=0.0)


def _same(text: str, tree: str) -> bool:
    try:
        return ast.dump(ast.parse(text)) == tree
    except SyntaxError:
        return False
