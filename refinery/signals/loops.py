"""The same call, or the same words, again and again."""

from __future__ import annotations

import json
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.quoting import quote
from refinery.signals.turns import Part, Turn, is_chat, is_farewell, parsed, turns

CALLS = 3
"""So many identical calls are a loop."""
SAYINGS = 3


def loops(trace: Trace) -> Iterator[Signal]:
    """Identical calls with identical replies, or identical messages: repeated without anything new."""
    calls: dict[tuple[str, str, str], list[Turn]] = {}
    sayings: dict[tuple[str, str], list[Turn]] = {}
    every = turns(trace)
    for turn in every:
        if turn.part is Part.RESULT and turn.tool and (turn.asked or not is_chat(turn.span)):
            calls.setdefault((turn.tool, _normal(turn.asked), turn.text[:2_000]), []).append(turn)
        elif turn.part is Part.SAY and len(turn.text) >= 60 and not is_farewell(turn.text):
            sayings.setdefault((turn.agent, " ".join(turn.text.lower().split())[:2_000]), []).append(turn)
    for (tool, given, _), same in calls.items():
        if len(same) >= CALLS:
            says = f"{tool} was called {len(same)} times with the same arguments and gave the same each time"
            yield _signal(same[1], says, given, len(same))
    for (agent, words), same in sayings.items():
        if len(same) >= SAYINGS:
            says = f"{agent or 'The agent'} said the same thing {len(same)} times"
            yield _signal(same[1], says, words, len(same))


def _signal(turn: Turn, says: str, words: str, times: int) -> Signal:
    weight = min(0.7, 0.35 + 0.08 * (times - 2))
    quotes = quote(turn, words) or quote(turn, turn.raw)
    return Signal("loops", turn.span.id, turn.step, says, quotes, Layer.ORCHESTRATION, "loop", weight, turn.agent)


def _normal(arguments: str) -> str:
    value = parsed(arguments)
    return " ".join(arguments.split()) if value is None else json.dumps(value, sort_keys=True)
