"""Traces and receipts as JSON and back; what comes out equals what went in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from adapters import notation
from adapters.source import Note, Receipt
from adapters.trace import Document, Failure, Feedback, Kind, Message, Span, Status, ToolCall, Trace, Usage

KINDS = {kind.value: kind for kind in Kind}
STATUSES = {status.value: status for status in Status}
NOTHING = Usage()
NOTES = ("truncated", "sampled", "expired", "orphaned", "not_understood", "left_out")


def spans_to_json(spans: Iterable[Span]) -> bytes:
    """Spans as a list of objects."""
    return notation.dumps([*spans])


def spans_from_json(data: bytes) -> list[Span]:
    """Spans as they were."""
    rows: Any = notation.loads_own(data)
    return [_span(row) for row in rows]


def head_to_json(trace: Trace) -> bytes:
    """Everything of a trace but its spans."""
    head = {"id": trace.id, "name": trace.name, "source": trace.source, "task": trace.task, "attributes": trace.attributes}
    return notation.dumps(head | {"feedback": trace.feedback} if trace.feedback else head)


def head_from_json(data: bytes, spans: tuple[Span, ...]) -> Trace:
    """A trace as it was, with its spans."""
    row: Any = notation.loads_own(data)
    feedback = tuple(Feedback(**each) for each in row.get("feedback", ()))
    return Trace(row["id"], spans, row["name"], row["source"], row["task"], row["attributes"], feedback)


def contents_to_json(spans: Iterable[Span]) -> bytes:
    """Which spans there are, and which of them have their end."""
    return notation.dumps([[span.id, span.end_ns is not None] for span in spans])


def contents_from_json(data: bytes) -> dict[str, bool]:
    """The same as it was."""
    rows: Any = notation.loads_own(data)
    return dict(rows)


def receipt_to_json(receipt: Receipt) -> bytes:
    """A receipt as an object."""
    return notation.dumps(receipt)


def receipt_from_json(data: bytes) -> Receipt:
    """A receipt as it was."""
    row: Any = notation.loads_own(data)
    notes = {name: tuple(Note(note["where"], note["says"]) for note in row.get(name, ())) for name in NOTES}
    return Receipt(asked=row["asked"], traces=row["traces"], spans=row["spans"], **notes)


def remarks_in(receipt: Receipt) -> tuple[str, ...]:
    """What a reader of a trace should know of how it was come by; notes of one sort that say the same are counted."""
    found: dict[str, list[str]] = {}
    for name in NOTES:
        for note in getattr(receipt, name):
            found.setdefault(f"{name.replace('_', ' ')}: {note.says}", []).append(note.where)
    return tuple(f"{says} ({len(places)} times)" if len(places) > 1 else f"{says} ({places[0]})" for says, places in found.items())


def _span(row: Mapping[str, Any]) -> Span:
    failure, usage, documents = row["failure"], row["usage"], row["documents"]
    heard, said = row["input_messages"], row["output_messages"]
    return Span(
        row["id"],
        row["name"],
        KINDS[row["kind"]],
        row["parent_id"],
        row["agent"],
        row["tool"],
        row["model"],
        row["start_ns"],
        row["end_ns"],
        STATUSES[row["status"]],
        Failure(failure["type"], failure["message"], failure["stacktrace"]) if failure else None,
        row["input"],
        row["output"],
        tuple(_message(each) for each in heard) if heard else (),
        tuple(_message(each) for each in said) if said else (),
        tuple(Document(each["content"], each["id"], each["score"], each["metadata"]) for each in documents) if documents else (),
        NOTHING if usage == UNKNOWN else Usage(usage["input_tokens"], usage["output_tokens"], usage["cost_usd"]),
        row["attributes"],
    )


UNKNOWN = {"input_tokens": None, "output_tokens": None, "cost_usd": None}


def _message(row: Mapping[str, Any]) -> Message:
    calls = tuple(ToolCall(call["name"], call["arguments"], call["id"]) for call in row["tool_calls"])
    return Message(row["role"], row["content"], row["name"], calls, row["tool_call_id"])
