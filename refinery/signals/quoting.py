"""Words lifted verbatim from a span, short enough to read."""

from __future__ import annotations

import json
import re

from refinery.domain import Quote
from refinery.signals.turns import GAP, Turn

LONGEST_QUOTE = 280


def quote(turn: Turn, words: str) -> tuple[Quote, ...]:
    """The words as a quote of the turn's span; empty when they do not stand there in any spelling."""
    bare = short(words)
    for spelling in (bare, json.dumps(bare)[1:-1], json.dumps(bare, ensure_ascii=False)[1:-1], bare.splitlines()[0] if bare else ""):
        if spelling and len(spelling) <= 300 and (spelling in turn.raw or turn.span.contains(spelling)):
            return (Quote(turn.span.id, spelling),)
    return ()


def around(turn: Turn, at: int, length: int = 0) -> tuple[Quote, ...]:
    """The line, or the piece of it, that stands around a place in the turn's text."""
    text = turn.text
    start = max(text.rfind("\n", 0, at) + 1, at - 120)
    end = text.find("\n", at + length)
    end = min(len(text) if end < 0 else end, max(at + length + 120, start + 160))
    return quote(turn, text[start:end])


def pair(turn: Turn, key: str, value: object) -> tuple[Quote, ...]:
    """A field with its value as it stands in JSON text, else the value alone."""
    match = re.search(rf'\\?"{re.escape(key)}\\?"\s*:\s*\\?"?{re.escape(str(value))}\\?"?', turn.raw)
    return quote(turn, match.group() if match else str(value))


def short(words: str) -> str:
    """At most one quote's length, cut between words, never across a gap."""
    bare = words.split(GAP)[0].strip()
    if len(bare) <= LONGEST_QUOTE:
        return bare
    cut = bare[:LONGEST_QUOTE]
    return cut[: cut.rfind(" ")].rstrip() if " " in cut[LONGEST_QUOTE // 2 :] else cut
