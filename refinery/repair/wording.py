"""Words inside names: what two identifiers, keys or sentences have in common."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import lru_cache

PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
EMPTY_WORDS = frozenset({
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "from", "has", "have", "in", "is", "it", "its", "no", "not", "of",
    "on", "or", "so", "than", "that", "the", "then", "this", "to", "was", "were", "will", "with", "self", "cls", "def", "return",
    "none", "true", "false", "should", "expected", "got", "answer", "value", "error", "line", "file",
})  # fmt: skip

IRREGULAR = {
    "children": "child", "people": "person", "men": "man", "women": "woman", "feet": "foot", "teeth": "tooth", "halves": "half",
}  # fmt: skip
"""Plurals that are not made with an `s`."""
OPPOSITES = frozenset(
    frozenset(pair)
    for pair in (
        ("left", "right"), ("start", "end"), ("begin", "end"), ("start", "stop"), ("first", "last"), ("low", "high"), ("lo", "hi"),
        ("min", "max"), ("next", "prev"), ("next", "previous"), ("head", "tail"), ("top", "bottom"), ("row", "col"), ("row", "column"),
        ("width", "height"), ("x", "y"), ("source", "target"), ("src", "dst"), ("parent", "child"), ("old", "new"), ("before", "after"),
        ("from", "to"), ("upper", "lower"), ("prefix", "suffix"), ("open", "close"), ("opened", "closed"), ("sender", "receiver"),
        ("lat", "lon"), ("latitude", "longitude"), ("front", "back"), ("day", "month"), ("hour", "minute"), ("buy", "sell"),
        ("debit", "credit"), ("in", "out"), ("up", "down"), ("i", "j"),
    )
)  # fmt: skip
"""Words that name the two sides of a thing, and are taken for each other."""


@lru_cache(maxsize=65536)
def opposite(a: str, b: str) -> bool:
    """Whether two names are the same but for one word, which names the other side: `row_start` and `row_end`."""
    first, second = parts(a), parts(b)
    return first - second | second - first in OPPOSITES and len(first) == len(second)


@lru_cache(maxsize=8192)
def parts(name: str) -> frozenset[str]:
    """The words of a name, singular: `maxAgeDays`, `max_age_day` and `max-age-days` are the same."""
    return frozenset(_singular(part.lower()) for part in PARTS.findall(name))


def spelt_alike(one: str, other: str) -> float:
    """How far two names are spelt alike; 1 where one says the other with a word more."""
    few, more = sorted((parts(one), parts(other)), key=len)
    return 1.0 if few and few <= more else SequenceMatcher(None, one.lower(), other.lower()).ratio()


@lru_cache(maxsize=65536)
def likeness(a: str, b: str) -> float:
    """How much two names share, 0 to 1; 1 only when they have the same words."""
    first, second = parts(a), parts(b)
    if not first or not second:
        return 0.0
    shared = len(first & second) / len(first | second)
    if shared:
        return shared
    short, long = sorted((a.lower(), b.lower()), key=len)
    return 0.3 if len(short) >= 3 and (long.startswith(short) or long.endswith(short)) else 0.0


def telling(texts: Iterable[str]) -> frozenset[str]:
    """The identifiers and words of texts that say something: no articles, nothing shorter than three letters."""
    found = {word for text in texts for word in IDENTIFIER.findall(text)}
    return frozenset(word for word in found if len(word) > 2 and word.lower() not in EMPTY_WORDS)


def _singular(word: str) -> str:
    if word in IRREGULAR:
        return IRREGULAR[word]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
