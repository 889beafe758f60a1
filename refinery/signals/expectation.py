"""What the expert expected, held against what the run had and said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from adapters.trace import Kind, Trace
from refinery.domain import Layer, Signal
from refinery.signals.polite_errors import is_error
from refinery.signals.quoting import quote
from refinery.signals.turns import Turn, answer, results
from refinery.signals.values import currencies, dates, numbers

QUOTED = re.compile(r"[\"“”'`]([^\"“”'`\n]{2,60})[\"“”'`]")
NEGATED = re.compile(
    r"(?:\bnot|\bnever|\binstead of|\brather than|n't|\bwithout|\bno)\b(?:(?!\bbut\b|\bshould\b)[^.;,]){0,40}$", re.IGNORECASE
)


def unmet(trace: Trace, expected: str) -> Iterator[Signal]:
    """Expected values that the answer lacks: had they been in a tool's reply, or in none?"""
    final = answer(trace)
    missing = [value for value in wanted(expected) if not holds(final.text if final else "", value)]
    replies = [turn for turn in results(trace) if turn.text.strip() and not is_error(turn)]
    if not missing:
        return
    value = missing[0]
    holding = [turn for turn in replies if holds(turn.text, value) or any(holds(doc.content, value) for doc in turn.span.documents)]
    if final and holding:
        source = holding[-1]
        says = f"The answer lacks {value}, though {source.tool or source.span.name} had returned it"
        quotes = (*quote(final.turn, final.text), *quote(source, _line(source, value)))
        yield Signal("unmet", final.turn.span.id, final.turn.step, says, quotes, Layer.CODE, "ignored-result", 0.5, final.turn.agent)
        return
    found = [turn for turn in replies if turn.span.kind is Kind.RETRIEVER] or replies
    for turn in found[-1:]:
        layer, category = (Layer.CONTEXT, "wrong-retrieval") if turn.span.kind is Kind.RETRIEVER else (Layer.TOOL, "wrong-result")
        says = f"{value} was expected, and nothing that {turn.tool or turn.span.name} returned holds it"
        yield Signal("unmet", turn.span.id, turn.step, says, quote(turn, turn.text), layer, category, 0.4, turn.agent)
    if final:
        says = f"The answer lacks {value}, which was expected"
        yield Signal(
            "unmet",
            final.turn.span.id,
            final.turn.step,
            says,
            quote(final.turn, final.text),
            Layer.MODEL,
            "wrong-answer",
            0.25,
            final.turn.agent,
        )


def wanted(expected: str) -> Sequence[str]:
    """The values an expectation names and wants: what is quoted, currencies, dates, numbers; not those it rules out."""
    found: list[tuple[int, str]] = [(match.start(), match.group(1)) for match in QUOTED.finditer(expected)]
    found += [(one.at, one.raw if len(one.raw) == 1 else one.value) for one in currencies(expected)]
    found += [(one.at, one.raw) for _, one in dates(expected)]
    found += [(one.at, one.raw) for _, one in numbers(expected)]
    return [value for at, value in sorted(set(found)) if not NEGATED.search(expected[:at])]


def holds(text: str, value: str) -> bool:
    """Whether a value stands in a text; numbers and currencies also where they are written in another way."""
    if re.fullmatch(r"[-+]?[\d,]+(?:\.\d+)?", value):
        number = float(value.replace(",", ""))
        return any(abs(number - other) < 1e-9 for other, _ in numbers(text))
    codes = {found.value for found in currencies(value)}
    if codes:
        return bool(codes & {found.value for found in currencies(text)})
    return value.lower() in text.lower()


def _line(turn: Turn, value: str) -> str:
    texts = (turn.text, *(doc.content for doc in turn.span.documents))
    for text in texts:
        for line in text.splitlines():
            if value.lower() in line.lower():
                at = line.lower().index(value.lower())
                return line[max(0, at - 100) : at + 120]
    return value
