"""A text that a pattern fits: short, and the same each time."""

from __future__ import annotations

import re
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from refinery.repair.tame import tame

CLASSES = {
    "CATEGORY_DIGIT": "0", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " ", "CATEGORY_NOT_DIGIT": "a", "CATEGORY_NOT_WORD": " ",
    "CATEGORY_NOT_SPACE": "a",
}  # fmt: skip
MOST = 20
"""Times that something is repeated."""


def sample(pattern: str) -> str:
    """Each choice decided for its first part, each repetition as short as may be. Empty where the pattern is none, or might take long."""
    try:
        made = _text(parser.parse(pattern), {}) if tame(pattern) else ""
        return made if re.search(pattern, made, re.IGNORECASE) else ""
    except (re.error, RecursionError, OverflowError):
        return ""


def _text(parts: Any, groups: dict[int, str]) -> str:
    return "".join(_one(kind, value, groups) for kind, value in parts)


def _one(kind: Any, value: Any, groups: dict[int, str]) -> str:
    if kind is sre.LITERAL:
        return chr(value)
    if kind is sre.NOT_LITERAL:
        return "a" if value != ord("a") else "b"
    if kind is sre.ANY:
        return "a"
    if kind is sre.IN:
        return _member(value)
    if kind is sre.BRANCH:
        return _text(value[1][0], groups)
    if kind is sre.SUBPATTERN:
        made = _text(value[3], groups)
        groups[value[0]] = made
        return made
    if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
        return _text(value[2], groups) * min(int(value[0]), MOST)
    if kind is sre.ATOMIC_GROUP:
        return _text(value, groups)
    return str(groups.get(value, "")) if kind is sre.GROUPREF else ""


def _member(options: Any) -> str:
    kind, value = options[0]
    if kind is sre.NEGATE:
        return "~"
    if kind is sre.RANGE:
        return chr(value[0])
    return CLASSES.get(str(value), "") if kind is sre.CATEGORY else chr(value)
