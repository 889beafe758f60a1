"""Running text broken into lines of a terminal, in scripts with and without spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import category, combining, east_asian_width

CLOSING = frozenset("、。，．・：；？！）］｝〉》」』】〕’”ー…")
"""They never begin a line."""
OPENING = frozenset("（［｛〈《「『【〔‘“")
"""They never end one."""


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text; never empty. What is too long for a line in one piece is cut."""
    return [line for paragraph in text.split("\n") for line in _filled(paragraph.replace("\t", "    "), width)]


def cells(text: str) -> int:
    """Places of a terminal that a text takes: wide letters take two, combining marks none."""
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _filled(text: str, width: int) -> Iterator[str]:
    line, taken = "", 0
    for piece in _pieces(text, width):
        size = cells(piece)
        if line and taken + cells(piece.rstrip()) > width:
            yield line.rstrip()
            line, taken = "", 0
            piece, size = piece.lstrip(), cells(piece.lstrip())
        line, taken = line + piece, taken + size
    yield line.rstrip()


def _pieces(text: str, width: int) -> Iterator[str]:
    """What stays together: a word with the space behind it, or a wide letter with the marks that belong to it."""
    for word in re.findall(r"\s+|\S+\s?", text):
        piece = ""
        for letter in word:
            wide = east_asian_width(letter) in "WF"
            joined = letter in CLOSING or letter.isspace() or category(letter).startswith("M") or (piece and piece[-1] in OPENING)
            apart = piece and not joined and (wide or east_asian_width(piece[-1]) in "WF")
            if piece and (apart or cells(piece + letter.rstrip()) > width):
                yield piece
                piece = ""
            piece += letter
        yield piece
