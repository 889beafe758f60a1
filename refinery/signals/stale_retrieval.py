"""Retrieved documents that are out of date: superseded, expired, or older than others on the same matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

from adapters.trace import Trace
from refinery.domain import Layer, Quote, Signal
from refinery.signals.quoting import quote
from refinery.signals.retrieved import Doc, alike, documents
from refinery.signals.turns import Part, answer, task, turns
from refinery.signals.values import dates, numbers

NOW = re.compile(r"(?:current (?:time|date)|today(?:'s date)?|now)\W{0,4}(?:is |=)?\W{0,3}([^\n]{4,24})", re.IGNORECASE)
YEAR_DAYS = 365


def stale_retrieval(trace: Trace) -> Iterator[Signal]:
    """A retrieved document that is marked as superseded, has expired, or is older than another on the same matter."""
    docs = documents(trace)
    if not docs:
        return
    final = answer(trace)
    said = frozenset(value for value, _ in numbers(final.text)) if final else frozenset[float]()
    today = run_date(trace)
    asked = task(trace)
    told: set[tuple[str, str]] = set()
    for doc in docs:
        for signal in _judged(doc, docs, today, said, asked):
            if (doc.turn.span.id, doc.name) not in told:
                told.add((doc.turn.span.id, doc.name))
                yield signal


def run_date(trace: Trace) -> date | None:
    """The day of the run, as its instructions or its clock tell it."""
    for turn in turns(trace):
        if turn.part in (Part.INSTRUCTION, Part.USER):
            match = NOW.search(turn.text)
            for day, _ in dates(match[1]) if match else ():
                return day
    start = next((span.start_ns for span in trace.spans if span.start_ns), None)
    return datetime.fromtimestamp(start / 1e9, UTC).date() if start and start > 10**17 else None


def _judged(doc: Doc, docs: list[Doc], today: date | None, said: frozenset[float], asked: str) -> Iterator[Signal]:
    used = _used(doc, docs, said)
    more = 0.15 if used else 0.0
    if doc.over:
        yield _signal(doc, f"says of itself that it no longer holds ({doc.over})", doc.over, (), 0.65 + more)
    elif doc.until and today and doc.until < today:
        yield _signal(doc, f"ran out on {doc.until}, before the run on {today}", doc.day_words, (), 0.65 + more)
    elif doc.day:
        newer = [other for other in docs if other.day and other.day > doc.day and other.name != doc.name and alike(doc, other)]
        if newer:
            best = max(newer, key=lambda other: other.day or date.min)
            behind = not _used(best, docs, said)
            says = f"is of {doc.day}, though {best.name or 'another one'} of {best.day} on the same matter was there too"
            yield _signal(doc, says, doc.day_words, quote(best.turn, best.day_words), (0.6 if behind else 0.3) + more)
        elif today and (today - doc.day).days > YEAR_DAYS and _timely(asked, doc):
            age = (today - doc.day).days // YEAR_DAYS
            says = f"is of {doc.day}, more than {age} year{'s' if age > 1 else ''} older than the run on {today}"
            yield _signal(doc, says, doc.day_words, (), 0.2 + more)


def _signal(doc: Doc, says: str, words_: str, more: tuple[Quote, ...], weight: float) -> Signal:
    turn = doc.turn
    first = quote(turn, words_) + (quote(turn, doc.text) if doc.text not in ("", words_) else ())
    what = f"The retrieved document {doc.name}".strip()
    says = f"{what} {says}"
    return Signal("stale_retrieval", turn.span.id, turn.step, says, (*first, *more), Layer.CONTEXT, "stale-retrieval", weight, turn.agent)


def _used(doc: Doc, docs: list[Doc], said: frozenset[float]) -> bool:
    """Whether the answer holds numbers that stand in this document and in no newer one."""
    if not said & doc.figures:
        return False
    newer = frozenset[float]().union(*(other.figures for other in docs if other.day and doc.day and other.day > doc.day))
    return bool(said & doc.figures - newer)


def _timely(asked: str, doc: Doc) -> bool:
    """Whether the question is about the present: it names no year of its own."""
    return not re.search(r"\b(?:19|20)\d\d\b", asked) and bool(doc.day)
