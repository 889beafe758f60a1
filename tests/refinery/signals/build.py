"""Small traces, said in few words."""

from __future__ import annotations

import json
from collections.abc import Sequence

from adapters.trace import Document, Failure, Json, Kind, Message, Span, Status, ToolCall, Trace
from refinery.domain import Signal
from refinery.signals.registry import RULES

MORNING = 1_767_225_600_000_000_000
"""2026-01-01 in nanoseconds."""


def trace(*spans: Span, task: str = "") -> Trace:
    """A trace of these spans, in this order."""
    return Trace("t1", spans, task=task)


def root(answer: str = "", asked: str = "", failure: Failure | None = None, **fields: Json) -> Span:
    """The agent's own span, around all others; its id is `root`."""
    status = Status.ERROR if failure else Status.UNSET
    return Span(
        "root",
        "helper",
        Kind.AGENT,
        agent="helper",
        input=asked,
        output=answer,
        failure=failure,
        status=status,
        start_ns=MORNING,
        attributes=fields,
    )


def tool(
    name: str, given: Json, returned: Json, *, id: str = "", parent: str = "root", failure: Failure | None = None, **fields: Json
) -> Span:
    """A tool's span."""
    return Span(
        id or name,
        name,
        Kind.TOOL,
        parent,
        tool=name,
        input=given if isinstance(given, str) else json.dumps(given),
        output=returned if isinstance(returned, str) else json.dumps(returned),
        failure=failure,
        status=Status.ERROR if failure else Status.OK,
        attributes=fields,
    )


def retrieval(*documents: Document, id: str = "search", asked: str = "") -> Span:
    """A retriever's span."""
    return Span(id, id, Kind.RETRIEVER, "root", input=asked, output="", documents=documents)


def model(said: str = "", *calls: ToolCall, told: str = "", id: str = "model", **fields: Json) -> Span:
    """A model call's span."""
    heard = (Message("system", told),) if told else ()
    out = (Message("assistant", said, tool_calls=calls),)
    return Span(id, "chat", Kind.LLM, "root", output=said, input_messages=heard, output_messages=out, attributes=fields)


def chat(*messages: tuple[str, str], task: str = "") -> Trace:
    """A transcript of several speakers: (speaker, text)."""
    spans = tuple(
        Span(
            f"m{step}",
            who,
            Kind.MESSAGE,
            agent=who,
            output=text,
            output_messages=(Message("assistant", text, name=who),),
            attributes={"role": "assistant"},
        )
        for step, (who, text) in enumerate(messages)
    )
    return Trace("c1", spans, task=task)


def seen(given: Trace, rule: str) -> tuple[Signal, ...]:
    """What one rule sees, by the rule's name; every quote is checked to be verbatim and short."""
    found = tuple(next(one for one in RULES if getattr(one, "__name__", "") == rule)(given))
    for signal in found:
        assert given.step_of(signal.span_id) == signal.step
        for quote in signal.quotes:
            assert given.span(quote.span_id).contains(quote.text), quote
            assert len(quote.text) <= 300
    return found


def categories(signals: Sequence[Signal]) -> list[str]:
    """The categories of signals, in order."""
    return [signal.category for signal in signals]
