"""Lists that are written in one text: one sign between two entries unlike the others, or none."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import PurePosixPath

from refinery.edits.config import LANGUAGES
from refinery.edits.draft import spliced
from refinery.edits.entries import LOAD
from refinery.edits.items import listings
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar, value_at
from refinery.repair.columns import columns_of, with_cell
from refinery.repair.prompts import Wording
from refinery.repair.slips.grids import grids
from refinery.repair.slips.sight import Found, Sight, Spans, reworded, rewritten, turned

SIGN = re.compile(r"[ \t]*([,;|])[ \t]*|[ \t]+(/)[ \t]+|(?<=\w)(/)(?=\w)|(?<=[a-z])(\.)[ \t]+(?=[a-z])")
LISTED = re.compile(r"^[ \t]*(?:[-*+|>][ \t]*)?[^\n:,;|]{1,60}?(?::|->|→|=)[ \t]+([^\n]*?)[ \t]*[.|]?[ \t]*$", re.MULTILINE)
SPLIT, ALONE, IN_A_WORD = 0.85, 0.6, 0.6
"""How likely a sign is to be as the others: where code parts by these, and where it does not tell; its share if it may be of a word."""
UNPARTED, IN_ONE, BLANK = 0.6, 0.6, 0.75
"""How likely two entries lack the sign between them which both stand by themselves elsewhere; that one item of a list is two; and that a
sign lacks its blank where code parts by both."""
MOST_WORDS, LONGEST, MOST_LINES = 3, 30, 60


@dataclass(frozen=True, slots=True)
class Line:
    """A list in one line, or one cell."""

    text: str
    put: Callable[[Spans, float, str, str], Iterator[Found]]

    @property
    def signs(self) -> list[re.Match[str]]:
        return list(SIGN.finditer(self.text))

    @property
    def entries(self) -> list[tuple[int, int]]:
        ends = [(0, 0), *(each.span() for each in self.signs), (len(self.text), len(self.text))]
        return [(one[1], other[0]) for one, other in pairwise(ends)]

    @property
    def listed(self) -> bool:
        """Whether it is names and no sentence."""
        parts = [self.text[start:end] for start, end in self.entries]
        return all(part.strip() and len(part) <= LONGEST and len(part.split()) <= MOST_WORDS and ":" not in part for part in parts)


def separators(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    known = sight.said | {key for scalar in sight.scalars for key in scalar.keys if isinstance(key, str)}
    for lines in _kin(sight):
        own = [line for line in lines if line.listed] if len(lines) <= MOST_LINES else []
        if own:
            yield from _odd(own, sight.code)
            yield from _unparted(own, known)
    for path, text in sight.settings.items():
        yield from _in_one(path, text)


def _kin(sight: Sight) -> Iterator[list[Line]]:
    """Lines that stand in one column, under one name, or alone in a text."""
    by_key: dict[tuple[object, ...], list[Line]] = defaultdict(list)
    for scalar in sight.scalars:
        if isinstance(scalar.value, str) and "\n" not in scalar.value:
            numbers = tuple(key for key in scalar.keys[:-1] if not isinstance(key, int))
            line = Line(scalar.value, partial(_set, sight, scalar))
            by_key[scalar.path, numbers if SIGN.search(scalar.value) and scalar.key not in numbers else scalar.keys].append(line)
    yield from by_key.values()
    for (path, _), cells in columns_of((), (), sight.sources).items():
        put = {cell.start: partial(with_cell, sight.sources[path], cell) for cell in cells}
        yield [Line(cell.text, partial(_cell, path, cell.text, put[cell.start])) for cell in cells]
    for text in sight.texts:
        for head, *rows in grids(text):
            for column in range(len(head.cells)):
                yield [_line(text, *row.cells[column]) for row in rows]
        yield [_line(text, *each.span(1)) for each in LISTED.finditer(text.text)]


def _odd(lines: Sequence[Line], code: str) -> Iterator[Found]:
    """One sign of another kind than all the others."""
    found = [(line, sign) for line in lines for sign in line.signs]
    count = Counter(_kind(sign) for _, sign in found)
    if len(count) == 1 and len({sign.group() for _, sign in found}) == 2:
        yield from _without_blank(found, code)
    if len(count) != 2 or min(count.values()) != 1 or len(found) < 3:
        return
    usual, odd = (kind for kind, _ in count.most_common())
    whole = Counter(sign.group() for _, sign in found if _kind(sign) == usual).most_common(1)[0][0]
    if usual in "/." or _parts_by(code, odd):
        return
    line, sign = next(each for each in found if _kind(each[1]) == odd)
    prior = (SPLIT if _parts_by(code, usual) else ALONE) * (IN_A_WORD if sign.group() == "/" else 1.0)
    says = f"Write `{usual}` between the entries, not `{odd}`,"
    yield from line.put([(*sign.span(), whole)], prior, says, "all the others have that between them")


def _without_blank(found: Sequence[tuple[Line, re.Match[str]]], code: str) -> Iterator[Found]:
    (usual, _), (odd, times) = Counter(sign.group() for _, sign in found).most_common(2)
    if times == 1 and len(found) > 2 and re.search(rf"split\(\s*r?[\"']{re.escape(usual)}[\"']", code):
        line, sign = next(each for each in found if each[1].group() == odd)
        yield from line.put([(*sign.span(), usual)], BLANK, f"Write `{usual}` between the entries", "code parts them by that")


def _kind(sign: re.Match[str]) -> str:
    return sign.group().strip()


def _parts_by(code: str, sign: str) -> bool:
    bare = re.escape(sign)
    return re.search(rf"split\(\s*r?[\"'](?:\\s\*)?(?:{bare}|\[[^\]]*{bare})", code) is not None


def _unparted(lines: Sequence[Line], known: frozenset[str]) -> Iterator[Found]:
    """`bass pike, eel`, where a bass and a pike are entries elsewhere."""
    entries = Counter(line.text[start:end] for line in lines for start, end in line.entries)
    usual = Counter(sign.group() for line in lines for sign in line.signs).most_common(1)
    for line in lines if usual else ():
        for start, end in line.entries:
            whole = line.text[start:end]
            for blank in re.finditer(r"[ \t]+", whole) if entries[whole] == 1 and whole not in known else ():
                halves = whole[: blank.start()], whole[blank.end() :]
                if all(half in entries or half in known for half in halves):
                    spans = [(start + blank.start(), start + blank.end(), usual[0][0])]
                    yield from line.put(spans, UNPARTED, f"Part `{halves[0]}` from `{halves[1]}`", "each is an entry of its own elsewhere")


def _in_one(path: str, text: str) -> Iterator[Found]:
    """`["bass", "pike, eel"]`: an item that is two."""
    try:
        found = [each for each in listings(text, path) if len(each.values) > 2 and all(isinstance(value, str) for value in each.values)]
    except NotParsable:
        return
    for listing in found:
        several = [place for place, value in enumerate(listing.values) if SIGN.search(str(value))]
        if len(several) != 1 or not Line(str(listing.values[several[0]]), _nothing).listed:
            continue
        place = several[0]
        start, end = listing.spans[place]
        raw, items = text[start:end], [each.strip() for each in re.split(r"[,;]", str(listing.values[place]))]
        value = str(listing.values[place])
        new = ("" if listing.whole_lines else ", ").join(raw.replace(value, item, 1) for item in items)
        after = text[:start] + new + text[end:]
        try:
            right = value_at(LOAD[LANGUAGES[PurePosixPath(path).suffix.lower()]](after), listing.keys) == [
                *listing.values[:place],
                *items,
                *listing.values[place + 1 :],
            ]
        except (NotParsable, NotFaithful):
            continue
        if right and len(items) > 1:
            yield from rewritten(path, after, IN_ONE, f"Make {len(items)} items of {value!r} in {listing.name}", "no other item is several")


def _nothing(*_given: object) -> Iterator[Found]:
    return iter(())


def _line(text: Wording, start: int, end: int) -> Line:
    return Line(text.text[start:end], partial(_word, text, start))


def _word(text: Wording, at: int, spans: Spans, prior: float, says: str, why: str) -> Iterator[Found]:
    return reworded(text, [(at + start, at + end, new) for start, end, new in spans], prior, says, why)


def _cell(path: str, cell: str, put: Callable[[str], str], spans: Spans, prior: float, says: str, why: str) -> Iterator[Found]:
    return rewritten(path, put(spliced(cell, spans)), prior, says, why)


def _set(sight: Sight, scalar: Scalar, spans: Spans, prior: float, says: str, why: str) -> Iterator[Found]:
    return turned(sight.sources, scalar, spliced(str(scalar.value), spans), prior, says, why)
