"""Books of rules: names with the words that lead to them, as rows of a table, headings with points, or named points."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from refinery.repair.prompts import Wording
from refinery.repair.slips.grids import bare, grids, parted
from refinery.repair.slips.sight import Found, reworded

MOST, LONGEST = 20, 40
"""Rules of a book, and letters of a cue."""
HEADING = re.compile(r"^#+[ \t]*([\w][\w /-]*?)[ \t]*:?[ \t]*$")
POINT = re.compile(r"^[ \t]*[-*+][ \t]+(\S.*?)[ \t]*$")
NAMED = re.compile(
    r"^[ \t]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?[*`\"']*([\w][\w -]{0,30}?)[*`\"']*[ \t]*(?::|->|=>|→|=|[-–—])[*]*[ \t]+(\S.*?[,;|].*?)[ \t.]*$"
)
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A name, and the words that lead to it."""

    names: tuple[str, ...]
    cues: tuple[str, ...]
    replies: tuple[str, ...] = ()
    """What else stands there, which may be what is answered."""

    @property
    def shown(self) -> str:
        return f"`{(self.names or self.cues)[0]}`"


class Book:
    """Rules of which the first that fits is taken."""

    rules: Sequence[Rule]

    def fits(self, line: str) -> list[int]:
        """Which rules have a word that a question has."""
        line = line.lower()
        return [place for place, rule in enumerate(self.rules) if any(len(cue) > 1 and cue.lower() in line for cue in rule.cues)]

    def move(self, place: int, to: int, prior: float, says: str, why: str) -> Iterator[Found]:
        raise NotImplementedError

    def shift(self, place: int, cue: int, to: int, prior: float, says: str, why: str) -> Iterator[Found]:
        raise NotImplementedError

    def add(self, to: int, cues: tuple[str, ...], prior: float, says: str, why: str) -> Iterator[Found]:
        raise NotImplementedError


class Written(Book):
    """Rules in a text: of each the characters it is written with, and those of its cues."""

    def __init__(self, text: Wording, rules: Sequence[Rule], blocks: Spans, cues: Sequence[Spans], pointed: bool) -> None:
        self.text, self.rules, self.blocks, self.cues, self.pointed = text, rules, blocks, cues, pointed

    def move(self, place: int, to: int, prior: float, says: str, why: str) -> Iterator[Found]:
        order = [*range(len(self.rules))]
        order.insert(to, order.pop(place))
        blocks = [self.text.text[start:end] for start, end in self.blocks]
        return reworded(self.text, [(*self.blocks[at], blocks[which]) for at, which in enumerate(order)], prior, says, why)

    def shift(self, place: int, cue: int, to: int, prior: float, says: str, why: str) -> Iterator[Found]:
        text, spans = self.text.text, self.cues[place]
        start, end = spans[cue]
        if self.pointed:
            gone = text.rfind("\n", 0, start) + 1, text.find("\n", end) + 1 or len(text)
        else:
            gone = (start, spans[cue + 1][0]) if cue + 1 < len(spans) else (spans[cue - 1][1], end)
        return reworded(self.text, [(*gone, ""), self._added(to, text[start:end])], prior, says, why)

    def add(self, to: int, cues: tuple[str, ...], prior: float, says: str, why: str) -> Iterator[Found]:
        start, end, _ = self._added(to, "")
        return reworded(self.text, [(start, end, "".join(self._added(to, cue)[2] for cue in cues))], prior, says, why)

    def _added(self, to: int, cue: str) -> tuple[int, int, str]:
        text, (start, end) = self.text.text, self.cues[to][-1]
        if self.pointed:
            head = text[text.rfind("\n", 0, start) + 1 : start]
            return end, end, f"\n{head}{cue}{text[end : text.find(chr(10), end)] if chr(10) in text[end:] else ''}".rstrip()
        quote = text[start - 1 : start] if text[start - 1 : start] in "\"'`" and text[start - 1 : start] == text[end : end + 1] else ""
        between = next((text[one[1] : other[0]] for each in self.cues for one, other in pairwise(each)), ", ").strip("*_`\"'")
        return end + len(quote), end + len(quote), f"{between}{quote}{cue}{quote}"


def of_texts(texts: Iterable[Wording]) -> Iterator[Book]:
    """All that stand in texts."""
    for text in texts:
        yield from (book for book in (*_tables(text), *_headed(text), *_named(text)) if 1 < len(book.rules) <= MOST)


def _tables(text: Wording) -> Iterator[Book]:
    for head, *rows in grids(text):
        for column in range(len(head.cells)) if len(head.cells) > 1 else ():
            cues = [tuple(span for span in parted(text.text, *row.cells[column]) if span[0] < span[1]) for row in rows]
            if not all(cues) or not any(len(each) > 1 for each in cues):
                continue
            others = [[text.text[a:b] for at, (a, b) in enumerate(row.cells) if at != column] for row in rows]
            rules = [
                _rule(text, each, [name for name in names if len(name) <= LONGEST], names) for each, names in zip(cues, others, strict=True)
            ]
            yield Written(text, rules, tuple((row.start, row.end) for row in rows), cues, pointed=False)


def _rule(text: Wording, cues: Spans, names: Sequence[str], replies: Sequence[str]) -> Rule:
    return Rule(tuple(names), tuple(text.text[start:end] for start, end in cues), tuple(each for each in replies if " " in each))


def _headed(text: Wording) -> Iterator[Book]:
    """Headings of one level, each with points."""
    rules: list[Rule] = []
    blocks: list[tuple[int, int]] = []
    cues: list[Spans] = []
    heads = list(re.finditer(r"^#+[^\n]*$", text.text, re.MULTILINE))
    for number, head in enumerate(heads):
        name = HEADING.match(head.group())
        end = heads[number + 1].start() if number + 1 < len(heads) else len(text.text)
        own: list[tuple[int, int]] = []
        rest: list[str] = []
        at = head.end() + 1
        for line in text.text[at:end].splitlines(keepends=True):
            point = POINT.match(line.rstrip("\n"))
            if point and len(point[1]) <= LONGEST:
                own.append(bare(text.text, at + point.start(1), at + point.end(1)))
            elif line.strip():
                rest.append(line.strip())
            at += len(line)
        if name and own:
            rules.append(_rule(text, tuple(own), [name[1]], [part for each in rest for part in (each, each.partition(":")[2].strip())]))
            blocks.append((head.start(), head.start() + len(text.text[head.start() : end].rstrip())))
            cues.append(tuple(own))
    yield Written(text, rules, tuple(blocks), cues, pointed=True)


def _named(text: Wording) -> Iterator[Book]:
    """Lines of one list, each a name with words behind it."""
    rules: list[Rule] = []
    blocks: list[tuple[int, int]] = []
    cues: list[Spans] = []
    at = 0
    for line in (*text.text.splitlines(keepends=True), ""):
        found = NAMED.match(line.rstrip("\n"))
        if found:
            own = tuple(span for span in parted(text.text, at + found.start(2), at + found.end(2)) if span[0] < span[1])
            rules.append(_rule(text, own, [found[1]], []))
            blocks.append((at, at + len(line.rstrip("\n"))))
            cues.append(own)
        elif rules:
            yield Written(text, tuple(rules), tuple(blocks), tuple(cues), pointed=False)
            rules, blocks, cues = [], [], []
        at += len(line)
