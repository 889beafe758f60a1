"""Agents that make up what they should have looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.quoting import around
from refinery.signals.turns import Part, is_farewell, turns

MADE_UP = re.compile(
    r"\b(?:(?:simulat|hypothetical|fictional|fictitious|fabricat|mock|dummy|placeholder|made[- ]up)\w*"
    r"|(?:sample|example|synthetic|fake|illustrative) (?:data(?:set)?|values?|prices?|numbers?|results?|list|output|text)"
    r"|for (?:demonstration|illustration|the sake of|simplicity)|let(?:'s| us) (?:assume|say|suppose|pretend|imagine)|assum(?:e|es"
    r"|ed|ing) (?:that |the |we |an? |this )"
    r"|(?:based on|from) (?:my |general |common |prior |existing |typical |historical |previous )+(?:knowledge|understanding|memory"
    r"|information|practices?)"
    r"|i (?:recall|remember|believe|estimate)|(?:your|insert|replace)[_ ](?:api[_ ]?key|path|url|actual)|path[_/]to"
    r"|without (?:access|verif|check)\w*"
    r"|manually (?:inspect|check|verif|extract|review|count|search|look|visit)\w*)",
    re.IGNORECASE,
)


def invented_data(trace: Trace) -> Iterator[Signal]:
    """A message that assumes, simulates or recalls what the task wants looked up."""
    for turn in turns(trace):
        if turn.part is not Part.SAY or is_farewell(turn.text):
            continue
        found = list(MADE_UP.finditer(turn.text[:20_000]))[:8]
        if found:
            best = next((match for match in found if not match.group().lower().startswith("assum")), found[0])
            kinds = len({match.group().lower()[:6] for match in found})
            says = f"{turn.agent or 'The agent'} goes on with something it did not look up (“{best.group()}”)"
            weight = min(0.5, 0.25 + 0.08 * kinds)
            yield Signal(
                "invented_data",
                turn.span.id,
                turn.step,
                says,
                around(turn, best.start(), len(best.group())),
                Layer.MODEL,
                "invented-data",
                weight,
                turn.agent,
            )
