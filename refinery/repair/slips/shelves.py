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

    def __init__(self, sight: Sight, path: str, rules: Sequence[Rule], lists: Sequence[Listing]) -> None:
        self.sight, self.path, self.rules, self.lists = sight, path, rules, lists

    def move(self, place: int, to: int, prior: float, says: str, why: str) -> Iterator[Found]:
        text, keys = self.sight.sources[self.path], self.lists[0].keys
        own = [each for each in self.sight.scalars if each.path == self.path]
        if isinstance(keys[-1], str) and (len(keys) < 2 or not isinstance(keys[-2], int)):
            return tried(self.path, lambda: reordered(text, self.path, own, keys[:-1], place, to), prior, says, why)
        whole = next((each for each in listings(text, self.path) if each.keys == keys[:-2]), None)
        return tried(self.path, lambda: moved(text, whole, place, to), prior, says, why) if whole else iter(())

    def shift(self, place: int, cue: int, to: int, prior: float, says: str, why: str) -> Iterator[Found]:
        own, other = self.lists[place], self.lists[to]

        def change() -> str:
            less = without(self.sight.sources[self.path], own, cue)
            there = next(each for each in listings(less, self.path) if each.keys == other.keys)
            return with_item(less, there, self.rules[place].cues[cue])

        return tried(self.path, change, prior, says, why)

    def add(self, to: int, cue: str, prior: float, says: str, why: str) -> Iterator[Found]:
        return tried(self.path, lambda: with_item(self.sight.sources[self.path], self.lists[to], cue), prior, says, why)


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
            yield Settings(sight, path, rules, lists)


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
