"""Collects spans as they come, in any order and from any place, into whole traces with an honest receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from adapters import messages, notation
from adapters.source import Note, Pulled, Receipt
from adapters.trace import Feedback, Json, Kind, Span, Trace, in_order

MOST_NOTES = 50
"""More notes of one sort are counted, not listed."""
QUESTION = ("question", "query", "input", "prompt", "task", "instruction", "message", "text", "content", "user_goal", "goal")


class Notes:
    """A list of notes that a million faults cannot blow up."""

    def __init__(self) -> None:
        self.kept: list[Note] = []
        self.count = 0

    def add(self, where: str, says: str) -> None:
        self.count += 1
        if len(self.kept) < MOST_NOTES:
            self.kept.append(Note(where, says))

    def all(self) -> tuple[Note, ...]:
        more = self.count - len(self.kept)
        return (*self.kept, Note("", f"and {more} more of this sort")) if more else tuple(self.kept)


@dataclass(slots=True)
class Part:
    """What has arrived of one trace."""

    spans: dict[str, Span] = field(default_factory=dict)
    resource: dict[str, Json] = field(default_factory=dict)
    name: str = ""
    task: str = ""
    feedback: list[Feedback] = field(default_factory=list)


class Gathering:
    """The traces and notes of one reading. Spans of one trace may come from several lines or requests."""

    def __init__(self, asked: str, source: str) -> None:
        self.asked = asked
        self.source = source
        self.not_understood = Notes()
        self.truncated = Notes()
        self.left_out = Notes()
        self.sampled = Notes()
        self.expired = Notes()
        self.weight = 0
        """Characters in the spans that are held, about."""
        self._parts: dict[str, Part] = {}
        self._whole: dict[str, Trace] = {}
        self._given: dict[str, str | None] = {}
        """Spans that were handed over already, with the parents they name."""

    def span(self, trace_id: str, span: Span, where: str) -> None:
        """One span of a trace; the second of the same id is noted and dropped."""
        part = self._parts.get(trace_id)
        if part is None:
            part = self._parts[trace_id] = Part()
        if span.id in part.spans or span.id in self._given:
            same = "again" if part.spans.get(span.id, span) == span else "again, and different; the first one is kept"
            self.not_understood.add(where, f"span {span.id} is there {same}")
            return
        part.spans[span.id] = self._shallow(span, where)
        self.weight += _weight(span)

    def said(self, trace_id: str, feedback: Feedback) -> None:
        """One judgement of a trace or of one of its spans."""
        part = self._parts.setdefault(trace_id, Part())
        if feedback not in part.feedback:
            part.feedback.append(feedback)

    def about(self, trace_id: str, resource: Mapping[str, Json], name: str = "") -> bool:
        """What holds for all spans of a trace; answers whether it is the same as, or the first, that was told of this trace."""
        part = self._parts.setdefault(trace_id, Part())
        part.name = part.name or name
        if not part.resource:
            part.resource = dict(resource)
        return part.resource == resource

    def trace(self, trace: Trace, where: str) -> None:
        """A trace that is already whole."""
        if trace.id in self._whole:
            self.not_understood.add(where, f"trace {trace.id} is there again; the first one is kept")
        else:
            spans = tuple(self._shallow(span, where) for span in trace.spans)
            self._whole[trace.id] = replace(trace, spans=spans, source=trace.source or self.source)

    def piece(self) -> Pulled:
        """The spans that arrived since the last piece, without a receipt: that comes with `pulled`, and the last span of all."""
        traces = []
        for trace_id, part in self._parts.items():
            last = part.spans.popitem() if part.spans else None
            if part.spans:
                traces.append(self._made(trace_id, part))
                self._given.update((span.id, span.parent_id) for span in part.spans.values())
            part.spans = dict([last] if last else [])
        self.weight = 0
        return Pulled(tuple(traces), Receipt(asked=""))

    def pulled(self) -> Pulled:
        """Everything that arrived, in order, with what a reader should know about it."""
        orphaned = Notes()
        made = [self._made(trace_id, part) for trace_id, part in self._parts.items() if part.spans]
        traces = (*made, *self._whole.values())
        late = {span.id for trace in traces for span in trace.spans} if self._given else set()
        for identity, parent in self._given.items():
            if parent and parent not in self._given and parent not in late:
                orphaned.add(identity, f"its parent {parent} never arrived")
        for trace in traces:
            for span in trace.orphans():
                if span.parent_id not in self._given:
                    orphaned.add(span.id, f"its parent {span.parent_id} never arrived")
        receipt = Receipt(
            asked=self.asked,
            traces=len(traces) or int(bool(self._given)),
            spans=sum(len(trace.spans) for trace in traces) + len(self._given),
            truncated=self.truncated.all(),
            sampled=self.sampled.all(),
            expired=self.expired.all(),
            orphaned=orphaned.all(),
            not_understood=self.not_understood.all(),
            left_out=self.left_out.all(),
        )
        return Pulled(traces, receipt)

    def _made(self, trace_id: str, part: Part) -> Trace:
        spans = with_agents(in_order(part.spans.values()))
        root = next((span for span in spans if span.parent_id is None or span.parent_id not in part.spans), spans[0])
        return Trace(
            id=trace_id,
            spans=spans,
            name=part.name or root.name,
            source=self.source,
            task=part.task or task_of(spans, root),
            attributes=part.resource,
            feedback=tuple(part.feedback),
        )

    def _shallow(self, span: Span, where: str) -> Span:
        """What is nested beyond carrying becomes a remark; everything else stays as it is."""
        deep = None
        for name, value in span.attributes.items():
            if isinstance(value, CONTAINERS) and notation.too_deep(value):
                deep = [*(deep or ()), name]
        if deep is None:
            return span
        self.truncated.add(where, f"{', '.join(deep)} of span {span.id} is nested more than {notation.DEEP} levels deep and was not kept")
        return replace(span, attributes={name: value for name, value in span.attributes.items() if name not in deep})


CONTAINERS = (dict, list)


def _weight(span: Span) -> int:
    """Messages and documents mostly repeat what input and output say."""
    return 2 * (len(span.input) + len(span.output)) + sum(len(value) for value in span.attributes.values() if isinstance(value, str))


INNER = frozenset({Kind.EMBEDDING, Kind.EVALUATOR, Kind.TOOL, Kind.RETRIEVER, Kind.RERANKER, Kind.GUARDRAIL})
"""What such a span is given is the agent's wording, not the user's."""


def task_of(spans: tuple[Span, ...], root: Span) -> str:
    """What the agent was asked: the root's question, else the first question that any span holds."""
    for span in (root, *spans):
        asked = next((message.content for message in span.input_messages if message.role in ("user", "human") and message.content), "")
        if asked:
            return asked
        if span.input and span.kind not in INNER:
            return question_in(span.input)
    return ""


def question_in(text: str) -> str:
    """The question inside an input: that of its JSON where it has one, else the text as it is."""
    value = notation.parsed(text)
    for _ in range(4):
        if isinstance(value, dict):
            if messages.is_message(value):
                return messages.read(value).message.content
            listed = value.get("messages")
            if isinstance(listed, list) and listed:
                value = next((turn for turn in listed if _is_users(turn)), listed[0])
                continue
            found = next((value[key] for key in QUESTION if value.get(key)), None)
            if found is None and len(value) == 1:
                found = next(iter(value.values()))
            if isinstance(found, str):
                return found
            value = found
        elif isinstance(value, list):
            value = next((turn for turn in value if _is_users(turn)), None)
    return text


def _is_users(turn: Json) -> bool:
    return isinstance(turn, dict) and (turn.get("role") or turn.get("type")) in ("user", "human")


def with_agents(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Whoever runs a span's nearest agent above it acts in it, where the span itself names nobody. Parents stand before children."""
    acting: dict[str, str] = {}
    made: list[Span] = []
    for span in spans:
        agent = span.agent or acting.get(span.parent_id or "", "")
        if agent:
            acting[span.id] = agent
        made.append(replace(span, agent=agent) if agent != span.agent else span)
    return tuple(made)
