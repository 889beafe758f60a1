"""The store in one SQLite file: durable, safe for several processes and threads, and idempotent; the one door to sqlite3."""

from __future__ import annotations

import fcntl
import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias, TypeVar

from adapters import notation
from adapters.source import Pulled, Receipt, Summary
from adapters.trace import Json, Span, Trace, in_order
from knowledge.passage import Fix
from refinery.domain import Approval, Said
from refinery.errors import OutsideError, UsageError
from refinery.store import codec
from refinery.store.port import Filed, Saved
from refinery.store.schema import bring_up

WAIT_S = 15.0
"""How long one process waits for another to finish writing."""
CANDIDATES = 5
LARGEST = (1 << 63) - 1
Decoded = TypeVar("Decoded")
Row: TypeAlias = "tuple[Any, ...]"
"""What sqlite3 answers."""


def open_store(path: Path) -> SqliteStore:
    """The store in a file, made if there is none. Raises OutsideError when the file cannot be used, with the way out."""
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        with _alone(path):
            connection = _connected(path)
    return SqliteStore(connection, path)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        bring_up(connection, str(path))
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One at a time: SQLite does not wait, but fails, when two turn a new file to WAL at once."""
    with path.with_name(f"{path.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class SqliteStore:
    """See `Store`. Usable from several threads, one at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._lock = threading.RLock()

    def __enter__(self) -> SqliteStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        with self._lock, _told(self._path):
            self._connection.close()

    def save(self, pulled: Pulled) -> Saved:
        """Keep traces and their receipt, all or nothing."""
        with self._writing() as connection:
            saved = Saved()
            for trace in pulled.traces:
                saved = saved + _save(connection, trace)
            body = codec.receipt_to_json(pulled.receipt)
            connection.execute("INSERT OR IGNORE INTO receipts (digest, body) VALUES (?, ?)", (_digest(body), body))
        return saved

    def traces(self, limit: int = 100, failed: bool | None = None, text: str = "") -> tuple[Summary, ...]:
        """Traces in a list, newest first; upper and lower case of `text` are the same."""
        where = ["1"]
        given: list[str | int] = []
        if failed is not None:
            where.append("failed = ?")
            given.append(int(failed))
        if text:
            where.append(HOLDS_TEXT)
            given.extend([_as_stored(text)] * 2)
        sql = f"SELECT name, start_ns, end_ns, failed, spans, head FROM traces WHERE {' AND '.join(where)} ORDER BY {NEWEST} LIMIT ?"
        return tuple(self._decoded(_summary, row) for row in self._rows(sql, *given, limit))

    def trace(self, prefix: str) -> Trace:
        """The trace whose id begins so."""
        if not prefix:
            raise UsageError("no trace is named", hint="`refinery traces list` shows their ids")
        prefix = _plain(prefix)
        found = self._rows(EXACT, prefix) or self._beginning(prefix) or self._beginning(prefix.lower())
        if not found:
            raise UsageError(f"there is no trace {prefix}", hint="`refinery traces list` shows those that are stored")
        if len(found) > 1:
            listed = ", ".join(str(row[1]) for row in found[:CANDIDATES]) + (", ..." if len(found) > CANDIDATES else "")
            raise UsageError(f"more than one trace begins with {prefix}: {listed}", hint="give more of the id")
        number, _, head = found[0]
        pieces = self._rows("SELECT spans FROM pieces WHERE trace = ? ORDER BY number", number)
        return self._decoded(_assembled, (head, *(row[0] for row in pieces)))

    def receipts(self) -> tuple[Receipt, ...]:
        """All receipts, in the order in which they came."""
        rows = self._rows("SELECT body FROM receipts ORDER BY number")
        return tuple(self._decoded(lambda row: codec.receipt_from_json(row[0]), row) for row in rows)

    def save_report(self, key: str, kind: str, body: Mapping[str, Json], created: str) -> None:
        """File a report; one of the same key takes the place of the older."""
        with self._writing() as connection:
            connection.execute(FILE, (key, kind, created, notation.dumps(dict(body))))

    def reports(self, kind: str = "") -> tuple[Filed, ...]:
        """Reports of a kind, or all, newest first."""
        rows = self._rows("SELECT key, kind, created, body FROM reports WHERE ? IN ('', kind) ORDER BY created DESC, number DESC", kind)
        return tuple(self._decoded(_filed, row) for row in rows)

    def report(self, key: str) -> Filed | None:
        """The report of this key; None when there is none."""
        rows = self._rows("SELECT key, kind, created, body FROM reports WHERE key = ?", key)
        return self._decoded(_filed, rows[0]) if rows else None

    def record_fix(self, commit: str, symptom: str, cure: str, outcome: str) -> None:
        """Remember a fix; what was known of this commit is replaced."""
        with self._writing() as connection:
            connection.execute(REMEMBER, (commit, _plain(symptom), _plain(cure), outcome))

    def fixes(self) -> tuple[Fix, ...]:
        """All remembered fixes, in the order in which they were first recorded."""
        rows = self._rows("SELECT symptom, cure, commit_id, outcome FROM fixes ORDER BY number")
        return tuple(Fix(symptom, cure, commit, outcome) for symptom, cure, commit, outcome in rows)

    def record_approval(self, answer: Approval) -> None:
        """Add what was said to a change."""
        scenarios, findings = notation.dumps([*answer.scenarios]), notation.dumps([*answer.findings])
        with self._writing() as connection:
            connection.execute(SAID, (answer.change, answer.said, _plain(answer.by), answer.at, scenarios, findings))

    def approvals(self, change: str = "") -> tuple[Approval, ...]:
        """What was said to a change, or to all, in order."""
        sql = "SELECT change_id, scenarios, said, said_by, said_at, findings FROM approvals WHERE ? IN ('', change_id) ORDER BY number"
        return tuple(self._decoded(_approval, row) for row in self._rows(sql, change))

    def _beginning(self, prefix: str) -> list[Row]:
        return self._rows(BEGINS, prefix, prefix + "\U0010ffff", CANDIDATES + 1)

    def _rows(self, sql: str, *given: object) -> list[Row]:
        with self._lock, _told(self._path):
            return self._connection.execute(sql, given).fetchall()

    def _decoded(self, decode: Callable[[Row], Decoded], row: Row) -> Decoded:
        try:
            return decode(row)
        except (ValueError, KeyError, TypeError) as error:
            raise _damaged(self._path, f"a row cannot be read ({type(error).__name__})") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: kept whole when the block ends, undone when it fails."""
        with self._lock, _told(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise


EXACT = "SELECT number, id, head FROM traces WHERE id = ?"
BEGINS = "SELECT number, id, head FROM traces WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"
NEWEST = "coalesce(start_ns, 0) DESC, number DESC"
HOLDS_TEXT = """(instr(lower(CAST(head AS TEXT)), lower(?)) OR EXISTS (
    SELECT 1 FROM pieces WHERE trace = traces.number AND instr(lower(CAST(pieces.spans AS TEXT)), lower(?))))"""
FILE = """INSERT INTO reports (key, kind, created, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, created = excluded.created, body = excluded.body"""
REMEMBER = """INSERT INTO fixes (commit_id, symptom, cure, outcome) VALUES (?, ?, ?, ?)
    ON CONFLICT (commit_id) DO UPDATE SET symptom = excluded.symptom, cure = excluded.cure, outcome = excluded.outcome"""
SAID = "INSERT INTO approvals (change_id, said, said_by, said_at, scenarios, findings) VALUES (?, ?, ?, ?, ?, ?)"
NEW = "INSERT INTO traces (id, name, start_ns, end_ns, failed, spans, head) VALUES (?, ?, ?, ?, ?, ?, ?)"
GROWN = "UPDATE traces SET start_ns = ?, end_ns = ?, failed = ?, spans = ? WHERE number = ?"
PIECE = "INSERT INTO pieces (trace, number, digest, spans) VALUES (?, ?, ?, ?)"


def _save(connection: sqlite3.Connection, trace: Trace) -> Saved:
    spans = codec.spans_to_json(trace.spans)
    digest = _digest(spans)
    found = connection.execute("SELECT number FROM traces WHERE id = ?", (_plain(trace.id),)).fetchone()
    if found is None:
        row = (_plain(trace.id), _plain(trace.name), *_extent(trace.spans), len(trace.spans), codec.head_to_json(trace))
        number = connection.execute(NEW, row).lastrowid
        connection.execute(PIECE, (number, 0, digest, spans))
        return Saved(new=1)
    pieces = connection.execute("SELECT digest, spans FROM pieces WHERE trace = ? ORDER BY number", found).fetchall()
    if any(digest == known for known, _ in pieces):
        return Saved(known=1)
    have = {span.id: span for _, piece in pieces for span in codec.spans_from_json(piece)}
    more = [span for span in trace.spans if span.id not in have or _completes(span, have[span.id])]
    if not more:
        return Saved(known=1)
    added = codec.spans_to_json(more)
    have.update({span.id: span for span in more})
    connection.execute(PIECE, (found[0], len(pieces), _digest(added), added))
    connection.execute(GROWN, (*_extent(tuple(have.values())), len(have), found[0]))
    return Saved(grown=1)


def _completes(span: Span, known: Span) -> bool:
    """A span that was pulled while it ran is replaced by the same one with its end."""
    return known.end_ns is None and span.end_ns is not None


def _assembled(pieces: Row) -> Trace:
    """One piece is in the order in which it was saved; several are put in order of happening."""
    head, *rest = pieces
    loaded = [codec.spans_from_json(piece) for piece in rest]
    if len(loaded) == 1:
        return codec.head_from_json(head, tuple(loaded[0]))
    merged = {span.id: span for piece in loaded for span in piece}
    return codec.head_from_json(head, in_order(merged.values()))


def _extent(spans: tuple[Span, ...]) -> tuple[int | None, int | None, int]:
    """When the first span began and the last one ended, and whether any failed."""
    starts = [span.start_ns for span in spans if span.start_ns is not None]
    ends = [span.end_ns for span in spans if span.end_ns is not None]
    first, last = min(starts, default=None), max(ends, default=None)
    return _fitting(first), _fitting(last), int(any(span.failed for span in spans))


def _fitting(moment: int | None) -> int | None:
    """SQLite's integers end where signed 64-bit ones do; a clock beyond that is broken."""
    return moment if moment is not None and abs(moment) <= LARGEST else None


def _summary(row: Row) -> Summary:
    name, start, end, failed, spans, data = row
    head = codec.head_from_json(data, ())
    seconds = (end - start) / 1e9 if start is not None and end is not None else None
    told = {"source": head.source, "task": head.task}
    return Summary(head.id, name, start, seconds, bool(failed), spans, {key: value for key, value in told.items() if value})


def _filed(row: Row) -> Filed:
    key, kind, created, body = row
    value = notation.loads_own(body)
    if not isinstance(value, dict):
        raise ValueError("a report is an object")
    return Filed(key, kind, created, value)


def _approval(row: Row) -> Approval:
    change, scenarios, said, by, at, findings = row
    return Approval(change, _listed(scenarios), Said(said), by, at, _listed(findings))


def _listed(body: bytes) -> tuple[str, ...]:
    value = notation.loads_own(body)
    if not isinstance(value, list):
        raise ValueError("a list was kept here")
    return tuple(str(each) for each in value)


def _as_stored(text: str) -> str:
    """A text as it stands inside JSON."""
    return notation.dumps(_plain(text)).decode()[1:-1]


def _plain(text: str) -> str:
    """SQLite's text cannot hold lone surrogates; they stand as `\\ud800`."""
    return text.encode("utf-8", "backslashreplace").decode()


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What goes wrong with the file, as an error one can act on."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise OutsideError(f"{path} is in use by another process", hint="wait for it to end, then run the command again") from error
        hint = "see that there is space on the disk and the folder can be written, or set REFINERY_HOME to another folder"
        raise OutsideError(f"{path}: {error}", hint=hint) from error
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError, sqlite3.IntegrityError):
        raise  # our bug, not the file's
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from error
    except OSError as error:
        raise OutsideError(f"{path}: {error.strerror}", hint="set REFINERY_HOME to a folder that can be written") from error


def _damaged(path: Path, says: str) -> OutsideError:
    return OutsideError(f"{path} is damaged: {says}", hint="move the file away (traces can be imported again); a new one is made")
