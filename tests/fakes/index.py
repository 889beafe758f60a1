"""Fakes of what knowledge stands on: an index in a list, and fixes in a dictionary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge.passage import Fix, Passage
from knowledge.words import words


class ListIndex:
    """An index that counts shared words."""

    def __init__(self, *passages: Passage) -> None:
        self._passages = {passage.id: passage for passage in passages}

    def upsert(self, passages: Sequence[Passage]) -> None:
        self._passages |= {passage.id: passage for passage in passages}

    def query(self, text: str, limit: int, floor: float = 0.0) -> tuple[Passage, ...]:
        asked = set(words(text))
        scored = [replace(p, score=float(len(asked & set(words(f"{p.title} {p.text}"))))) for p in self._passages.values()]
        return tuple(sorted((p for p in scored if p.score and p.score >= floor), key=lambda p: (-p.score, p.id))[:limit])

    def delete(self, ids: Sequence[str]) -> None:
        for id in ids:
            self._passages.pop(id, None)

    def passages(self) -> tuple[Passage, ...]:
        return tuple(self._passages[id] for id in sorted(self._passages))

    def count(self) -> int:
        return len(self._passages)


class FixList:
    """Fixes by commit."""

    def __init__(self) -> None:
        self._fixes: dict[str, Fix] = {}

    def record_fix(self, commit: str, symptom: str, cure: str, outcome: str) -> None:
        self._fixes[commit] = Fix(symptom, cure, commit, outcome)

    def fixes(self) -> tuple[Fix, ...]:
        return tuple(self._fixes.values())
