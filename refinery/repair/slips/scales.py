"""Numbers that are counted in another unit than those beside them, or than their name, a comment or a text says."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from refinery.edits.scalar import Scalar, Value
from refinery.repair.columns import Cell, columns_of, with_cell
from refinery.repair.knobs import in_tables
from refinery.repair.slips.sight import Found, Sight, rewritten, turned
from refinery.repair.wording import parts

TIMES: Mapping[str, tuple[int, ...]] = {
    "ms": (1000, 60_000), "milli": (1000, 60_000), "millisecond": (1000, 60_000), "second": (60, 1000, 3600), "sec": (60, 1000, 3600),
    "minute": (60, 24), "hour": (60, 24, 3600), "day": (24, 7, 86_400), "week": (7,), "cent": (100,), "penny": (100,),
    "pence": (100,), "euro": (100,), "dollar": (100,), "usd": (100,), "eur": (100,), "gbp": (100,), "percent": (100,), "pct": (100,),
    "percentage": (100,), "ratio": (100,), "share": (100,), "fraction": (100,), "basis": (100,), "bps": (100,), "byte": (1024, 1000),
    "kb": (1024, 1000), "mb": (1024, 1000), "gb": (1024, 1000), "gram": (1000,), "kg": (1000,), "km": (1000,), "meter": (100, 1000),
    "metre": (100, 1000), "cm": (10, 100), "mm": (10, 1000), "ml": (1000,), "liter": (1000,), "litre": (1000,),
}  # fmt: skip
"""By which numbers units differ that are taken for each other, by the word that says one."""
COUNTED = re.compile(r"(?i)\b(?:all|every|amounts?|prices?|times?|durations?|sizes?)\b[^.\n]{0,40}\bin (\w+)")
ANY = (10, 100, 1000, 60)
SMALLEST, LARGEST = Decimal("0.4"), Decimal("2.5")
"""How many times the least and the greatest of the others a number may be."""
ROOM = Decimal("1.8")
"""How much farther it may be from them where a word says the unit."""
FAR = 5
"""How many times the least, or the greatest, of the others is far from them."""
TIGHT = 12
"""How many times the least of the others the greatest may be, for a number to be out of scale among them."""
SAID, SAID_BY_FEW, UNSAID = 0.6, 0.5, 0.3
"""How likely a number is of another unit than all the others: where something says a unit, so of but one other, where nothing does."""
ALONE, BY_ITSELF = 0.4, 0.55
"""How likely a number is of another unit than its own name says: where it is but as large, or small, as that makes likely; and where it is
broken, as only the larger unit is."""
SHORT = {"ms": 60, "millisecond": 60}
"""What is hardly counted so, since it is too little."""
LONG = {"minute": (300, 60), "hour": (240, 60), "day": (3600, 3600)}
"""What is hardly counted so, since it is too much; and the number of a smaller unit."""
MOST, FEWEST, LONGEST = 60, 2, 200


def scales(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    numbers = [each for each in sight.scalars if _number(each.value) is not None and each.keys]
    told = {path: _told(text) for path, text in sight.sources.items() if any(each.path == path for each in numbers)}
    everywhere = _told(sight.code).union(*(_told(text.text) for text in sight.texts))
    looked: set[int] = set()
    for own in _kin(numbers, sight).values():
        for scalar in own if len(own) <= MOST else ():
            beside = [Decimal(str(each.value)) for each in own if each is not scalar]
            value, units = Decimal(str(scalar.value)), _units(scalar, sight) | told[scalar.path] | everywhere
            looked |= {id(scalar)} if any(abs(each) / FAR <= abs(value) <= abs(each) * FAR for each in beside) else set()
            for new, prior, why in _out_of_scale(value, beside, units):
                looked.add(id(scalar))
                yield from turned(sight.sources, scalar, new, prior, f"Set {scalar.name} to {new}", why)
    for scalar in numbers:
        for new, prior, why in _by_itself(scalar, _units(scalar, sight) | told[scalar.path]) if id(scalar) not in looked else ():
            yield from turned(sight.sources, scalar, new, prior, f"Set {scalar.name} to {new}", why)
    yield from _in_lines(sight)


def _kin(numbers: Sequence[Scalar], sight: Sight) -> dict[tuple[object, ...], list[Scalar]]:
    """Numbers of one name in tables beside each other; of one list; of one unit, or of a table for which code has no names, in a table."""
    kin: dict[tuple[object, ...], list[Scalar]] = defaultdict(list)
    for scalar in numbers:
        last = scalar.keys[-1]
        if isinstance(last, int):
            kin[scalar.path, scalar.keys[:-1], "list"].append(scalar)
            continue
        kin[scalar.path, scalar.keys[:-2], last].append(scalar)
        own = parts(last) | parts(_beside(scalar, sight))
        unit = next((word for word in TIMES if word in own), "")
        if unit or last not in sight.said:
            kin[scalar.path, scalar.keys[:-1], f"in {unit}"].append(scalar)
    return kin


def _told(text: str) -> frozenset[str]:
    """Units in which a text says that all is counted."""
    return frozenset().union(*(parts(word) for word in COUNTED.findall(text))) & TIMES.keys()


def _units(scalar: Scalar, sight: Sight) -> frozenset[str]:
    """Words for units in the name of a number, in those of the tables around it, in the comment beside it, or above it."""
    above = sight.sources[scalar.path][max(0, scalar.start - LONGEST) : scalar.start].splitlines()[-2:-1]
    names = (key for key in scalar.keys if isinstance(key, str))
    words = [*names, _beside(scalar, sight), *(line for line in above if line.lstrip().startswith("#"))]
    return frozenset().union(*(parts(word) for word in words)) & TIMES.keys()


def _beside(scalar: Scalar, sight: Sight) -> str:
    """The comment in the line of a value."""
    found = re.match(r"[^\n#]*#([^\n]*)", sight.sources[scalar.path][scalar.end : scalar.end + LONGEST])
    return found[1] if found else ""


def _out_of_scale(value: Decimal, beside: Sequence[Decimal], units: frozenset[str]) -> Iterator[tuple[Value, float, str]]:
    """A number that is far from all the others, and near them when it is taken so many times or parted so."""
    sizes = [abs(each) for each in beside if each]
    if not value or not sizes or len(sizes) < (1 if units else FEWEST):
        return
    low, high = min(sizes), max(sizes)
    if high > TIGHT * low or low / FAR <= abs(value) <= high * FAR:
        return
    prior = UNSAID if not units else SAID if len(sizes) > 1 else SAID_BY_FEW
    for many in dict.fromkeys((*(each for unit in sorted(units) for each in TIMES[unit]), *ANY)):
        new = value * many if abs(value) < low else value / many
        known = any(many in TIMES[unit] for unit in units)
        room = ROOM if known else 1
        if low * SMALLEST / room <= abs(new) <= high * LARGEST * room and (shown := _plain(new, beside)) is not None:
            yield shown, prior if known or not units else UNSAID, f"the others are from {low} to {high}"


def _by_itself(scalar: Scalar, units: frozenset[str]) -> Iterator[tuple[Value, float, str]]:
    """A percentage below one, cents that are broken, minutes by the hundred."""
    value = _number(scalar.value)
    own = (parts(scalar.key) & TIMES.keys()) if scalar.key else frozenset()
    if value is None or value <= 0:
        return
    if own & {"percent", "pct", "percentage"} and value < 1:
        yield _plain(value * 100, ()), BY_ITSELF, "it is a share of one, and is to be of a hundred"
    if (own or units) & {"cent", "pence"} and value != int(value):
        yield _plain(value * 100, ()), BY_ITSELF, "there are no parts of a cent"
    for word in sorted(own & SHORT.keys()):
        if value <= SHORT[word]:
            yield _plain(value * 1000, ()), ALONE, "it may be counted in seconds"
    for word in sorted(own & LONG.keys()):
        least, many = LONG[word]
        if value >= least and value % many == 0:
            yield _plain(value / many, ()), ALONE, "it may be counted in a smaller unit"


def _in_lines(sight: Sight) -> Iterator[Found]:
    """Cells of a column, among those of the others."""
    found = columns_of(sight.scalars, in_tables(sight.scalars), sight.sources)
    for (path, name), cells in found.items():
        own = [each for each in cells if each.scalar is None and _number_of(each.text) is not None]
        for cell in own if FEWEST < len(own) <= MOST else ():
            yield from _of_column(sight, path, name, cell, [Decimal(each.text) for each in own if each is not cell])


def _of_column(sight: Sight, path: str, name: str, cell: Cell, beside: Sequence[Decimal]) -> Iterator[Found]:
    for value, prior, why in _out_of_scale(Decimal(cell.text), beside, parts(name) & TIMES.keys()):
        after = with_cell(sight.sources[path], cell, str(value))
        yield from rewritten(path, after, prior, f"Set {name} in record {cell.record} to {value}", why)


def _number(value: Value) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**15 else None


def _number_of(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"-?\d+(?:\.\d+)?", text) else None


def _plain(number: Decimal, beside: Sequence[Decimal]) -> int | float | None:
    """As it is written; None where it would be broken, and no other is."""
    if number == int(number):
        return float(number) if beside and all(each != int(each) for each in beside) else int(number)
    whole = beside and all(each == int(each) for each in beside)
    return None if whole else float(round(number, 6))
