"""Records that part a range among them, each from one number to another: a gap between two, or two that overlap."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import pairwise, permutations

from refinery.repair.columns import Cell, columns_of, with_cell
from refinery.repair.knobs import in_tables
from refinery.repair.slips.sight import Found, Sight, rewritten

FEWEST = 3
MOST_COLUMNS, MOST_ROWS = 6, 60
LOWER, UPPER = 0.75, 0.6
"""How likely the lower bound of a record is wrong that does not follow the one before, and how likely the upper bound of that one."""


def bounds(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    files: dict[str, dict[str, list[Cell]]] = defaultdict(dict)
    for (path, name), cells in columns_of(sight.scalars, in_tables(sight.scalars), sight.sources).items():
        if FEWEST <= len(cells) <= MOST_ROWS and all(_number(cell.text) is not None for cell in cells):
            files[path][name] = cells
    for path, numeric in files.items():
        for lower, upper in permutations(numeric, 2) if len(numeric) <= MOST_COLUMNS else ():
            yield from _following(path, sight.sources, numeric[lower], numeric[upper], (lower, upper))


def _following(
    path: str, sources: Mapping[str, str], lowers: Sequence[Cell], uppers: Sequence[Cell], names: tuple[str, str]
) -> Iterator[Found]:
    upper = {other.record: other for other in uppers}
    rows = [(one, upper[one.record]) for one in lowers if one.record in upper]
    values = [(_number(one.text) or Decimal(0), _number(other.text) or Decimal(0)) for one, other in rows]
    if len(rows) < FEWEST or any(high <= low for low, high in values):
        return
    steps = [low - high for (_, high), (low, _) in pairwise(values)]
    (step, times), *others = Counter(steps).most_common()
    if len(others) > 1 or (len(others) == 1 and others[0][1] > 1):
        return
    usual = [step] if times > 1 else [each for each in {step, *(each for each, _ in others)} if each in (0, 1)]
    for step in usual if others else ():
        at = next(place for place, each in enumerate(steps) if each != step)
        low, high = rows[at + 1][0], rows[at][1]
        for cell, name, new, prior in (
            (low, names[0], values[at][1] + step, LOWER),
            (high, names[1], values[at + 1][0] - step, UPPER),
        ):
            says = f"Set {name} of record {cell.record} to {new}"
            yield from rewritten(path, with_cell(sources[path], cell, str(new)), prior, says, "the other records follow each other so")


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None
