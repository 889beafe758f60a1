"""What words mean as far as it can be told from a list: those that people take for one another share a mark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise

from knowledge.words import stem, words

_WORD = re.compile(r"[^\W_]+")


def meanings(text: str) -> list[str]:
    """The marks of all that the text's words may mean, with repetitions; a word that is in no list has none."""
    known, beside = _known()
    raw = _WORD.findall(text.lower())
    alone = (mark for word in words(text) for mark in known.get(stem(word), ()))
    pairs = (mark for pair in pairwise(raw) for mark in beside.get(pair, ()))
    return [*alone, *pairs]


def listed() -> str:
    """The list as it stands, by which an index knows that it was made with another."""
    return resources.files("knowledge").joinpath("library/meanings.txt").read_text("utf-8")


@cache
def _known() -> tuple[Mapping[str, Sequence[str]], Mapping[tuple[str, ...], Sequence[str]]]:
    """Marks by stem, and by two words that stand side by side."""
    alone: dict[str, list[str]] = {}
    beside: dict[tuple[str, ...], list[str]] = {}
    for mark, named in _lines(listed()):
        for name in dict.fromkeys(named.split()):
            if "_" in name:
                beside.setdefault(tuple(name.split("_")), []).append(mark)
            else:
                alone.setdefault(stem(*words(name)), []).append(mark)
    return {root: list(dict.fromkeys(marks)) for root, marks in alone.items()}, beside


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines()):
        if line.strip() and not line.startswith("#"):
            yield f"meaning{number}", line
