"""A complaint without a recorded conversation becomes one: what the customer asked, in the form in which the agent is given it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from adapters.trace import Json, Kind, Span, Trace
from refinery.domain import Scenario
from refinery.flows.complaint import canonical
from refinery.flows.fitting import fitted

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
    """A JSON object as it is; words as a chat's are given to the agent."""
    try:
        value = json.loads(asked)
    except ValueError:
        value = None
    return value if isinstance(value, dict) else fitted(asked, suite)
