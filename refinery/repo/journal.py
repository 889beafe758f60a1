"""What was done to the user's repository, written down before and after: one JSON line each, chained by hash."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from refinery.repo.environment import disk_failure
from refinery.repo.locks import held

_START = "0" * 64


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of the journal."""

    number: int
    at: float
    """Unix time in seconds."""
    operation: str
    """`keep`, `note`, `undo`, `redo`."""
    phase: str
    """`intent` before, then `done`, or `abandoned` when nothing came of it; `packed` between them."""
    subject: str
    """The commit it is about."""
    details: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""

    def line(self, previous: str) -> bytes:
        """The row as it is stored, chained to the one before."""
        body = {
            "number": self.number,
            "at": self.at,
            "operation": self.operation,
            "phase": self.phase,
            "subject": self.subject,
            "details": dict(self.details),
            "previous": previous,
        }
        return json.dumps({**body, "digest": _digest(body)}, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Reading:
    """All rows that hold, and what is wrong with the rest."""

    rows: tuple[Row, ...]
    problems: tuple[str, ...] = ()
    torn: bool = False
    """Whether the file ends in a row that was not written to its end."""

    def open(self) -> tuple[Row, ...]:
        """Intents that neither came true nor were given up: what a killed run left."""
        waiting: dict[tuple[str, str], Row] = {}
        for row in self.rows:
            if row.phase == "intent":
                waiting[row.operation, row.subject] = row
            elif row.phase in ("done", "abandoned"):
                waiting.pop((row.operation, row.subject), None)
        return tuple(waiting.values())


class Journal:
    """An append-only file. A row is on the disk before `write` returns."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._path = path
        self._clock = clock

    def write(self, operation: str, phase: str, subject: str, **details: str) -> Row:
        """Add a row."""
        with held(self._path.with_suffix(".lock")):
            try:
                return self._append(operation, phase, subject, details)
            except OSError as error:
                raise disk_failure(error, "writing the journal") from error

    def read(self) -> Reading:
        """Every row, and what is wrong with the file. A last line torn by a kill is told, and hurts nothing."""
        try:
            raw = self._path.read_bytes() if self._path.exists() else b""
        except OSError as error:
            raise disk_failure(error, "reading the journal") from error
        return _understood(raw)

    def _append(self, operation: str, phase: str, subject: str, details: Mapping[str, str]) -> Row:
        fresh = not self._path.exists()
        with self._path.open("a+b") as file:
            file.seek(0)
            raw = file.read()
            reading = _understood(raw)
            if reading.torn:  # it was never a row; left in, every later reading would take it for a forged one
                raw = raw[: raw.rfind(b"\n") + 1]
                file.truncate(len(raw))
            rows = reading.rows
            row = Row(len(rows), round(self._clock(), 3), operation, phase, subject, details)
            line = row.line(rows[-1].digest if rows else _START)
            file.write(line if raw.endswith(b"\n") or not raw else b"\n" + line)
            file.flush()
            os.fsync(file.fileno())
        if fresh:
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return row


def _understood(raw: bytes) -> Reading:
    rows: list[Row] = []
    problems = []
    previous = _START
    torn = False
    lines = raw.split(b"\n")
    for place, line in enumerate(lines, 1):
        if not line:
            continue
        row = _row(line, previous)
        if row is None:
            torn = place == len(lines)
            problems.append(f"line {place} of the journal {'is torn: a run was killed as it wrote' if torn else 'does not hold'}")
        elif row.number != len(rows):
            problems.append(f"line {place} of the journal is out of order")
        else:
            rows.append(row)
            previous = row.digest
    return Reading(tuple(rows), tuple(problems), torn)


def _row(line: bytes, previous: str) -> Row | None:
    try:
        body = json.loads(line)
        digest = body.pop("digest")
        if body["previous"] != previous or digest != _digest(body):
            return None
        details = {str(key): str(value) for key, value in body["details"].items()}
        return Row(body["number"], body["at"], body["operation"], body["phase"], body["subject"], details, digest)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _digest(body: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
