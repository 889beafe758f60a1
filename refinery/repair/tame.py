"""Patterns that may be tried on a short text in this process: looking for them always ends soon.

`re` tries one way after the other, and of a repetition inside another there are more ways than anybody can wait for (catastrophic
backtracking). Patterns are the user's, or made of the user's, so they are read before they are run.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MOST = 3
"""Repetitions without an end, one behind the other."""
WAYS = 10_000
"""Ways to meet all else, which is repeated a few times or is one of several."""
FEW = 20
"""Times that are no repetition without an end."""
REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)
PLAIN = (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN, sre.AT, sre.GROUPREF)


@lru_cache(maxsize=4096)
def tame(pattern: str) -> bool:
    """Whether it has few repetitions, none of them inside another, and few ways beside them. False for what cannot be read."""
    try:
        endless, ways = _count(parser.parse(pattern), 1)
    except (re.error, RecursionError, OverflowError):
        return False
    return endless <= MOST and ways <= WAYS


def _count(parts: Any, times: int) -> tuple[int, int]:
    """The repetitions without an end, and the ways beside them, of what is met so many times; too many of either where that is unknown."""
    endless, ways = 0, 1
    for kind, value in parts:
        inner: list[tuple[int, int]] = []
        if kind in REPEATS:
            low, high = int(value[0]), min(int(value[1]), FEW + 1)
            inner = [_count(value[2], times * max(1, high))]
            if low != high and high > FEW:
                endless += 1 if times == 1 else MOST + 1
            elif low != high:
                ways *= (high - low + 1) ** times
        elif kind is sre.SUBPATTERN:
            inner = [_count(value[3], times)]
        elif kind in (sre.ASSERT, sre.ASSERT_NOT):
            inner = [_count(value[1], times)]
        elif kind is sre.BRANCH:
            inner = [_count(each, times) for each in value[1]]
            ways *= len(value[1]) ** times
        elif kind not in PLAIN:
            return MOST + 1, ways
        endless += sum(each for each, _ in inner)
        for _, more in inner:
            ways = min(ways * more, WAYS + 1)
    return endless, min(ways, WAYS + 1)
