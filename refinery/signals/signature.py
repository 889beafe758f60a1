"""What two failures of one cause have in common: their signature, made of the signal and the place, not of the case at hand."""

from __future__ import annotations

import re

from adapters.trace import Trace
from refinery.domain import Diagnosis

PARTICULAR = re.compile(
    r"0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\b[0-9a-f]{8}-[0-9a-f-]{20,}\b"
    r"|[\"“'`][^\"”'`\n]{1,80}[\"”'`]|(?:/[\w.\-]+){2,}|\d[\d.,:/\-]*",
    re.IGNORECASE,
)
"""Ids, quoted values, paths and numbers: what differs from case to case."""
LONGEST = 160


def signature(trace: Trace, found: Diagnosis) -> str:
    """What failed where, without what is particular to the case; empty when no rule saw anything."""
    mine = [signal for signal in found.signals if signal.span_id == found.span_id]
    if found.step is None or not mine:
        return ""
    strongest = max(mine, key=lambda signal: signal.weight)
    span = trace.spans[found.step]
    place = span.tool or span.name or found.agent
    return f"{strongest.rule} {found.category} | {_general(place)} | {_general(strongest.says)}"


def _general(text: str) -> str:
    return " ".join(PARTICULAR.sub("#", text.lower()).split())[:LONGEST]
