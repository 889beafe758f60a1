"""Tables in lines that are not written as their head is: a blank in a name, a comma that parts a text, another sign, a cell too few."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import PurePosixPath

from refinery.edits.draft import spliced
from refinery.repair.columns import SEPARATORS
from refinery.repair.slips.sight import Found, Sight, rewritten
from refinery.repair.turns import CONFIGURED

HEAD, MARK = 0.9, 0.8
"""How likely a name of the head has a blank, or the file a mark of its bytes, that nobody wants."""
PARTED, PARTED_ELSEWHERE, SIGN, EMPTY, BLANK = 0.9, 0.45, 0.85, 0.45, 0.75
"""How likely a line has too many cells because of a comma in a text: before a blank, and elsewhere; that it has another sign between its
cells, that an empty cell is missing, that a blank before a cell is none of it."""
OTHER_SIGNS = ";|\t,"
NAME = re.compile(r"[\w .-]+")


def cells(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    for path, text in sorted(sight.sources.items()):
        sign = SEPARATORS.get(PurePosixPath(path).suffix.lower(), "")
        if sign and len(text) <= CONFIGURED:
            yield from _head(path, text, sign, sight)
            yield from _lines(path, text, sign, sight)


def _lines(path: str, text: str, sign: str, sight: Sight) -> Iterator[Found]:
    lines = text.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, lines))]
    rows = [line.rstrip("\r\n").split(sign) if '"' not in line else [] for line in lines]
    full = [row for row in rows[1:] if len(row) == len(rows[0])] if rows else []
    for place, row in enumerate(rows):
        for new, prior, says, why in _put_right(row, len(rows[0]), full, sign, sight) if place and row and lines[place].strip() else ():
            after = spliced(text, [(starts[place], starts[place] + len(sign.join(row)), new)])
            yield from rewritten(path, after, prior, f"{says} in line {place + 1}", why)


def _head(path: str, text: str, sign: str, sight: Sight) -> Iterator[Found]:
    head = text.partition("\n")[0].rstrip("\r")
    names = head.split(sign)
    if text.startswith("\ufeff") and "utf-8-sig" not in sight.code:
        yield from rewritten(path, text[1:], MARK, "Take the mark of the bytes away", "it becomes a part of the first name")
    plain = sign.join(name.strip() for name in names)
    if plain != head and '"' not in head and "strip" not in sight.code and "skipinitialspace" not in sight.code:
        yield from rewritten(path, plain + text[len(head) :], HEAD, "Write the head without blanks", "a blank is a part of the name")
    elif plain != head and '"' not in head:
        yield from rewritten(path, plain + text[len(head) :], HEAD / 2, "Write the head without blanks", "a blank is a part of the name")


def _put_right(
    row: Sequence[str], width: int, full: Sequence[Sequence[str]], sign: str, sight: Sight
) -> Iterator[tuple[str, float, str, str]]:
    """The line as the head wants it, how likely it is meant so, what it says and why; `full` are the lines that are as wide as the head."""
    more = len(row) - width
    if more > 0 and full:
        for place in range(width):
            whole = sign.join(row[place : place + more + 1])
            spoken = all(each.startswith(" ") for each in row[place + 1 : place + more + 1])
            new = [*row[:place], f'"{whole}"', *row[place + more + 1 :]]
            fits = sum(_form(cell) == _form(full[0][column]) for column, cell in enumerate(new) if column != place)
            if spoken or fits == width - 1:
                prior = PARTED if spoken else PARTED_ELSEWHERE
                yield sign.join(new), prior, f"Put quotation marks round `{whole.strip()}`", "the line has a cell more than the head"
    elif more < 0 and full:
        for other in OTHER_SIGNS.replace(sign, ""):
            parted = re.split(rf"[{re.escape(sign + other)}]", sign.join(row))
            if len(parted) == width and any(other in cell for cell in row):
                yield sign.join(parted), SIGN, f"Part the cells by `{sign}`", "the other lines are parted so"
        for place in range(width) if more == -1 else ():
            new = [*row[:place], "", *row[place:]]
            if all(_form(cell) == _form(full[0][column]) for column, cell in enumerate(new) if column != place):
                yield sign.join(new), EMPTY, f"Put in an empty cell at place {place + 1}", "the line has a cell less than the head"
    elif not more and any(cell.startswith(" ") for cell in row) and "strip" not in sight.code and "skipinitialspace" not in sight.code:
        beside = [each for each in full if any(cell.startswith(" ") for cell in each)]
        if len(beside) == 1 and len(full) > 1:
            yield sign.join(cell.strip() for cell in row), BLANK, "Write the cells without blanks", "no other line has blanks there"


def _form(cell: str) -> str:
    """What a cell looks like, whatever it says."""
    text = cell.strip()
    if re.fullmatch(r"-?\d+([.,]\d+)?", text):
        return "number"
    return re.sub(r"[A-Za-z]+", "a", re.sub(r"\d+", "0", text)) if any(letter.isdigit() or letter in "@/:" for letter in text) else "words"
