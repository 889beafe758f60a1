"""Runs that do not stop when they are done: work after the end was called, or courtesies without end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.quoting import quote
from refinery.signals.turns import Part, Turn, is_farewell, turns

OVER = re.compile(r"\bTERMINATE\W*$|^\W*FINAL ANSWER\b")
THANKS = re.compile(
    r"\b(?:thank(?:s| you)|you(?:'re| are) (?:very |most )?welcome|good ?bye|bye|have a (?:great|nice|good|wonderful)|take care"
    r"|feel free to|glad (?:i|we) could|happy to help|my pleasure|don't hesitate)\b",
    re.IGNORECASE,
)
ON, POLITE = 4, 6
"""So many turns after the end was called, or courtesies in a row, are too many."""
SHORT = 240


def no_end(trace: Trace) -> Iterator[Signal]:
    """Agents that go on after one of them has called the end, or that thank each other again and again."""
    spoken = [turn for turn in turns(trace) if turn.part in (Part.SAY, Part.USER, Part.CALL) and (turn.text.strip() or turn.tool)]
    over = next((place for place, turn in enumerate(spoken) if _ends(turn)), None)
    if over is not None:
        after = [turn for turn in spoken[over + 1 :] if not _ends(turn)]
        asked = any(turn.part is Part.USER for turn in after)
        if len(after) >= ON and not asked:
            says = f"The end was called at step {spoken[over].step}, and {len(after)} turns followed"
            yield _signal(after[0], says, spoken[over])
            return
    row: list[Turn] = []
    for turn in spoken:
        row = [*row, turn] if turn.part is not Part.CALL and len(turn.text) <= SHORT and THANKS.search(turn.text) else []
        if len(row) == POLITE:
            yield _signal(row[1], f"Nobody ends the talk: {POLITE} turns in a row are courtesies", row[0])
            return


def _ends(turn: Turn) -> bool:
    text = turn.text.strip()
    return turn.part is Part.SAY and bool(text) and (is_farewell(text) or bool(OVER.search(text[-300:])))


def _signal(turn: Turn, says: str, first: Turn) -> Signal:
    quotes = (*quote(turn, turn.text), *quote(first, first.text[-200:]))
    return Signal("no_end", turn.span.id, turn.step, says, quotes, Layer.ORCHESTRATION, "no-termination", 0.35, turn.agent)
