"""Results that say they are only a part, in runs that go on as if they were the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.quoting import around, quote
from refinery.signals.turns import Part, Turn, parsed, turns
from refinery.signals.values import fields

PART = re.compile(
    r"\b(?:showing|displaying|results?|rows?|items|page)\s+\d+\s*(?:-|to|–)?\s*\d*\s+of\s+(?:about |over )?[\d,]+|\.\.\. ?(?:\["
    r"|\()?(?:\d+ more|truncated|output truncated|omitted)"
    r"|\boutput (?:was |is )?truncated|\btruncated (?:to|at|after)|\(truncated\)|\[truncated\]|shows? (?:only )?\d{1,2} ?% of",
    re.IGNORECASE,
)
MORE_KEYS = frozenset({"has_more", "hasmore", "has_next", "hasnextpage", "truncated", "is_truncated", "partial", "incomplete"})
TOKENS = frozenset({"next_page_token", "nextpagetoken", "next_cursor", "nextcursor", "next_page", "continuation_token"})


def partial_results(trace: Trace) -> Iterator[Signal]:
    """A reply that is cut or one page of several, after which nobody asked for the rest."""
    every = turns(trace)
    for number, turn in enumerate(every):
        if turn.part not in (Part.RESULT, Part.SAY):
            continue
        words, at = _partial(turn)
        if not words:
            continue
        later = every[number + 1 : number + 12]
        if turn.part is Part.RESULT and any(one.part is Part.CALL and one.tool == turn.tool and one.raw != turn.asked for one in later):
            continue
        says = f"What {turn.tool or turn.agent or 'the tool'} returned is only a part ({words[:80]})"
        quotes = around(turn, at, len(words)) if at >= 0 else quote(turn, words)
        yield Signal("partial_results", turn.span.id, turn.step, says, quotes, Layer.CONTEXT, "partial-result", 0.25, turn.agent)


def _partial(turn: Turn) -> tuple[str, int]:
    value = parsed(turn.text) if turn.part is Part.RESULT else None
    if value is not None:
        for field in fields(value, limit=400):
            low = field.key.lower()
            if (low in MORE_KEYS and field.value is True) or (low in TOKENS and field.value):
                return f'"{field.key}"', -1
        return "", -1
    match = PART.search(turn.text)
    return (match.group(), match.start()) if match else ("", -1)
