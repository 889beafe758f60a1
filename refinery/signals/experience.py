"""What general experience says where a chat shows no sign of its own: which step usually holds the decisive mistake."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.trace import Kind, Trace
from refinery.signals.turns import Part, Turn, answer, is_chat, is_farewell, turns
from refinery.signals.values import listed, name_words, words

PLANS = re.compile(r"orchestrat|planner|manager|supervis|coordinat|router|moderator|terminal|executor", re.IGNORECASE)
"""Names of those who hand work out, or only run what others wrote: they rarely make the decisive mistake themselves."""
ACTS = re.compile(r"```|https?://|\|---|\d{2,}")
READS = listed(
    "get find list search lookup look read fetch think calculate compute query check describe show view count retrieve verify "
    "validate ask browse open "
    "load select compare summarize extract parse"
)
DECAY = 0.72
"""What each later step is worth of the one before. Chosen on labelled chats, as `FIRST` was: see `benchmarks.diagnosis`."""
FIRST = 0.3
"""The suspicion of the first step; below that of any clear signal."""


def experience(trace: Trace) -> dict[int, float]:
    """How suspicious each step is before any signal: those who act rather than plan, and the earlier the more."""
    found: dict[int, float] = {}
    rank = 0
    if not all(is_chat(span) for span in trace.spans):
        return _givers(trace)
    decisive = _decisive(trace)
    if decisive:
        return {step: FIRST * DECAY**number for number, step in enumerate(decisive)}
    for turn in _speeches(trace):
        acts = bool(ACTS.search(turn.text)) or turn.part is Part.CALL
        plans = bool(PLANS.search(turn.agent))
        if plans or turn.step in found:
            found.setdefault(turn.step, FIRST * 0.2 * DECAY**rank)
            continue
        found[turn.step] = FIRST * (1.0 if acts else 0.7) * DECAY**rank
        rank += 1
    return found


def is_talk_of_agents(trace: Trace) -> bool:
    """Whether a run is a bare chat, and not one of a single agent that acts for a user."""
    return bool(trace.spans) and all(is_chat(span) for span in trace.spans) and _askings(turns(trace)) < 2


def acts_last(trace: Trace) -> bool:
    """Whether a talk breaks off in the hands of one who acts, without anybody closing it."""
    last = [turn for turn in turns(trace) if turn.step == len(trace.spans) - 1]
    return any(turn.part in (Part.SAY, Part.CALL) and _substantial(turn) and not PLANS.search(turn.agent) for turn in last)


def changes(tool: str) -> bool:
    """Whether a tool's name says that it changes something, rather than looks something up."""
    return bool(name_words(tool)) and not name_words(tool) & READS


def _givers(trace: Trace) -> dict[int, float]:
    """In a recorded program: the tools and retrievals from which the values in the answer came, by their share of them."""
    final = answer(trace)
    if final is None:
        return {}
    left = words(final.text) - words(trace.task)
    count = len(left) or 1
    found: dict[int, float] = {}
    for turn in turns(trace):
        if turn.part is Part.RESULT and turn.step != final.turn.step:
            given = left & (words(turn.text) | frozenset(word for doc in turn.span.documents for word in words(doc.content)))
            left -= given
            if given:
                found[turn.step] = FIRST * (0.4 + 0.6 * len(given) / count)
    found.setdefault(final.turn.step, FIRST * 0.5)
    return found


def _decisive(trace: Trace) -> list[int]:
    """In a talk of one agent with a user: the calls that change something, which cannot be taken back."""
    every = turns(trace)
    if _askings(every) < 2:
        return []
    return list(dict.fromkeys(turn.step for turn in every if turn.part is Part.CALL and changes(turn.tool)))


def _askings(every: Sequence[Turn]) -> int:
    return sum(turn.part is Part.USER for turn in every)


def _speeches(trace: Trace) -> list[Turn]:
    """What agents said and did, without the opening that hands out the task, farewells and courtesies."""
    asked = words(trace.task)
    said = [turn for turn in turns(trace) if turn.part in (Part.SAY, Part.CALL) and (turn.part is Part.CALL or _substantial(turn))]
    if (
        said
        and said[0].step == 0
        and said[0].span.kind is Kind.MESSAGE
        and (not asked or len(asked & words(said[0].text)) >= 0.8 * len(asked))
    ):
        return said[1:]
    return said


def _substantial(turn: Turn) -> bool:
    return (len(turn.text.strip()) >= 40 or "```" in turn.text) and not is_farewell(turn.text)
