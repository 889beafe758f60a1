"""Exceptions with a stack trace, as a span's failure or as text in what a program printed."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.trace import Kind, Span, Trace
from refinery.domain import Layer, Place, Signal
from refinery.signals.quoting import quote
from refinery.signals.stacks import Raised, raised
from refinery.signals.turns import Part, Turn, clip, reach_of, turns


def exceptions(trace: Trace) -> Iterator[Signal]:
    """An exception whose stack trace, or whose type and message, the trace recorded."""
    reach = reach_of(trace)
    told: set[str] = set()
    for step, span in enumerate(trace.spans):
        if span.failure and (span.failure.stacktrace or _is_type(span.failure.type)):
            turn = Turn(step, span, Part.RESULT, clip(span.failure.stacktrace or span.failure.message, reach), "", span.agent)
            found = raised(turn.raw)
            name = found.type if found else span.failure.type.rsplit(".", 1)[-1]
            message = (found.message if found else "") or span.failure.message
            words = found.line if found else span.failure.message or span.failure.type
            yield _signal(turn, name, message, words, found, 0.85)
            told.add(span.id)
    for turn in turns(trace):
        if turn.part in (Part.RESULT, Part.STEP) and turn.span.id not in told:
            found = raised(turn.text)
            if found:
                told.add(turn.span.id)
                yield _signal(turn, found.type, found.message, found.line, found, 0.7)


def _signal(turn: Turn, name: str, message: str, words: str, found: Raised | None, weight: float) -> Signal:
    span = turn.span
    where = span.tool or (span.name if span.kind is not Kind.MESSAGE else "") or span.agent
    says = f"{where or 'The run'} stopped with {name}" + (f": {message[:160]}" if message else "")
    if found and found.root:
        says += f" (it came from {found.root[:120]})"
    places = (found.places if found else ()) or code_places(span)
    return Signal("exceptions", span.id, turn.step, says, quote(turn, words), layer_of(name, span), "exception", weight, span.agent, places)


def layer_of(name: str, span: Span) -> Layer:
    """Which layer an exception of this type speaks for."""
    low = name.lower()
    if any(word in low for word in ("timeout", "connection", "ratelimit", "http", "ssl", "dns", "unavailable", "quota")):
        return Layer.TOOL
    if any(word in low for word in ("recursionlimit", "graphrecursion", "maxiteration", "maxturns")):
        return Layer.ORCHESTRATION
    return Layer.TOOL if span.kind is Kind.TOOL and "permission" in low else Layer.CODE


def code_places(span: Span) -> tuple[Place, ...]:
    """The place that a span's own attributes name (OpenTelemetry's `code.*`)."""
    look = span.attributes.get
    path = look("code.filepath") or look("code.file.path")
    line = look("code.lineno") or look("code.line.number")
    name = look("code.function") or look("code.function.name") or ""
    if isinstance(path, str) and path:
        return (Place(path, int(line) if isinstance(line, int | str) and str(line).isdigit() else 1, str(name)),)
    return ()


def _is_type(name: str) -> bool:
    last = name.rsplit(".", 1)[-1]
    return last.endswith(("Error", "Exception", "Timeout", "Interrupt", "Exit")) and last.isidentifier()
