"""Spans that the recorder marked as failed without telling an exception."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.trace import Kind, Trace
from refinery.domain import Layer, Signal
from refinery.signals.exceptions import code_places, exceptions
from refinery.signals.quoting import quote
from refinery.signals.turns import Part, Turn, clip, reach_of


def error_status(trace: Trace) -> Iterator[Signal]:
    """A span with an error status and no exception beside it."""
    told = {signal.span_id for signal in exceptions(trace)}
    reach = reach_of(trace)
    for step, span in enumerate(trace.spans):
        if not span.failed or span.id in told:
            continue
        words = (span.failure.message if span.failure else "") or span.output
        turn = Turn(step, span, Part.RESULT, clip(words, reach), clip(words, reach), span.agent)
        what = {Kind.TOOL: "The tool", Kind.LLM: "The model call", Kind.RETRIEVER: "The retrieval"}.get(span.kind, "The step")
        says = f"{what} {span.tool or span.name} is marked as failed" + (
            f": {words.strip()[:160]}" if words.strip() else ", without a reason"
        )
        layer = {Kind.LLM: Layer.MODEL, Kind.TOOL: Layer.TOOL, Kind.RETRIEVER: Layer.CONTEXT}.get(span.kind, Layer.CODE)
        yield Signal("error_status", span.id, step, says, quote(turn, words), layer, "error-status", 0.65, span.agent, code_places(span))
