"""How a trace is written: in as many pieces as it arrives in, and so that the same again changes nothing."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import replace

from adapters.source import Pulled
from adapters.trace import Span, Trace
from refinery.store import codec
from refinery.store.port import Saved

LARGEST = (1 << 63) - 1
NEW = "INSERT INTO traces (id, name, start_ns, end_ns, failed, spans, head) VALUES (?, ?, ?, ?, ?, ?, ?)"
GROWN = """UPDATE traces SET start_ns = min(coalesce(start_ns, ?1), coalesce(?1, start_ns)), end_ns = max(coalesce(end_ns, ?2),
    coalesce(?2, end_ns)), failed = max(failed, ?3), spans = ?4 WHERE number = ?5"""
PIECE = "INSERT INTO pieces (trace, number, digest, spans) VALUES (?, ?, ?, ?)"
CONTENTS = "INSERT OR REPLACE INTO contents (trace, piece, ids) VALUES (?, ?, ?)"
TOLD = """INSERT OR IGNORE INTO told (trace, receipt)
    SELECT traces.number, receipts.number FROM traces, receipts WHERE traces.id = ? AND receipts.digest = ?"""


def save_trace(connection: sqlite3.Connection, trace: Trace, *, failing: bool) -> Saved:
    spans = codec.spans_to_json(trace.spans)
    digest = _digest(spans)
    found = connection.execute("SELECT number, head FROM traces WHERE id = ?", (plain(trace.id),)).fetchone()
    if found is None:
        start, end = _extent(trace.spans)
        row = (plain(trace.id), plain(trace.name), start, end, int(failing), len(trace.spans), codec.head_to_json(trace))
        number = connection.execute(NEW, row).lastrowid
        connection.execute(PIECE, (number, 0, digest, spans))
        return Saved(new=1)
    number, head = found
    grown = _save_head(connection, number, codec.head_from_json(head, ()), trace)
    digests = [row[0] for row in connection.execute("SELECT digest FROM pieces WHERE trace = ? ORDER BY number", (number,))]
    have = {} if digest in digests else _contents(connection, number, len(digests))
    more = [] if digest in digests else [span for span in trace.spans if span.id not in have or _completes(span, ended=have[span.id])]
    if more:
        added = codec.spans_to_json(more)
        have.update({span.id: span.end_ns is not None for span in more})
        connection.execute(PIECE, (number, len(digests), _digest(added), added))
        connection.execute(CONTENTS, (number, len(digests), codec.contents_to_json(more)))
        connection.execute(GROWN, (*_extent(tuple(more)), int(failing), len(have), number))
    elif grown and failing:
        connection.execute("UPDATE traces SET failed = 1 WHERE number = ?", (number,))
    return Saved(grown=1) if more or grown else Saved(known=1)


def _save_head(connection: sqlite3.Connection, number: int, known: Trace, trace: Trace) -> bool:
    """Takes over new judgements, and from the piece that holds the root what the others cannot know; answers whether feedback was new."""
    feedback = tuple(dict.fromkeys((*known.feedback, *trace.feedback)))
    rooted = bool(trace.spans) and trace.spans[0].parent_id is None and not trace.orphans()
    head = replace(trace if rooted and trace.task else known, spans=(), feedback=feedback, attributes=trace.attributes or known.attributes)
    if head != known:
        connection.execute(
            "UPDATE traces SET head = ?, name = ? WHERE number = ?", (codec.head_to_json(head), plain(head.name or known.name), number)
        )
    return feedback != known.feedback


def _contents(connection: sqlite3.Connection, number: int, pieces: int) -> dict[str, bool]:
    """The spans of a trace and whether they have their end. A first piece is read once; from then on that is written beside it."""
    have: dict[str, bool] = {}
    known = dict(connection.execute("SELECT piece, ids FROM contents WHERE trace = ?", (number,)).fetchall())
    for piece in range(pieces):
        if piece not in known:
            row = connection.execute("SELECT spans FROM pieces WHERE trace = ? AND number = ?", (number, piece)).fetchone()
            known[piece] = codec.contents_to_json(codec.spans_from_json(row[0]))
            connection.execute(CONTENTS, (number, piece, known[piece]))
        have.update(codec.contents_from_json(known[piece]))
    return have


def save_receipt(connection: sqlite3.Connection, pulled: Pulled) -> None:
    """A receipt that tells of one trace is kept with it."""
    body = codec.receipt_to_json(pulled.receipt)
    digest = _digest(body)
    connection.execute("INSERT OR IGNORE INTO receipts (digest, body) VALUES (?, ?)", (digest, body))
    if len(pulled.traces) == 1 and codec.remarks_in(pulled.receipt):
        connection.execute(TOLD, (plain(pulled.traces[0].id), digest))


def _completes(span: Span, *, ended: bool) -> bool:
    """A span that was pulled while it ran is replaced by the same one with its end."""
    return not ended and span.end_ns is not None


def _extent(spans: tuple[Span, ...]) -> tuple[int | None, int | None]:
    """When the first span began and the last one ended."""
    starts = [span.start_ns for span in spans if span.start_ns is not None]
    ends = [span.end_ns for span in spans if span.end_ns is not None]
    return _fitting(min(starts, default=None)), _fitting(max(ends, default=None))


def _fitting(moment: int | None) -> int | None:
    """SQLite's integers end where signed 64-bit ones do; a clock beyond that is broken."""
    return moment if moment is not None and abs(moment) <= LARGEST else None


def plain(text: str) -> str:
    """SQLite's text cannot hold lone surrogates; they stand as `\\ud800`."""
    return text.encode("utf-8", "backslashreplace").decode()


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()
