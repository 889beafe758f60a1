"""Columns of data: a number that slipped by a power of ten or lost its sign, digits exchanged, a kind misspelt, told by the others.

Data is not settings: what stands in a record is changed only where the rest of its column speaks against it, or where it is one of a
few kinds and the failure speaks of the record.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from refinery.domain import Layer
from refinery.edits.config import replaced
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar
from refinery.repair.clues import Clues
from refinery.repair.placeholders import Refill
from refinery.repair.turns import CONFIGURED

SEPARATORS = {".csv": ",", ".tsv": "\t"}
LINES = frozenset({".jsonl", ".ndjson"})
FEWEST = 4
"""Values of a column that tell what is usual in it."""
FAR = 2
"""How many times beyond the others a number lies that is taken for a slip."""
WIDE, SPREAD = 10, 0.5
"""How many times the smallest the largest of the others may be, and what a change counts where it is more."""
POINT, SAME, TURNED, SIGN = 0.6, 0.65, 0.4, 0.5
"""How likely a number is another one: with its point elsewhere, so that others have it too, with two digits exchanged, of another sign."""
CASE, MISSPELT, KIND = 0.85, 0.65, 0.3
"""How likely a text that no other record has is one in other letters, one spelt alike that several have, and how likely a record is of
another kind."""
ALIKE = 0.75
LETTERS = (str.islower, str.isupper, str.istitle)
KINDS = 8
"""Different texts in a column of kinds."""
FEWEST_CODES, CODE = 3, 0.85
"""Values of a column that tell that it has numbers of one length, with noughts before them; how likely a shorter one lost its own."""
UNSPOKEN = 0.5
"""What a change of a record counts of which the failure does not speak."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a record."""

    path: str
    start: int
    end: int
    text: str
    record: int
    """The line, or the place, of the record."""
    scalar: Scalar | None = None
    """The value, where it stands in a configuration file."""


def odd_data(
    found: Iterable[Scalar], tables: Collection[tuple[str, tuple[str | int, ...]]], sources: Mapping[str, str], clues: Clues
) -> Iterator[tuple[float, Refill]]:
    """Every such change with its score, in no order. `tables` are the values of `found` that stand in records."""
    columns = columns_of(tuple(found), tables, sources)
    records: dict[tuple[str, int], list[str]] = defaultdict(list)
    for cells in columns.values():
        for cell in cells:
            records[cell.path, cell.record].append(cell.text)
    for (path, name), cells in columns.items():
        for cell in cells if len(cells) >= FEWEST_CODES else ():
            if (code := _code(cell.text, [each.text for each in cells if each is not cell])) and (
                after := with_cell(sources[path], cell, code)
            ):
                yield (
                    CODE,
                    Refill(path, after, f"Set {name} in record {cell.record} of {path} to {code}", "the others are so long", Layer.CONFIG),
                )
        if len(cells) < FEWEST:
            continue
        for cell in cells:
            others = [each.text for each in cells if each is not cell]
            row = [cell.scalar.key] if cell.scalar and _is_row(cell.scalar, name) else records[path, cell.record]
            about = any(_speaks(text) and clues.says(text) for text in row)
            for new, prior, why in (*_numbers(cell.text, others), *_texts(cell.text, others, about and cell.scalar is None)):
                if after := with_cell(sources[path], cell, new):
                    named = cell.scalar.name if cell.scalar and _is_row(cell.scalar, name) else f"{name} in record {cell.record} of {path}"
                    says = f"Set {named} to {new}"
                    sure = about and prior != KIND  # one failure is met by a record of another kind as often as it is cured
                    yield prior * (1.0 if about else UNSPOKEN), Refill(path, after, says, why, Layer.CONFIG, 1 if sure else 2)


def _is_row(scalar: Scalar, column: str) -> bool:
    """Whether a value is the whole of a row: its column is the table then, and bears its name."""
    return scalar.key != column


def _speaks(text: str) -> bool:
    return len(text) > 1 and not _decimal(text)


def columns_of(
    found: Collection[Scalar], tables: Collection[tuple[str, tuple[str | int, ...]]], sources: Mapping[str, str]
) -> dict[tuple[str, str], list[Cell]]:
    columns: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for path, text in sorted(sources.items()):
        suffix = PurePosixPath(path).suffix.lower()
        if len(text) <= CONFIGURED:
            cells = _split(path, text, SEPARATORS[suffix]) if suffix in SEPARATORS else _lines(path, text) if suffix in LINES else ()
            for name, cell in cells:
                columns[path, name].append(cell)
    places: dict[tuple[str, tuple[str | int, ...]], int] = {}
    for scalar in found:
        if (scalar.path, scalar.keys) in tables and _single(scalar):
            record = places.setdefault((scalar.path, scalar.keys[:-1]), len(places) + 1)
            cell = Cell(scalar.path, scalar.start, scalar.end, str(scalar.value), record, scalar)
            columns[scalar.path, scalar.key].append(cell)
    return columns | _maps(found)


def rows(sources: Mapping[str, str]) -> Iterator[tuple[str, str, int, str]]:
    """Each cell of the tables in lines that says something: its file, the name of its column, its record and what it says."""
    for (path, name), cells in columns_of((), (), sources).items():
        yield from ((path, name, cell.record, cell.text) for cell in cells if cell.text)


def _maps(found: Iterable[Scalar]) -> dict[tuple[str, str], list[Cell]]:
    """Numbers under names that are all of a kind, such as a rate for each: tables in which every row is one number."""
    by_table: dict[tuple[str, tuple[str | int, ...]], list[Scalar]] = defaultdict(list)
    for scalar in found:
        if scalar.keys and isinstance(scalar.keys[-1], str):
            by_table[scalar.path, scalar.keys[:-1]].append(scalar)
    found_in: dict[tuple[str, str], list[Cell]] = {}
    for (path, keys), rows in by_table.items():
        if keys and all(isinstance(each.value, int | float) and not isinstance(each.value, bool) for each in rows):
            cells = [Cell(path, each.start, each.end, str(each.value), place, each) for place, each in enumerate(rows, 1)]
            found_in[path, ".".join(map(str, keys))] = cells
    return found_in


def _single(scalar: Scalar) -> bool:
    return isinstance(scalar.keys[-1], str) and isinstance(scalar.value, str | int | float) and not isinstance(scalar.value, bool)


def _split(path: str, text: str, sign: str) -> Iterator[tuple[str, Cell]]:
    """The cells of a table in lines. What is written with quotation marks is left alone, and so is all that is not as wide as the head."""
    at, names = 0, []
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        cells = line.rstrip("\r\n").split(sign)
        if number == 1:
            names = [each.strip() for each in cells]
        elif len(cells) == len(names) > 1 and '"' not in line:
            start = at
            for name, cell in zip(names, cells, strict=True):
                begin = start + len(cell) - len(cell.lstrip())
                yield name, Cell(path, begin, begin + len(cell.strip()), cell.strip(), number)
                start += len(cell) + 1
        at += len(line)


def _lines(path: str, text: str) -> Iterator[tuple[str, Cell]]:
    """Single values of records of which each has a line, where each is found by its name."""
    at = 0
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        for match in re.finditer(r'"(\w+)"\s*:\s*(-?\d+(?:\.\d+)?(?=\s*[,}])|"[^"\\]*")', line):
            raw = match[2]
            inside = 1 if raw.startswith('"') else 0
            yield match[1], Cell(path, at + match.start(2) + inside, at + match.end(2) - inside, raw.strip('"'), number)
        at += len(line)


def _numbers(text: str, others: Sequence[str]) -> Iterator[tuple[str, float, str]]:
    value, rest = _decimal(text), [number for other in others if (number := _decimal(other)) is not None]
    if value is None or not value or len(rest) < max(FEWEST - 1, len(others)):
        return
    sizes = [abs(each) for each in rest if each]
    if not sizes:
        return
    if all(each * value < 0 for each in rest):
        yield _written(-value, others), SIGN, "all the others are of the other sign"
    low, high = min(sizes), max(sizes)
    if low / FAR <= abs(value) <= high * FAR:
        return
    sure = 1.0 if high <= WIDE * low else SPREAD
    for shift in (-1, 1, -2, 2, -3, 3):
        new = value.scaleb(shift)
        if low / FAR <= abs(new) <= high * FAR and (shown := _written(new, others)):
            yield shown, sure * (SAME if new in rest else POINT), f"{text} lies far from all the others, which are from {low} to {high}"
    for new in _turned(text):
        if low <= abs(new) <= high:
            yield _written(new, others), sure * TURNED, f"{text} lies far from all the others, and two of its digits may be exchanged"


def _code(text: str, others: Sequence[str]) -> str:
    """A number with the noughts before it that make it as long as all the others, of which one has such too."""
    widths = {len(other) for other in others}
    whole = text.isdecimal() and all(other.isdecimal() for other in others) and any(other.startswith("0") for other in others)
    return text.zfill(max(widths)) if whole and len(widths) == 1 and len(text) < max(widths) else ""


def _turned(text: str) -> Iterator[Decimal]:
    for at in range(len(text) - 1):
        one, other = text[at], text[at + 1]
        if one.isdigit() and other.isdigit() and one != other and (new := _decimal(text[:at] + other + one + text[at + 2 :])) is not None:
            yield new


def _texts(text: str, others: Sequence[str], about: bool) -> Iterator[tuple[str, float, str]]:
    count = Counter(others)
    usual = [other for other, times in count.most_common() if times > 1]
    alone = text not in count and len(count) <= KINDS and any(all(map(is_so, count)) and not is_so(text) for is_so in LETTERS)
    if usual and alone and (same := next((other for other in count if other.casefold() == text.casefold()), "")):
        yield same, CASE, f"no other record has {text}, and all are written as {same} is"
        return
    if not usual or len(count) > KINDS or _decimal(text) is not None or not text:
        return
    for other in usual:
        alike = SequenceMatcher(None, text.lower(), other.lower()).ratio()
        if text not in count and alike >= ALIKE and not any(letter.isdigit() for letter in text):
            yield other, MISSPELT, f"no other record has {text}, and {count[other]} have {other}"
        elif about and other != text and 2 * len(count) <= len(others):
            yield other, KIND, f"{count[other]} records have {other}, and the failure speaks of this one"


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text) if re.fullmatch(r"-?\d+(?:\.\d+)?", text) else None
    except InvalidOperation:
        return None


def _written(number: Decimal, others: Sequence[str]) -> str:
    """As the others are written; empty where it has a fraction and none of them has."""
    whole = not any("." in other for other in others)
    if whole:
        return str(int(number)) if number == int(number) else ""
    places = Counter(len(other.partition(".")[2]) for other in others).most_common(1)[0][0]
    have = len(f"{number:f}".partition(".")[2].rstrip("0"))
    return f"{number:.{max(have, places)}f}"


def with_cell(text: str, cell: Cell, new: str) -> str:
    if not new or new == cell.text:
        return ""
    if cell.scalar is None:
        return text[: cell.start] + new + text[cell.end :]
    try:
        value = new if isinstance(cell.scalar.value, str) else json.loads(new)
        return replaced(text, cell.scalar, value)
    except (NotFaithful, NotParsable, ValueError):
        return ""
