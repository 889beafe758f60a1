"""Numbers that count one unit for one of another, beside a text that says how many stand for how many: `18 km / 3 h`, `90 g per 4 cups`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from refinery.edits.scalar import Scalar
from refinery.repair.slips.sight import Found, Sight, turned
from refinery.repair.wording import parts

RATE = re.compile(r"(?<![\w.,])(\d+(?:\.\d+)?) ?([A-Za-z\u00b5%]+) ?(?:/|per|in|for|every|each) ?(\d+(?:\.\d+)?) ?([A-Za-z]+)\b")
SHOWN, NAMED, KIN = 0.93, 0.6, 0.6
"""How likely the number is what the text says: where it is the first number as it stands, multiplied, or the wrong way round, and its name
or its kin say that it is for one; where but its name says so; and where but its kin do."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of a unit stand for how many of another."""

    many: Decimal
    unit: str
    of: Decimal
    other: str

    @property
    def one(self) -> Decimal:
        return self.many / self.of

    def mistaken(self, value: Decimal) -> bool:
        """Whether a number is the first one as it stands, multiplied, or the wrong way round."""
        return value in (self.many, self.many * self.of, self.of / self.many) and value != self.one


def rates(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    tables: dict[tuple[object, ...], list[Scalar]] = defaultdict(list)
    for scalar in sight.scalars:
        if scalar.keys and isinstance(scalar.keys[-1], str):
            tables[scalar.path, *scalar.keys[:-1]].append(scalar)
    told = {place: rate for place, own in tables.items() if (rate := _told(own))}
    agree = _agreeing(tables, told)
    for place, rate in told.items():
        for scalar in tables[place]:
            value = _number(scalar)
            if value is None or value == rate.one:
                continue
            named, taken, kin = _says(scalar, rate), rate.mistaken(value), scalar.key in agree
            prior = SHOWN if taken and (named or kin) else NAMED if named else KIN if kin else 0.0
            if prior:
                shown = int(rate.one) if rate.one == int(rate.one) else float(round(rate.one, 6))
                why = f"beside it stands {rate.many} {rate.unit} for {rate.of} {rate.other}"
                yield from turned(sight.sources, scalar, shown, prior, f"Set {scalar.name} to {shown}", why)


def _told(own: Sequence[Scalar]) -> Rate | None:
    """What the only text of a table says that says such a thing; nothing of something for one, which needs no reckoning."""
    found = [match for each in own if isinstance(each.value, str) for match in RATE.finditer(each.value)]
    if len(found) != 1 or not (many := Decimal(found[0][1])) or (of := Decimal(found[0][3])) in (0, 1):
        return None
    return Rate(many, found[0][2].lower(), of, found[0][4].lower())


def _agreeing(tables: Mapping[tuple[object, ...], Sequence[Scalar]], told: Mapping[tuple[object, ...], Rate]) -> frozenset[str]:
    """Names of numbers that are for one in some table."""
    return frozenset(each.key for place, rate in told.items() for each in tables[place] if _number(each) == rate.one)


def _says(scalar: Scalar, rate: Rate) -> bool:
    own = parts(scalar.key)
    return "per" in own and {rate.unit, rate.other} <= own


def _number(scalar: Scalar) -> Decimal | None:
    value = scalar.value
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None
