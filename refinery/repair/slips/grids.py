"""Tables in Markdown: their rows and cells, and where each is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from refinery.repair.prompts import Wording

ROW = re.compile(r"^[ \t]*\|([^\n]*)\|[ \t]*$")
PART = re.compile(r"[^,;|]+")
DRESS = " \t*_`\"'"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table in a text: where its line stands, and its cells with their places."""

    start: int
    end: int
    cells: tuple[tuple[int, int], ...]


def grids(text: Wording) -> Iterator[tuple[Row, ...]]:
    """The tables of a text: the head, and the rows that are as wide."""
    rows: list[Row] = []
    at = 0
    for line in (*text.text.splitlines(keepends=True), ""):
        match = ROW.match(line.rstrip("\n"))
        if match:
            spans = [each.span() for each in re.finditer(r"[^|]+", match[1])]
            cells = tuple(bare(text.text, at + match.start(1) + start, at + match.start(1) + end) for start, end in spans)
            rows.append(Row(at, at + len(line.rstrip("\n")), cells))
        elif rows:
            ruled = len(rows) > 2 and set(text.text[rows[1].start : rows[1].end]) <= set("|:- \t")
            if ruled:
                yield (rows[0], *(row for row in rows[2:] if len(row.cells) == len(rows[0].cells)))
            rows = []
        at += len(line)


def parted(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The names that stand in one cell, with commas, semicolons or bars between."""
    for part in PART.finditer(text, start, end):
        yield bare(text, *part.span())


def bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Where a piece of a text begins and ends without blanks, and without the signs that dress a word up."""
    piece = text[start:end]
    first = start + len(piece) - len(piece.lstrip(DRESS))
    return first, max(first, start + len(piece.rstrip(DRESS)))
