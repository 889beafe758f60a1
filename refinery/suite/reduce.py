"""A smaller input that fails in the same way: hierarchical delta debugging over JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from adapters.trace import Json

Part = TypeVar("Part")

Fails = Callable[[Json], bool]
"""Whether the agent fails on an input as it did on the whole one."""


@dataclass(slots=True)
class Budget:
    """How many inputs may still be tried."""

    left: int

    def spend(self) -> bool:
        """Whether one more may be."""
        self.left -= 1
        return self.left >= 0


def reduce(value: Json, fails: Fails, tries: int = 200) -> Json:
    """The smallest input that was found to fail still; at worst the one that was given.

    From the outside in (Misherghi and Su, "HDD: hierarchical delta debugging", 2006): at every level the members of a list or a
    mapping, or the lines, then the words of a text, are taken out in halves, quarters and so on as long as it goes on failing (the
    ddmin of Zeller and Hildebrandt, 2002). What is left cannot lose one more part, unless the tries ran out. No text becomes empty:
    a question of no words is another question, not a smaller one.
    """
    budget = Budget(tries)
    return _reduced(value, fails, budget)


def fewer(parts: Sequence[Part], fails: Callable[[list[Part]], bool], tries: int) -> list[Part]:
    """As few of some parts, in order, as still fail."""
    return _fewer([*parts], fails, Budget(tries))


def _reduced(value: Json, fails: Fails, budget: Budget) -> Json:
    if isinstance(value, dict):
        names = _fewer(list(value), lambda some: fails({name: value[name] for name in some}), budget)
        members = {name: value[name] for name in names}
        for name in names:
            members[name] = _reduced(members[name], _in_mapping(members, name, fails), budget)
        return members
    if isinstance(value, list):
        items = _fewer(value, fails, budget)
        for place in range(len(items)):
            items[place] = _reduced(items[place], _in_list(items, place, fails), budget)
        return items
    if isinstance(value, str):
        some_words = _of_words(fails)
        lines = _fewer(value.splitlines(keepends=True), some_words, budget)
        return "".join(_fewer(_words("".join(lines)), some_words, budget))
    return value


def _in_mapping(members: dict[str, Json], name: str, fails: Fails) -> Fails:
    return lambda part: fails({**members, name: part})


def _in_list(items: list[Json], place: int, fails: Fails) -> Fails:
    return lambda part: fails([*items[:place], part, *items[place + 1 :]])


def _of_words(fails: Fails) -> Callable[[list[str]], bool]:
    def any_left(parts: list[str]) -> bool:
        text = "".join(parts)
        return bool(text.strip()) and fails(text)

    return any_left


def _fewer(parts: list[Part], fails: Callable[[list[Part]], bool], budget: Budget) -> list[Part]:
    """As few of the parts, in order, as still fail: whole runs of them are taken out, shorter and shorter ones."""
    parts = list(parts)
    length = len(parts)
    while length >= 1:
        start, shorter = 0, False
        while start < len(parts):
            rest = parts[:start] + parts[start + length :]
            if not budget.spend():
                return parts
            if fails(rest):
                parts, shorter = rest, True
            else:
                start += length
        length = length // 2 if length > 1 else int(shorter and len(parts) > 0)
    return parts


def _words(text: str) -> list[str]:
    """Words with the space after them."""
    found: list[str] = []
    for letter in text:
        if found and (not found[-1][-1].isspace() or letter.isspace()):
            found[-1] += letter
        else:
            found.append(letter)
    return found
