"""Retrievals and tools that came back with nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Json, Kind, Trace
from refinery.domain import Layer, Signal
from refinery.signals.quoting import quote
from refinery.signals.turns import Turn, parsed, results
from refinery.signals.values import listed

NOTHING = frozenset({"", "[]", "{}", "null", "none", "()", '""', "''", "nan", "n/a", "undefined"})
TOLD = re.compile(
    r"\b(?:no (?:\w+ ){0,3}(?:results?|matches|documents?|records?|rows|entries|items|data|articles?|hits)\b(?: (?:were "
    r"|was )?(?:found|available|returned|matched))?"
    r"|nothing (?:was )?found|0 (?:results|rows|matches|documents|hits)|found 0 |empty (?:result|set|dataframe|list))",
    re.IGNORECASE,
)
LISTS = listed("results documents items matches data hits rows records entries passages chunks articles values")
COUNTS = frozenset({"count", "total", "total_results", "totalresults", "num_results", "hits", "n"})


def empty_results(trace: Trace) -> Iterator[Signal]:
    """A retrieval or a tool that returned nothing."""
    every = results(trace)
    recorded = any(turn.text.strip() for turn in every)
    for turn in every:
        if turn.span.failed or turn.span.documents:
            continue
        words = emptiness(turn.text)
        if words is None or (not turn.text.strip() and (turn.span.kind is not Kind.RETRIEVER and not recorded)):
            continue
        retrieval = turn.span.kind is Kind.RETRIEVER or bool(
            re.search(r"search|retriev|find|query|lookup|fetch|list", turn.tool, re.IGNORECASE)
        )
        silent = not turn.text.strip() and not retrieval
        what = "The retrieval" if turn.span.kind is Kind.RETRIEVER else "The call of"
        says = f"{what} {turn.tool or turn.span.name} came back with nothing"
        quotes = quote(turn, words) or quote(turn, turn.asked)
        layer = Layer.CONTEXT if retrieval else Layer.TOOL
        category = "empty-retrieval" if retrieval else "empty-result"
        yield Signal("empty_results", turn.span.id, turn.step, says, quotes, layer, category, 0.2 if silent else 0.55, turn.agent)


def emptiness(text: str) -> str | None:
    """The words that say that there is nothing, possibly none at all; None when there is something."""
    bare = text.strip()
    if bare.lower() in NOTHING:
        return bare
    value = parsed(text)
    if value is not None:
        return bare[:200] if _hollow(value) else None
    if len(bare) <= 240:
        match = TOLD.search(bare)
        return bare if match else None
    return None


def _hollow(value: Json) -> bool:
    if isinstance(value, dict):
        lists = [inner for key, inner in value.items() if key.lower() in LISTS]
        if lists and all(inner in ([], {}, None, "") for inner in lists):
            return True
        return any(key.lower() in COUNTS and inner == 0 and not isinstance(inner, bool) for key, inner in value.items()) and len(value) <= 4
    return value in ([], [[]], [None], [{}])


def has_nothing(turn: Turn) -> bool:
    """Whether a reply holds nothing."""
    return not turn.span.documents and emptiness(turn.text) is not None
