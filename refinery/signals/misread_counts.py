"""Counts that an agent tells of a result, and that the result does not bear out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from adapters.trace import Json, Trace
from refinery.domain import Layer, Signal
from refinery.signals.quoting import around, quote
from refinery.signals.turns import Part, Turn, parsed, turns
from refinery.signals.values import akin, fields, keys, listed, name_words

COUNT = re.compile(
    r"\b(?:there (?:are|is)|we (?:have|offer|found)|i (?:have )?found|found|has|have|total of|offers?)\s+"
    r"(?:currently |exactly |only |now )*"
    r"(?P<count>\d{1,4})\s+"
    r"(?:(?!and\b|or\b)[a-z\-]+ ){0,3}?(?P<noun>[a-z\-]{3,}s)\b",
    re.IGNORECASE,
)
THINGS = listed("options items results entries variants matches records documents products choices types kinds ones rows")
DIGITS = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
LONGEST = 200
"""Of a longer text the figures are not what was counted."""
LEAST = 3
"""A collection of fewer is hard to miscount."""
BACK = 3
"""Results that are as far behind are another matter."""


def misread_counts(trace: Trace) -> Iterator[Signal]:
    """“There are 12 options” right after a result that holds no collection of twelve, however it is counted."""
    last: list[Turn] = []
    for turn in turns(trace):
        if turn.part is Part.RESULT:
            last = [*last, turn][-BACK:]
        elif turn.part is Part.USER:
            last = [each for each in last if turn.step - each.step <= 2 * BACK]
        elif turn.part is Part.SAY and last:
            yield from _miscounted(turn, last)


def _miscounted(turn: Turn, results: list[Turn]) -> Iterator[Signal]:
    sizes: set[int] = set()
    names: frozenset[str] = frozenset()
    for each in results:
        value = parsed(each.text)
        if value is None:
            return
        sizes |= _sizes(value)
        names |= frozenset(word for key in (*keys(value), each.tool) for word in name_words(key))
    if max(sizes, default=0) < LEAST:
        return
    for match in COUNT.finditer(turn.text[:8_000]):
        noun, count = match["noun"].lower(), int(match["count"])
        if count not in sizes and count > 1 and (noun in THINGS or akin(frozenset({noun}), names)):
            source = results[-1]
            told = f"{turn.agent or 'The agent'} speaks of {match['count']} {noun}"
            says = f"{told}; in what {source.tool or 'the tool'} returned there are not as many, however they are counted"
            quotes = (*around(turn, match.start(), len(match.group())), *quote(source, source.text))
            yield Signal("misread_counts", turn.span.id, turn.step, says, quotes, Layer.MODEL, "misread-result", 0.4, turn.agent)
            return


def _sizes(value: Json) -> set[int]:
    """Every number that counting could give, of entries, of like ones and of different values; and every number that is told."""
    found: set[int] = set()
    alike: Counter[tuple[str, str]] = Counter()
    different: dict[str, set[str]] = {}
    for field in fields(value):
        alike[(field.key, str(field.value))] += 1
        different.setdefault(field.key, set()).add(str(field.value))
        if isinstance(field.value, int) and not isinstance(field.value, bool):
            found.add(field.value)
        elif isinstance(field.value, str) and len(field.value) <= LONGEST:
            found.update(int(digits) for digits in DIGITS.findall(field.value))
    found |= set(alike.values()) | {len(each) for each in different.values()}
    todo: list[Json] = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, list | dict):
            found.add(len(item))
            todo.extend(item.values() if isinstance(item, dict) else item)
    return found
