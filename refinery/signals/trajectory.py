"""The course of a run on four levels: what happened, how it was decided, why the agent changed its way, and how sure it was."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from adapters.trace import Kind, Trace
from refinery.domain import Depth, Quote, Statement
from refinery.signals.polite_errors import error_in, is_error
from refinery.signals.quoting import around, quote
from refinery.signals.turns import Part, Turn, answer, is_farewell, turns

SHOWN = 80


SHIFTS = re.compile(
    r"\b(?:instead|alternatively|let me try|let's try|try (?:another|a different)|different approach|another (?:way|approach)"
    r"|that (?:did(?: not|n't)|does(?: not|n't)) work|fall(?:ing)? back|change of plan|on second thought)\b",
    re.IGNORECASE,
)
"""How an agent announces that it goes another way (in English)."""
WAVERS = re.compile(
    r"\b(?:i think|i believe|i guess|i assume|assuming|probably|perhaps|maybe|might be|may be|not (?:entirely |quite )?sure|unclear"
    r"|uncertain|it (?:seems|appears)|as far as i (?:know|can tell)|i(?:'m| am) afraid)\b",
    re.IGNORECASE,
)
INSISTS = re.compile(
    r"\b(?:definitely|certainly|without (?:a )?doubt|guarantee[ds]?|absolutely|100 ?%|i(?:'m| am) (?:sure|certain|confident))",
    re.IGNORECASE,
)
CORRECTS = re.compile(
    r"\b(?:i apologi[sz]e|my mistake|i was wrong|correction:|i misread|i misspoke|actually, (?:i|the|that|it))\b", re.IGNORECASE
)
WORDS = (
    (CORRECTS, "takes back what it had said"),
    (WAVERS, "is not sure"),
    (INSISTS, "is sure of itself"),
)


def trajectory(trace: Trace) -> tuple[Statement, ...]:
    """All that can be said, level by level, each in order of happening. A pure function, linear in the trace."""
    every = turns(trace)
    starts = [span.start_ns for span in trace.spans if span.start_ns is not None]
    began = min(starts, default=None)
    found = (*_happened(every), *_decided(trace, every), *_shifted(every), *_sure(every))
    return tuple(_timed(each, trace, began) for each in found if each.quotes)


def _timed(statement: Statement, trace: Trace, began: int | None) -> Statement:
    start = trace.spans[statement.step].start_ns
    at = (start - began) / 1e9 if start is not None and began is not None else None
    return replace(statement, at_s=at)


# -- what happened ------------------------------------------------------------------------------------------------


def _happened(every: tuple[Turn, ...]) -> Iterator[Statement]:
    """Calls of tools and models, in the order of the run."""
    called = {(turn.tool, turn.asked) for turn in every if turn.part is Part.CALL}
    models: set[int] = set()
    for turn in every:
        span = turn.span
        failed = ", which failed" if span.failed and span.kind in (Kind.TOOL, Kind.LLM) else ""
        if span.kind is Kind.LLM and turn.step not in models:
            models.add(turn.step)
            used = span.usage
            counted = f", {used.input_tokens} tokens in, {used.output_tokens or 0} out" if used.input_tokens is not None else ""
            says = f"asked {span.model or span.name}{counted}{failed}"
            words = quote(turn, turn.text) or quote(turn, span.name)
            yield Statement(Depth.WHAT, span.id, turn.step, says, words, turn.agent, seconds=span.seconds)
        if turn.part is Part.CALL or (turn.part is Part.RESULT and (turn.tool, turn.asked) not in called):
            took = span.seconds if span.kind in (Kind.TOOL, Kind.RETRIEVER, Kind.RERANKER) else None
            yield Statement(Depth.WHAT, span.id, turn.step, f"called {turn.tool}{failed}", _call(turn), turn.agent, seconds=took)


# -- how it was decided -------------------------------------------------------------------------------------------


def _decided(trace: Trace, every: tuple[Turn, ...]) -> Iterator[Statement]:
    """What followed on each result, who took over from whom, and when the agent was done."""
    last: Turn | None = None
    speaker = ""
    for turn in every:
        if turn.part is Part.CALL and last is not None:
            yield Statement(Depth.HOW, turn.span.id, turn.step, _next(last, turn), _call(turn), turn.agent)
            last = None
        elif turn.part is Part.RESULT:
            last = turn
        if turn.part is Part.SAY and turn.agent:
            if speaker and turn.agent != speaker and turn.text.strip():
                says = f"{speaker} handed over to {turn.agent}"
                yield Statement(Depth.HOW, turn.span.id, turn.step, says, quote(turn, turn.text), turn.agent)
            speaker = turn.agent
    final = answer(trace)
    if final and final.turn.text.strip():
        calls = sum(turn.part is Part.CALL for turn in every)
        after = "without calling anything" if not calls else f"after {calls} call{'s' if calls > 1 else ''}"
        if last is not None and is_error(last):
            after += f", though {last.tool or 'the last one'} had failed"
        yield Statement(
            Depth.HOW, final.turn.span.id, final.turn.step, f"answered {after}", quote(final.turn, final.text), final.turn.agent
        )


def _next(last: Turn, turn: Turn) -> str:
    came = "failed" if is_error(last) else "came back empty" if not last.text.strip() else "answered"
    if turn.tool != last.tool:
        return f"went on to {turn.tool} after {last.tool or 'a result'} {came}"
    same = " ".join(turn.asked.split()) == " ".join(last.asked.split())
    return f"called {turn.tool} again, {'unchanged' if same else 'with other arguments'}, after it {came}"


# -- why it changed its way ---------------------------------------------------------------------------------------


def _shifted(every: tuple[Turn, ...]) -> Iterator[Statement]:
    """Another tool, or other arguments, after a failure; and changes that the agent announces."""
    failed: Turn | None = None
    for turn in every:
        if turn.part is Part.RESULT:
            failed = turn if is_error(turn) else None
        elif turn.part is Part.CALL and failed is not None:
            why = error_in(failed.text) or (failed.span.failure.message if failed.span.failure else "") or failed.text
            reason = " ".join(why.split())[:SHOWN]
            same = " ".join(turn.asked.split()) == " ".join(failed.asked.split())
            if turn.tool != failed.tool:
                says = f"turned from {failed.tool} to {turn.tool}, because it failed: {reason}"
            elif not same:
                says = f"asked {turn.tool} for something else, because it failed: {reason}"
            else:
                says = f"tried {turn.tool} once more, though it failed: {reason}"
            yield Statement(Depth.WHY, turn.span.id, turn.step, says, _call(turn), turn.agent)
            failed = None
        elif turn.part is Part.SAY and (found := SHIFTS.search(turn.text)):
            says = f"says that it goes another way ({found.group().lower()!r})"
            yield Statement(Depth.WHY, turn.span.id, turn.step, says, around(turn, found.start(), len(found.group())), turn.agent)


# -- how sure it was ----------------------------------------------------------------------------------------------


def _sure(every: tuple[Turn, ...]) -> Iterator[Statement]:
    """Doubt, certainty and corrections in the agent's words, and questions that it puts back."""
    for turn in every:
        if turn.part is not Part.SAY or is_farewell(turn.text):
            continue
        for pattern, says in WORDS:
            if found := pattern.search(turn.text):
                words = around(turn, found.start(), len(found.group()))
                yield Statement(Depth.SURE, turn.span.id, turn.step, f"{says} ({found.group().lower()!r})", words, turn.agent)
        if turn.text.rstrip().endswith("?"):
            asked = re.split(r"(?<=[.!?\n])\s+", turn.text.strip())[-1]
            yield Statement(Depth.SURE, turn.span.id, turn.step, "asks instead of answering", quote(turn, asked), turn.agent)


def _call(turn: Turn) -> tuple[Quote, ...]:
    return quote(turn, turn.asked) or quote(turn, turn.tool) or quote(turn, turn.raw)
