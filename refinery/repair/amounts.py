"""Settings that are amounts: the same amount in another unit, and round values near a share."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from refinery.repair.wording import parts

Turn = tuple[float, float, str]

LENGTHS = frozenset({
    "timeout", "wait", "ttl", "age", "interval", "window", "delay", "duration", "period", "expire", "expiry", "cooldown", "grace",
    "lifetime", "notice", "retention", "hold",
})  # fmt: skip
"""Words for a time that do not say what it is counted in."""
MONEY = frozenset({
    "price", "cent", "cost", "amount", "fee", "budget", "eur", "usd", "euro", "dollar", "refund", "money", "charge", "discount", "deposit",
    "rate", "tax", "vat", "percent", "percentage", "share",
})  # fmt: skip
SIZES = frozenset({"byte", "kb", "mb", "gb", "kilobyte", "megabyte"})
FACTORS: tuple[tuple[int, frozenset[str], frozenset[str]], ...] = (
    (60, frozenset({"sec", "second", "min", "minute", "hour"}), LENGTHS),
    (1000, frozenset({"ms", "millisecond", "sec", "second", "gram", "kg", "metre", "meter", "km"}) | SIZES, LENGTHS),
    (24, frozenset({"hour", "day"}), LENGTHS),
    (7, frozenset({"day", "week"}), LENGTHS),
    (100, MONEY, frozenset()),
    (12, frozenset({"month", "year", "dozen"}), frozenset()),
    (3600, frozenset({"sec", "second", "hour"}), LENGTHS),
    (1440, frozenset({"min", "minute", "day"}), frozenset()),
    (30, frozenset({"day", "month"}), frozenset()),
    (1024, SIZES, frozenset()),
)
"""How many of one unit make one of the next, the words for the two, and those for what is counted in them."""
SLIPS = (10, 100, 1000, 60, 3600, 24, 7, 12)
"""Factors by which people miss a number: a point, a unit."""
PERCENT = 100
USUAL = frozenset({60, 1000, 24, PERCENT})
"""Those that are tried where nothing speaks of an amount."""
NAMED, SPOKEN_FOR, UNSPOKEN = 0.5, 0.35, 0.2
"""How likely another unit is where a name or a comment says in which one something is counted, speaks of it, and where nothing does."""
AS_USED = 0.75
"""How likely an amount is one of the kind that code takes it for, where it is of another."""
AS_BESIDE, FAR_BESIDE, FEWEST_BESIDE = 0.92, 0.6, 3
"""How likely an amount is a share of one, or of a hundred, where all numbers beside it are; less where it would still lie far from them.
And how many these are at the least."""
NEAR = 2
"""How many times as large or as small as all others a number is that lies near them."""
WEARS = 0.93
NEAREST, AWAY = 0.52, 0.9
"""How likely the nearest round value to a share is, and what each further one counts of that before it."""
FARTHEST = 0.3
"""How far from a share round values are looked for."""


def slipped(one: float, other: float) -> bool:
    """Whether one number is another with a point or a unit missed."""
    return bool(one and other) and any(math.isclose(abs(other / one), factor) for slip in SLIPS for factor in (slip, 1 / slip))


def other_units(value: float, said: str) -> Iterator[Turn]:
    """The amount in other units; whole results only, where it is whole. `said` are the names and comments around it."""
    words = {word for token in re.findall(r"[A-Za-z_]+", said) for word in parts(token)}
    share = isinstance(value, float) and 0 <= value <= 1
    for place, (factor, units, spoken) in enumerate(FACTORS):
        if (share and factor != PERCENT) or not (words & (units | spoken) or factor in USUAL):
            continue
        prior = NAMED if words & units else (SPOKEN_FOR if words & spoken else UNSPOKEN) * WEARS**place
        for new in (value * factor, value / factor):
            if isinstance(value, int) and new != int(new):
                continue
            yield int(new) if isinstance(value, int) else round(new, 6), prior, f"the same amount in another unit, {factor} to one"


def as_used(value: float, share: bool, percent: bool) -> Iterator[Turn]:
    """The amount as code takes it: for a `share` of one, or for one of a hundred."""
    if share and not percent and 1 <= abs(value) <= PERCENT:
        yield round(value / PERCENT, 6), AS_USED, "a share of one, which code takes it for"
    if percent and not share and 0 < abs(value) < 1:
        yield round(value * PERCENT, 6), AS_USED, "a share of a hundred, which code takes it for"


def as_beside(value: float, others: Sequence[float]) -> Iterator[Turn]:
    """The amount as a share of one where all numbers beside it and all its namesakes are such; of a hundred likewise."""
    if len(others) < FEWEST_BESIDE:
        return
    low, high = min(others) / NEAR, max(others) * NEAR
    if 1 < value <= PERCENT and all(0 <= each <= 1 for each in others) and any(0 < each < 1 for each in others):
        prior = AS_BESIDE if low <= value / PERCENT <= high else FAR_BESIDE
        yield round(value / PERCENT, 6), prior, "a share of one, as all the numbers beside it are"
    if 0 < value < 1 and all(1 <= each <= PERCENT for each in others):
        prior = AS_BESIDE if low <= value * PERCENT <= high else FAR_BESIDE
        yield round(value * PERCENT, 6), prior, "a share of a hundred, as all the numbers beside it are"


def near_shares(value: float) -> Iterator[Turn]:
    """Round values around one between 0 and 1, the nearest first; tenths before what lies between them."""
    steps = [round(step * 0.05, 2) for step in range(21)]
    near = sorted((each for each in steps if 0 < abs(each - value) <= FARTHEST + 1e-9), key=lambda each: (abs(each - value), each))
    for tenths, less in ((True, 1.0), (False, 0.85)):
        for place, new in enumerate(each for each in near if (round(each * 100) % 10 == 0) is tenths):
            yield new, NEAREST * less * AWAY ** (place // 2), "a round value near the present one"
