"""Keyword search: SQLite's full-text index with BM25, which weighs rare words over common ones, and words over what they may mean."""

from __future__ import annotations

import re
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
CREATE VIRTUAL TABLE IF NOT EXISTS question USING fts5(id UNINDEXED, words, meant, tokenize = 'porter unicode61');
DROP TABLE IF EXISTS word;
DROP TABLE IF EXISTS searched;
"""
"""`word` and `searched` had fewer columns; the passages are put in again with the next version."""
_WEIGHTS = "0, 2.0, 1.0, 2.0, 0.3, 0.5"
"""Of the columns. That people call it so tells more than that one of many questions holds the word; meanings help where words fail."""
_QUESTION_WEIGHTS = "0, 1.0, 0.5"
_NEAREST = 0.3
"""What the one question nearest to what is asked counts beside the passage as a whole: words that stand in one question together tell
more than the same words strewn over twenty."""
_QUERY = f"""
WITH line AS MATERIALIZED (SELECT id, -bm25(question, {_QUESTION_WEIGHTS}) AS score FROM question WHERE question MATCH :asked),
nearest AS (SELECT id, {_NEAREST} * max(score) AS score FROM line GROUP BY id)
SELECT p.id, p.title, p.text, p.origin, -bm25(worded, {_WEIGHTS}) + coalesce(n.score, 0) AS score
FROM worded JOIN passage p USING (id) LEFT JOIN nearest n USING (id) WHERE worded MATCH :asked ORDER BY score DESC, p.id LIMIT :limit
"""

_SENTENCE_END = re.compile(r"(?<=[.:;?!])\s+|\n+")


class Keywords:
    """An index in one SQLite file; several processes may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as db:
            db.executescript(_SCHEMA)

    def upsert(self, passages: Sequence[Passage]) -> None:
        with self._open() as db, db:
            _forget(db, [passage.id for passage in passages])
            db.executemany("REPLACE INTO passage VALUES (?, ?, ?, ?)", [(p.id, p.title, p.text, p.origin) for p in passages])
            db.executemany("INSERT INTO worded VALUES (?, ?, ?, ?, ?, ?)", map(_row, passages))
            db.executemany("INSERT INTO question VALUES (?, ?, ?)", (line for passage in passages for line in _questions(passage)))

    def query(self, text: str, limit: int, floor: float = 0.0) -> tuple[Passage, ...]:
        asked = " OR ".join(f'"{word}"' for word in dict.fromkeys((*words(text), *meanings(text))))
        if not asked:
            return ()
        with self._open() as db:
            rows = db.execute(_QUERY, {"asked": asked, "limit": limit}).fetchall()
        return tuple(passage for passage in (Passage(*row) for row in rows) if passage.score >= floor)

    def delete(self, ids: Sequence[str]) -> None:
        with self._open() as db, db:
            _forget(db, ids)
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


def _forget(db: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Takes out what passages are found by; the ids are in no index, so that all go in one pass."""
    db.execute("CREATE TEMP TABLE gone (id TEXT PRIMARY KEY) WITHOUT ROWID")
    db.executemany("INSERT OR IGNORE INTO gone VALUES (?)", [(id,) for id in ids])
    for table in ("worded", "question"):
        db.execute(f"DELETE FROM {table} WHERE id IN (SELECT id FROM gone)")
    db.execute("DROP TABLE gone")


def _row(passage: Passage) -> tuple[str, ...]:
    said = (passage.title, passage.text, passage.asked, passage.questions)
    return (passage.id, *(" ".join(words(part)) for part in said), " ".join(meanings("\n".join(said))))


def _questions(passage: Passage) -> Iterator[tuple[str, str, str]]:
    """Each question by itself. Where nobody wrote any, as for the user's own guides, the title and each sentence stand for them."""
    told = (passage.title, *passage.asked.split(", "), *_SENTENCE_END.split(passage.text))
    for line in passage.questions.splitlines() or filter(None, told):
        yield passage.id, " ".join(words(line)), " ".join(meanings(line))
