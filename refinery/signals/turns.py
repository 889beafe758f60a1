"""A run as a sequence of turns, so that a rule reads a span tree and a bare chat in the same way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from adapters.trace import Json, Kind, Message, Span, Trace

LONGEST = 100_000
"""Characters of one text that are read: the first and the last half of it."""
ALTOGETHER = 4_000_000
"""Characters of one trace that are read, shared evenly among its spans."""
LEAST = 1_000
GAP = "\n\0\n"
"""Stands where text was left out; no quote can reach across it."""

USERS = frozenset({"user", "human", "customer", "client", "end_user", "enduser"})
SYSTEMS = frozenset({"system", "developer"})
TOOLS = frozenset({"tool", "function", "ipython", "environment", "observation"})
MACHINE = re.compile(
    r"\s*(?:exit ?code:|observation:|execution (?:result|output|failed)|code output:|stdout:|stderr:|traceback \(most recent"
    r"|\[?tool[_ ]result|there is no code from the last)",
    re.IGNORECASE,
)
"""How the reply of a program, not of an agent, begins in a chat."""


class Part(StrEnum):
    """What a turn is in the run."""

    INSTRUCTION = "instruction"
    """What the agent is told by its maker."""
    USER = "user"
    SAY = "say"
    """An agent or a model speaks."""
    CALL = "call"
    RESULT = "result"
    """What a tool, a retriever or a terminal gave back."""
    STEP = "step"
    """A step of the program around the model."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that was said or done."""

    step: int
    span: Span
    part: Part
    raw: str
    """Verbatim text of the span, or what is read of it."""
    text: str
    """The same without its envelope, when it was JSON around one text."""
    agent: str = ""
    tool: str = ""
    asked: str = ""
    """For a result: the arguments of its call."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the user got in the end, and the turn that wrote it."""

    turn: Turn
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A trace that is known again by being the same object: comparing texts would cost more than reading them."""

    trace: Trace

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.trace is self.trace

    def __hash__(self) -> int:
        return id(self.trace)


def turns(trace: Trace) -> tuple[Turn, ...]:
    """The turns of a run, in order. Some thirty rules ask for them one after the other, so the last ones are kept."""
    return _read(_Same(trace))


@lru_cache(maxsize=2)
def _read(kept: _Same) -> tuple[Turn, ...]:
    trace = kept.trace
    reach = reach_of(trace)
    parents = {span.parent_id for span in trace.spans if span.parent_id}
    traced = any(span.kind is Kind.TOOL and not is_chat(span) for span in trace.spans)
    asked: dict[str, str] = {}
    tools: dict[str, str] = {}
    made: list[Turn] = []
    for step, span in enumerate(trace.spans):
        for message in span.output_messages if not traced else ():
            for call in message.tool_calls:
                asked[call.id], tools[call.id] = call.arguments, call.name
        made.extend(_turns(step, span, reach, traced=traced, inner=span.id in parents, asked=asked, tools=tools))
    return tuple(made)


def results(trace: Trace) -> tuple[Turn, ...]:
    """Only what tools, retrievers and terminals gave back."""
    return tuple(turn for turn in turns(trace) if turn.part is Part.RESULT)


def task(trace: Trace) -> str:
    """What the agent was asked, as far as the trace tells."""
    if trace.task:
        return clip(trace.task, LONGEST)
    for turn in turns(trace):
        if turn.part is Part.USER and turn.text.strip():
            return turn.text
    for span in trace.spans[:1]:
        for message in span.input_messages:
            if message.role in USERS and message.content.strip():
                return clip(message.content, LONGEST)
        if span.input:
            return plain(clip(span.input, LONGEST))
    return ""


def answer(trace: Trace) -> Answer | None:
    """The last thing that was said to the user; None when the run ended without."""
    every = turns(trace)
    if not every:
        return None
    known = {span.id for span in trace.spans}
    roots = [t for t in every if t.part is Part.STEP and t.text.strip() and t.span.parent_id not in known]
    said = [t for t in every if t.part is Part.SAY and t.text.strip()]
    if roots:
        final = roots[0]
        inner = [t for t in every if t.part in (Part.SAY, Part.STEP) and t.step != final.step]
        return Answer(next((t for t in reversed(inner) if same(t.text, final.text)), final), final.text)
    spoken = [t for t in said if not is_farewell(t.text)]
    after = [t for t in every if t.part in (Part.RESULT, Part.CALL)]
    if not spoken or (after and after[-1].step > spoken[-1].step and said[-1].step < after[-1].step):
        return None
    return Answer(spoken[-1], spoken[-1].text)


def is_farewell(text: str) -> bool:
    """Whether a text only ends the talk, as `TERMINATE` and the like do."""
    return bool(re.fullmatch(r"\W*(?:terminate|task_complete|done|exit|finish(?:ed)?|###?stop###?)?\W*", text.strip(), re.IGNORECASE))


def same(a: str, b: str) -> bool:
    """Whether two texts differ in white space only."""
    return a.split() == b.split()


def reach_of(trace: Trace) -> int:
    """How much of each text is read."""
    return max(LEAST, min(LONGEST, ALTOGETHER // max(1, len(trace.spans))))


def clip(text: str, reach: int) -> str:
    """The text itself, or its two ends with a gap between."""
    return text if len(text) <= reach else text[: reach // 2] + GAP + text[-(reach // 2) :]


def unread(trace: Trace) -> tuple[str, ...]:
    """Ids of the spans of which not everything was read."""
    reach = reach_of(trace)
    return tuple(span.id for span in trace.spans if any(len(text) > reach for text in (span.input, span.output)))


def parsed(text: str) -> Json:
    """The JSON value that a text is; None when it is none."""
    bare = text.strip()
    if not bare or bare[0] not in "{[" or bare[-1] not in "}]" or GAP in bare:
        return None
    try:
        value: Json = json.loads(bare)
    except (ValueError, RecursionError):
        return None
    return value


def plain(text: str) -> str:
    """The one text inside a JSON envelope, or the text as it is."""
    value = parsed(text)
    found = _inner(value, 0) if value is not None else None
    return text if found is None else found


ENVELOPE = ("output", "content", "answer", "text", "response", "result", "final_answer")
BESIDE = frozenset({"messages", "generations", "choices", "kwargs", "message", "additional_kwargs", "response_metadata", "usage_metadata"})


def _inner(value: Json, depth: int) -> str | None:
    if depth > 6:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return _inner(value[-1], depth + 1) if value and isinstance(value[-1], dict) and BESIDE & value[-1].keys() else None
    if not isinstance(value, dict):
        return None
    for key in ENVELOPE:
        inner = value.get(key)
        if isinstance(inner, str) and (len(value) <= 3 or key in ("content", "answer", "output", "final_answer")):
            return inner
        if key in ("output", "content", "response") and isinstance(inner, dict | list):
            found = _inner(inner, depth + 1)
            if found is not None:
                return found
    for key in ("messages", "generations", "choices"):
        inner = value.get(key)
        while isinstance(inner, list) and inner:
            inner = inner[-1]
        if isinstance(inner, dict):
            return _inner(inner, depth + 1) or _inner(inner.get("message"), depth + 1) or _inner(inner.get("kwargs"), depth + 1)
    return None


def _turns(
    step: int, span: Span, reach: int, *, traced: bool, inner: bool, asked: Mapping[str, str], tools: Mapping[str, str]
) -> Iterator[Turn]:
    output = clip(span.output, reach)
    if is_chat(span):
        yield from _spoken(step, span, reach, asked, tools)
    elif span.kind in (Kind.TOOL, Kind.RETRIEVER, Kind.RERANKER) and not (
        inner and span.kind is Kind.TOOL and not span.tool and not output
    ):
        given = clip(span.input, reach)
        name = span.tool or span.name
        yield Turn(step, span, Part.CALL, given, plain(given), span.agent, name, given)
        yield Turn(step, span, Part.RESULT, output, plain(output), span.agent, name, given)
    elif span.kind is Kind.LLM:
        for message in span.input_messages[:1]:
            if message.role in SYSTEMS:
                raw = clip(message.content, reach)
                yield Turn(step, span, Part.INSTRUCTION, raw, raw, span.agent)
        said = "\n".join(message.content for message in span.output_messages if message.content)
        raw = clip(said, reach) if said else ("" if any(m.tool_calls for m in span.output_messages) else output)
        yield Turn(step, span, Part.SAY, raw, plain(raw), span.agent)
        if not traced:
            yield from _calls(step, span, span.output_messages, reach)
    elif span.kind not in (Kind.EVALUATOR, Kind.EMBEDDING):
        yield Turn(step, span, Part.STEP, output, plain(output), span.agent, asked=clip(span.input, reach))


def _spoken(step: int, span: Span, reach: int, asked: Mapping[str, str], tools: Mapping[str, str]) -> Iterator[Turn]:
    messages = span.output_messages or span.input_messages
    raw = clip(span.output or next((m.content for m in messages if m.content), "") or span.input, reach)
    speaker = span.agent.lower()
    role = str(span.attributes.get("role") or (messages[0].role if messages else "") or speaker).lower()
    if span.kind is Kind.TOOL or role in TOOLS or speaker in TOOLS:
        key = next((m.tool_call_id for m in messages if m.tool_call_id), "")
        tool = span.tool or tools.get(key, "") or next((m.name for m in messages if m.name), "") or span.name
        yield Turn(step, span, Part.RESULT, raw, plain(raw), span.agent, tool, asked.get(key, "") or clip(span.input, reach))
    elif role in SYSTEMS or speaker in SYSTEMS:
        yield Turn(step, span, Part.INSTRUCTION, raw, raw, span.agent)
    elif MACHINE.match(raw):
        yield Turn(step, span, Part.RESULT, raw, raw, span.agent, span.agent)
    elif speaker in USERS or (role in USERS and not speaker):
        yield Turn(step, span, Part.USER, raw, raw, span.agent)
    else:
        yield Turn(step, span, Part.SAY, raw, raw, span.agent)
        yield from _calls(step, span, messages, reach)


def _calls(step: int, span: Span, messages: tuple[Message, ...], reach: int) -> Iterator[Turn]:
    for message in messages:
        for call in message.tool_calls:
            given = clip(call.arguments, reach)
            yield Turn(step, span, Part.CALL, given, given, span.agent, call.name, given)


def is_chat(span: Span) -> bool:
    """Whether a span is one message of a bare transcript."""
    return span.kind is Kind.MESSAGE or (span.kind is Kind.TOOL and "role" in span.attributes)
