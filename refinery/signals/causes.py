"""From signals to causes: what explains what, what was recovered from, and which step is to blame."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.trace import Kind, Span, Trace
from refinery.domain import Layer, Signal
from refinery.signals.empty_results import has_nothing
from refinery.signals.polite_errors import OUTSIDE, is_error
from refinery.signals.turns import MACHINE, Part, Turn, answer, clip, is_chat, is_farewell, turns
from refinery.signals.values import words

FAULTS = frozenset({"exceptions", "error_status", "polite_errors", "waiting", "empty_results", "schema"})
"""Rules that tell of a single step that went wrong, which a later step may put right."""
EFFECTS = frozenset(
    {
        "contradictions",
        "currencies_disagree",
        "ignored_results",
        "early_end",
        "unmet",
        "claimed_actions",
        "loops",
        "constraints",
        "unsupported",
    }
)
"""Rules that tell of something which an earlier fault may well explain."""
EXPLAINS = frozenset({"missing_fields"})
"""Rules whose signals quote the failure that they explain."""
ADMITS = re.compile(
    r"unfortunately|sorry|unable|cannot|can't|couldn't|not (?:available|possible|enough|allowed)|\b(?:error|issue|fail)", re.IGNORECASE
)
"""How a user is told that something did not work."""
CODE_FENCE = re.compile(r"```(?:python|py|sh|bash|sql|javascript|js)?\s*\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cause:
    """A step under suspicion, with the signals that speak against it."""

    step: int
    span: Span
    agent: str
    score: float
    signals: tuple[Signal, ...]
    """The strongest first; empty when only general experience points here."""
    recovered: bool = False


def causes(trace: Trace, signals: Sequence[Signal]) -> tuple[Cause, ...]:
    """Suspects, the likeliest first, from signals alone."""
    every = turns(trace)
    weighed = _explained(trace, _echoes(trace, _mended(trace, every, signals)))
    blamed: dict[int, list[tuple[float, Signal]]] = {}
    for score, signal in weighed:
        blamed.setdefault(_blamed(trace, every, signal), []).append((score, signal))
    found: list[Cause] = []
    for step, group in blamed.items():
        group.sort(key=lambda pair: -pair[0])
        rules = {signal.rule for _, signal in group}
        score = min(0.97, group[0][0] + 0.04 * (len(rules) - 1))
        span = trace.spans[step]
        found.append(
            Cause(step, span, agent_of(trace, span), score, tuple(signal for _, signal in group), group[0][0] < group[0][1].weight * 0.6)
        )
    return tuple(sorted(found, key=lambda cause: (-cause.score, cause.step)))


def agent_of(trace: Trace, span: Span) -> str:
    """Who acted in a span: its own agent, or that of the nearest span around it that names one."""
    if span.agent:
        return span.agent
    known = {one.id: one for one in trace.spans}
    seen: set[str] = set()
    here: Span | None = span
    while here is not None and here.id not in seen:
        if here.agent:
            return here.agent
        if here.kind is Kind.AGENT:
            return here.name
        seen.add(here.id)
        here = known.get(here.parent_id or "")
    return ""


def _mended(trace: Trace, every: Sequence[Turn], signals: Sequence[Signal]) -> list[tuple[float, Signal]]:
    """An error after which the same tool did its work matters less; so does one after which another tool led to an answer, and one that
    the user was told of and went on from.
    """
    good: dict[str, int] = {}
    for turn in every:
        if turn.part is Part.RESULT and turn.text.strip() and not is_error(turn) and not has_nothing(turn):
            good[turn.tool or turn.agent] = turn.step
    tools = {turn.step: turn.tool or turn.agent for turn in every if turn.part is Part.RESULT}
    weighed = []
    last = max(good.values(), default=-1)
    answered = answer(trace) is not None and not any(span.failed and span.parent_id is None for span in trace.spans)
    for signal in signals:
        share = 1.0
        if signal.rule in FAULTS:
            same = good.get(tools.get(signal.step, ""), -1) > signal.step
            other = answered and last > signal.step
            share = 0.45 if same else 0.6 if other or _told(every, signal) else 1.0
        weighed.append((signal.weight * share, signal))
    return weighed


def _told(every: Sequence[Turn], signal: Signal) -> bool:
    """Whether the agent told the user of a refusal, and the user went on. A tool that did not work is no refusal, told or not."""
    if any(OUTSIDE.search(quote.text) for quote in signal.quotes):
        return False
    later = [turn for turn in every if turn.step > signal.step]
    for place, turn in enumerate(later):
        if turn.part is Part.SAY and turn.text.strip():
            return bool(ADMITS.search(turn.text[:1_000])) and any(other.part is Part.USER for other in later[place:])
    return False


def _echoes(trace: Trace, weighed: list[tuple[float, Signal]]) -> list[tuple[float, Signal]]:
    """The span in which an error arose counts; those around it that only passed it on count little."""
    parents = {span.id: span.parent_id for span in trace.spans}
    inner: set[str] = set()
    failing = {signal.span_id for _, signal in weighed if signal.rule in FAULTS}
    for start in failing:
        here, seen = parents.get(start), {start}
        while here and here not in seen:
            inner.add(here)
            seen.add(here)
            here = parents.get(here)
    return [
        (score * (0.3 if signal.rule in ("exceptions", "error_status", "waiting") and signal.span_id in inner else 1.0), signal)
        for score, signal in weighed
    ]


def _explained(trace: Trace, weighed: list[tuple[float, Signal]]) -> list[tuple[float, Signal]]:
    """An earlier fault whose words come back later explains what was seen there; and the last failure of all ended the run."""
    reach = 20_000
    result = []
    ending = {span.id for span in trace.spans if span.failed and span.parent_id is None}
    for score, signal in weighed:
        effects = (
            [(s, b) for s, b in weighed if b.rule in EFFECTS and b.step > signal.step and b is not signal]
            if signal.rule not in EFFECTS
            else []
        )
        gain = 0.0
        if effects and score >= 0.25:
            told = words(" ".join(quote.text for quote in signal.quotes if quote.span_id == signal.span_id))
            later = [trace.spans[b.step] for _, b in effects]
            flows = any(
                len(told & words(clip(span.input, reach) + " " + clip(span.output, reach))) >= max(2, len(told) // 4) for span in later[:6]
            )
            gain = 0.15 if flows else 0.05
        if signal.rule in EXPLAINS:
            gain = max(gain, 0.1)
        if signal.rule == "exceptions" and ending and _around(trace, signal.span_id) & ending:
            gain = max(gain, 0.1)
        result.append((min(0.97, score + gain), signal))
    named = {quote.span_id for score, signal in result if signal.rule in EXPLAINS and score >= 0.7 for quote in signal.quotes}
    result = [(score * (0.8 if signal.rule == "exceptions" and signal.span_id in named else 1.0), signal) for score, signal in result]
    causal = [(score, signal) for score, signal in result if signal.rule not in EFFECTS and score >= 0.4]
    return [
        (score * (0.8 if signal.rule in EFFECTS and any(cause.step < signal.step for _, cause in causal) else 1.0), signal)
        for score, signal in result
    ]


def _around(trace: Trace, span_id: str) -> set[str]:
    parents: Mapping[str, str | None] = {span.id: span.parent_id for span in trace.spans}
    found: set[str] = set()
    here: str | None = span_id
    while here and here not in found:
        found.add(here)
        here = parents.get(here)
    return found


def _blamed(trace: Trace, every: Sequence[Turn], signal: Signal) -> int:
    """The step that brought the signal about: for a program's or tool's complaint about what it was given, whoever gave it."""
    span = trace.spans[signal.step]
    terminal = span.kind is Kind.MESSAGE and bool(MACHINE.match(span.output[:200]))
    if signal.rule not in ("polite_errors", "exceptions", "schema", "waiting") or (signal.layer is Layer.TOOL and not terminal):
        return signal.step
    if not terminal and any(OUTSIDE.search(quote.text) for quote in signal.quotes):
        return signal.step
    chat = is_chat(span)
    if not chat and signal.layer is not Layer.MODEL:
        return signal.step
    for turn in reversed([turn for turn in every if turn.step < signal.step]):
        if turn.part is Part.CALL and chat:
            return turn.step
        if (
            turn.part is Part.SAY
            and not is_farewell(turn.text)
            and (not chat or CODE_FENCE.search(turn.text) or turn.agent != signal.agent)
        ):
            return turn.step
    return signal.step
