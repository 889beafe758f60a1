"""A complaint without a recorded conversation becomes one: what the customer asked, in the form in which the agent is given it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from adapters.trace import Json, Kind, Span, Trace
from refinery.domain import Scenario
from refinery.flows.complaint import canonical

SOURCE = "told"
"""Of a conversation that nobody recorded."""


def told(asked: str, suite: Sequence[Scenario]) -> Trace:
    """The conversation as far as it is known: the question, and no answer. The same question is the same conversation."""
    given = canonical(as_given(asked, suite))
    mark = hashlib.sha256(given.encode()).hexdigest()[:32]
    return Trace(mark, (Span(mark[:16], "complaint", Kind.AGENT, input=given),), name="complaint", source=SOURCE, task=given)


def unrecorded(trace: Trace) -> bool:
    """Whether nothing is known of a conversation but what was asked."""
    return trace.source == SOURCE


def as_given(asked: str, suite: Sequence[Scenario]) -> Json:
    """JSON as it is; words in the one field of text that all situations written down have in common, else as they are."""
    try:
        value = json.loads(asked)
    except ValueError:
        value = None
    if isinstance(value, dict):
        return value
    fields = [_texts(scenario.input) for scenario in suite]
    common = frozenset.intersection(*fields) if fields else frozenset()
    return {next(iter(common)): asked} if len(common) == 1 else asked


def _texts(given: Json) -> frozenset[str]:
    return frozenset(name for name, value in given.items() if isinstance(value, str)) if isinstance(given, dict) else frozenset()
