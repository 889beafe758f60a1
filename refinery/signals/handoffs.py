"""Work that was handed over and that nobody took up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.quoting import quote
from refinery.signals.turns import Part, turns
from refinery.signals.values import name_words

HANDS = re.compile(r"(?:transfer|hand_?off|delegate|route|escalate)_?(?:back_?)?to_?(.+)", re.IGNORECASE)
PEOPLE = frozenset({"human", "humans", "agent", "agents", "person", "people", "support", "staff", "operator"})
"""A human does not show up in the trace."""


def handoffs(trace: Trace) -> Iterator[Signal]:
    """A call such as `transfer_to_billing` after which no billing agent acts."""
    every = turns(trace)
    for turn in every:
        match = HANDS.fullmatch(turn.tool.strip()) if turn.part is Part.CALL else None
        wanted = (name_words(match[1]) - {"agent", "expert", "assistant"}) if match else frozenset()
        if not wanted or wanted & PEOPLE:
            continue
        later = [other for other in every if other.step > turn.step and other.part in (Part.SAY, Part.CALL, Part.STEP)]
        after = {other.span.agent or other.span.name for other in later}
        if not any(wanted <= name_words(name) for name in after):
            says = f"The work was handed over by {turn.tool}, and nobody of that name acted afterwards"
            quotes = quote(turn, turn.tool) or quote(turn, turn.raw)
            yield Signal("handoffs", turn.span.id, turn.step, says, quotes, Layer.ORCHESTRATION, "lost-handoff", 0.5, turn.agent)
