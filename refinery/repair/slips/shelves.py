"""Books of rules in files of settings: names with lists of the words that lead to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from adapters.trace import Json
from refinery.edits.config import LANGUAGES
from refinery.edits.entries import LOAD
from refinery.edits.items import Listing, listings, moved, with_item, without
from refinery.edits.reorder import reordered
from refinery.edits.scalar import NotFaithful, NotParsable, value_at
from refinery.repair.slips.books import LONGEST, MOST, Book, Rule
from refinery.repair.slips.sight import Found, Sight, tried


def of_settings(sight: Sight) -> Iterator[Book]:
    """All that stand in settings."""
    for path, text in sight.settings.items():
        yield from (book for book in _lists(sight, path, text) if 1 < len(book.rules) <= MOST)


class Settings(Book):
    """Rules in a file of settings: lists beside each other."""

    def __init__(self, sight: Sight, path: str, rules: Sequence[Rule], lists: Sequence[Listing], recorded: bool) -> None:
        self.sight, self.path, self.rules, self.lists = sight, path, rules, lists
        self.above = 2 if recorded else 1
        """How many keys name a rule within what holds all of them: of a record, its own and that of its list."""

    def move(self, place: int, to: int, prior: float, says: str, why: str) -> Iterator[Found]:
        text, around = self.sight.sources[self.path], self.lists[0].keys[: -self.above]
        names = [each.keys[-self.above] for each in self.lists]
        numbers = [name for name in names if isinstance(name, int)]
        if len(numbers) == len(names):
            whole = next((each for each in listings(text, self.path) if each.keys == around), None)
            return tried(self.path, lambda: moved(text, whole, numbers[place], numbers[to]), prior, says, why) if whole else iter(())
        table = value_at(LOAD[LANGUAGES[PurePosixPath(self.path).suffix.lower()]](text), around)
        every: list[str | int] = list(table) if isinstance(table, dict) else []
        if not set(names) <= set(every):
            return iter(())
        own = [each for each in self.sight.scalars if each.path == self.path]
        places = every.index(names[place]), every.index(names[to])
        return tried(self.path, lambda: reordered(text, self.path, own, around, *places), prior, says, why)

    def shift(self, place: int, cue: int, to: int, prior: float, says: str, why: str) -> Iterator[Found]:
        own, other = self.lists[place], self.lists[to]

        def change() -> str:
            less = without(self.sight.sources[self.path], own, cue)
            there = next(each for each in listings(less, self.path) if each.keys == other.keys)
            return with_item(less, there, self.rules[place].cues[cue])

        return tried(self.path, change, prior, says, why)

    def add(self, to: int, cues: tuple[str, ...], prior: float, says: str, why: str) -> Iterator[Found]:
        def change() -> str:
            text = self.sight.sources[self.path]
            for cue in cues:
                text = with_item(text, next(each for each in listings(text, self.path) if each.keys == self.lists[to].keys), cue)
            return text

        return tried(self.path, change, prior, says, why)


def _lists(sight: Sight, path: str, text: str) -> Iterator[Book]:
    """Lists of texts in one table, or in the records of one list."""
    try:
        found = [each for each in listings(text, path) if each.values and all(isinstance(one, str) for one in each.values) and each.keys]
        document = LOAD[LANGUAGES[PurePosixPath(path).suffix.lower()]](text)
    except NotParsable:
        return
    beside: dict[tuple[object, ...], list[Listing]] = defaultdict(list)
    for each in found:
        recorded = len(each.keys) > 1 and isinstance(each.keys[-1], str)
        beside["in one", each.keys[:-1]].append(each)
        if recorded:
            beside["of each", each.keys[:-2], each.keys[-1]].append(each)
    for (sort, *_), lists in beside.items():
        if all(isinstance(each.keys[-1], str) for each in lists):
            rules = [_of_list(each, document, sort == "of each") for each in lists]
            yield Settings(sight, path, rules, lists, sort == "of each")


def _of_list(each: Listing, document: Json, recorded: bool) -> Rule:
    cues = tuple(str(one) for one in each.values)
    if not recorded:
        return Rule((str(each.keys[-1]),), cues)
    try:
        record = value_at(document, each.keys[:-1])
    except NotFaithful:
        record = {}
    texts = [value for value in record.values() if isinstance(value, str)] if isinstance(record, Mapping) else []
    names = [str(each.keys[-2])] if isinstance(each.keys[-2], str) else [one for one in texts if len(one) <= LONGEST]
    return Rule(tuple(names), cues, tuple(one for one in texts if " " in one))
