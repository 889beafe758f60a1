"""Runs that stop before they are done: a step limit, a cut text, no answer, or an answer that gives up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from adapters.trace import Kind, Trace
from refinery.domain import Layer, Quote, Signal
from refinery.signals.quoting import quote
from refinery.signals.turns import Part, Turn, answer, clip, is_chat, reach_of, turns

LIMIT = re.compile(
    r"(?:max(?:imum)?[ _]?(?:number of )?(?:iterations?|turns?|steps?|rounds?|rpm|recursion)|recursion limit|step limit"
    r"|iteration limit|time limit"
    r"|maximum rounds)[^.\n]{0,40}(?:reached|exceeded|hit|exhausted|elapsed|of \d+)|graphrecursionerror|maxturnsexceeded"
    r"|agent stopped due to"
    r"|ran out of (?:steps|turns|time)",
    re.IGNORECASE,
)
ENDS = re.compile(r"finish|complete|submit|final|terminate|done|end_|stop|hand_?off|transfer", re.IGNORECASE)
"""A tool by which an agent ends its run instead of speaking."""
CUT = frozenset({"length", "max_tokens", "max_output_tokens", "model_length"})
GAVE_UP = re.compile(
    r"(?:i(?:'m| am)? (?:sorry|unable|afraid)|i (?:could not|couldn't|cannot|can't|was unable to|was not able to|do not have"
    r"|don't have)|unable to (?:find|determine|provide|complete|locate|access)"
    r"|(?:could not|couldn't|cannot) (?:be )?(?:find|found|determine|locate|retrieve|access|complete)|no (?:information"
    r"|data) (?:is |was )?(?:available|found))",
    re.IGNORECASE,
)


def early_end(trace: Trace) -> Iterator[Signal]:
    """A run that reached a limit, was cut off, or ended without a real answer."""
    every = turns(trace)
    if not every:
        return
    yield from _limits(trace, every)
    for step, span in enumerate(trace.spans):
        reason = _finish(dict(span.attributes)) if span.kind in (Kind.LLM, Kind.MESSAGE) else ""
        if reason:
            turn = Turn(step, span, Part.SAY, clip(span.output, reach_of(trace)), "", span.agent)
            says = f"The model's text was cut off at its length limit ({reason})"
            yield _signal(turn, says, quote(turn, reason) or quote(turn, turn.raw[-200:]), Layer.CONFIG, "cut-off", 0.5)
    final = answer(trace)
    last = next((turn for turn in reversed(every) if turn.text.strip() or turn.part is Part.CALL), every[-1])
    if final is None and _should_have_spoken(every) and not ENDS.search(last.tool):
        yield _signal(
            last, "The run ends here, without an answer to the user", quote(last, last.text), Layer.ORCHESTRATION, "no-answer", 0.35
        )
    elif final is not None and GAVE_UP.search(final.text[:600]):
        match = GAVE_UP.search(final.text)
        says = "The answer gives up"
        words = final.text[match.start() :] if match else final.text
        yield _signal(final.turn, says, quote(final.turn, words), Layer.MODEL, "gave-up", 0.3)


def _should_have_spoken(every: Sequence[Turn]) -> bool:
    """Whether the record is that of a whole run with its texts, and does not end with the user."""
    spoke = any(turn.part in (Part.SAY, Part.STEP) and turn.text.strip() for turn in every)
    asked = any(message.tool_calls for turn in every for message in turn.span.output_messages)
    return (spoke or asked) and every[-1].part is not Part.USER


def _limits(trace: Trace, every: tuple[Turn, ...]) -> Iterator[Signal]:
    for turn in every:
        text = turn.span.failure.message if turn.span.failure else turn.text if turn.part in (Part.RESULT, Part.SAY, Part.STEP) else ""
        whole = turn.span.parent_id is None and not is_chat(turn.span)
        near_end = whole or turn.span.failure or turn.step + 1 >= len(trace.spans) * 0.8
        match = LIMIT.search(text[:2_000]) if near_end else None
        if match:
            says = f"The run was stopped by a limit: {match.group()[:100]}"
            yield _signal(turn, says, quote(turn, match.group()), Layer.ORCHESTRATION, "step-limit", 0.45)
            return


def _signal(turn: Turn, says: str, quotes: tuple[Quote, ...], layer: Layer, category: str, weight: float) -> Signal:
    return Signal("early_end", turn.span.id, turn.step, says, quotes, layer, category, weight, turn.agent)


def _finish(attributes: dict[str, object]) -> str:
    for key, value in attributes.items():
        if "finish_reason" in key or "stop_reason" in key:
            words = str(value).strip("[]\"'() ,").lower()
            if words in CUT:
                return words
    return ""
