"""Two cells of one row that changed places, as the columns show: a phrase where all the others have a word, and a word among phrases."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import combinations

from refinery.edits.config import replaced, scalars
from refinery.edits.draft import spliced
from refinery.edits.entries import renamed
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar
from refinery.repair.columns import columns_of
from refinery.repair.prompts import Wording
from refinery.repair.slips.grids import bare, grids
from refinery.repair.slips.sight import Found, Sight, reworded, rewritten, tried

SHOWN, HALF = 0.6, 0.4
"""How likely two cells changed places where each is like the other column alone, and where one of the columns has cells of all forms."""
FEWEST, MOST_ROWS, MOST_COLUMNS, LONGEST = 3, 60, 8, 120
ARROW = re.compile(r"^[ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(\S[^\n]*?)[ \t]*(->|→|=>|:|=)[ \t]+(\S[^\n]*?)[ \t]*$")

Put = Callable[[int, int, float, str, str], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Row:
    """Cells beside each other, and what exchanges two of them."""

    cells: tuple[str, ...]
    put: Put


def exchanged(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    for rows in (*_in_lines(sight), *_records(sight), *_pairs(sight), *_in_texts(sight)):
        if not FEWEST <= len(rows) <= MOST_ROWS or len(rows[0].cells) > MOST_COLUMNS:
            continue
        for row in rows:
            others = [list(column) for column in zip(*(each.cells for each in rows if each is not row), strict=True)]
            for one, other in combinations(range(len(row.cells)), 2):
                if prior := _turned(row.cells[one], row.cells[other], others[one], others[other]):
                    says = f"Exchange `{row.cells[one]}` and `{row.cells[other]}`"
                    yield from row.put(one, other, prior, says, "each looks like what stands in the column of the other")


def _turned(one: str, other: str, ones: Sequence[str], others: Sequence[str]) -> float:
    """How likely two cells belong each into the column of the other, of which these are the other cells; 0 where nothing shows it."""
    if one == other or not one or not other or one in ones or other in others:
        return 0.0
    pairs = ((one, others), (other, ones))
    known = any(cell in column and len(set(column)) < len(column) and cell[0].isalpha() for cell, column in pairs)
    if known and not set(ones) & set(others):
        return SHOWN
    for form in (_form, _case):
        here, there = {form(each) for each in ones}, {form(each) for each in others}
        left, right = form(one), form(other)
        if left not in here and right not in there and here == {right} and there == {left}:
            return SHOWN
        if left != right and ((here == {right} and left in there) or (there == {left} and right in here)):
            strange = (left not in here) + (right not in there)
            return (SHOWN if strange > 1 else HALF) if strange else 0.0
    return 0.0


@lru_cache(maxsize=10_000)
def _form(cell: str) -> str:
    """What a cell looks like, whatever it says."""
    if re.fullmatch(r"[-+]?[\d.,]+ ?%?", cell):
        return "number"
    if not any(letter.isalpha() for letter in cell) or re.search(r"\w[@/:]\w|^[/.#@]|\d", cell):
        return re.sub(r"[A-Za-z]+", "a", re.sub(r"\d+", "0", cell))
    return "word" if len(cell.split()) == 1 else "words"


def _case(cell: str) -> str:
    """Of what letters it is."""
    sort = "lower" if cell.islower() else "upper" if cell.isupper() else "title" if cell[:1].isupper() else "none"
    return f"{_form(cell)} {sort}"


def _in_lines(sight: Sight) -> Iterator[list[Row]]:
    tables: dict[str, dict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for (path, _), cells in columns_of((), (), sight.sources).items():
        for cell in cells if path.endswith((".csv", ".tsv")) else ():
            tables[path][cell.record].append((cell.start, cell.end))
    for path, records in tables.items():
        text = sight.sources[path]
        yield [Row(tuple(text[start:end] for start, end in spans), partial(_spliced, path, text, spans)) for spans in records.values()]


def _records(sight: Sight) -> Iterator[list[Row]]:
    """Tables beside each other that have the same texts."""
    tables: dict[tuple[str, tuple[str | int, ...]], dict[str, Scalar]] = defaultdict(dict)
    for scalar in sight.scalars:
        if len(scalar.keys) > 1 and isinstance(scalar.keys[-1], str) and isinstance(scalar.value, str) and len(scalar.value) <= LONGEST:
            tables[scalar.path, scalar.keys[:-1]][scalar.keys[-1]] = scalar
    alike: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for (path, keys), fields in tables.items():
        named = [fields[name] for name in sorted(fields)]
        row = Row(tuple(str(each.value) for each in named), partial(_exchanged, path, sight.sources[path], named))
        alike[path, keys[:-1], tuple(sorted(fields))].append(row)
    yield from (rows for rows in alike.values() if len(rows[0].cells) > 1)


def _pairs(sight: Sight) -> Iterator[list[Row]]:
    """Tables of texts under texts."""
    tables: dict[tuple[str, tuple[str | int, ...]], list[Scalar]] = defaultdict(list)
    for scalar in sight.scalars:
        if scalar.keys and isinstance(scalar.keys[-1], str):
            tables[scalar.path, scalar.keys[:-1]].append(scalar)
    for (path, _), entries in tables.items():
        if all(isinstance(each.value, str) and 0 < len(each.value) <= LONGEST for each in entries):
            text = sight.sources[path]
            yield [Row((str(each.keys[-1]), str(each.value)), partial(_renamed, path, text, each)) for each in entries]


def _in_texts(sight: Sight) -> Iterator[list[Row]]:
    for text in sight.texts:
        for _, *rows in grids(text):
            yield [_row(text, each.cells) for each in rows]
        blocks: dict[tuple[int, str], list[Row]] = defaultdict(list)
        at = block = 0
        for line in text.text.splitlines(keepends=True):
            found = ARROW.match(line.rstrip("\n"))
            if found:
                spans = [bare(text.text, at + found.start(place), at + found.end(place)) for place in (1, 3)]
                blocks[block, found[2]].append(_row(text, spans))
            block += not found
            at += len(line)
        yield from blocks.values()


def _row(text: Wording, spans: Sequence[tuple[int, int]]) -> Row:
    def put(one: int, other: int, prior: float, says: str, why: str) -> Iterator[Found]:
        both = [(*spans[one], cells[other]), (*spans[other], cells[one])]
        return reworded(text, both, prior, says, why)

    cells = tuple(text.text[start:end] for start, end in spans)
    return Row(cells, put)


def _spliced(
    path: str, text: str, spans: Sequence[tuple[int, int]], one: int, other: int, prior: float, says: str, why: str
) -> Iterator[Found]:
    (start, end), (begin, stop) = spans[one], spans[other]
    yield from rewritten(path, spliced(text, [(start, end, text[begin:stop]), (begin, stop, text[start:end])]), prior, says, why)


def _exchanged(path: str, text: str, fields: Sequence[Scalar], one: int, other: int, prior: float, says: str, why: str) -> Iterator[Found]:
    first, last = sorted((fields[one], fields[other]), key=lambda each: each.start)
    return tried(path, lambda: replaced(replaced(text, last, first.value), first, last.value), prior, says, why)


def _renamed(path: str, text: str, entry: Scalar, one: int, other: int, prior: float, says: str, why: str) -> Iterator[Found]:
    del one, other
    try:
        name = str(entry.value)
        called = renamed(text, entry, len(entry.keys) - 1, name)
        now = next(each for each in scalars(called, path) if each.keys == (*entry.keys[:-1], name))
        after = replaced(called, now, str(entry.keys[-1]))
    except (NotFaithful, NotParsable, StopIteration):
        return
    yield from rewritten(path, after, prior, says, why)
