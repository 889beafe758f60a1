"""The one value of several that is a text where the others are days, numbers or switches, for its quotation marks, and the reverse."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from refinery.edits.config import scalars
from refinery.edits.scalar import NotParsable, Scalar
from refinery.repair.slips.sight import Found, Sight, rewritten

FORMS = (
    ("a day", re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?)?")),
    ("a number", re.compile(r"-?(?:0|[1-9][\d_]*)(?:\.\d+)?")),
    ("a switch", re.compile(r"true|false")),
)
UNLIKE, UNLIKE_ONE = 0.75, 0.5
"""How likely a value is meant to be written as its kin: of two or more, and of one."""
MOST = 200
"""Values of a kind among which one is the odd one."""


def quoted(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    best: dict[tuple[str, str], tuple[float, str, str]] = {}
    for kin in _kin(sight):
        for name, form in FORMS:
            alike = [each for each in kin if form.fullmatch(_inner(each))]
            text = [each for each in alike if each.raw != _inner(each)]
            bare = [each for each in alike if each.raw == _inner(each)]
            if len(alike) < len(kin) or not alike or len(alike) > MOST:
                continue
            for odd, others in ((text, bare), (bare, text)):
                if len(odd) != 1 or not others or (odd is bare and len(others) == 1):
                    continue
                source, one = sight.sources[odd[0].path], odd[0]
                new = _inner(one) if odd is text else f'"{one.raw}"'
                after = source[: one.start] + new + source[one.end :]
                prior = UNLIKE if len(others) > 1 else UNLIKE_ONE
                if _reads(one, after) and prior > best.get((one.path, after), (0.0, "", ""))[0]:
                    why = f"the others are {'each ' + name if odd is text else 'texts'}"
                    best[one.path, after] = prior, f"Write {one.name} as {new}", why
    for (path, after), (prior, says, why) in best.items():
        yield from rewritten(path, after, prior, says, why)


def _inner(scalar: Scalar) -> str:
    """What is written, without the quotation marks round it."""
    raw = scalar.raw.strip()
    return raw[1:-1] if len(raw) > 1 and raw[0] in "\"'" and raw[-1] == raw[0] else raw


def _kin(sight: Sight) -> Iterator[Sequence[Scalar]]:
    """Items of a list, a field of all records, the lists of all records, and the values of a table."""
    found: dict[tuple[object, ...], list[Scalar]] = defaultdict(list)
    for scalar in sight.scalars:
        if scalar.path not in sight.settings or not scalar.keys:
            continue
        *above, last = scalar.keys
        found[scalar.path, tuple(above), "in" if isinstance(last, str) else "list"].append(scalar)
        if above:
            found[scalar.path, tuple(above[:-1]), last if isinstance(last, str) else above[-1], "field"].append(scalar)
    yield from (kin for kin in found.values() if len(kin) > 1)


def _reads(scalar: Scalar, after: str) -> bool:
    """Whether the file can be read, and has its other values still."""
    try:
        return any(each.keys == scalar.keys and each.start == scalar.start for each in scalars(after, scalar.path))
    except NotParsable:
        return False
