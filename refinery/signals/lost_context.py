"""Model calls that see less than the ones before: the instruction is gone, the history was cut, or a text was truncated on its way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Kind, Span, Trace
from refinery.domain import Layer, Quote, Signal
from refinery.signals.causes import agent_of
from refinery.signals.turns import SYSTEMS, clip, reach_of

CUT = re.compile(
    r"[\[<…]\s*(?:\.\.\.|…)?\s*(?:\d[\d,]* (?:more )?(?:characters|chars|lines|tokens|bytes) )?"
    r"(?:truncated|omitted|cut off|clipped)\b[^\n\]>]{0,40}[\]>…]"
    r"|\b(?:context|history|conversation|messages?) (?:was|were|has been|have been) (?:truncated|trimmed|cut|dropped|summari[sz]ed)"
    r"|maximum context length|context[_ ]length[_ ]exceeded|prompt is too long",
    re.IGNORECASE,
)
"""How a text says of itself that a part of it is missing."""
KEPT = 0.5
"""A call with less than this share of the messages of the one before was cut, or begins anew."""


def lost_context(trace: Trace) -> Iterator[Signal]:
    """Per agent: a later model call without the instruction of an earlier one, or with much less of the talk; and texts marked as cut."""
    before: dict[tuple[str, str], tuple[Span, str]] = {}
    reach = reach_of(trace)
    for step, span in enumerate(trace.spans):
        if span.kind is not Kind.LLM:
            continue
        agent = agent_of(trace, span)
        told = "\n".join(message.content for message in span.input_messages) or span.input
        match = CUT.search(clip(told, reach))
        if match:
            says = f"What the model was given is marked as cut: {' '.join(match.group().split())}"
            yield _signal(span, step, says, match.group(), "truncated-input", 0.3, agent)
        instruction = next((message.content for message in span.input_messages if message.role in SYSTEMS and message.content.strip()), "")
        key = (agent, span.name)
        earlier, was = before.get(key, (None, ""))
        if earlier is not None and was and not instruction and len(span.input_messages) >= len(earlier.input_messages) > 1:
            says = f"The instruction that {agent or span.name} had before is missing in this call"
            yield _signal(span, step, says, span.input_messages[0].content[:120], "lost-instruction", 0.45, agent)
        elif earlier is not None and _cut(earlier, span):
            fewer = f"{len(span.input_messages)} messages, where it had {len(earlier.input_messages)} before"
            yield _signal(
                span, step, f"{agent or span.name} sees only {fewer}", span.input_messages[0].content[:120], "history-cut", 0.2, agent
            )
        if span.input_messages:
            before[key] = (span, instruction or was)


def _cut(earlier: Span, span: Span) -> bool:
    """Whether the beginning of the talk is the same and much of the rest is gone."""
    mine, was = span.input_messages, earlier.input_messages
    return len(was) >= 6 and 1 < len(mine) < KEPT * len(was) and mine[0].content == was[0].content and mine[-1].content != was[-1].content


def _signal(span: Span, step: int, says: str, words: str, category: str, weight: float, agent: str) -> Signal:
    bare = words.strip()[:280]
    quotes = (Quote(span.id, bare),) if bare and span.contains(bare) else ()
    return Signal("lost_context", span.id, step, says, quotes, Layer.CONTEXT, category, weight, agent)
