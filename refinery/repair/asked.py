"""The words in which people asked: what only those said who got a wrong answer, a list of words may lack."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from refinery.repair.wording import EMPTY_WORDS

WORD = re.compile(r"[A-Za-z]{3,}")
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
MOST = 12
ONE = 0.05


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

    def vocabulary(self, words: Sequence[str]) -> bool:
        """Whether a list holds words that people say, so that one more may be missing in it."""
        return len(words) > 1 and any(word.lower() in self.everything for word in words)


def asked_in(red: Sequence[str], green: Sequence[str]) -> Asked:
    """Taken from the texts of inputs of failing and of passing scenarios."""
    bad, good = [_words(text) for text in red], [_words(text) for text in green]
    known = frozenset[str]().union(*good)
    share = {word: sum(word in words for words in bad) / len(bad) for words in bad for word in words - known}
    ordered = sorted(share.items(), key=lambda each: (-each[1], each[0]))[:MOST]
    return Asked(
        tuple(ordered),
        known.union(*bad),
        frozenset[str]().union(*bad),
        frozenset(number for text in (*red, *green) for number in NUMBER.findall(text)),
        ONE if len(bad) == 1 else 1.0,
    )


def _words(text: str) -> set[str]:
    return {word.lower() for word in WORD.findall(text)} - EMPTY_WORDS
