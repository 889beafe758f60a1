"""The words in which people asked: what only those said who got a wrong answer, a list of words may lack."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from refinery.repair.tame import tame
from refinery.repair.wording import EMPTY_WORDS

WORD = re.compile(r"[A-Za-z]{3,}")
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
TOKEN = re.compile(r"[A-Za-z][A-Za-z'-]*|\d+(?:[.,:]\d+)*|[^\w\s]")
ESCAPED = re.compile(r"\\[nrt]")
LONGEST, LINES = 200, 200
"""Characters of a text, and texts, that patterns are tried on."""
MOST = 12
ONE = 0.05

Place = tuple[str, str]
"""What stands before a word and behind it; of all numbers the same."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The words of the scenarios' inputs."""

    only: tuple[tuple[str, float], ...] = ()
    """Those that stand in failing inputs alone, with how likely each is what they have in common; the likeliest first."""
    everything: frozenset[str] = frozenset()
    red: frozenset[str] = frozenset()
    """Those that stand in failing inputs."""
    numbers: frozenset[str] = frozenset()
    """The numbers of all inputs: a setting that takes one of them has learnt it."""

    sure: float = 1.0
    """What a word counts: of the words of one failing input alone nobody knows which is the telling one."""

    places: Mapping[str, frozenset[Place]] = field(default_factory=dict)
    """Where each word stands in the inputs, in small letters."""
    strange: tuple[str, ...] = ()
    """Words that stand in failing inputs alone, as short as they may be, in the order in which they were said."""

    lines: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    """The texts of failing inputs and each of their lines, and those of passing ones."""

    def parts(self, one: re.Pattern[str], other: re.Pattern[str]) -> tuple[bool, bool]:
        """Whether two patterns find other things in lines of failing inputs, and of passing ones; neither where that might take long."""
        if not (tame(one.pattern) and tame(other.pattern)):
            return False, False
        bad, good = (any(one.findall(line) != other.findall(line) for line in lines) for lines in self.lines)
        return bad, good

    def stands_like(self, word: str, others: Sequence[str]) -> float:
        """How far a word stands where others do: 1 where what is before it and behind it is the same, a half where one of the two is."""
        own = self.places.get(word.lower(), frozenset())
        theirs = [place for other in others if other.lower() != word.lower() for place in self.places.get(other.lower(), ())]
        same = [(one[0] == other[0], one[1] == other[1]) for one in own for other in theirs]
        return max((sum(each) / 2 for each in same), default=0.0)

    def vocabulary(self, words: Sequence[str]) -> bool:
        """Whether a list holds words that people say, so that one more may be missing in it."""
        return len(words) > 1 and any(word.lower() in self.everything for word in words)


def asked_in(red: Sequence[str], green: Sequence[str]) -> Asked:
    """Taken from the texts of inputs of failing and of passing scenarios."""
    bad, good = [_words(text) for text in red], [_words(text) for text in green]
    known = frozenset[str]().union(*good)
    share = {word: sum(word in words for words in bad) / len(bad) for words in bad for word in words - known}
    ordered = sorted(share.items(), key=lambda each: (-each[1], each[0]))[:MOST]
    places: dict[str, set[Place]] = defaultdict(set)
    said: list[dict[str, None]] = []
    for text in (*red, *green):
        tokens = TOKEN.findall(ESCAPED.sub(" ", text))
        words: dict[str, None] = {}
        for place, token in enumerate(tokens):
            if token[0].isalpha():
                words[token.lower()] = None
                before, behind = (_kind(tokens[at]) if 0 <= at < len(tokens) else "" for at in (place - 1, place + 1))
                places[token.lower()].add((before, behind))
        said.append(words)
    usual = set().union(*said[len(red) :])
    return Asked(
        tuple(ordered),
        known.union(*bad),
        frozenset[str]().union(*bad),
        frozenset(number for text in (*red, *green) for number in NUMBER.findall(text)),
        ONE if len(bad) == 1 else 1.0,
        {word: frozenset(found) for word, found in places.items()},
        tuple(dict.fromkeys(word for words in said[: len(red)] for word in words if word not in usual)),
        (_lines(red), _lines(green)),
    )


def _lines(inputs: Sequence[str]) -> tuple[str, ...]:
    """The texts in inputs that were written as JSON, and their lines, each once."""
    found: dict[str, None] = {}
    for text in inputs:
        try:
            given = json.loads(text)
        except ValueError:
            given = text
        for leaf in _texts(given):
            found |= dict.fromkeys(line[:LONGEST] for line in (leaf, *leaf.splitlines()) if line.strip())
    return tuple(found)[:LINES]


def _texts(given: object) -> Iterator[str]:
    if isinstance(given, str):
        yield given
    for part in (*given.keys(), *given.values()) if isinstance(given, dict) else given if isinstance(given, list) else ():
        yield from _texts(part)


def _kind(token: str) -> str:
    return "0" if token[0].isdigit() else token.lower()


def _words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(text)} - EMPTY_WORDS
