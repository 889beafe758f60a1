"""The one picture of a run: a Trace made of Spans, whatever platform recorded it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias, TypeVar

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""A value as JSON has them; what has no field of its own is kept in this form."""


class Kind(StrEnum):
    """What a span stands for. The words are OpenInference's, plus `message` for one turn of a bare transcript."""

    AGENT = "agent"
    LLM = "llm"
    TOOL = "tool"
    RETRIEVER = "retriever"
    RERANKER = "reranker"
    EMBEDDING = "embedding"
    CHAIN = "chain"
    GUARDRAIL = "guardrail"
    EVALUATOR = "evaluator"
    PROMPT = "prompt"
    MESSAGE = "message"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """What the recorder said of the span. `ok` is a claim of the recorder, not a fact: tools fail politely."""

    UNSET = "unset"
    OK = "ok"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception or error status as the recorder wrote it down."""

    type: str
    message: str
    stacktrace: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money of one span; None means it was not recorded, which is not zero."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            _plus(self.input_tokens, other.input_tokens),
            _plus(self.output_tokens, other.output_tokens),
            _plus(self.cost_usd, other.cost_usd),
        )


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A request to call a tool, as a model's message carries it."""

    name: str
    arguments: str
    """The arguments as recorded, usually JSON text."""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a model call, input or output."""

    role: str
    content: str
    name: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One retrieved passage, in the order in which it was returned."""

    content: str
    id: str = ""
    score: float | None = None
    metadata: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """One step of a run."""

    id: str
    name: str
    kind: Kind = Kind.UNKNOWN
    parent_id: str | None = None
    """As recorded; it may name a span that never arrived (see `Trace.orphans`)."""
    agent: str = ""
    """Who acted: the agent's, or in a transcript the speaker's name as recorded. Empty when unknown."""
    tool: str = ""
    """The tool's name, for tool spans."""
    model: str = ""
    start_ns: int | None = None
    """Unix time in nanoseconds; None when not recorded."""
    end_ns: int | None = None
    status: Status = Status.UNSET
    failure: Failure | None = None
    input: str = ""
    """What went in, as text: verbatim when it was text, else compact JSON."""
    output: str = ""
    """What came out, in the same form."""
    input_messages: tuple[Message, ...] = ()
    output_messages: tuple[Message, ...] = ()
    documents: tuple[Document, ...] = ()
    usage: Usage = Usage()
    attributes: Mapping[str, Json] = field(default_factory=dict)
    """Everything the platform sent that has no field above."""

    @property
    def seconds(self) -> float | None:
        """Duration; None when an end is missing."""
        if self.start_ns is None or self.end_ns is None:
            return None
        return (self.end_ns - self.start_ns) / 1e9

    @property
    def failed(self) -> bool:
        """The recorder says it failed. That it did not say so proves nothing."""
        return self.status is Status.ERROR or self.failure is not None

    def texts(self) -> Iterator[str]:
        """Every text of the span that can be quoted, the most telling first."""
        yield self.output
        if self.failure:
            yield self.failure.message
            yield self.failure.stacktrace
        yield self.input
        for message in (*self.output_messages, *self.input_messages):
            yield message.content
            for call in message.tool_calls:
                yield call.arguments
        for document in self.documents:
            yield document.content
        yield self.name
        for value in self.attributes.values():
            if isinstance(value, str):
                yield value

    def contains(self, quote: str) -> bool:
        """Whether `quote` stands verbatim in one of the span's texts."""
        return bool(quote) and any(quote in text for text in self.texts())


@dataclass(frozen=True, slots=True)
class Trace:
    """One run of an agent. A span's place in `spans`, counted from 0, is its step."""

    id: str
    spans: tuple[Span, ...]
    """In order of happening: by `dotted_order` or start time, parents before children; transcripts in their own order."""
    name: str = ""
    source: str = ""
    """Where it came from: a platform's name, or `file`."""
    task: str = ""
    """What the agent was asked, in the user's words, where it is known."""
    attributes: Mapping[str, Json] = field(default_factory=dict)

    def step_of(self, span_id: str) -> int:
        """The step of a span; KeyError when the trace has no such span."""
        for step, span in enumerate(self.spans):
            if span.id == span_id:
                return step
        raise KeyError(span_id)

    def span(self, span_id: str) -> Span:
        """The span with this id; KeyError when there is none."""
        return self.spans[self.step_of(span_id)]

    def children(self) -> Mapping[str | None, tuple[Span, ...]]:
        """Spans by the parent they are shown under; None stands for the top. Orphans and members of a cycle are at the top."""
        known = {span.id: span for span in self.spans}
        found: dict[str | None, list[Span]] = {}
        for span in self.spans:
            parent = span.parent_id if span.parent_id in known and not _in_cycle(span, known) else None
            found.setdefault(parent, []).append(span)
        return {parent: tuple(spans) for parent, spans in found.items()}

    def orphans(self) -> tuple[Span, ...]:
        """Spans whose parent never arrived."""
        known = {span.id for span in self.spans}
        return tuple(span for span in self.spans if span.parent_id and span.parent_id not in known)

    @property
    def usage(self) -> Usage:
        """The sum over model spans, so that a parent that repeats its children's figures is not counted twice."""
        total = Usage()
        for span in self.spans:
            if span.kind in (Kind.LLM, Kind.EMBEDDING, Kind.RERANKER, Kind.MESSAGE):
                total = total + span.usage
        return total

    @property
    def failed(self) -> bool:
        """Whether the recorder marked any span as failed."""
        return any(span.failed for span in self.spans)


Number = TypeVar("Number", int, float)


def _plus(a: Number | None, b: Number | None) -> Number | None:
    if a is None:
        return b
    return a if b is None else a + b


def _in_cycle(span: Span, known: Mapping[str, Span]) -> bool:
    seen = {span.id}
    parent = span.parent_id
    while parent is not None and parent in known:
        if parent in seen:
            return True
        seen.add(parent)
        parent = known[parent].parent_id
    return False
