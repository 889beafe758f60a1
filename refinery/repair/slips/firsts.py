"""Rules of which the first that fits is taken: one that a wider one before it hides is moved before that."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import islice
from pathlib import PurePosixPath

from adapters.trace import Json
from refinery.edits.config import LANGUAGES
from refinery.edits.entries import LOAD
from refinery.edits.items import Listing, listings, moved
from refinery.edits.reorder import reordered
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar, value_at
from refinery.repair.looked import Asked, asked_first, hidden
from refinery.repair.prompts import Wording
from refinery.repair.slips.grids import Row, grids, parted
from refinery.repair.slips.sight import Found, Sight, reworded, rewritten
from refinery.repair.wording import parts

CUES = frozenset({
    "pattern", "match", "matche", "prefix", "contain", "cue", "keyword", "trigger", "phrase", "when", "if", "regex", "term", "word",
    "path", "glob", "say", "mention", "startswith", "start", "ask", "message", "condition", "sign",
})  # fmt: skip
"""Words in the names of what is looked for in a text."""
IN_ORDER = re.compile(
    r"(?i)\bfirst\b[^.\n]{0,60}\b(?:match|fit|appl|row|rule|line|win|count|take)|\b(?:match|fit|appl|row|rule|line|take)\w*[^.\n]{0,30}\bfirst\b"
    r"|\btop to bottom\b|\btop down\b|\bin (?:this |that |the given )?order\b"
)
SHOWN, NAMED_IN_TURN, NAMED, SOME = 0.75, 0.6, 0.5, 0.85
"""How likely the hidden rule stands too late: where code takes, or a text says to take, the first that fits; where the name speaks for it,
and code takes the first of something; where the name alone does; and what it counts that only some of its cues are hidden."""
MOST_RULES, MOST_MOVES, LARGEST = 20, 3, 40_000

LINE = re.compile(
    r"^[ \t]*(?:[-*+]|\d+[.)])?[ \t]*(?P<cues>[^\n=>→|]*[^\n=>→|\s-])[ \t]*(?:=>|->|→)[ \t]*(?P<name>\S[^\n]*)$", re.MULTILINE
)
"""A line that leads from what is looked for to what it means: `- night train => rail`."""

Move = tuple[int, int, float]


def firsts(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    asked = asked_first(sight.modules)
    for path, text in sight.settings.items():
        if len(text) > LARGEST:
            continue
        try:
            found, document = list(listings(text, path)), LOAD[LANGUAGES[PurePosixPath(path).suffix.lower()]](text)
        except NotParsable:
            continue
        for listing in found:
            yield from _of_a_list(text, listing, asked)
        yield from _of_tables(path, text, document, [each for each in sight.scalars if each.path == path], asked, sight.said)
    for wording in sight.texts:
        for head, *rows in grids(wording):
            yield from _of_rows(wording, head, rows, asked)
        yield from _of_lines(wording, asked)


def _moves(cues: Sequence[Sequence[str]], prior: float) -> Iterator[Move]:
    """Which rule goes before which."""
    for place, to, whole in islice(hidden(cues), MOST_MOVES):
        yield place, to, prior * (1.0 if whole else SOME)


def _cues(value: Json) -> list[str]:
    """The texts of a rule that are looked for; of one with commas each of its parts."""
    if isinstance(value, str):
        return [part for part in re.split(r"[,;]", value) if part.strip()]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


Columns = list[tuple[float, list[list[str]]]]
"""What rules may be known by, with how likely they are: the cues of each."""


def _fields(records: Sequence[Mapping[str, Json]], asked: Asked) -> Columns:
    names = dict.fromkeys(name for each in records for name in each)
    return [(_likely(name, asked), [_cues(each.get(name)) for each in records]) for name in names]


def _likely(name: str, asked: Asked) -> float:
    return SHOWN if name in asked.fields else NAMED if name and parts(name) & CUES else 0.0


def _of_a_list(text: str, listing: Listing, asked: Asked) -> Iterator[Found]:
    values = listing.values
    if not 1 < len(values) <= MOST_RULES:
        return
    columns: Columns = []
    if all(isinstance(each, Mapping) for each in values):
        columns = _fields([each for each in values if isinstance(each, Mapping)], asked)
    elif all(isinstance(each, list) for each in values):
        columns.append((SHOWN if asked.items else 0.0, [_cues(each[:1]) for each in values if isinstance(each, list)]))
    elif all(isinstance(each, str) for each in values):
        columns.append(
            (SHOWN * SOME if asked.items and not asked.fields & set(map(str, listing.keys)) else 0.0, [_cues([v]) for v in values])
        )
    for prior, cues in columns:
        for place, to, sure in _moves(cues, prior) if prior else ():
            try:
                after = moved(text, listing, place, to)
            except NotFaithful:
                continue
            says = f"Move {cues[place][0]!r} before {cues[to][0]!r}{f' in {listing.name}' if listing.keys else ''}"
            yield from rewritten(listing.path, after, sure, says, "of rules the first that fits is taken, and that one hides it")


def _of_tables(path: str, text: str, document: Json, own: Sequence[Scalar], asked: Asked, said: Set[str]) -> Iterator[Found]:
    """Entries of a table of which each is a rule, by its key, or by what it has."""
    for keys in dict.fromkeys(scalar.keys[:depth] for scalar in own for depth in range(len(scalar.keys))):
        try:
            table = value_at(document, keys)
        except NotFaithful:
            continue
        if not isinstance(table, dict) or not 1 < len(table) <= MOST_RULES:
            continue
        columns = [(SHOWN, [[name] for name in table])] if asked.items and not said & table.keys() else []
        values = list(table.values())
        if all(isinstance(each, list) for each in values) and asked.items:
            columns = [(SHOWN, [_cues(each) for each in values])]
        elif all(isinstance(each, dict) for each in values):
            columns = _fields([each for each in values if isinstance(each, dict)], asked)
        names = list(table)
        for prior, cues in columns:
            for place, to, sure in _moves(cues, prior) if prior else ():
                try:
                    after = reordered(text, path, own, keys, place, to)
                except NotFaithful:
                    continue
                says = f"Move {names[place]} before {names[to]}"
                yield from rewritten(path, after, sure, says, "of rules the first that fits is taken, and that one hides it")


def _of_rows(text: Wording, head: Row, rows: Sequence[Row], asked: Asked) -> Iterator[Found]:
    """Rows of a table in a text."""
    if not 1 < len(rows) <= MOST_RULES:
        return
    told = IN_ORDER.search(text.text) is not None
    for column, (start, end) in enumerate(head.cells):
        name = text.text[start:end]
        named = bool(parts(name) & CUES)
        if (told and (named or column == 0)) or name.lower() in asked.fields:
            prior = SHOWN
        elif named:
            prior = NAMED_IN_TURN if asked.items else NAMED
        else:
            continue
        cues = [[text.text[a:b] for a, b in parted(text.text, *row.cells[column]) if a < b] for row in rows]
        for place, to, sure in _moves(cues, prior):
            says = f"Move the row of {cues[place][0]!r} before that of {cues[to][0]!r}"
            yield from _in_order(text, [(row.start, row.end) for row in rows], place, to, sure, says)


def _of_lines(text: Wording, asked: Asked) -> Iterator[Found]:
    """Lines of a text that lead somewhere."""
    lines = list(LINE.finditer(text.text))
    if not 1 < len(lines) <= MOST_RULES:
        return
    prior = SHOWN if asked.items or IN_ORDER.search(text.text) else NAMED
    cues = [_cues(line["cues"]) for line in lines]
    for place, to, sure in _moves(cues, prior):
        if lines[place]["name"] != lines[to]["name"]:
            says = f"Move the line of {cues[place][0]!r} before that of {cues[to][0]!r}"
            yield from _in_order(text, [line.span() for line in lines], place, to, sure, says)


def _in_order(text: Wording, spans: Sequence[tuple[int, int]], place: int, to: int, sure: float, says: str) -> Iterator[Found]:
    """The text with one of its rules put at the place of another."""
    order = [*range(len(spans))]
    order.insert(to, order.pop(place))
    moved_to = [(start, end, text.text[slice(*spans[which])]) for (start, end), which in zip(spans, order, strict=True)]
    yield from reworded(text, moved_to, sure, says, "of rules the first that fits is taken, and that one hides it")
