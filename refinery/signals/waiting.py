"""Time-outs and rate limits: something outside did not answer, or refused to be asked so often."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.polite_errors import error_in
from refinery.signals.quoting import quote
from refinery.signals.turns import Part, Turn, clip, reach_of, results

TIMEOUT = re.compile(r"timed? ?out|time-?out(?:error)?\b|deadline exceeded|etimedout|took too long|504 gateway", re.IGNORECASE)
LIMIT = re.compile(
    r"rate[ _-]?limit|too many requests|quota (?:exceeded|exhausted)|\b429\b|overloaded|resource_?exhausted|throttl", re.IGNORECASE
)


def waiting(trace: Trace) -> Iterator[Signal]:
    """A call that ran out of time or of quota."""
    reach = reach_of(trace)
    told: set[str] = set()
    for step, span in enumerate(trace.spans):
        if span.failure:
            words = f"{span.failure.type}: {span.failure.message}" if span.failure.type else span.failure.message
            turn = Turn(step, span, Part.RESULT, clip(span.failure.message, reach), clip(words, reach), span.agent, span.tool or span.name)
            for signal in _signals(turn, turn.text, span.failure.message or span.failure.type):
                told.add(span.id)
                yield signal
    for turn in results(trace):
        words = error_in(turn.text) if turn.span.id not in told else ""
        yield from _signals(turn, words, words)


def _signals(turn: Turn, words: str, telling: str) -> Iterator[Signal]:
    for pattern, category, what in ((TIMEOUT, "timeout", "did not answer in time"), (LIMIT, "rate-limit", "was asked more than it allows")):
        if words and pattern.search(words):
            says = f"{turn.tool or turn.agent or 'A call'} {what}"
            yield Signal("waiting", turn.span.id, turn.step, says, quote(turn, telling), Layer.TOOL, category, 0.6, turn.agent)
            return
