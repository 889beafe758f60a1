"""Mistakes at edges: nought, the first and the last, what is done first, and limits in their order."""

from __future__ import annotations

import pytest

from tests.refinery.repair.everyday.test_values import LIKELY, likelihood

STREAM = (
    "class Reel:\n    def __init__(self, frames, first):\n        self.frames = frames\n        self.first = first\n"
    "        self.at = {begin}\n    def __iter__(self):\n{again}        return self\n"
    "    def __next__(self):\n        self.at += 1\n        return self.frames[self.at]\n"
)
LOOP = "def f(depth):\n    for least, name in {table}:\n        if depth {sign} least:\n            return name\n"
CASES = [
    ("a place that is held", "def f(a):\n    at = a.rfind('/')\n    return a[at:] if at else a\n", "if at", "if at != -1", ""),
    ("no place that is held", "def f(a):\n    at = a.find('/')\n    if not at:\n        return a\n", "not at", "at == -1", ""),
    ("a place named on the way", "def f(a):\n    if (at := a.find('/')):\n        return at\n", "(at := a.find('/'))",
     "(at := a.find('/')) != -1", ""),
    ("some white space", "def f(a):\n    return a.split(' ', 2)\n", "' '", "None", ""),
    ("the last white space", "def f(a):\n    return a.rsplit(sep=' ', maxsplit=1)\n", "' '", "None", ""),
    ("letters behind apostrophes", "import string\ndef f(a):\n    return a.title()\n", "a.title()", "string.capwords(a)",
     "got \"Ship'S log\""),
    ("a part of a hundred", "def f(a, b):\n    return a // b * 100\n", "a // b * 100", "a * 100 // b", ""),
    ("a hundred times a part", "def f(a, b):\n    return 100 * (a // b)\n", "100 * (a // b)", "a * 100 // b", ""),
    ("a whole part", "def f(a, b):\n    return int(a / b) * 100\n", "int(a / b) * 100", "int(a * 100 / b)", ""),
    ("a term for some", "def f(a, b, far):\n    return a + b if far else 0\n", "a + b if far else 0", "a + (b if far else 0)", ""),
    ("a word for some", "def f(a, b):\n    return 'to ' + a + b if b else ''\n", "a + b if b else ''", "a + (b if b else '')", ""),
    ("a word or another", "def f(a, b):\n    return 'to ' + a if a else b\n", "a if a else b", "(a if a else b)", ""),
    ("a factor for some", "def f(a, b, far):\n    return a * b if far else 1\n", "a * b if far else 1", "a * (b if far else 1)", ""),
    ("down below nought", "import math\ndef f(a):\n    return int(a / 8), int(a / 9)\n", "int(a / 8), int", "math.floor(a / 8), math.floor",
     "f(-3) gave 0"),
    ("the last none", "def f(a, n):\n    return a[-n:]\n", "-n", "max(0, len(a) - n)", ""),
    ("without the last none", "def f(a, n):\n    return a[:-n]\n", "-n", "max(0, len(a) - n)", ""),
    ("the last none of what is made", "def f(a, n):\n    return sorted(a)[-n:]\n", "[-n:]", "[-n:][:n]", ""),
    ("one before", "def f(a):\n    return [a[i] - a[i - 1] for i in range(len(a))]\n", "range(len(a))", "range(1, len(a))", ""),
    ("one behind", "def f(a):\n    for i in range(0, len(a)):\n        print(a[i] < a[i + 1])\n", "range(0, len(a))",
     "range(len(a) - 1)", ""),
    ("the lesser of versions", "def f(a, b):\n    return a.major < b.major and a.minor <= b.minor\n",
     "a.major < b.major and a.minor <= b.minor",
     "(a.major, a.minor) <= (b.major, b.minor)", ""),
    ("minutes of hours", "def f(hour, minute, to_hour, to_minute):\n    return hour > to_hour or minute > to_minute\n",
     "hour > to_hour or minute > to_minute", "(hour, minute) > (to_hour, to_minute)", ""),
    ("the deepest first", LOOP.format(table="[(10, 'bay'), (90, 'sea')]", sign=">="), "(10, 'bay'), (90, 'sea')",
     "(90, 'sea'), (10, 'bay')", ""),
    ("the least first", "LEAST = {90: 'sea', 10: 'bay'}\n" + LOOP.format(table="LEAST.items()", sign="<"), "90: 'sea', 10: 'bay'",
     "10: 'bay', 90: 'sea'", ""),
    ("the next that fits", "SEAS = (('bay', 10), ('sea', 90))\ndef f(x):\n    return next(name for name, least in SEAS if x > least)\n",
     "('bay', 10), ('sea', 90)", "('sea', 90), ('bay', 10)", ""),
    ("from the first again", STREAM.format(begin="0", again=""), "        return self\n", "        self.at = 0\n        return self\n", ""),
    ("from what was given again", STREAM.format(begin="first", again=""), "        return self\n",
     "        self.at = self.first\n        return self\n", ""),
    ("parts of a list", "def f(a, n):\n    return [a[i:i + n] for i in range(0, len(a) - n, n)]\n", "len(a) - n", "len(a)", ""),
    ("minutes and months", "def f(t):\n    return t.strftime('%Y-%M-%d %H:%m')\n", "%Y-%M-%d %H:%m", "%Y-%m-%d %H:%M", ""),
    ("alike and not", "def f(has_key, has_pass, shut):\n    return has_key or has_pass and not shut\n", "has_key or has_pass and not shut",
     "(has_key or has_pass) and not shut", ""),
    ("nought is given in a table", "BASE = {'depth': 3}\ndef f(a):\n    return a.get('depth') or BASE['depth']\n",
     "a.get('depth') or BASE['depth']", "a.get('depth', BASE['depth'])", ""),
    ("halves of what is no decimal", "import math\nfrom decimal import Decimal\ndef f(a):\n    'Halves go up.'\n    return round(a)\n",
     "round(a)", "math.floor(a + 0.5)", ""),
    ("down to nought", "def f(n):\n    return [x for x in range(n, 0)]\n", "n, 0", "n, 0, -1", ""),
    ("a sign before digits", "def f(a):\n    return a.isdigit()\n", "a.isdigit", 'a.removeprefix("-").isdigit', "f('-3') gave False"),
    ("degrees of a turn", "import math\ndef f(turn_deg):\n    return math.sin(turn_deg)\n", "(turn_deg)\n",
     "(math.radians(turn_deg))\n", ""),
    ("a turn in degrees", "import math\ndef f(x, y):\n    'In degrees.'\n    return math.atan2(y, x)\n", "math.atan2(y, x)",
     "math.degrees(math.atan2(y, x))", ""),
    ("an empty one to be filled", "def f(a, out=None):\n    out = out or []\n    return out\n", "out or []",
     "[] if out is None else out", ""),
    ("rows of a copy", "import copy\ndef f(tide):\n    new = tide[:]\n    new[0][1] = 2\n    return new\n", "tide[:]",
     "copy.deepcopy(tide)", ""),
    ("a group, not a sign", "import re\ndef f(a):\n    return re.sub(r'(b)c', '\\2', a)\n", "'\\2'", "r'\\2'", ""),
    ("a sum in a name", "import math\ndef f(a, b):\n    whole = sum(a)\n    return whole == b\n", "whole == b",
     "math.isclose(whole, b, abs_tol=1e-9)", ""),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_mistake_at_an_edge_is_likely_where_the_code_shows_it(source: str, old: str, new: str, said: str) -> None:
    assert likelihood(source, source.replace(old, new, 1), said) >= LIKELY


SURE = [
    ("another error", "def f(a, x):\n    try:\n        return a[x]\n    except KeyError:\n        return 0\n", "KeyError", "IndexError",
     "IndexError: list index out of range"),
    ("sorted from the deepest", LOOP.format(table="sorted(seas)", sign=">="), "sorted(seas)", "sorted(seas, reverse=True)", ""),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new", "said"), [case[1:] for case in SURE], ids=[case[0] for case in SURE])
def test_a_mistake_is_all_but_sure_where_the_form_itself_shows_it(source: str, old: str, new: str, said: str) -> None:
    assert likelihood(source, source.replace(old, new, 1), said) >= 0.6


INNOCENT = [
    ("up from nought", "def f(n):\n    return [x for x in range(0, n)]\n", "0, n", "0, n, -1"),
    ("radians of a turn", "import math\ndef f(turn):\n    return math.sin(turn)\n", "(turn)\n", "(math.radians(turn))\n"),
    ("a copy of one row", "import copy\ndef f(tide):\n    new = tide[:]\n    new[0] = 2\n    return new\n", "tide[:]",
     "copy.deepcopy(tide)"),
    ("digits without a sign", "def f(a):\n    return a.isdigit()\n", "a.isdigit", 'a.removeprefix("-").isdigit'),
    ("another place", "def f(a):\n    at = a.index('/')\n    return a[at:] if at else a\n", "if at", "if at != -1"),
    ("no apostrophe", "import string\ndef f(a):\n    return a.title()\n", "a.title()", "string.capwords(a)"),
    ("down to a step", "def f(a, b):\n    return a // b * b\n", "a // b * b", "a * b // b"),
    ("not below nought", "def f(a, b):\n    return a - b if a > b else 0\n", "a - b if a > b else 0", "a - (b if a > b else 0)"),
    ("brackets around a sum", "def f(a, b, far):\n    return (a + b) if far else 0\n", "(a + b) if far else 0", "a + (b if far else 0)"),
    ("above nought", "import math\ndef f(a):\n    return int(a / 8)\n", "int", "math.floor"),
    ("a count that is asked for", "def f(a, n):\n    if not n:\n        return a\n    return a[:-n]\n", "-n", "max(0, len(a) - n)"),
    ("all around", "def f(ring):\n    return [ring[i] - ring[i - 1] for i in range(len(ring))]\n", "range(len(ring))",
     "range(1, len(ring))"),
    ("one before, if any", "def f(a):\n    return [a[i] - a[i - 1] if i else 0 for i in range(len(a))]\n", "range(len(a))",
     "range(1, len(a))"),
    ("width and height", "def f(a, b):\n    return a.width < b.width and a.height < b.height\n",
     "a.width < b.width and a.height < b.height",
     "(a.width, a.height) < (b.width, b.height)"),
    ("all that fit", "def f(x):\n    return [n for m, n in [(1, 'a'), (9, 'b')] if x > m]\n", "(1, 'a'), (9, 'b')", "(9, 'b'), (1, 'a')"),
    ("brackets that say so", "def f(has_key, has_pass, shut):\n    return has_key or (has_pass and not shut)\n",
     "has_key or (has_pass and not shut)", "(has_key or has_pass) and not shut"),
    ("already from the first", STREAM.format(begin="0", again="        self.at = 0\n"), "        return self\n",
     "        self.at = 0\n        return self\n"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new"), [case[1:] for case in INNOCENT], ids=[case[0] for case in INNOCENT])
def test_nothing_at_an_edge_is_likely_where_the_code_does_not_show_it(source: str, old: str, new: str) -> None:
    assert likelihood(source, source.replace(old, new, 1)) < LIKELY
