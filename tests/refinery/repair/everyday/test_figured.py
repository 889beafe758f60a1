"""Last days, thousands and hours that the data or the inputs show to be read too narrowly, and words found in longer ones."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import pytest

from refinery.domain import Diagnosis, Layer
from refinery.edits.config import scalars
from refinery.repair.asked import asked_in
from refinery.repair.clues import clues
from refinery.repair.everyday import figured, lastday
from refinery.repair.module import Module
from refinery.repair.mutation import Site
from refinery.repair.mutations import whole
from refinery.repair.shapes import describe
from refinery.repair.world import survey

LIKELY = 0.5
DIVES = """\
dives:
  - {reef: north, began: "2021-08-03T09:30", lasted: "41:20", booked: "2021-07-30"}
  - {reef: south, began: "2021-08-04T14:10", lasted: "1:02:45", booked: "2021-08-01"}
moods:
  calm: [still, flat]
  rough: [wave, ill]
"""
FAMILIES = (figured.propose, lastday.propose, whole.propose)


def likelihood(source: str, wanted: str, asked: Sequence[str] = (), fine: Sequence[str] = (), data: str = DIVES) -> float:
    """How likely the change from one text to the other is taken to be; 0 where it is not thought of."""
    module = Module("m.py", source)
    found, files = scalars(data, "data/dives.yaml"), {"data/dives.yaml": data}
    world = survey([module], found, files)
    describe(world, found, files)
    told = clues(Diagnosis("t", "", "", Layer.CODE, "x", "", 0, "s", 0.5), [], asked_in(asked, fine))
    sites = [Site(module, statement, world, told) for statement in module.statements]
    made = [(each, source[: each.start] + each.new + source[each.end :]) for site in sites for family in FAMILIES for each in family(site)]
    tree = ast.dump(ast.parse(wanted))
    return max((each.prior for each, text in made if ast.dump(ast.parse(text)) == tree), default=0.0)


DAYS = "def f(dives, start, end):\n    return [x for x in dives if start <= x['began'] <= end]\n"
PARSED = (
    "from datetime import datetime\ndef f(dives, until):\n    for x in dives:\n"
    "        began = datetime.fromisoformat(x['began'])\n        if began <= until:\n            yield x\n"
)
DEPTH = "import re\nDEPTH = re.compile(r'(\\d+) feet')\ndef f(told):\n    return int(DEPTH.search(told)[1])\n"
TIMES = "def f(lasted):\n    parts = lasted.split(':')\n    return int(parts[0]) * 60 + int(parts[1])\n"
SIXTIES = "sum(int(part) * 60 ** place for place, part in enumerate(reversed(parts)))"
MOODS = (
    "import re\ndef f(said, moods):\n    heard = said.lower()\n    if any(each in heard for each in moods['calm']):\n        return 1\n"
    "    return 2 if any(each in heard for each in moods['rough']) else 0\n"
)
WHOLE = 're.search(rf"\\b{re.escape(each)}(?:e?s)?\\b", heard)'
DEEP, SHALLOW = "Was it 1,250 feet?", "Was it 50 feet, 3 times?"
CASES = [
    ("to the end of a day", DAYS, "x['began']", "x['began'][:10]", ()),
    ("of a moment that was read", PARSED, "began <= until", "began.date() <= until.date()", ()),
    ("on the day", "def f(x, booked):\n    return x['began'] == booked\n", "x['began']", "x['began'][:10]", ()),
    ("thousands", DEPTH, "search(told)", 'search(re.sub(r"(?<=\\d)[,](?=\\d{3}(?!\\d))", "", told))', (DEEP,)),
    ("in the call", DEPTH.replace("DEPTH.search(", "re.search(r'(\\d+) feet', "), "feet', told)",
     'feet\', re.sub(r"(?<=\\d)[,](?=\\d{3}(?!\\d))", "", told))', (DEEP,)),
    ("hours too", TIMES, "int(parts[0]) * 60 + int(parts[1])", SIXTIES, ()),
    ("words in a word", MOODS, "each in heard", WHOLE, ("I will dive",)),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new", "asked"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_read_too_narrowly_is_likely_where_it_shows(source: str, old: str, new: str, asked: Sequence[str]) -> None:
    assert old in source
    assert likelihood(source, source.replace(old, new), asked, (SHALLOW,)) >= LIKELY


INNOCENT = [
    ("days beside days", DAYS.replace("began", "booked"), "x['booked']", "x['booked'][:10]", ()),
    ("a moment beside one", "def f(x, last):\n    return x['began'] <= last['began']\n", "x['began']", "x['began'][:10]", ()),
    ("no thousands", DEPTH, *CASES[3][2:4], ("Was it 12 feet, or 250?",)),
    ("another figure", DEPTH, *CASES[3][2:4], ("Was it 60 feet, of 1,250 metres?",)),
    ("a word by itself", MOODS, "each in heard", WHOLE, ("I am ill, I will rest",)),
    ("another form of it", MOODS, "each in heard", WHOLE, ("what waves",)),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new", "asked"), [case[1:] for case in INNOCENT], ids=[case[0] for case in INNOCENT])
def test_nothing_is_taken_for_too_narrow_where_no_sign_is(source: str, old: str, new: str, asked: Sequence[str]) -> None:
    assert old in source
    assert likelihood(source, source.replace(old, new), asked, (SHALLOW,)) < LIKELY


def test_parts_of_times_are_minutes_and_seconds_where_none_has_hours() -> None:
    wanted = TIMES.replace("int(parts[0]) * 60 + int(parts[1])", SIXTIES)
    assert likelihood(TIMES, wanted, data=DIVES.replace("1:02:45", "02:45")) == 0.0
