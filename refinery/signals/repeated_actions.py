"""Things that were done twice: the same order, payment or message once more, though the first had succeeded."""

from __future__ import annotations

import json
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.divergence import acts, calls
from refinery.signals.quoting import quote
from refinery.signals.values import listed, name_words

ONCE = listed(
    "book order purchase buy pay charge refund transfer send email mail submit create place issue post publish invite notify schedule"
)
"""What is not the same when it is done twice; to set or update something twice does no harm."""


def repeated_actions(trace: Trace) -> Iterator[Signal]:
    """A tool that books, pays, sends or creates was called again with the same arguments after it had worked."""
    done: dict[tuple[str, str], int] = {}
    for made in calls(trace):
        turn = made.turn
        if made.failed or not turn.raw.strip() or made.arguments in ({}, []) or not acts(turn.tool) or not name_words(turn.tool) & ONCE:
            continue
        given = " ".join(turn.raw.split()) if made.arguments is None else json.dumps(made.arguments, sort_keys=True)
        first = done.setdefault((turn.tool, given), turn.step)
        if first != turn.step:
            says = f"{turn.tool} was done at step {first} already, and is done again with the same arguments"
            quotes = quote(turn, turn.raw)
            yield Signal("repeated_actions", turn.span.id, turn.step, says, quotes, Layer.ORCHESTRATION, "repeated-action", 0.5, turn.agent)
