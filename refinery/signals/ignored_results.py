"""Results that nobody used: the answer has nothing of what the tools returned."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.empty_results import has_nothing
from refinery.signals.polite_errors import is_error
from refinery.signals.quoting import quote
from refinery.signals.turns import Part, answer, task, turns
from refinery.signals.values import numbers, words

ENOUGH = 3
"""So many telling words a result must have before its absence from the answer tells anything."""


def ignored_results(trace: Trace) -> Iterator[Signal]:
    """An answer that shares no telling word and no number with the last good result, and brings some of its own."""
    final = answer(trace)
    if final is None:
        return
    asked = words(task(trace))
    every = turns(trace)
    good = [
        turn
        for turn in every
        if turn.part is Part.RESULT and turn.step != final.turn.step and turn.text.strip() and not is_error(turn) and not has_nothing(turn)
    ]
    if not good or (final.turn.step < good[-1].step and final.turn.span.parent_id is not None):
        return
    spoken = "\n".join([final.text, *(turn.text for turn in every if turn.part is Part.SAY and good[0].step < turn.step)])
    said = words(spoken)
    figures = {value for value, _ in numbers(spoken)}
    used = False
    for turn in good:
        new = words(turn.text) - asked
        held = {value for value, _ in numbers(turn.text)}
        used = used or len(new) < ENOUGH or bool(new & said) or bool(held & figures)
    if not used and len(said - asked) >= ENOUGH:
        last = good[-1]
        says = f"The answer uses nothing of what {last.tool or last.agent or 'the tool'} returned"
        quotes = (*quote(final.turn, final.text), *quote(last, last.text))
        yield Signal(
            "ignored_results", final.turn.span.id, final.turn.step, says, quotes, Layer.MODEL, "ignored-result", 0.45, final.turn.agent
        )
