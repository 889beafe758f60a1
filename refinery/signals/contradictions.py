"""Answers that say another number, date or state than the tools did."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from adapters.trace import Trace
from refinery.domain import Layer, Quote, Signal
from refinery.signals.polite_errors import is_error
from refinery.signals.quoting import around, pair, quote
from refinery.signals.turns import Answer, Part, Turn, answer, parsed, turns
from refinery.signals.values import Field, dates, fields, listed, name_words, numbers

STATES = (
    listed("pending processing open unpaid waiting queued scheduled"),
    listed("cancelled canceled void terminated closed"),
    listed("confirmed active approved booked paid completed complete delivered shipped succeeded"),
    listed("failed declined rejected denied error"),
)
"""Groups of words for states; a thing is in one of them at a time."""
STATE_KEYS = frozenset({"status", "state"})
GENERIC = listed("id ids value values number data item items result results total count name type key code list")
MOST = 80


def contradictions(trace: Trace) -> Iterator[Signal]:
    """A number, date or state in the answer that differs from the one in a tool's reply for the same thing."""
    final = answer(trace)
    if final is None:
        return
    every = turns(trace)
    replies = [
        turn for turn in every if turn.part is Part.RESULT and turn.step != final.turn.step and turn.text.strip() and not is_error(turn)
    ]
    if not replies:
        return
    known = [turn.text for turn in every if turn.part in (Part.RESULT, Part.USER, Part.INSTRUCTION, Part.CALL)] + [trace.task]
    known += [turn.asked for turn in every if turn.part is Part.STEP]
    for reply in replies[-12:]:
        value = parsed(reply.text)
        if value is not None:
            held = list(fields(value, limit=300))
            yield from _numbers(final, reply, held, known)
            yield from _states(final, reply, held)
    yield from _dates(final, replies, known)


def _numbers(final: Answer, reply: Turn, held: Sequence[Field], known: Sequence[str]) -> Iterator[Signal]:
    """Near a field's own words the answer has a number that stands nowhere, while the field's value is not in the answer."""
    said = list(numbers(final.text))[:MOST]
    figures = {value for value, _ in said}
    strange = [(value, found) for value, found in said if not _stands(value, known)]
    if not strange:
        return
    values = [float(field.value) for field in held if isinstance(field.value, int | float) and not isinstance(field.value, bool)][:40]
    names = [field.key for field in held]
    for field in held:
        value = _number(field)
        if value is None or value in figures or names.count(field.key) > 1:
            continue
        about = name_words(field.key) - GENERIC
        for wrong, found in strange:
            line = _clause(final.text, found.at)
            if about & name_words(line) and not _derived(wrong, values):
                says = f"The answer says {found.raw} where {reply.tool or reply.agent or 'the tool'} said {field.value} ({field.key})"
                quotes = (
                    *around(final.turn, max(0, final.turn.text.find(found.raw)), len(found.raw)),
                    *pair(reply, field.key, field.value),
                )
                yield _signal(final, says, quotes, 0.65)
                return


def _states(final: Answer, reply: Turn, held: Sequence[Field]) -> Iterator[Signal]:
    states = [field for field in held if field.key.lower() in STATE_KEYS and isinstance(field.value, str)]
    if len(states) != 1:
        return
    word = str(states[0].value).lower()
    group = next((group for group in STATES if word in group), None)
    low = final.text.lower()
    if group is None or any(re.search(rf"\b{one}\b", low) for one in group):
        return
    for other in STATES:
        for one in other if other is not group else ():
            match = re.search(rf"\b(?:is|are|was|been|now|has) (?:now |already |been )?{one}\b", low)
            if match:
                says = f"The answer says `{one}` where {reply.tool or 'the tool'} said `{states[0].value}`"
                quotes = (
                    *around(final.turn, max(0, final.turn.text.lower().find(match.group())), len(match.group())),
                    *pair(reply, states[0].key, states[0].value),
                )
                yield _signal(final, says, quotes, 0.6)
                return


def _dates(final: Answer, replies: Sequence[Turn], known: Sequence[str]) -> Iterator[Signal]:
    said = list(dates(final.text))[:MOST]
    if not said:
        return
    there = {day for text in known for day, _ in dates(text)}
    source = next((turn for turn in reversed(replies) if any(True for _ in dates(turn.text))), None)
    wrong = [found for day, found in said if day not in there]
    if source and wrong and not any(day in there for day, _ in said):
        near = next(found for _, found in dates(source.text))
        says = f"The answer names {wrong[0].raw}, a date that stands nowhere in the run; {source.tool or 'the tool'} said {near.raw}"
        quotes = (*around(final.turn, max(0, final.turn.text.find(wrong[0].raw)), len(wrong[0].raw)), *quote(source, near.raw))
        yield _signal(final, says, quotes, 0.45)


def _signal(final: Answer, says: str, quotes: tuple[Quote, ...], weight: float) -> Signal:
    turn = final.turn
    return Signal("contradictions", turn.span.id, turn.step, says, quotes, Layer.MODEL, "contradicts-tool", weight, turn.agent)


def _number(field: Field) -> float | None:
    if isinstance(field.value, bool) or field.value is None:
        return None
    if isinstance(field.value, int | float):
        return float(field.value)
    found = [value for value, one in numbers(field.value) if one.raw == field.value.strip()]
    return found[0] if found else None


def _stands(value: float, known: Sequence[str]) -> bool:
    raw = f"{value:g}"
    return (abs(value) <= 10 and value == int(value)) or any(
        raw in text or f"{value:,.2f}" in text or f"{value:.2f}" in text for text in known
    )


def _derived(value: float, values: Sequence[float]) -> bool:
    """Whether simple arithmetic on the reply's numbers gives the value: then it is a result, not a contradiction."""
    if (
        any(abs(value - v * k) < 0.011 for v in values for k in (0.01, 0.1, 10, 100, 12, 1 / 12, 1000, 0.001))
        or abs(value - sum(values)) < 0.011
    ):
        return True
    close = 0.011
    for i, a in enumerate(values):
        for b in values[i:]:
            if min(abs(value - (a + b)), abs(value - abs(a - b)), abs(value - a * b)) < close:
                return True
            if (b and abs(value - a / b) < close) or (a and abs(value - b / a) < close):
                return True
            if (
                min(
                    abs(value - a * b / 100), abs(value - a * (1 - b / 100)), abs(value - b * (1 - a / 100)), abs(value - a * (1 + b / 100))
                )
                < close
            ):
                return True
    return any(abs(value - round(v, places)) < 1e-9 for v in values for places in (0, 1, 2))


def _clause(text: str, at: int) -> str:
    start = max(text.rfind(mark, 0, at) for mark in (".", "\n", ";")) + 1
    ends = [end for mark in ("\n", ";", ". ") if (end := text.find(mark, at)) >= 0]
    return re.sub(r"[^\w]+", " ", text[start : min(ends, default=len(text))])
