"""The store in one SQLite file: durable, safe for several processes and threads, and idempotent; the one door to sqlite3."""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias, TypeVar

from adapters import notation
from adapters.gather import with_agents
from adapters.source import Pulled, Receipt, Summary
from adapters.trace import Json, Trace, in_order
from knowledge.passage import Fix
from refinery.domain import Approval, Said
from refinery.errors import OutsideError, UsageError
from refinery.store import codec
from refinery.store.port import Fetched, Filed, Mark, Saved
from refinery.store.saving import plain, save_receipt, save_trace
from refinery.store.schema import bring_up

WAIT_S = 15.0
"""How long one process waits for another to finish writing."""
CANDIDATES = 5
Decoded = TypeVar("Decoded")
Row: TypeAlias = "tuple[Any, ...]"
"""What sqlite3 answers."""


def marked(trace: Trace) -> bool:
    """Whether the recorder, or somebody since, says that a run failed."""
    return trace.failed


def open_store(path: Path, failing: Callable[[Trace], bool] = marked) -> SqliteStore:
    """The store in a file, made if there is none. Raises OutsideError when the file cannot be used, with the way out.

    `failing` judges whether a trace is listed as failed.
    """
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        with _alone(path):
            connection = _connected(path)
    return SqliteStore(connection, path, failing)


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

    def __init__(self, connection: sqlite3.Connection, path: Path, failing: Callable[[Trace], bool] = marked) -> None:
        self._connection = connection
        self._failing = failing
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
        return self.keep((pulled,))

    def keep(self, pulled: Sequence[Pulled], fetched: Sequence[Fetched] = ()) -> Saved:
        """The same for several at once, and when they were fetched."""
        with self._writing() as connection:
            saved = Saved()
            for each in pulled:
                for trace in each.traces:
                    saved = saved + save_trace(connection, trace, failing=self._failing(trace))
                if each.receipt.asked:
                    save_receipt(connection, each)
            connection.executemany(FETCHED, [(row.source, plain(row.trace), row.stamp, row.at) for row in fetched])
        return saved

    def fetched(self, source: str, trace: str) -> Fetched | None:
        """When a trace was last fetched; None when it never was."""
        rows = self._rows("SELECT source, trace, stamp, at FROM fetches WHERE source = ? AND trace = ?", source, plain(trace))
        return Fetched(*rows[0]) if rows else None

    def mark(self, search: str) -> Mark | None:
        """Where the last pull of a search broke off; None when it came to its end."""
        rows = self._rows("SELECT body FROM marks WHERE search = ?", search)
        return self._decoded(_mark, rows[0]) if rows else None

    def set_mark(self, search: str, mark: Mark | None) -> None:
        """Remember where a pull breaks off, or that it came to its end."""
        with self._writing() as connection:
            if mark is None:
                connection.execute("DELETE FROM marks WHERE search = ?", (search,))
            else:
                connection.execute("INSERT OR REPLACE INTO marks (search, body) VALUES (?, ?)", (search, notation.dumps(mark)))

    def traces(
        self, limit: int = 100, failed: bool | None = None, text: str = "", source: str = "", without: str = ""
    ) -> tuple[Summary, ...]:
        """Traces in a list, newest first; upper and lower case of `text` are the same."""
        where = ["1"]
        given: list[str | int] = []
        if failed is not None:
            where.append("failed = ?")
            given.append(int(failed))
        if text:
            where.append(HOLDS_TEXT)
            given.extend([_as_stored(text)] * 2)
        if source:
            where.append(f"{SOURCE} = ?")
            given.append(source)
        if without:
            where.append(f"{SOURCE} <> ?")
            given.append(without)
        sql = f"SELECT name, start_ns, end_ns, failed, spans, head FROM traces WHERE {' AND '.join(where)} ORDER BY {NEWEST} LIMIT ?"
        return tuple(self._decoded(_summary, row) for row in self._rows(sql, *given, limit))

    def trace(self, prefix: str) -> Trace:
        """The trace whose id begins so."""
        if not prefix:
            raise UsageError("no trace is named", hint="`refinery traces list` shows their ids")
        prefix = plain(prefix)
        found = self._rows(EXACT, prefix) or self._beginning(prefix) or self._beginning(prefix.lower())
        if not found:
            raise UsageError(f"there is no trace {prefix}", hint="`refinery traces list` shows those that are stored")
        if len(found) > 1:
            listed = ", ".join(str(row[1]) for row in found[:CANDIDATES]) + (", ..." if len(found) > CANDIDATES else "")
            raise UsageError(f"more than one trace begins with {prefix}: {listed}", hint="give more of the id")
        number, _, head = found[0]
        pieces = self._rows("SELECT spans FROM pieces WHERE trace = ? ORDER BY number", number)
        told = self._rows("SELECT body FROM receipts WHERE number IN (SELECT receipt FROM told WHERE trace = ?) ORDER BY number", number)
        remarks = [remark for row in told for remark in self._decoded(_remarks, row)]
        return replace(self._decoded(_assembled, (head, *(row[0] for row in pieces))), remarks=tuple(dict.fromkeys(remarks)))

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
            connection.execute(REMEMBER, (commit, plain(symptom), plain(cure), outcome))

    def fixes(self) -> tuple[Fix, ...]:
        """All remembered fixes, in the order in which they were first recorded."""
        rows = self._rows("SELECT symptom, cure, commit_id, outcome FROM fixes ORDER BY number")
        return tuple(Fix(symptom, cure, commit, outcome) for symptom, cure, commit, outcome in rows)

    def record_approval(self, answer: Approval) -> None:
        """Add what was said to a change."""
        scenarios, findings = notation.dumps([*answer.scenarios]), notation.dumps([*answer.findings])
        with self._writing() as connection:
            connection.execute(SAID, (answer.change, answer.said, plain(answer.by), answer.at, scenarios, findings))

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
SOURCE = "coalesce(CASE WHEN json_valid(CAST(head AS TEXT)) THEN json_extract(CAST(head AS TEXT), '$.source') END, '')"
"""Of a damaged head nothing is known; it is told when it is read."""
FILE = """INSERT INTO reports (key, kind, created, body) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, created = excluded.created, body = excluded.body"""
REMEMBER = """INSERT INTO fixes (commit_id, symptom, cure, outcome) VALUES (?, ?, ?, ?)
    ON CONFLICT (commit_id) DO UPDATE SET symptom = excluded.symptom, cure = excluded.cure, outcome = excluded.outcome"""
SAID = "INSERT INTO approvals (change_id, said, said_by, said_at, scenarios, findings) VALUES (?, ?, ?, ?, ?, ?)"
FETCHED = "INSERT OR REPLACE INTO fetches (source, trace, stamp, at) VALUES (?, ?, ?, ?)"


def _mark(row: Row) -> Mark:
    value: Any = notation.loads_own(row[0])
    return Mark(**value)


def _remarks(row: Row) -> tuple[str, ...]:
    return codec.remarks_in(codec.receipt_from_json(row[0]))


def _assembled(pieces: Row) -> Trace:
    """One piece is in the order in which it was saved; several are put in order of happening."""
    head, *rest = pieces
    loaded = [codec.spans_from_json(piece) for piece in rest]
    if len(loaded) == 1:
        return codec.head_from_json(head, tuple(loaded[0]))
    merged = {span.id: span for piece in loaded for span in piece}
    return codec.head_from_json(head, with_agents(in_order(merged.values())))


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
    return notation.dumps(plain(text)).decode()[1:-1]


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
