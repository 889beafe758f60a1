"""What the values of each field of the data look like: a field is seldom taken for one of another shape."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from refinery.edits.scalar import Scalar
from refinery.repair.columns import SEPARATORS
from refinery.repair.turns import CONFIGURED
from refinery.repair.world import World

DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}:\d{2}(?::\d{2})?")
NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*%?")
SWITCH = frozenset({"true", "false", "yes", "no"})
MOST_ROWS = 40
"""Lines of a table that tell what its columns look like."""


def describe(world: World, scalars: Iterable[Scalar], sources: Mapping[str, str]) -> None:
    """Tells the world what fields of data look like, and which stand in one record of a table."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for scalar in scalars:
        if scalar.keys and isinstance(scalar.keys[-1], str):
            seen[scalar.keys[-1]][_shape(scalar.value)] += 1
    for path, text in sources.items():
        sign = SEPARATORS.get(PurePosixPath(path).suffix.lower())
        if sign and len(text) <= CONFIGURED:
            rows = list(_rows(text, sign))
            world.together(rows[0] if rows else ())
            for row in rows[1:]:
                for name, cell in zip(rows[0], row, strict=True):
                    seen[name][_shape(cell)] += 1
    for name, shapes in seen.items():
        known = [(count, shape) for shape, count in shapes.items() if shape]
        world.shapes[name] = max(known)[1] if known else ""


def _rows(text: str, sign: str) -> Iterator[list[str]]:
    """The head of a table and the lines that are as wide."""
    lines = text.splitlines()[: MOST_ROWS + 1]
    width = len(lines[0].split(sign)) if lines else 0
    for line in lines:
        cells = [each.strip() for each in line.split(sign)]
        if len(cells) == width > 1:
            yield cells


def _shape(value: object) -> str:
    """Empty for nothing, which any field may hold."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool) or str(value).lower() in SWITCH:
        return "switch"
    if isinstance(value, int | float) or NUMBER.fullmatch(str(value)):
        return "number"
    return "date" if DATE.fullmatch(str(value)) else "text"
