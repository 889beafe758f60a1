"""What a change adds to and takes from a file, line by line: only that is judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeVar

from safety.changes import FileChange

EXACT_UP_TO = 1_500
"""Lines: above it a line that only moved counts as neither added nor removed."""


class Line(NamedTuple):
    """One line with its 1-based number."""

    number: int
    text: str


class Keyed(Protocol):
    """Something found in a text, with what makes it the same thing elsewhere."""

    @property
    def key(self) -> Hashable: ...


Found = TypeVar("Found", bound=Keyed)


def added(change: FileChange) -> list[Line]:
    """The lines that stand in the file only after the change. (Not to be changed by the caller: they are kept for the next rule.)"""
    return _surplus(change.after or "", change.before or "")


def removed(change: FileChange) -> list[Line]:
    """The lines that stood in the file only before the change. (Not to be changed by the caller.)"""
    return _surplus(change.before or "", change.after or "")


def changed_lines(change: FileChange) -> int:
    """Lines added plus lines removed, as a diff would count them."""
    before, after = (change.before or "").splitlines(), (change.after or "").splitlines()
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    before, after = before[head : len(before) - tail], after[head : len(after) - tail]
    if not before or not after:
        return len(before) + len(after)
    if len(before) + len(after) > EXACT_UP_TO:
        return len(added(change)) + len(removed(change))
    same = sum(block.size for block in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks())
    return len(before) + len(after) - 2 * same


def new(after: Iterable[Found], before: Iterable[Found]) -> list[Found]:
    """What is found after and was not, or not as often, found before."""
    known = Counter(found.key for found in before)
    fresh: list[Found] = []
    for found in after:
        if known[found.key] > 0:
            known[found.key] -= 1
        else:
            fresh.append(found)
    return fresh


@lru_cache(maxsize=64)
def _surplus(here: str, there: str) -> list[Line]:
    known = Counter(there.splitlines())
    lines: list[Line] = []
    for number, text in enumerate(here.splitlines(), 1):
        if known[text] > 0:
            known[text] -= 1
        else:
            lines.append(Line(number, text))
    return lines
