"""Agents that set out to do something else than they were asked."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.quoting import quote
from refinery.signals.turns import Part, is_chat, turns
from refinery.signals.values import words

ENOUGH = 6
"""A task with fewer telling words says too little to judge by."""


def task_drift(trace: Trace) -> Iterator[Signal]:
    """In a chat of agents only, the opening message shares hardly a word with the task it should carry out."""
    asked = words(trace.task)
    if len(asked) < ENOUGH:
        return
    every = turns(trace)
    if any(turn.part is Part.USER for turn in every):
        return
    for turn in every:
        if not is_chat(turn.span):
            return
        if turn.part is Part.SAY and turn.text.strip():
            shared = len(asked & words(turn.text)) / len(asked)
            if shared < 0.35:
                says = f"{turn.agent or 'The agent'} starts on something else than what was asked"
                weight = 0.6 if shared < 0.15 else 0.4
                yield Signal(
                    "task_drift",
                    turn.span.id,
                    turn.step,
                    says,
                    quote(turn, turn.text),
                    Layer.ORCHESTRATION,
                    "task-misread",
                    weight,
                    turn.agent,
                )
            return
