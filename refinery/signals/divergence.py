"""Where a run first left the way that is known to be right: the calls that were expected, or those of a run that passed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from adapters.trace import Json, Trace
from refinery.domain import Layer, Quote, Signal
from refinery.signals.claimed_actions import DOES
from refinery.signals.experience import changes
from refinery.signals.polite_errors import is_error
from refinery.signals.quoting import pair, quote
from refinery.signals.turns import Part, Turn, answer, is_chat, parsed, turns
from refinery.signals.values import name_words

RULE = "divergence"
SURE = 0.95
"""It is known, not guessed, that this call should have been another."""
LIKELY = 0.7
"""A run that passed is one right way; there may be others."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A call that a right run makes."""

    name: str
    arguments: Json = None
    """What must be among its arguments; None when nothing is known of them."""


@dataclass(frozen=True, slots=True)
class Made:
    """A call of the run, and whether it worked."""

    turn: Turn
    arguments: Json
    failed: bool


def diverged(trace: Trace, wanted: Sequence[Wanted], says: str = "was expected", weight: float = SURE) -> Iterator[Signal]:
    """The first call that changes something and was not wanted, else the first wanted one that was never made.

    Order does not matter, calls that failed changed nothing, and looking things up is free; wanted look-ups are missed only where
    nothing else was wanted.
    """
    acting = [each for each in wanted if acts(each.name)]
    open_ = acting or list(wanted)
    for made in calls(trace):
        match = next((each for each in open_ if _fits(each, made)), None)
        if made.failed:
            continue
        if match is not None:
            open_.remove(match)
        elif acts(made.turn.tool):
            yield _unwanted(made, open_, says, weight)
            return
    if open_:
        yield from _missing(trace, open_[0], says, weight if acts(open_[0].name) else weight / 2)


def contrast(trace: Trace, passing: Sequence[Trace]) -> Iterator[Signal]:
    """Where the run parts from the nearest of those that passed: by its calls, else by the first thing that was answered otherwise."""
    best, most = None, -1
    mine = {_mark(made) for made in calls(trace)}
    for other in passing:
        shared = len(mine & {_mark(made) for made in calls(other)})
        if shared > most:
            best, most = other, shared
    if best is None:
        return
    right = [Wanted(made.turn.tool, made.arguments) for made in calls(best) if not made.failed and acts(made.turn.tool)]
    name = f"belongs to run {best.id[:12]}, which passed"
    found = list(diverged(trace, right, name, LIKELY)) if right or any(acts(made.turn.tool) for made in calls(trace)) else []
    yield from found or _parted(trace, best)


def acts(tool: str) -> bool:
    """Whether a tool's name says by a verb that it changes something. A name without such a verb may be a look-up, and is left in peace."""
    return changes(tool) and any(word.startswith(stem) for word in name_words(tool) for stem in DOES)


def calls(trace: Trace) -> list[Made]:
    """Every call of a run, and whether it worked."""
    every = turns(trace)
    replies: dict[tuple[str | None, str, str], list[Turn]] = {}
    for turn in every:
        if turn.part is Part.RESULT:
            caller = turn.span.parent_id if is_chat(turn.span) else turn.span.id
            replies.setdefault((caller, turn.tool, turn.asked), []).append(turn)
    made = []
    for turn in every:
        if turn.part is Part.CALL:
            answers = replies.get((turn.span.id, turn.tool, turn.raw), [])
            made.append(Made(turn, parsed(turn.raw), is_error(answers.pop(0)) if answers else turn.span.failed))
    return made


def _fits(wanted: Wanted, made: Made) -> bool:
    return wanted.name == made.turn.tool and (wanted.arguments is None or _within(wanted.arguments, made.arguments))


def _within(part: Json, whole: Json) -> bool:
    """Whether everything in `part` stands in `whole`; further fields may be there."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and _within(value, whole[key]) for key, value in part.items())
    if isinstance(part, list):
        return isinstance(whole, list) and len(part) == len(whole) and all(map(_within, part, whole))
    return part == whole


def _unwanted(made: Made, open_: Sequence[Wanted], says: str, weight: float) -> Signal:
    turn = made.turn
    akin = [each for each in open_ if each.name == turn.tool and isinstance(each.arguments, dict)]
    near = min(akin, key=lambda each: len(_differing(each.arguments, made.arguments)), default=None)
    if near is not None and (keys := _differing(near.arguments, made.arguments)):
        key = keys[0]
        had = made.arguments.get(key) if isinstance(made.arguments, dict) else made.arguments
        want = near.arguments.get(key) if isinstance(near.arguments, dict) else None
        text = f"{turn.tool} was called with {key} = {_short(had)}, where {_short(want)} {says}"
        quotes = pair(turn, key, had) if isinstance(had, str | int | float) else quote(turn, turn.raw)
        return _signal(turn, text, quotes or quote(turn, turn.raw), "wrong-argument", weight)
    others = "; " + f"{open_[0].name} {says}" if open_ else ""
    text = f"{turn.tool} was called, and no such call {says}{others}"
    return _signal(turn, text, quote(turn, turn.raw) or quote(turn, turn.tool), "unwanted-call", weight)


def _missing(trace: Trace, wanted: Wanted, says: str, weight: float) -> Iterator[Signal]:
    """Told where the agent spoke last: there at the latest it should have called."""
    spoken = [turn for turn in turns(trace) if turn.part in (Part.SAY, Part.CALL)]
    if spoken:
        given = f" with {_short(wanted.arguments)}" if wanted.arguments else ""
        last = spoken[-1]
        text = f"{wanted.name}{given} {says}, and the run ends without it"
        yield _signal(last, text, quote(last, last.text), "missing-call", weight)


def _parted(trace: Trace, other: Trace) -> Iterator[Signal]:
    """The first place at which two runs do or get something else, when nothing that they change differs."""
    for mine, theirs in zip(_way(trace), _way(other), strict=False):
        if (mine.tool, mine.part, mine.agent) != (theirs.tool, theirs.part, theirs.agent) or _plain(mine) != _plain(theirs):
            what = f"{mine.tool or mine.agent or 'the run'} {'returned' if mine.part is Part.RESULT else 'did'} something else"
            text = f"Up to here the run is like {other.id[:12]}, which passed; here {what}"
            yield _signal(mine, text, quote(mine, mine.text), "parted", 0.4)
            return


def _way(trace: Trace) -> list[Turn]:
    final = answer(trace)
    seen = [turn for turn in turns(trace) if turn.part in (Part.CALL, Part.RESULT)]
    return [*seen, final.turn] if final else seen


def _plain(turn: Turn) -> str:
    value = parsed(turn.raw)
    return json.dumps(value, sort_keys=True) if value is not None else " ".join(turn.text.split())


def _differing(wanted: Json, had: Json) -> list[str]:
    if not isinstance(wanted, dict):
        return []
    given = had if isinstance(had, dict) else {}
    return [key for key, value in wanted.items() if key not in given or not _within(value, given[key])]


def _mark(made: Made) -> str:
    return f"{made.turn.tool} {json.dumps(made.arguments, sort_keys=True)}"


def _short(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else f"{text[:117]}..."


def _signal(turn: Turn, says: str, quotes: tuple[Quote, ...], category: str, weight: float) -> Signal:
    return Signal(RULE, turn.span.id, turn.step, says, quotes[:1], Layer.MODEL, category, weight, turn.agent)
