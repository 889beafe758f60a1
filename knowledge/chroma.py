"""The one door to chromadb: passages by likeness of meaning, embedded in a folder, with vectors of our own.

Its server is never started and its own embedding never used (that one downloads a model at first use). A process that has an
index open does not see the neighbours another process adds meanwhile; Refinery opens it afresh for each command.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from knowledge.embedding import Embedding, hashed
from knowledge.errors import KnowledgeError
from knowledge.passage import Passage

BATCH = 1000


class Chroma:
    """An index in a folder. Opened at the first use, since importing chromadb takes half a second."""

    def __init__(self, folder: Path, name: str, embed: Embedding = hashed) -> None:
        self._folder = folder
        self._name = name
        self._embed = embed

    def upsert(self, passages: Sequence[Passage]) -> None:
        with self._failures():
            for start in range(0, len(passages), BATCH):
                part = passages[start : start + BATCH]
                self._collection.upsert(
                    ids=[p.id for p in part],
                    embeddings=[self._embed(f"{p.title}\n{p.searched}") for p in part],
                    documents=[p.text for p in part],
                    metadatas=[{"title": p.title, "origin": p.origin} for p in part],
                )

    def query(self, text: str, limit: int, floor: float = 0.0) -> tuple[Passage, ...]:
        vector, there = self._embed(text), self.count()
        if not there or not any(vector):
            return ()
        with self._failures():
            found = self._collection.query(
                query_embeddings=[vector], n_results=min(limit, there), include=["documents", "metadatas", "distances"]
            )
        rows = zip(found["ids"][0], found["documents"][0], found["metadatas"][0], found["distances"][0], strict=True)
        alike = (_passage(id, text, metadata, 1.0 - distance) for id, text, metadata, distance in rows)
        return tuple(passage for passage in alike if not floor or passage.score >= floor)

    def delete(self, ids: Sequence[str]) -> None:
        if ids:
            with self._failures():
                self._collection.delete(ids=list(ids))

    def passages(self) -> tuple[Passage, ...]:
        with self._failures():
            found = self._collection.get(include=["documents", "metadatas"])
        rows = zip(found["ids"], found["documents"], found["metadatas"], strict=True)
        return tuple(sorted((_passage(*row) for row in rows), key=lambda passage: passage.id))

    def count(self) -> int:
        with self._failures():
            return int(self._collection.count())

    @cached_property
    def _collection(self) -> Any:
        import chromadb
        from chromadb.config import Settings

        self._folder.mkdir(parents=True, exist_ok=True)
        client = chromadb.PersistentClient(str(self._folder), Settings(anonymized_telemetry=False))
        return client.get_or_create_collection(self._name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}})

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # chromadb lets errors of many libraries through, its Rust core's among them
            raise KnowledgeError(
                f"the index in {self._folder} cannot be used: {type(error).__name__}: {error}",
                hint="delete that folder; the library is built again, your own guides have to be added again",
            ) from error


def _passage(id: str, text: str, metadata: dict[str, str], score: float = 0.0) -> Passage:
    return Passage(id, metadata["title"], text, metadata["origin"], score)
