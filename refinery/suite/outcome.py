"""What one run of the agent left behind, before anybody judges it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.trace import Json, Kind, Span, Trace, Usage
from refinery.domain import Call, Cause, Replayed

STEPS = (Kind.LLM, Kind.TOOL, Kind.RETRIEVER, Kind.AGENT, Kind.MESSAGE)
"""The spans that count as a step of the agent."""


class NotJson(ValueError):
    """The answer is text; the message says where it stops being JSON."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer, or why there is none, and the trace that was captured meanwhile."""

    output: str = ""
    """The answer as text; JSON where the agent answered with a structure."""
    error: str = ""
    """The end of what it wrote to stderr, or its traceback."""
    cause: Cause | None = None
    """Set when there is no answer that could be judged."""
    says: str = ""
    latency_s: float = 0.0
    trace: Trace | None = None
    lines: Mapping[str, frozenset[int]] | None = None
    """Executed lines by path, when they were asked for."""
    counted: Usage | None = None
    """What its model calls used, where they went through the relay; None where none did."""
    recorded: bool = False
    """A model's answers came from a recording."""
    offline: bool = False
    """It could reach nothing outside, and so nothing that has a price."""
    void: str = ""
    """Why it says nothing about the agent, where the cause does not tell."""
    replayed: tuple[Replayed, ...] | None = None
    """What a recorded world was asked; None: there was none."""
    answered: frozenset[str] = frozenset()
    """The tools that it answered for, so that it is known which calls of theirs were made, and which were not."""

    def value(self) -> Json:
        """The answer read as JSON. Raises NotJson."""
        return parse(self.output)

    def answer(self) -> Json:
        """The answer read as JSON where it is JSON, else as it is."""
        try:
            return self.value()
        except NotJson:
            return self.output

    @property
    def calls(self) -> tuple[Call, ...]:
        """Tool calls in the order of the trace; from the models' messages when no tool was traced by itself.

        Without either, those that a recorded world answered.
        """
        replayed = tuple(Call(each.tool, each.arguments, failed=each.how == "refused") for each in self.replayed or ())
        if self.trace is None:
            return replayed
        traced = tuple(_call(span) for span in self.trace.spans if span.kind is Kind.TOOL)
        asked = (Call(call.name, call.arguments) for span in self.trace.spans for out in span.output_messages for call in out.tool_calls)
        return traced or tuple(asked) or replayed

    def sees(self, *tools: str) -> bool:
        """Whether it is known which calls of these tools were made; of all tools where none is named."""
        return self.trace is not None or (bool(tools) and self.answered.issuperset(tools))

    @property
    def steps(self) -> int | None:
        """None when nothing was captured."""
        return None if self.trace is None else sum(span.kind in STEPS for span in self.trace.spans)

    @property
    def cost_usd(self) -> float | None:
        """Zero when a trace shows that no model was called, or none could be reached; None when a price, or the trace, is missing."""
        if self.counted is not None:
            return self.counted.cost_usd
        if self.trace is None:
            return 0.0 if self.offline else None
        if not any(span.kind in (Kind.LLM, Kind.EMBEDDING, Kind.RERANKER) for span in self.trace.spans):
            return 0.0
        return self.trace.usage.cost_usd

    @property
    def used(self) -> Usage:
        """Tokens and money."""
        return self.counted or (self.trace.usage if self.trace else Usage())


def parse(text: str) -> Json:
    """JSON as the standard has it. Raises NotJson."""
    try:
        value: Json = json.loads(text, parse_constant=_refuse)
    except RecursionError as error:
        raise NotJson("it is nested too deeply") from error
    except ValueError as error:
        raise NotJson(str(error)) from error
    return value


def compact(value: Json) -> str:
    """One line of JSON, with every letter as itself."""
    return json.dumps(value, ensure_ascii=False)


def shortened(text: str, limit: int = 120) -> str:
    """A text that fits into a sentence."""
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def _call(span: Span) -> Call:
    return Call(span.tool or span.name, span.input, span.seconds, span.failed)


def _refuse(constant: str) -> Json:
    raise NotJson(f"{constant} is not JSON")
