"""The words of a text, as search sees them: lower case, identifiers taken apart, one spelling, endings off, empty words out."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_EMPTY_WORDS = """
a an and are as at be been being but by can could did do does doing done for from get gets getting got had has have having he her
his how i if in into is it its itself let may me might more most must my no not of off on one only or other our out over own same
she should so some such than that the their them then there these they this those through to too under until up us was we were
what when where which while who whom why will with would you your keep keeps kept make makes made say says said tell tells told
want wants always never instead
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_ENDINGS = (
    ("ational", "ate"), ("ization", "ize"), ("isation", "ize"), ("fulness", "ful"), ("iveness", "ive"),
    ("ousness", "ous"), ("ations", "ate"), ("ation", "ate"), ("ments", ""), ("ment", ""),
    ("ingly", ""), ("edly", ""), ("nesses", ""), ("ness", ""), ("ions", ""),
    ("ion", ""), ("ings", ""), ("ing", ""), ("ies", "y"), ("ied", "y"),
    ("ers", ""), ("er", ""), ("ed", ""), ("ly", ""), ("es", ""),
    ("s", ""),
)  # fmt: skip
_SPELLINGS = (
    ("isation", "ization"), ("isations", "izations"), ("ise", "ize"), ("ises", "izes"), ("ised", "ized"), ("ising", "izing"),
    ("yse", "yze"), ("ysed", "yzed"), ("ysing", "yzing"), ("our", "or"), ("ours", "ors"), ("oured", "ored"), ("oural", "oral"),
    ("ogue", "og"), ("ogues", "ogs"), ("elled", "eled"), ("elling", "eling"),
)  # fmt: skip
"""British endings and the American ones: both are written, by one people in one repository."""
_BRITISH = tuple(ending for ending, _ in _SPELLINGS)
_LETTERS_BEFORE = 3
"""Letters that stand before an ending of a spelling; "hours" and "raise" are the same everywhere."""


def words(text: str) -> list[str]:
    """Every telling word, in order and with repetitions."""
    found: list[str] = []
    for match in _WORD.finditer(text):
        for part in _CAMEL.split(match.group()):
            word = part.lower()
            if word not in _EMPTY and (len(word) > 1 or not word.isascii()):
                found.append(_respelt(word))
    return found


def _respelt(word: str) -> str:
    if not word.endswith(_BRITISH, _LETTERS_BEFORE):
        return word
    ending, put = next(pair for pair in _SPELLINGS if word.endswith(pair[0]))
    return word[: -len(ending)] + put


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The word without its ending: crude, but the same for "retries", "retried" and "retry"."""
    if len(word) <= 3 or not word.isascii() or word.endswith("ss"):
        return word
    for ending, put in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) + len(put) >= 3:
            word = word[: -len(ending)] + put
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word
