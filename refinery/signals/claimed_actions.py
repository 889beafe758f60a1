"""Actions that the answer says were done, and no call did."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.polite_errors import is_error
from refinery.signals.quoting import around
from refinery.signals.turns import Part, turns
from refinery.signals.values import listed, name_words

DONE = re.compile(
    r"\b(?:i(?:'ve| have)|we(?:'ve| have)|has been|have been) (?:now |just |successfully |also |already )*(cancel+ed|refunded"
    r"|booked|updated|changed|sent|emailed|"
    r"created|deleted|removed|submitted|transferred|upgraded|exchanged|returned|charged|credited|scheduled|modified|reserved|placed)\b",
    re.IGNORECASE,
)
DOES = listed(
    "cancel refund book reserv update modif change set edit send mail create add delete remove submit transfer upgrade exchange "
    "return charge "
    "credit schedule place post put patch write execute run insert save apply pay issue notify"
)


def claimed_actions(trace: Trace) -> Iterator[Signal]:
    """A sentence such as "I have cancelled it" in a run whose tools could act, and in which none did or all attempts failed."""
    every = turns(trace)
    acted: list[tuple[int, str]] = []
    tried = False
    for turn in every:
        if turn.part is Part.RESULT and turn.tool:
            does = any(word.startswith(stem) for word in name_words(turn.tool) for stem in DOES)
            tried = tried or bool(turn.tool)
            if does and not is_error(turn):
                acted.append((turn.step, turn.tool.lower()))
    if not tried:
        return
    for turn in every:
        match = DONE.search(turn.text) if turn.part is Part.SAY and turn.agent.lower() not in ("user", "human") else None
        if match and not any(step <= turn.step for step, _ in acted):
            says = f"The agent says that something was {match.group(1).lower()}, but no call that could do it succeeded before"
            yield Signal(
                "claimed_actions",
                turn.span.id,
                turn.step,
                says,
                around(turn, match.start(), len(match.group())),
                Layer.MODEL,
                "claimed-action",
                0.6,
                turn.agent,
            )
            return
