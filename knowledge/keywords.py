"""Keyword search: SQLite's full-text index with BM25, which weighs rare words over common ones, and words over what they may mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from knowledge.errors import KnowledgeError
from knowledge.meanings import meanings
from knowledge.passage import Passage
from knowledge.words import words

_SCHEMA = """
CREATE TABLE IF NOT EXISTS passage (id TEXT PRIMARY KEY, title TEXT, text TEXT, origin TEXT) WITHOUT ROWID;
CREATE VIRTUAL TABLE IF NOT EXISTS worded USING fts5(id UNINDEXED, title, text, asked, questions, meant, tokenize = 'porter unicode61');
DROP TABLE IF EXISTS word;
DROP TABLE IF EXISTS searched;
"""
"""`word` and `searched` had fewer columns; the passages are put in again with the next version."""
_WEIGHTS = "0, 2.0, 1.0, 2.0, 1.0, 0.5"
"""Of the columns. That people call it so tells more than that one of many questions holds the word; meanings help where words fail."""


class Keywords:
    """An index in one SQLite file; several processes may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as db:
            db.executescript(_SCHEMA)

    def upsert(self, passages: Sequence[Passage]) -> None:
        with self._open() as db, db:
            db.executemany("DELETE FROM worded WHERE id = ?", [(passage.id,) for passage in passages])
            db.executemany("REPLACE INTO passage VALUES (?, ?, ?, ?)", [(p.id, p.title, p.text, p.origin) for p in passages])
            db.executemany("INSERT INTO worded VALUES (?, ?, ?, ?, ?, ?)", map(_row, passages))

    def query(self, text: str, limit: int, floor: float = 0.0) -> tuple[Passage, ...]:
        asked = " OR ".join(f'"{word}"' for word in dict.fromkeys((*words(text), *meanings(text))))
        if not asked:
            return ()
        with self._open() as db:
            rows = db.execute(
                f"SELECT p.id, p.title, p.text, p.origin, -bm25(worded, {_WEIGHTS}) AS score "
                "FROM worded JOIN passage p USING (id) WHERE worded MATCH ? ORDER BY score DESC, p.id LIMIT ?",
                (asked, limit),
            ).fetchall()
        return tuple(passage for passage in (Passage(*row) for row in rows) if passage.score >= floor)

    def delete(self, ids: Sequence[str]) -> None:
        with self._open() as db, db:
            db.executemany("DELETE FROM worded WHERE id = ?", [(id,) for id in ids])
            db.executemany("DELETE FROM passage WHERE id = ?", [(id,) for id in ids])

    def passages(self) -> tuple[Passage, ...]:
        with self._open() as db:
            return tuple(Passage(*row) for row in db.execute("SELECT id, title, text, origin FROM passage ORDER BY id"))

    def count(self) -> int:
        with self._open() as db:
            return int(db.execute("SELECT count(*) FROM passage").fetchone()[0])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            db = sqlite3.connect(self._path, timeout=10)
            try:
                yield db
            finally:
                db.close()
        except sqlite3.Error as error:
            raise KnowledgeError(
                f"the keyword index {self._path} cannot be used: {error}",
                hint="delete the folder it is in; the library is built again, your own guides have to be added again",
            ) from error


def _row(passage: Passage) -> tuple[str, ...]:
    said = (passage.title, passage.text, passage.asked, passage.questions)
    return (passage.id, *(" ".join(words(part)) for part in said), " ".join(meanings("\n".join(said))))
