"""The port to a searchable set of passages, and the fusion of several into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from knowledge.passage import Passage


class Index(Protocol):
    """Passages by id, found again by what they say."""

    def upsert(self, passages: Sequence[Passage]) -> None:
        """Put passages in; one with a known id takes the other's place."""

    def query(self, text: str, limit: int, floor: float = 0.0) -> tuple[Passage, ...]:
        """The passages that answer best, best first, with their score; those whose score is below the floor are left out."""

    def delete(self, ids: Sequence[str]) -> None:
        """Take passages out; unknown ids are no error."""

    def passages(self) -> tuple[Passage, ...]:
        """Everything in it, by id."""

    def count(self) -> int:
        """How many passages are in it."""


RANK_OFFSET = 60
"""The usual constant of reciprocal rank fusion: the first of one list weighs about as much as the second of two."""


@dataclass(frozen=True, slots=True)
class Fused:
    """Two ways to search the same passages, joined by reciprocal rank: where one is blind the other may see."""

    first: Index
    second: Index
    trust: float = 1.0
    """How much a rank of the first weighs beside one of the second."""

    def upsert(self, passages: Sequence[Passage]) -> None:
        self.first.upsert(passages)
        self.second.upsert(passages)

    def query(self, text: str, limit: int, floor: float = 0.0) -> tuple[Passage, ...]:
        """Ranks are relative, so that the floor is one of the first's scores: what the second alone sees has to do without one."""
        deep = max(limit * 3, 20)
        first, second = self.first.query(text, deep, floor), self.second.query(text, deep)
        if floor:
            known = {passage.id for passage in first}
            second = tuple(passage for passage in second if passage.id in known)
        return fuse((first, second), limit, (self.trust, 1.0))

    def delete(self, ids: Sequence[str]) -> None:
        self.first.delete(ids)
        self.second.delete(ids)

    def passages(self) -> tuple[Passage, ...]:
        return self.first.passages()

    def count(self) -> int:
        return self.first.count()


def fuse(rankings: Sequence[Sequence[Passage]], limit: int, weights: Sequence[float] = ()) -> tuple[Passage, ...]:
    """One ranking of several, equal unless weighted; the score is 1 for a passage that is first in all of them."""
    weights = weights or [1.0] * len(rankings)
    scores: dict[str, float] = {}
    known: dict[str, Passage] = {}
    for ranking, weight in zip(rankings, weights, strict=True):
        for rank, passage in enumerate(ranking):
            known.setdefault(passage.id, passage)
            share = weight / sum(weights) * (RANK_OFFSET + 1) / (RANK_OFFSET + 1 + rank)
            scores[passage.id] = scores.get(passage.id, 0.0) + share
    best = sorted(scores, key=lambda id: (-scores[id], id))[:limit]
    return tuple(replace(known[id], score=scores[id]) for id in best)
