"""Words by which records are put under a name: sums and lists in wrong answers tell which record stands under the wrong one.

An answer that is too high by what one record has counts that record too much, and one that is too low lacks it; so does one that lacks
a word. The word by which the record is known then stands in the list of another name, or in none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from refinery.repair.columns import columns_of
from refinery.repair.knobs import in_tables
from refinery.repair.slips.books import Book, of_texts
from refinery.repair.slips.shelves import of_settings
from refinery.repair.slips.sight import Found, Sight

BOTH, ONE, LACKS = 0.85, 0.65, 0.5
"""How likely a word is to go from one list to another: where failures speak of both, of one; and is missing in one."""
MOST_OTHERS, MOST_RECORDS, SHORTEST = 4, 2000, 3
FEWEST = 2
"""Words of rules that records have, for the rules to be about these."""
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
Record = tuple[str, ...]


@dataclass(frozen=True)
class _Told:
    """What failures say: by how much numbers are too high, what they speak of, and the words that come too much or too little."""

    off: frozenset[Decimal]
    spoken: str
    more: str
    less: str

    def speaks(self, names: Sequence[str]) -> bool:
        return any(_plain(name) in self.spoken for name in names)

    def lacks(self, own: Sequence[Record], cue: str) -> bool:
        """Whether answers are too low by what the records have that are known by a word, or do not have the word itself."""
        return any(-amount in self.off for amount in _amounts(own)) or cue.lower() in self.less

    def has_more(self, own: Sequence[Record], cue: str) -> bool:
        return any(amount in self.off for amount in _amounts(own)) or cue.lower() in self.more


def tallies(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    told = _told(sight)
    if not told.off and not told.more and not told.less:
        return
    records: Sequence[Record] = ()
    for book in (*of_settings(sight), *of_texts(sight.texts)):
        if not any(told.speaks(rule.names) for rule in book.rules):
            continue
        records = records or _records(sight)
        known = {cue: _of(cue, records) for rule in book.rules for cue in rule.cues}
        for place, rule in enumerate(book.rules) if sum(map(bool, known.values())) >= FEWEST else ():
            if len(rule.cues) > 1:
                yield from _aside(book, place, known, told)
            if told.speaks(rule.names):
                yield from _lacking(book, place, records, told)


def _aside(book: Book, place: int, known: Mapping[str, Sequence[Record]], told: _Told) -> Iterator[Found]:
    """A word of this rule that is to stand in the list of another."""
    rule = book.rules[place]
    too_much = told.speaks(rule.names)
    for number, cue in enumerate(rule.cues):
        gives = bool(known[cue]) and too_much and told.has_more(known[cue], cue)
        takes = bool(known[cue]) and told.lacks(known[cue], cue)
        others = [to for to in range(len(book.rules)) if to != place]
        spoken = [to for to in others if told.speaks(book.rules[to].names)] if takes else []
        for to in spoken or (others[:MOST_OTHERS] if gives else ()):
            says = f"Move `{cue}` from {rule.shown} to {book.rules[to].shown}"
            why = "answers that went wrong are off by the records that have it"
            prior = BOTH if gives and spoken else ONE if spoken else ONE / len(others)
            yield from book.shift(place, number, to, prior, says, why)


def _lacking(book: Book, place: int, records: Sequence[Record], told: _Told) -> Iterator[Found]:
    """A word of a record that has none of any rule, and by which answers are too low."""
    strange = [record for record in records if not any(book.fits(text) for text in record)]
    for record in strange:
        text = next((each for each in record if each[0].isalpha()), "")
        if not text or not told.lacks([record], text):
            continue
        first = text.split()[0].lower()
        for cue in dict.fromkeys((text.lower(), first) if all(each.islower() for each in book.rules[place].cues) else (text,)):
            if len(cue) >= SHORTEST and all(cue not in " ".join(other).lower() or other in strange for other in records):
                says = f"Add `{cue}` to {book.rules[place].shown}"
                yield from book.add(place, (cue,), LACKS, says, "answers are too low by a record that no rule has")


def _told(sight: Sight) -> _Told:
    off: set[Decimal] = set()
    for each in sight.clues.instead:
        if NUMBER.fullmatch(each.wrong) and NUMBER.fullmatch(each.right):
            off.add(Decimal(each.wrong.replace(",", ".")) - Decimal(each.right.replace(",", ".")))
    rights = "\n".join(each.right.lower() for each in sight.clues.answers)
    wrongs = "\n".join(each.wrong.lower() for each in sight.clues.answers)
    spoken = _plain("\n".join((*sight.clues.asked.lines[0], rights)))
    return _Told(frozenset(off) - {Decimal(0)}, spoken, _only(wrongs, rights), _only(rights, wrongs))


def _only(one: str, other: str) -> str:
    """The words of one text that another has not, in their order."""
    there = set(re.findall(r"[a-z]+", other))
    return " ".join(word for word in re.findall(r"[a-z]+", one) if word not in there)


def _records(sight: Sight) -> list[Record]:
    """The texts of each record there is, also of what may not be edited."""
    scalars = (*sight.scalars, *sight.data)
    rows: dict[tuple[str, int], list[str]] = defaultdict(list)
    for cells in columns_of(scalars, in_tables(scalars), {**sight.beside, **sight.sources}).values():
        for cell in cells if len(cells) > 1 else ():
            if cell.text:
                rows[cell.path, cell.record].append(cell.text)
    return [tuple(row) for row in rows.values() if len(row) > 1][:MOST_RECORDS]


def _of(cue: str, records: Sequence[Record]) -> list[Record]:
    word = re.compile(rf"\b{re.escape(cue.lower())}")
    return [record for record in records if any(word.search(text.lower()) for text in record)]


def _amounts(records: Sequence[Record]) -> set[Decimal]:
    """What records have, one by one and all together; a number that is the same in all adds nothing."""
    each = [[_number(text) for text in record if NUMBER.fullmatch(text)] for record in records]
    found = {number for numbers in each for number in numbers}
    if len({len(numbers) for numbers in each}) == 1:
        found |= {sum(column, Decimal(0)) for column in zip(*each, strict=True)}
    return found - {Decimal(0)}


def _number(text: str) -> Decimal:
    with suppress(ArithmeticError):
        return Decimal(text.replace(",", "."))
    return Decimal(0)


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.strip().lower())
