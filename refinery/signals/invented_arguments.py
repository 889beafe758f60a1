"""Ids and addresses that an agent acts on, and that nobody ever told it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Kind, Span, Trace
from refinery.domain import Layer, Signal
from refinery.signals.divergence import acts, calls
from refinery.signals.quoting import pair
from refinery.signals.turns import Part, Turn, clip, is_chat, reach_of, turns
from refinery.signals.values import dates, fields

KEY = re.compile(r"(?=\S*\d)[\w#@.+\-/]{4,64}|[\w.+\-]+@[\w\-]+\.\w[\w.]*")
"""What can only be right when somebody gave it: an id, a number of an order, an address."""
NO_KEY = re.compile(r"[-+]?\d{1,4}(?:\.\d+)?|\d+\.\d+|\d{1,2}:\d\d(?::\d\d)?|v?\d+(?:\.\d+)+", re.IGNORECASE)
"""Amounts, times and versions may be worked out."""
PLAIN = re.compile(r"[^a-z0-9]+")
MOST = 60
"""Arguments of one trace that are looked for."""


def invented_arguments(trace: Trace) -> Iterator[Signal]:
    """A call that changed something with an id or address that stands in no task, no talk of the user and no result before it."""
    known: list[str] = [_squeezed(trace.task)]
    heard = _heard(trace)
    looked = 0
    place = 0
    for made in calls(trace):
        turn = made.turn
        if made.failed or not acts(turn.tool):
            continue
        while place < turn.step:
            known += heard[place]
            place += 1
        for field in fields(made.arguments, limit=60) if looked < MOST else ():
            if not _is_key(field.value):
                continue
            looked += 1
            said = str(field.value)
            if not any(_squeezed(said) in text for text in (*known, *heard[turn.step])):
                says = f"{turn.tool} was called with {field.key} = {said}, which nothing before had named"
                quotes = pair(turn, field.key, said)
                yield Signal("invented_arguments", turn.span.id, turn.step, says, quotes, Layer.MODEL, "invented-argument", 0.5, turn.agent)
                break


def _is_key(value: object) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        return value > 99_999
    if not isinstance(value, str) or not KEY.fullmatch(value.strip()) or NO_KEY.fullmatch(value.strip()):
        return False
    return not any(True for _ in dates(value))


def _heard(trace: Trace) -> list[list[str]]:
    """What came from outside the agent, by step, without marks between letters and figures."""
    reach = reach_of(trace)
    inner = {span.parent_id for span in trace.spans if span.parent_id}
    told: dict[int, list[Turn]] = {}
    for turn in turns(trace):
        if turn.part in (Part.USER, Part.INSTRUCTION, Part.RESULT):
            told.setdefault(turn.step, []).append(turn)
    return [
        [_squeezed(clip(text, reach)) for text in _texts(span, told.get(step, []), outer=span.id in inner)]
        for step, span in enumerate(trace.spans)
    ]


def _texts(span: Span, told: list[Turn], *, outer: bool) -> list[str]:
    texts = [turn.raw for turn in told] + [document.content for document in span.documents]
    if is_chat(span):
        return texts
    if span.kind is Kind.LLM:
        return texts + ([message.content for message in span.input_messages if message.role != "assistant"] or [span.input])
    return texts if span.kind is Kind.TOOL else [*texts, span.input, "" if outer else span.output]


def _squeezed(text: str) -> str:
    return PLAIN.sub("", text.lower())
