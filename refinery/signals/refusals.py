"""Requests that were turned down, and the decision that turned them down."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.early_end import GAVE_UP
from refinery.signals.exceptions import code_places
from refinery.signals.quoting import pair, quote
from refinery.signals.turns import Part, answer, parsed, turns
from refinery.signals.values import fields, listed, name_words

DECIDES = listed("allowed eligible approved permitted valid authorized authorised granted accepted qualifies can may")
TURNED_DOWN = re.compile(
    r"\b(?:sorry|unfortunately|not (?:eligible|allowed|possible|permitted|able|available|qualify)|declin|reject|denied|refus|cannot"
    r"|can't)",
    re.IGNORECASE,
)


def refusals(trace: Trace) -> Iterator[Signal]:
    """A step that decided against the user, on which the answer rests; doubly notable where two figures are exactly equal."""
    final = answer(trace)
    if final is None or not (TURNED_DOWN.search(final.text) or GAVE_UP.search(final.text)):
        return
    for turn in turns(trace):
        value = parsed(turn.text) if turn.part in (Part.RESULT, Part.STEP) and turn.step != final.turn.step else None
        held = list(fields(value, limit=200)) if value is not None else []
        against = next((field for field in held if len(field.keys) == 1 and field.value is False and name_words(field.key) & DECIDES), None)
        if against is None:
            continue
        figures = Counter(field.value for field in held if isinstance(field.value, int | float) and not isinstance(field.value, bool))
        limit = next((figure for figure, times in figures.items() if times > 1 and figure not in (0, 1)), None)
        who = turn.tool or turn.span.name
        says = f"{who} decided `{against.key}: false`, and the answer turns the user down"
        if limit is not None:
            says += f"; two of its figures are exactly equal ({limit:g}), so the case lies on the limit"
        quotes = (*pair(turn, against.key, "false"), *quote(turn, turn.text))
        weight = 0.4 if limit is not None else 0.32
        yield Signal("refusals", turn.span.id, turn.step, says, quotes, Layer.CODE, "refusal", weight, turn.agent, code_places(turn.span))
