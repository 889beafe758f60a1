"""Work that was handed over and that nobody took up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.quoting import quote
from refinery.signals.turns import Part, Turn, parsed, turns
from refinery.signals.values import name_words

HANDS = re.compile(r"(?:transfer|hand_?off|delegate|route|escalate)_?(?:back_?)?to_?(.+)", re.IGNORECASE)
GENERAL = re.compile(r"hand_?(?:off|over)|delegat|escalat|transfer_(?:task|work|conversation|chat|call)", re.IGNORECASE)
"""Tools that hand work to whom their arguments name."""
TO = frozenset({"coworker", "agent", "agent_name", "to_agent", "target_agent", "next_agent", "assignee"})
FILLERS = frozenset({"agent", "expert", "assistant"})
PEOPLE = frozenset({"human", "humans", "agent", "agents", "person", "people", "support", "staff", "operator"})
"""A human does not show up in the trace."""


def handoffs(trace: Trace) -> Iterator[Signal]:
    """A call such as `transfer_to_billing`, or one that delegates to a named agent, after which nobody of that name acts."""
    every = turns(trace)
    for turn in every:
        wanted = _receiver(turn) if turn.part is Part.CALL else frozenset[str]()
        if not wanted or wanted & PEOPLE:
            continue
        later = [other for other in every if other.step > turn.step and other.part in (Part.SAY, Part.CALL, Part.STEP)]
        after = {other.span.agent or other.span.name for other in later}
        if not any(wanted <= name_words(name) for name in after):
            says = f"The work was handed over by {turn.tool} to {' '.join(sorted(wanted))}, and nobody of that name acted afterwards"
            quotes = quote(turn, turn.tool) or quote(turn, turn.raw)
            yield Signal("handoffs", turn.span.id, turn.step, says, quotes, Layer.ORCHESTRATION, "lost-handoff", 0.5, turn.agent)


def _receiver(turn: Turn) -> frozenset[str]:
    """Words of the name of whoever should go on; none when the call hands nothing over."""
    match = HANDS.fullmatch(turn.tool.strip())
    if match:
        return name_words(match[1]) - FILLERS
    given = parsed(turn.raw) if GENERAL.search(turn.tool) else None
    named = [value for key, value in given.items() if key.lower() in TO and isinstance(value, str)] if isinstance(given, dict) else []
    return name_words(named[0][:60]) - FILLERS if named else frozenset()
