"""What two failures of one cause have in common: their signature, made of the signal and the place, not of the case at hand."""

from __future__ import annotations

import re

from adapters.trace import Trace
from refinery.domain import Diagnosis, Signal
from refinery.signals.turns import is_chat

PARTICULAR = re.compile(
    r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\b[0-9a-f]{8}-[0-9a-f-]{20,}\b"
    r"|[\"“'`][^\"”'`\n]{1,80}[\"”'`]|(?:/[\w.\-]+){2,}|\d[\d.,:/\-]*",
    re.IGNORECASE,
)
"""Ids, quoted values, paths and numbers: what differs from case to case."""
LONGEST = 160


def signature(trace: Trace, found: Diagnosis) -> str:
    """What failed where, without what is particular to the case; empty when no rule saw anything."""
    telling = decisive(found)
    if telling is None or found.step is None:
        return ""
    says = telling.says
    for name in sorted({span.agent for span in trace.spans if span.agent}, key=len, reverse=True):
        says = says.replace(name, "#")  # who speaks is particular to the case
    return f"{telling.rule} {found.category} | {_general(place(trace, found.step))} | {_general(says)}"


def place(trace: Trace, step: int) -> str:
    """The tool or the step of a program; in a talk there is none, for speakers change from run to run."""
    span = trace.spans[step]
    return span.tool or ("" if is_chat(span) else span.name)


def decisive(found: Diagnosis) -> Signal | None:
    """The signal that a diagnosis rests on: one of its category, at its span or at one that it quotes."""
    spans = {found.span_id, *(quote.span_id for quote in found.evidence)}
    mine = [signal for signal in found.signals if signal.span_id in spans]
    return max(mine, key=lambda signal: (signal.category == found.category, signal.span_id == found.span_id, signal.weight), default=None)


def _general(text: str) -> str:
    return " ".join(PARTICULAR.sub("#", text.lower()).split())[:LONGEST]
