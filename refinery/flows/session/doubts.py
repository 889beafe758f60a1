"""Where changes that all mend a failure part, the expert decides: what they say is right there becomes a scenario of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence

from adapters.trace import Json, Trace
from refinery.domain import Doubt, Expectation, Scenario
from refinery.flows.complaint import scenario_for


def decided(doubt: Doubt, answer: str) -> str:
    """A decision in one line, as a bookmark keeps it."""
    return json.dumps([doubt.input, answer], ensure_ascii=False)


def deciding(trace: Trace, decisions: Sequence[str]) -> tuple[Scenario, ...]:
    """A scenario for each decision; what is no decision of ours is passed over."""
    found = []
    for line in decisions:
        match _read(line):
            case [given, str(answer)]:
                found.append(scenario_for(trace, (Expectation("equals", answer),), f"decided: {answer}", given))
    return tuple(found)


def _read(line: str) -> Json:
    try:
        made: Json = json.loads(line)
    except ValueError:
        return None
    return made
