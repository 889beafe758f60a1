"""What the values of each field of the data look like: a field is seldom taken for one of another shape."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from refinery.edits.scalar import Scalar
from refinery.repair.columns import SEPARATORS
from refinery.repair.turns import CONFIGURED
from refinery.repair.world import World

DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}:\d{2}(?::\d{2})?")
TIMED = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?")
"""A time whose text stands in the order of times."""
NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*%?")
SWITCH = frozenset({"true", "false", "yes", "no"})
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
CLOCK = re.compile(r"\d+((?::\d{2}){1,2})")
MOST_ROWS = 40
"""Lines of a table that tell what its columns look like."""
BETWEEN = (";", "|", ",")
"""What stands between the parts of a value that has several."""
PART = re.compile(r"[\w.+#&'-]+(?: [\w.+#&'-]+){0,2}")
FEWEST_LISTED = 2
"""Values with commas that are taken for lists: sentences and numbers have them too."""
SHORT = 60
NUMBERS = re.compile(r"([0-9]+)")
FIGURES = re.compile(r"(?<![\d./:-])\d+(?:[./]\d+)?(?: ?([+;|&]) ?| )\d+(?:[./]\d+)?(?![\d./:-])")
"""Two numbers, and what stands between them."""


def describe(world: World, scalars: Iterable[Scalar], sources: Mapping[str, str]) -> None:
    """Tells the world what fields of data look like, which stand in one record of a table, and which texts there are."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    values: dict[str, list[str]] = defaultdict(list)
    columns: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for scalar in scalars:
        if len(scalar.keys) > 1 and isinstance(scalar.keys[-1], str) and isinstance(scalar.keys[-2], int):
            within = next((each for each in reversed(scalar.keys[:-2]) if isinstance(each, str)), PurePosixPath(scalar.path).stem)
            columns[scalar.path, scalar.keys[:-2], within, scalar.keys[-1]].append(str(scalar.value))
        if scalar.keys and isinstance(scalar.keys[-1], str):
            seen[scalar.keys[-1]][_shape(scalar.value)] += 1
        texts = [each for each in (*scalar.keys, scalar.value) if isinstance(each, str)]
        world.texts.update(each for each in texts if len(each) <= SHORT)
        if scalar.keys and isinstance(scalar.value, str):
            values[str(scalar.keys[-1])].append(scalar.value)
    for path, text in sources.items():
        sign = SEPARATORS.get(PurePosixPath(path).suffix.lower())
        if sign and len(text) <= CONFIGURED:
            rows = list(_rows(text, sign))
            world.together(rows[0] if rows else ())
            for row in rows[1:]:
                for name, cell in zip(rows[0], row, strict=True):
                    seen[name][_shape(cell)] += 1
            for name, cell in _cells(text, sign):
                values[name].append(cell.strip())
                columns[path, (), PurePosixPath(path).stem, name].append(cell.strip())
                if cell != cell.strip():
                    world.padded.add(name)
                world.texts.update(each for each in (name, cell.strip()) if len(each) <= SHORT)
    _in_order(world, columns)
    for name, shapes in seen.items():
        known = [(count, shape) for shape, count in shapes.items() if shape]
        world.shapes[name] = max(known)[1] if known else ""
    written = (text for path, text in sources.items() if not path.endswith(".py") and len(text) <= CONFIGURED)
    world.figures = {found[1] or "" for text in (*world.texts, *written) for found in FIGURES.finditer(text)}
    world.parted = {name: between for name, cells in values.items() if (between := _between(cells))}
    told = {name: [cell for cell in cells if cell] for name, cells in values.items()}
    world.timed = frozenset(name for name, cells in told.items() if cells and all(map(MOMENT.fullmatch, cells)))
    world.clocked = any(_clocked(cells) for cells in told.values())
    world.uneven = {name: tuple(cells[:MOST_ROWS]) for name, cells in values.items() if uneven(cells)}


def _in_order(world: World, columns: Mapping[tuple[object, ...], Sequence[str]]) -> None:
    """Tells the world which records are not listed by their times, and which fields say the same in several of them."""
    ways: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (*_, within, name), cells in columns.items():
        told = [cell for cell in cells if cell]
        if len(set(told)) < len(told):
            world.repeated.add(str(name))
        if len(set(told)) > 1 and all(TIMED.fullmatch(cell) for cell in told):
            way = "up" if told == sorted(told) else "down" if told == sorted(told, reverse=True) else "mixed"
            ways[str(within), str(name)].add(way)
    for (within, name), found in ways.items():
        if "mixed" in found or len(found) > 1:
            world.unsorted[within].add(name)


def uneven(values: Sequence[str]) -> bool:
    """Whether short values with numbers in them stand in another order as texts than by these numbers."""
    values = [each for each in values if each and len(each) <= SHORT][:MOST_ROWS]
    parted = [NUMBERS.split(each) for each in values]
    if not all(len(each) == len(parted[0]) > 1 for each in parted):
        return False
    order = [[int(part) if part.isdecimal() else part for part in each] for each in parted]
    return [values[place] for place in sorted(range(len(values)), key=order.__getitem__)] != sorted(values)


def _clocked(cells: Sequence[str]) -> bool:
    found = [CLOCK.fullmatch(cell) for cell in cells]
    return len({len(each[1]) for each in found if each}) > 1 and all(found)


def _cells(text: str, sign: str) -> Iterator[tuple[str, str]]:
    """The cells of a table as they are written, with the names of their columns, quoted ones too."""
    try:
        rows = list(csv.reader(text.splitlines()[: MOST_ROWS + 1], delimiter=sign))
    except csv.Error:
        return
    for row in rows[1:]:
        yield from zip((name.strip() for name in rows[0]), row, strict=False)


def _between(cells: Sequence[str]) -> str:
    """What stands between short parts of some of the values, with its blanks; empty where none has several."""
    for sign in BETWEEN:
        listed = [cell for cell in cells if sign in cell and all(PART.fullmatch(part.strip()) for part in cell.split(sign))]
        listed = [cell for cell in listed if sign != "," or not NUMBER.fullmatch(cell)]
        if len(listed) >= (FEWEST_LISTED if sign == "," else 1):
            blank = " " if all(sign + " " in cell for cell in listed) else ""
            before = " " if all(" " + sign in cell for cell in listed) else ""
            return f"{before}{sign}{blank}"
    return ""


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
