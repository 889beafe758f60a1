"""The one picture of a run: a Trace made of Spans, whatever platform recorded it."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
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


TROUBLE = ("hallucinat", "toxic", "error", "bias", "harm", "jailbreak", "leak", "violation", "unsafe", "risk", "fail")
"""In the name of a score these say that more of it is worse."""
BAD = frozenset(
    {"bad", "fail", "failed", "failure", "incorrect", "wrong", "negative", "no", "false", "thumbs_down", "thumbs-down", "unhelpful"}
)
GOOD = frozenset({"good", "pass", "passed", "correct", "right", "positive", "yes", "true", "thumbs_up", "thumbs-up", "helpful"})


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person or an evaluator said of a run, or of one of its spans."""

    name: str
    value: float | None = None
    label: str = ""
    comment: str = ""
    span_id: str = ""
    """Empty: it is about the whole run."""
    source: str = ""
    """Who said it, in the platform's word: `human`, `LLM`, `API`, `EVAL`, ..."""

    @property
    def bad(self) -> bool:
        """Whether it says that something went wrong: by its label, else by a score of nothing, or of all there is of something bad."""
        said = self.label.strip().lower()
        troubling = any(word in self.name.lower() for word in TROUBLE)
        if said in BAD or said in GOOD:
            return (said in BAD) is not troubling
        if self.value is None:
            return False
        return self.value >= 1.0 if troubling else self.value <= 0.0

    @property
    def good(self) -> bool:
        """Whether it says that the run went right: by its label, else by a full score."""
        said = self.label.strip().lower()
        troubling = any(word in self.name.lower() for word in TROUBLE)
        if troubling:  # that it did no harm does not make an answer right
            return False
        return said in GOOD if said in BAD or said in GOOD else self.value is not None and self.value >= 1.0


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
    feedback: tuple[Feedback, ...] = ()
    remarks: tuple[str, ...] = ()
    """What a reader should know of how it was come by, from the receipts that the store keeps with it."""

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
        parents = {span.id: span.parent_id for span in self.spans}
        circular = _in_cycles(parents)
        found: dict[str | None, list[Span]] = {}
        for span in self.spans:
            parent = span.parent_id if span.parent_id in parents and span.id not in circular else None
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
        """Whether the recorder marked any span as failed, or somebody said that the run went wrong."""
        return any(span.failed for span in self.spans) or any(each.bad for each in self.feedback)


def in_order(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order of happening: by `dotted_order` where all have one, else by start time, and never before their parent.

    A span without a start stands behind what was recorded before it; a clock that runs behind cannot put a child before its parent.
    """
    given = tuple(spans)
    dotted = [order for span in given if isinstance(order := span.attributes.get("dotted_order"), str)]
    if given and len(dotted) == len(given):
        return tuple(span for _, _, span in sorted(zip(dotted, range(len(given)), given, strict=True), key=lambda entry: entry[:2]))
    if _is_ordered(given):
        return given
    known = {span.id for span in given}
    children: dict[str, list[int]] = {}
    ready: list[tuple[int, int]] = []
    starts: list[int] = []
    for place, span in enumerate(given):
        starts.append(span.start_ns if span.start_ns is not None else (starts[-1] if starts else 0))
        if span.parent_id is None or span.parent_id not in known:
            ready.append((starts[place], place))
        else:
            children.setdefault(span.parent_id, []).append(place)
    heapq.heapify(ready)
    ordered: list[Span] = []
    waiting = sorted(range(len(given)), key=lambda place: (starts[place], place), reverse=True)
    done: set[int] = set()
    while ready or waiting:
        if not ready:  # what is left hangs on a cycle: its earliest span goes first
            ready.append((0, waiting.pop()))
        _, place = heapq.heappop(ready)
        if place in done:
            continue
        done.add(place)
        ordered.append(given[place])
        for child in children.pop(given[place].id, ()):
            heapq.heappush(ready, (starts[child], child))
    return tuple(ordered)


def _is_ordered(spans: tuple[Span, ...]) -> bool:
    """Whether every start is known and in order, and every parent that is there stands before its children."""
    last = 0
    awaited: set[str] = set()
    for span in spans:
        if span.start_ns is None or span.start_ns < last or span.id in awaited:
            return False
        last = span.start_ns
        if span.parent_id is not None:
            awaited.add(span.parent_id)
        awaited.discard(span.id)
    return True


Number = TypeVar("Number", int, float)


def _plus(a: Number | None, b: Number | None) -> Number | None:
    if a is None:
        return b
    return a if b is None else a + b


def _in_cycles(parents: Mapping[str, str | None]) -> frozenset[str]:
    """The ids that are their own ancestors. Each id is walked over twice at most."""
    cleared: set[str] = set()
    circular: set[str] = set()
    for start in parents:
        walk: dict[str, None] = {}
        at: str | None = start
        while at is not None and at in parents and at not in cleared and at not in walk:
            walk[at] = None
            at = parents[at]
        if at in walk:
            path = list(walk)
            circular.update(path[path.index(at) :])
        cleared.update(walk)
    return frozenset(circular)
