"""A run as a conversation: who said what to whom, with the step marked that went wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.trace import Json, Trace
from refinery.signals.turns import Part, Turn, answer, parsed, same, task, turns

UNNAMED = frozenset({"assistant", "ai", "model", "bot"})
"""What recorders call an agent that has no name."""
LONGEST = 400
"""Letters of one thing said that are shown."""
AROUND = 4
"""Lines shown before and behind the broken one, where a conversation is too long to be shown whole."""
ENDS = 3
WHOLE = 16
"""Lines up to which it is shown whole."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said or done."""

    who: str
    says: str
    step: int | None = None
    broken: bool = False


def conversation(trace: Trace, broken: int | None = None) -> tuple[Line, ...]:
    """The conversation from the question to the answer. Instructions are left out, and steps that say nothing, but for the broken one."""
    every = turns(trace)
    lines: list[Line] = []
    asked = task(trace)
    if asked and not any(turn.part is Part.USER for turn in every):
        lines.append(Line("Customer", short(in_words(asked))))
    final = answer(trace)
    known = {span.id for span in trace.spans}
    inner: list[Turn] = []
    outer: list[Turn] = []
    for turn in every:
        (outer if turn.part is Part.STEP and turn.span.parent_id not in known else inner).append(turn)
    for turn in (*inner, *outer):  # what the whole run came to is said last
        line = _line(turn, broken)
        if line and not (lines and line.who == lines[-1].who and same(line.says, lines[-1].says) and not line.broken):
            lines.append(line)
    if final and final.turn.part is Part.STEP and not any(line.step is not None and same(line.says, said(final.text)) for line in lines):
        lines.append(Line("Agent", said(final.text), final.turn.step, final.turn.step == broken))
    if broken is not None and broken < len(trace.spans) and not any(line.broken for line in lines):
        span = trace.spans[broken]
        lines.append(Line(span.tool or span.agent or span.name or "Agent", "said nothing that was recorded", broken, True))
    return tuple(_marked_once(lines))


def excerpt(lines: tuple[Line, ...]) -> tuple[Line | int, ...]:
    """The conversation, or where it is long its two ends and what stands around the broken step; numbers count what is left out."""
    if len(lines) <= WHOLE:
        return lines
    at = next((place for place, line in enumerate(lines) if line.broken), len(lines) - 1)
    shown = {*range(ENDS), *range(len(lines) - ENDS, len(lines)), *range(max(0, at - AROUND), min(len(lines), at + AROUND + 1))}
    found: list[Line | int] = []
    for place, line in enumerate(lines):
        if place in shown:
            found.append(line)
        elif found and isinstance(found[-1], int):
            found[-1] += 1
        else:
            found.append(1)
    return tuple(found)


def in_words(text: str) -> str:
    """A text as one would say it: JSON as names and values, anything else as it is."""
    value = parsed(text)
    return text if value is None else spoken(value)


def spoken(value: Json) -> str:
    """A JSON value in words."""
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(only := next(iter(value.values())), str):
            return only
        return ", ".join(f"{name}: {spoken(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(spoken(each) for each in value)
    if value is None:
        return "nothing"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def short(text: str, longest: int = LONGEST) -> str:
    """The text on one line, cut with an ellipsis."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else flat[: longest - 1] + "…"


def _line(turn: Turn, broken: int | None) -> Line | None:
    at = turn.step == broken
    match turn.part:
        case Part.USER:
            return Line("Customer", said(turn.text), turn.step, at)
        case Part.SAY if turn.text.strip():
            return Line(_speaker(turn), said(turn.text), turn.step, at)
        case Part.CALL:
            return Line("Agent", f"looks up {turn.tool}" + (f" ({said(turn.text)})" if turn.text.strip() else ""), turn.step, at)
        case Part.RESULT:
            return Line(turn.tool or "Tool", _failed(turn) or said(turn.text) or "answers nothing", turn.step, at)
        case Part.STEP if at or turn.span.failure:
            came_to = _failed(turn) or said(turn.text) or "does nothing that was recorded"
            return Line(turn.agent or ("Agent" if turn.span.parent_id is None else turn.span.name) or "Agent", came_to, turn.step, at)
        case _:
            return None


def _speaker(turn: Turn) -> str:
    return turn.agent if turn.agent and turn.agent not in UNNAMED else "Agent"


def _failed(turn: Turn) -> str:
    failure = turn.span.failure
    return short(f"fails: {failure.message or failure.type}") if failure else ""


def said(text: str) -> str:
    """What somebody said, in words and on one line."""
    return short(in_words(_unquoted(text)))


def _unquoted(text: str) -> str:
    """A JSON text is what stands between its marks."""
    if text.startswith('"') and text.endswith('"'):
        try:
            value = json.loads(text)
        except ValueError:
            return text
        return value if isinstance(value, str) else text
    return text


def _marked_once(lines: list[Line]) -> Iterator[Line]:
    """Of several lines of the broken step the last is marked: that is what it came to."""
    last = max((place for place, line in enumerate(lines) if line.broken), default=-1)
    for place, line in enumerate(lines):
        yield Line(line.who, line.says, line.step, place == last)
