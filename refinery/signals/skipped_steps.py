"""Steps that the instruction prescribes and the run left out, or took in the wrong order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.offered import offered
from refinery.signals.polite_errors import is_error
from refinery.signals.quoting import quote
from refinery.signals.turns import Part, Turn, turns

SENTENCE = re.compile(r"[^.;\n]+")
NEVER = re.compile(r"\b(?:never|not|n't|without)\b|n't\b", re.IGNORECASE)
BEFORE = re.compile(r"\b(?:before|prior to|then|first,)", re.IGNORECASE)
AFTER = re.compile(r"\b(?:after|once|until|unless|without)\b", re.IGNORECASE)
ALWAYS = re.compile(r"\b(?:always|must|be sure to|make sure to|every time|first)\b", re.IGNORECASE)
DEPENDS = re.compile(r"\b(?:if|when|unless|in case|only|may|can|could|should the|never|not|n't|optional|either|or)\b|n't\b", re.IGNORECASE)
IN_CASE = re.compile(r"\W*(?:if|when|whenever|in case|for)\b", re.IGNORECASE)
"""A sentence that begins so holds only sometimes, and we cannot tell when."""
TELLING = re.compile(r"[_\-]|[a-z][A-Z]")
"""A name with such a joint is a tool's, and no word of the language."""
LONGEST = 40_000
MOST_TOOLS = 100


@dataclass(frozen=True, slots=True)
class _Duty:
    """What an instruction demands: `first` before `then`, or `first` in any case when there is no `then`."""

    first: str
    then: str
    turn: Turn
    words: str


def skipped_steps(trace: Trace) -> Iterator[Signal]:
    """A tool that should have been called before another, or in any case, and was not."""
    every = turns(trace)
    calls = [turn for turn in every if turn.part is Part.CALL and turn.tool]
    names = [name for name in dict.fromkeys([*offered(trace), *(turn.tool for turn in calls)]) if TELLING.search(name)][:MOST_TOOLS]
    if not names or not calls:
        return
    done = [turn for turn in every if turn.part is Part.RESULT and turn.tool and not is_error(turn)]
    told: set[tuple[str, str]] = set()
    for duty in _duties(every, names):
        if (duty.first, duty.then) in told:
            continue
        broken = _broken(duty, calls, done)
        if broken is not None:
            told.add((duty.first, duty.then))
            what = f"{duty.then} was called without {duty.first} before" if duty.then else f"{duty.first} was never called"
            says = f"{what}, which the instruction demands"
            quotes = (*quote(broken, broken.raw), *quote(duty.turn, duty.words))
            weight = 0.55 if duty.then else 0.4
            yield Signal("skipped_steps", broken.span.id, broken.step, says, quotes, Layer.MODEL, "skipped-step", weight, broken.agent)


def _broken(duty: _Duty, calls: Sequence[Turn], done: Sequence[Turn]) -> Turn | None:
    """The call by which the duty was broken; None when it was kept."""
    if not duty.then:
        return None if any(turn.tool == duty.first for turn in calls) else calls[-1]
    first = next((turn for turn in calls if turn.tool == duty.then), None)
    if first is None or not any(turn.tool == duty.then for turn in done):
        return None
    before = [turn for turn in calls if turn.tool == duty.first and turn.step <= first.step]
    return None if before else first


def _duties(every: Sequence[Turn], names: Sequence[str]) -> Iterator[_Duty]:
    spelt = {name.lower(): name for name in names}
    known = re.compile(r"(?<![\w\-])(" + "|".join(sorted(map(re.escape, spelt), key=len, reverse=True)) + r")(?![\w\-])", re.IGNORECASE)
    read: set[str] = set()
    for turn in every:
        if turn.part is not Part.INSTRUCTION or turn.text in read:
            continue
        read.add(turn.text)
        for match in SENTENCE.finditer(turn.text[:LONGEST]):
            yield from _duty(match.group().strip(), known, spelt, turn)


def _duty(words: str, known: re.Pattern[str], spelt: dict[str, str], turn: Turn) -> Iterator[_Duty]:
    found = list(known.finditer(words))
    named = list(dict.fromkeys(spelt[match.group().lower()] for match in found))
    if IN_CASE.match(words):
        return
    if len(named) == 2:
        one, other = named
        between = words[found[0].end() : next(match.start() for match in found if spelt[match.group().lower()] == other)]
        if AFTER.search(between) or (BEFORE.search(between) and NEVER.search(words)):
            yield _Duty(other, one, turn, words)
        elif BEFORE.search(between) or AFTER.search(words[: found[0].start()]):
            yield _Duty(one, other, turn, words)
    elif len(named) == 1 and ALWAYS.search(words) and not DEPENDS.search(words):
        yield _Duty(named[0], "", turn, words)
