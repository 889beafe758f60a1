"""Steps that took far longer, or far more tokens, than their like."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from adapters.trace import Kind, Span, Trace
from refinery.domain import Layer, Quote, Signal
from refinery.signals.causes import agent_of

PEERS = 4
"""So many others of the same name must there be to tell what is usual."""
TIMES = 10.0
LONG_S, ALONE_S = 5.0, 30.0
"""Below these seconds nothing is long: among its like, or as the larger part of the whole run."""
MANY_TOKENS = 20_000
SHARE = 0.6
LEAVES = (Kind.TOOL, Kind.LLM, Kind.RETRIEVER, Kind.RERANKER, Kind.EMBEDDING)


def outliers(trace: Trace) -> Iterator[Signal]:
    """A call ten times as long or as large as the usual one of its name, or one that took most of the run's time."""
    peers: dict[tuple[Kind, str], list[int]] = {}
    for step, span in enumerate(trace.spans):
        if span.kind in LEAVES:
            peers.setdefault((span.kind, span.tool or span.name), []).append(step)
    whole = max((span.seconds or 0.0 for span in trace.spans if span.parent_id is None), default=0.0)
    for (_, name), steps in peers.items():
        spans = [trace.spans[step] for step in steps]
        usual_s = _usual([span.seconds for span in spans])
        usual_tokens = _usual([span.usage.input_tokens for span in spans])
        for step, span in zip(steps, spans, strict=True):
            took, read = span.seconds or 0.0, span.usage.input_tokens or 0
            if usual_s and took >= LONG_S and took > TIMES * usual_s:
                yield _signal(trace, step, span, f"{name} took {took:.0f} s, where {usual_s:.1f} s is usual", "latency-outlier")
            elif whole and took >= ALONE_S and took > SHARE * whole:
                yield _signal(trace, step, span, f"{name} took {took:.0f} of the run's {whole:.0f} s", "latency-outlier")
            elif usual_tokens and read >= MANY_TOKENS and read > TIMES * usual_tokens:
                yield _signal(trace, step, span, f"{name} read {read} tokens, where {usual_tokens:.0f} are usual", "cost-outlier")


def _usual(figures: Sequence[float | None]) -> float:
    known = [figure for figure in figures if figure is not None]
    return statistics.median(known) if len(known) > PEERS else 0.0


def _signal(trace: Trace, step: int, span: Span, says: str, category: str) -> Signal:
    quotes = (Quote(span.id, span.name),) if span.name else ()
    return Signal("outliers", span.id, step, says, quotes, Layer.TOOL, category, 0.2, agent_of(trace, span))
