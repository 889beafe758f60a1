"""Plans that were made and not followed: a step left out, or a list of things to do that was never finished."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.trace import Json, Trace
from refinery.domain import Layer, Signal
from refinery.signals.quoting import quote
from refinery.signals.turns import Answer, Part, Turn, answer, parsed, task, turns
from refinery.signals.values import name_words, words

HEADING = re.compile(r"\b(?:plan|to-?dos?|to-do list|next steps)\b[^\n]{0,60}$", re.IGNORECASE)
ITEM = re.compile(r"\s{0,3}(?:\*\*)?(?:\d{1,2}[.)]|step \d{1,2}\W|[-*•+]|\[[ x]\])\s*(?:\*\*)?\s*(\S[^\n]*)", re.IGNORECASE)
LISTS = re.compile(r"to_?do|plan", re.IGNORECASE)
"""A tool by which an agent keeps its list."""
FINISHED = frozenset({"completed", "complete", "done", "finished", "cancelled", "canceled", "skipped", "success"})
FEWEST = 3
"""A plan of fewer steps is none."""
DONE, UNTOUCHED = 0.6, 0.15
"""The share of a step's own words that a later turn must hold to count as its doing; below the other, nobody came near it."""
TELLING = 3
"""So many own words a step must have to be known again."""
STEM = 5
"""Characters by which words are compared: who verifies has done the verification."""
READ = 4_000


@dataclass(frozen=True, slots=True)
class _Step:
    """One step of a plan."""

    line: str
    telling: frozenset[str]


def plans(trace: Trace) -> Iterator[Signal]:
    """The last plan of a run has a step that nothing later touches, though what comes after it was done or an answer was given."""
    every = turns(trace)
    final = answer(trace)
    if final is None:
        return
    listed = _unfinished(every, final)
    if listed is not None:
        yield listed
        return
    found = _last_plan(every, _stems(task(trace)))
    if found is None:
        return
    place, steps = found
    later = [_what(turn) for turn in every[place + 1 :]]
    best = [max((len(step.telling & held) / len(step.telling) for held in later), default=0.0) for step in steps]
    for number, step in enumerate(steps):
        if best[number] > UNTOUCHED or not any(share >= DONE for share in best[:number]):
            continue
        after = next((other for other in range(number + 1, len(steps)) if best[other] >= DONE), None)
        turn = final.turn if after is None else _doer(every[place + 1 :], later, steps[after]) or final.turn
        what = "the answer was given" if after is None else "a later step was taken"
        says = f"The plan has “{step.line[:100]}”, and {what} without anything of that having been done"
        quotes = (*quote(every[place], step.line), *quote(turn, turn.text))
        yield Signal("plans", turn.span.id, turn.step, says, quotes, Layer.ORCHESTRATION, "plan-not-followed", 0.2, turn.agent)
        return


def _unfinished(every: Sequence[Turn], final: Answer) -> Signal | None:
    """An answer while the agent's own list still has open entries."""
    for turn in reversed(every):
        if turn.part is not Part.CALL or not LISTS.search(turn.tool):
            continue
        left = [entry for entry in _entries(parsed(turn.raw)) if str(entry.get("status")).lower() not in FINISHED]
        if not left or turn.step > final.turn.step > 0:
            return None
        first = next((str(value) for key, value in left[0].items() if key != "status" and isinstance(value, str) and " " in value), "")
        says = f"The answer was given while {len(left)} of the agent's own list were open, the first of them “{first[:80]}”"
        quotes = (*quote(turn, first), *quote(final.turn, final.text))
        where = final.turn
        return Signal("plans", where.span.id, where.step, says, quotes, Layer.ORCHESTRATION, "plan-not-followed", 0.4, where.agent)
    return None


def _entries(value: Json) -> list[dict[str, Json]]:
    lists = [value] if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    return [entry for one in lists if isinstance(one, list) for entry in one if isinstance(entry, dict) and "status" in entry]


def _last_plan(every: Sequence[Turn], asked: frozenset[str]) -> tuple[int, list[_Step]] | None:
    for place in range(len(every) - 1, -1, -1):
        turn = every[place]
        if turn.part is Part.SAY:
            steps = _steps(turn.text[:20_000], asked)
            if len(steps) >= FEWEST:
                return place, steps
    return None


def _steps(text: str, asked: frozenset[str]) -> list[_Step]:
    """The steps under the first heading that speaks of a plan."""
    found: list[_Step] = []
    under, gap = False, 0
    for line in text.split("\n"):
        bare = line.strip(" \t*#:>")
        item = ITEM.match(line)
        if not under:
            under = not item and bool(bare) and bool(HEADING.search(bare))
        elif item:
            telling = _stems(item[1]) - asked
            if len(telling) >= TELLING:
                found.append(_Step(item[1].strip(), telling))
            gap = 0
        elif bare:
            gap += 1
            if found and gap > 2:
                break
            under = gap <= 2
    return found


def _what(turn: Turn) -> frozenset[str]:
    """The words of a turn: what was said, called with or returned, and the name of the tool."""
    return _stems(f"{turn.text[:READ]} {turn.asked[:READ]} {' '.join(name_words(turn.tool))}")


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in words(text))


def _doer(later: Sequence[Turn], held: Sequence[frozenset[str]], step: _Step) -> Turn | None:
    return next((turn for turn, mine in zip(later, held, strict=True) if len(step.telling & mine) >= DONE * len(step.telling)), None)
