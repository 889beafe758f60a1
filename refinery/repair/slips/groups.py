"""Names that stand beside each other: keys of a table, a column of records or of a table in a text, points of a list, what code names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from refinery.edits.entries import renamed
from refinery.edits.scalar import Scalar
from refinery.repair.choices import choices
from refinery.repair.columns import columns_of, with_cell
from refinery.repair.module import Module
from refinery.repair.prompts import Wording
from refinery.repair.slips.grids import grids, parted
from refinery.repair.slips.handlers import handled
from refinery.repair.slips.sight import Found, Sight, reworded, rewritten, tried, turned

POINT = re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]+[*_`\"']*([/.#@$~]?\w[\w /-]*?)[*_`\"']*[ \t]*(?:$|[:=(]|->|→|[ \t][-–—])")
HEADING = re.compile(r"^(#+[ \t]|\*\*|\[|=+[ \t]|--+[ \t]|<)[ \t]*`?(\w[\w /-]*?)`?:?(?:\*\*|\]|[ \t]=+|[ \t]--+|>)?:?[ \t]*$")
LONGEST, MOST_WORDS, LARGEST = 40, 4, 400
"""Letters and words of a name, and entries of a group; what is longer is a text, or data without end."""

CODE, HEADINGS = "code", "headings"
"""How the homes begin of what code names, and of what a text has for headings."""

Put = Callable[[str, float, str, str], Iterator[Found]]
"""Writes another name in the place of one: the name, how likely it is, what it says, and why."""
Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Entry:
    """One name."""

    text: str
    place: Place
    """The file, and where in it."""
    put: Put


@dataclass(frozen=True, slots=True)
class Group:
    """Names of one kind."""

    where: str
    entries: tuple[Entry, ...]
    home: tuple[object, ...]
    """What groups share that are parts of one table."""

    @property
    def names(self) -> dict[str, None]:
        return dict.fromkeys(each.text for each in self.entries)


def groups(sight: Sight) -> list[Group]:
    """All of them that are no larger than what is named by hand."""
    return [*_in_settings(sight), *_in_lines(sight), *_in_texts(sight), *_in_code(sight.modules)]


def is_name(text: str) -> bool:
    """Whether it is short and says something."""
    lettered = any(letter.isalpha() for letter in text) or (text.isdigit() and len(text) > 2)
    return 1 < len(text) <= LONGEST and lettered and len(text.split()) <= MOST_WORDS


def _group(where: str, entries: Sequence[Entry], *home: object) -> Iterator[Group]:
    if 2 < len(entries) <= LARGEST and all(is_name(each.text) for each in entries):
        yield Group(where, tuple(entries), home)


def _in_settings(sight: Sight) -> Iterator[Group]:
    for scalars, edited in ((sight.scalars, True), (sight.data, False)):
        keys: dict[tuple[str, tuple[str | int, ...]], dict[str, Entry]] = defaultdict(dict)
        values: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
        for scalar in scalars:
            for depth, key in enumerate(scalar.keys):
                if isinstance(key, str) and not any(isinstance(each, int) for each in scalar.keys[:depth]):
                    put = partial(_call, sight.sources, scalar, depth) if edited else _never
                    keys[scalar.path, scalar.keys[:depth]].setdefault(key, Entry(key, (scalar.path, scalar.start * 100 + depth), put))
            if isinstance(scalar.value, str) and scalar.keys:
                entry = Entry(scalar.value, (scalar.path, scalar.start), partial(turned, sight.sources, scalar) if edited else _never)
                for column in _columns(scalar):
                    values[scalar.path, *column].append(entry)
        for (path, table), own in keys.items():
            yield from _group(f"the keys of {'.'.join(map(str, table)) or path}", list(own.values()), path, "keys", table)
        for home, entries in values.items():
            yield from _group(f"`{home[-1]}` in {home[0]}", entries, *home)


def _columns(scalar: Scalar) -> Iterator[tuple[object, ...]]:
    """What a value stands in: a list, the lists of all records, a field of all records, the values of a table."""
    *above, last = scalar.keys
    if isinstance(last, int):
        yield "list", tuple(above), scalar.key
        if len(above) > 1:
            yield "lists", tuple(above[:-2]), above[-1]
    elif len(above) > 0:
        yield "field", tuple(above[:-1]), last
        yield "values", tuple(above), above[-1]


def _in_lines(sight: Sight) -> Iterator[Group]:
    for sources, edited in ((sight.sources, True), (sight.beside, False)):
        for (path, name), cells in columns_of((), (), sources).items():
            entries = [
                Entry(cell.text, (path, cell.start), partial(_cell, path, partial(with_cell, sources[path], cell)) if edited else _never)
                for cell in cells
            ]
            yield from _group(f"`{name}` in {path}", entries, path, "column", name)


def _in_texts(sight: Sight) -> Iterator[Group]:
    for text in sight.texts:
        for number, (head, *rows) in enumerate(grids(text)):
            for column, (start, end) in enumerate(head.cells):
                spans = [span for row in rows for span in parted(text.text, *row.cells[column])]
                entries = [_entry(text, *span) for span in spans]
                yield from _group(f"`{text.text[start:end]}` in {text.name}", entries, text.path, text.name, number, column)
        yield from _points(text)


def _points(text: Wording) -> Iterator[Group]:
    """Points of one list, and headings of one level."""
    block: list[Entry] = []
    levels: dict[str, list[Entry]] = defaultdict(list)
    at = 0
    for line in (*text.text.splitlines(keepends=True), ""):
        if heading := HEADING.match(line.rstrip("\n")):
            levels[heading[1]].append(_entry(text, at + heading.start(2), at + heading.end(2)))
        if point := POINT.match(line.rstrip("\n")):
            block.append(_entry(text, at + point.start(1), at + point.end(1)))
        elif block:
            yield from _group(f"the points of {text.name}", block, text.path, text.name, at)
            block = []
        at += len(line)
    for level, entries in levels.items():
        plain = [Entry(_plain(each.text), each.place, partial(_dressed, each)) for each in entries]
        for own in (entries, plain) if [each.text for each in plain] != [each.text for each in entries] else (entries,):
            yield from _group(f"the headings of {text.name}", own, HEADINGS, text.path, text.name, level)


def _plain(heading: str) -> str:
    """A heading as code names such things."""
    return re.sub(r"[ -]+", "_", heading.lower())


def _dressed(entry: Entry, new: str, prior: float, says: str, why: str) -> Iterator[Found]:
    """Another heading, in the letters that the one has which stands there."""
    blank = "_" if "_" in entry.text else " "
    words = [word.capitalize() if number == 0 or entry.text.istitle() else word for number, word in enumerate(new.split("_"))]
    return entry.put(blank.join(words) if entry.text[:1].isupper() else new, prior, says, why)


def _in_code(modules: Sequence[Module]) -> Iterator[Group]:
    every = dict.fromkeys((*((each.where, each.members) for each in choices(modules, (), ())), *handled(modules)))
    for where, names in every:
        yield from _group(where, [Entry(name, (where, place), _never) for place, name in enumerate(names)], CODE, where)


def _entry(text: Wording, start: int, end: int) -> Entry:
    return Entry(text.text[start:end], (text.path + text.name, start), partial(_word, text, start, end))


def _word(text: Wording, start: int, end: int, new: str, prior: float, says: str, why: str) -> Iterator[Found]:
    return reworded(text, [(start, end, new)], prior, says, why)


def _call(sources: Mapping[str, str], scalar: Scalar, depth: int, new: str, prior: float, says: str, why: str) -> Iterator[Found]:
    return tried(scalar.path, lambda: renamed(sources[scalar.path], scalar, depth, new), prior, says, why)


def _cell(path: str, put: Callable[[str], str], new: str, prior: float, says: str, why: str) -> Iterator[Found]:
    return rewritten(path, put(new), prior, says, why)


def _never(*_given: object) -> Iterator[Found]:
    return iter(())
