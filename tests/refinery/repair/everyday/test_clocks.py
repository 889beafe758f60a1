"""Hours of a clock that counts to twelve, ends that run on, ranks among what is in order, and counts that may be nought."""

from __future__ import annotations

import pytest

from tests.refinery.repair.everyday.test_values import likelihood
from tests.refinery.repair.test_mutations import mutations

DOCTOR = "def visit(hour, late):\n{}    return hour\n"
TOLD = "def visit(hour, mark):\n{}    return hour\n"
TENTS = (
    "def gaps(tents):\n    reached = 0\n    for tent in sorted(tents, key=by_left):\n"
    "        if tent.left > reached:\n            yield reached, tent.left\n        reached = {}\n"
)
ROADS = (
    "def joined(roads):\n    out = []\n    for a, b in sorted(roads):\n"
    "        if out and a <= out[-1][1]:\n            out[-1] = (out[-1][0], {})\n        else:\n            out.append((a, b))\n"
)
SHIFTS = (
    "def clash(shifts):\n    last = None\n    for shift in shifts:\n"
    "        if last and shift['from'] < last['until']:\n            return shift\n        {}\n"
)

LIKELY = [
    ("added", DOCTOR.format("    {}hour += 12 if late else 0\n"), "", "hour %= 12\n    ", 0.6),
    ("as a product", DOCTOR.format("    {}hour += 12 * (late == 'x')\n"), "", "hour %= 12\n    ", 0.6),
    ("in a branch", DOCTOR.format("    {}if late:\n        hour += 12\n"), "", "hour %= 12\n    ", 0.6),
    ("noon is known", DOCTOR.format("    {}if late and hour != 12:\n        hour += 12\n"), "", "hour %= 12\n    ", 0.6),
    ("beside a whole day", TOLD.format("    {}if mark == 'pm':\n        hour = hour + 12\n"), "",
     "if mark == 'pm' or mark == 'am':\n        hour %= 12\n    ", 0.6),
    ("one or the other", "def f(h, pm):\n    return {}\n", "h + 12 if pm else h", "h % 12 + 12 if pm else h % 12", 0.6),
    ("noon in a choice", "def f(h, pm):\n    return {}\n", "h + 12 if pm and h < 12 else h", "h % 12 + 12 if pm else h % 12", 0.6),
    ("a product", "def f(m):\n    return int(m[1]) {}+ 12 * (m[2] == 'pm')\n", "", "% 12 ", 0.6),
    ("the product first", "def f(hour, late):\n    return 12 * bool(late) + hour{}\n", "", " % 12", 0.6),
    ("shown", "def f(hour):\n    return f'{{{}}} ' + ('pm' if hour > 11 else 'am')\n", "hour % 12", "(hour % 12 or 12)", 0.6),
    ("answered in a branch", "def f(hour, pm):\n    {}if pm:\n        return hour + 12\n    return hour\n", "", "hour %= 12\n    ", 0.6),
    ("by a table", "def f(hour, mark):\n    return hour{} + {{'am': 0, 'pm': 12}}[mark]\n", "", " % 12", 0.6),
    ("the farthest of what is made anew", ROADS.replace("a, b", "way").replace("(out[-1][0], {})", "Way(out[-1].start, {})")
     .replace("a <= out[-1][1]", "way.start <= out[-1].stop"), "way.stop", "max(out[-1].stop, way.stop)", 0.6),
    ("the farthest end", TENTS, "tent.right", "max(reached, tent.right)", 0.6),
    ("the farthest of a pair", ROADS, "b", "max(out[-1][1], b)", 0.6),
    ("the farthest by its item", ROADS.replace("(out[-1][0], {})", "{}").replace("] = ", "][1] = "), "b", "max(out[-1][1], b)", 0.6),
    ("the one that ends last", SHIFTS, "last = shift",
     "if last is None or shift['until'] > last['until']:\n            last = shift", 0.5),
]  # fmt: skip

RANKS = "def quantile(lengths, share):\n    lengths = sorted(lengths)\n    {}return lengths[{}]\n"
MATH = "import math\n"
PER_CENT = "def f(x, p):\n    at = {}\n    return sorted(x)[at]\n"
RARE = MATH + "def rarity(bird, seen, walks):\n    return math.log({})\n"
MEDIAN = "def median(x):\n    x = sorted(x)\n    return {}\n"
COUNTED = [
    ("nearest rank", MATH + RANKS, "int(share * len(lengths))", "max(math.ceil(share * len(lengths)), 1) - 1", "", 0.6),
    ("within the list", RANKS, "int(share * len(lengths))", "min(int(share * len(lengths)), len(lengths) - 1)", "IndexError: out", 0.6),
    ("with one less", MATH + RANKS, "max(int(share * len(lengths)) - 1, 0)", "max(math.ceil(share * len(lengths)), 1) - 1", "", 0.6),
    ("one too far", MATH + RANKS, "math.ceil(share * len(lengths))", "max(math.ceil(share * len(lengths)), 1) - 1", "", 0.6),
    ("whole numbers", PER_CENT, "p * len(x) // 100", "max(-(-p * len(x) // 100), 1) - 1", "", 0.6),
    ("hundredths", MATH + PER_CENT, "int(p / 100 * len(x))", "max(math.ceil(p / 100 * len(x)), 1) - 1", "", 0.6),
    ("the middle", MEDIAN, "x[len(x) // 2]", "(x[(len(x) - 1) // 2] + x[len(x) // 2]) / 2", "", 0.6),
    ("the middle by name", MEDIAN.replace("return", "n = len(x)\n    at = n // 2\n    return"), "x[at]",
     "(x[(len(x) - 1) // 2] + x[len(x) // 2]) / 2", "", 0.6),
    ("a size by name", MATH + "def quantile(x, share):\n    n = len(x)\n    return x[{}]\n", "int(share * n)",
     "max(math.ceil(share * n), 1) - 1", "", 0.6),
    ("a bird never seen", RARE, "walks / seen.get(bird, 0)", "(1 + walks) / (1 + seen.get(bird, 0))", "", 0.5),
    ("as the failure says", RARE, "walks / seen.get(bird, 0)", "(1 + walks) / (1 + seen.get(bird, 0))", "ZeroDivisionError: by", 0.8),
    ("one side alone", RARE, "walks / (1 + seen[bird])", "(1 + walks) / (1 + seen[bird])", "", 0.5),
    ("a list that is empty", "def f(a, b):\n    return sum(a) / {}\n", "len(b)", "(len(b) or 1)", "ZeroDivisionError: by", 0.6),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new", "said", "least"), [case[1:] for case in COUNTED], ids=[case[0] for case in COUNTED])
def test_what_is_counted_is_likely_mended(source: str, old: str, new: str, said: str, least: float) -> None:
    before, after = (source.format("", text) if source.count("{}") > 1 else source.format(text) for text in (old, new))
    assert likelihood(before, after, said) >= least


@pytest.mark.parametrize(("source", "old", "new", "least"), [case[1:] for case in LIKELY], ids=[case[0] for case in LIKELY])
def test_what_the_code_shows_is_likely(source: str, old: str, new: str, least: float) -> None:
    assert likelihood(source.format(old), source.format(new)) >= least


UNLIKELY = [
    ("half of the day", "def f(month, years):\n    return month + 12 * years\n"),
    ("half of the day", DOCTOR.format("    hour %= 12\n    if late:\n        hour += 12\n")),
    ("half of the day", "def f(x, big):\n    if big:\n        x += 12\n    return x\n"),
    ("half of the day", "def f(hour):\n    return hour % 12\n"),
    (
        "farthest end",
        "def f(a):\n    n = 0\n    for x in a:\n        if x.weight > n:\n            n = x.end\n    return n\n",
    ),
    ("farthest end", TENTS.format("tent.left")),
    ("rank", "def f(x, share):\n    return x[int(share * len(x))]\n"),
    ("rank", (MATH + RANKS).format("", "max(math.ceil(share * len(lengths)), 1) - 1")),
    ("middle of two", "def f(x):\n    return x[len(x) // 2]\n"),
    ("add one", RARE.format("(1 + walks) / (1 + seen[bird])")),
    ("add one", RARE.format("walks / bird.size")),
    ("count of nought", "def f(a):\n    return sum(a) / len(a) if a else 0\n"),
    (
        "farthest end",
        "def f(a):\n    free = 0\n    for x in a:\n        if x.start >= free:\n            yield x\n            free = x.end\n",
    ),
]


@pytest.mark.parametrize(("operator", "source"), UNLIKELY)
def test_nothing_is_proposed_without_the_sign(operator: str, source: str) -> None:
    assert not [mutation for mutation, _ in mutations(source) if mutation.operator == operator]
