"""Brings a database file to the newest schema, one numbered migration after the other, each in a transaction of its own."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from importlib import resources

from refinery.errors import OutsideError

OURS = 0x52464E59
"""SQLite's application id: `RFNY`."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str
    sql: str


def migrations() -> tuple[Migration, ...]:
    """All migrations that this version knows, in order."""
    files = [file for file in (resources.files("refinery.store") / "migrations").iterdir() if file.name.endswith(".sql")]
    return tuple(Migration(int(file.name[:4]), file.name, file.read_text("utf-8")) for file in sorted(files, key=lambda file: file.name))


def bring_up(connection: sqlite3.Connection, path: str) -> None:
    """Run what is missing. Two processes may do so at once; a strange or newer database is refused."""
    known = migrations()
    if _version(connection) == known[-1].number and _owner(connection) == OURS:
        return
    for migration in known:
        connection.execute("BEGIN IMMEDIATE")
        try:
            _refuse_strangers(connection, path, known[-1].number)
            if _version(connection) < migration.number:
                for statement in _statements(migration.sql):
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {OURS}")
                connection.execute(f"PRAGMA user_version = {migration.number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _refuse_strangers(connection: sqlite3.Connection, path: str, newest: int) -> None:
    version, tables = _version(connection), connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if _owner(connection) != OURS and (tables or version):
        raise OutsideError(f"{path} is a database of another program", hint="move it away, or set REFINERY_HOME to another folder")
    if version > newest:
        raise OutsideError(
            f"{path} was written by a newer Refinery (schema {version}; this one knows {newest})",
            hint="upgrade agent-refinery, or set REFINERY_HOME to another folder",
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _owner(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA application_id").fetchone()[0])


def _statements(sql: str) -> list[str]:
    """The statements of a script, so that they can run inside a transaction (`executescript` would end it)."""
    made, statement = [], ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            made.append(statement)
            statement = ""
    return made
