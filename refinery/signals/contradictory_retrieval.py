"""Retrieved documents that contradict each other, when nothing says which of them holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from adapters.trace import Trace
from refinery.domain import Layer, Signal
from refinery.signals.quoting import quote
from refinery.signals.retrieved import Doc, alike, documents
from refinery.signals.values import numbers

SENTENCE = re.compile(r"[^.!?\n]+(?:\.\d[^.!?\n]*)*")
WORD = re.compile(r"[^\W\d_]{3,}")
NAME = re.compile(r"\b[A-Z][\w\-]+|\b(?=[\w\-]*\d)(?=[\w\-]*[A-Za-z])[\w\-]+")
"""Two sentences with other names speak of other things."""
SAME = 0.75
"""The share of common words from which on two sentences say the same but for the figure."""
ENOUGH = 4
MOST_DOCS, MOST_SENTENCES = 24, 12


@dataclass(frozen=True, slots=True)
class _Claim:
    text: str
    words: frozenset[str]
    names: frozenset[str]
    figures: frozenset[float]


def contradictory_retrieval(trace: Trace) -> Iterator[Signal]:
    """Two documents say the same sentence with another figure, and no date tells the newer one."""
    claims = [(doc, _claims(doc)) for doc in documents(trace)[:MOST_DOCS]]
    for (one, mine), (other, theirs) in combinations([pair for pair in claims if pair[1]], 2):
        if one.name == other.name or (one.day and other.day and one.day != other.day) or not alike(one, other):
            continue
        found = next(((a, b) for a in mine for b in theirs if _contradict(a, b)), None)
        if found:
            turn = other.turn
            names = f"{one.name or 'One document'} and {other.name or 'another'}"
            says = f"{names} say the same with different figures, and nothing tells which one holds"
            quotes = (*quote(turn, found[1].text), *quote(one.turn, found[0].text))
            yield Signal(
                "contradictory_retrieval", turn.span.id, turn.step, says, quotes, Layer.CONTEXT, "contradictory-retrieval", 0.33, turn.agent
            )
            return


def _claims(doc: Doc) -> list[_Claim]:
    found = []
    for match in SENTENCE.finditer(doc.text):
        text = match.group().strip()
        figures = frozenset(value for value, _ in numbers(text))
        words = frozenset(word.lower() for word in WORD.findall(text))
        if figures and len(words) >= ENOUGH:
            found.append(_Claim(text, words, frozenset(NAME.findall(text)), figures))
            if len(found) == MOST_SENTENCES:
                break
    return found


def _contradict(one: _Claim, other: _Claim) -> bool:
    return (
        not one.figures & other.figures and one.names == other.names and len(one.words & other.words) >= SAME * len(one.words | other.words)
    )
