"""One order for all hypotheses, a model's and the search's: by likelihood, effort and risk."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count

from refinery.domain import Diagnosis, Hypothesis, Layer

GUESSED = 0.3
"""What the search's score is worth beside a model's word: it guesses often and cheaply, and is mostly wrong."""
HALF_AS_GOOD = 60
"""Changed lines at which an edit is worth half as much: it has to be read, and what is large breaks more."""
ELSEWHERE = 0.9
"""For each further file."""
LAST_RESORT = 0.5
"""For a prompt rule where the diagnosis is that another layer went wrong."""
SURE = 0.4
"""A diagnosis that is less sure than this of its layer does not speak against a prompt rule."""
RIVAL = 0.5
"""A hypothesis worth less than this share of a cure's worth is not waited for."""


def worth(hypothesis: Hypothesis, diagnosis: Diagnosis) -> float:
    """By what hypotheses are ordered, whoever made them; the more the earlier."""
    likely = hypothesis.confidence * (1.0 if hypothesis.origin == "model" else GUESSED)
    lines = sum(max(len(edit.old.splitlines()), len(edit.new.splitlines())) for edit in hypothesis.edits)
    effort = HALF_AS_GOOD / (HALF_AS_GOOD + lines)
    risk = ELSEWHERE ** (len({edit.path for edit in hypothesis.edits}) - 1)
    if hypothesis.layer is Layer.PROMPT and diagnosis.layer is not Layer.PROMPT and diagnosis.confidence >= SURE:
        risk *= LAST_RESORT
    return likely * effort * risk


@dataclass(slots=True)
class Ranking:
    """An iterator that always gives the worthiest hypothesis there is. A model may add to it while it is read."""

    searched: Iterator[Hypothesis]
    """In order of confidence; each is made only when it is its turn."""
    diagnosis: Diagnosis
    _reasoned: list[tuple[float, int, Hypothesis]] = field(default_factory=list)
    _next: Hypothesis | None = None
    _first: deque[Hypothesis] = field(default_factory=deque)
    _order: Iterator[int] = field(default_factory=count)

    def add(self, hypotheses: Iterable[Hypothesis]) -> None:
        """Hypotheses of a model."""
        for hypothesis in hypotheses:
            heapq.heappush(self._reasoned, (-worth(hypothesis, self.diagnosis), next(self._order), hypothesis))

    def put_first(self, hypothesis: Hypothesis) -> None:
        """Something that was learnt from a look, and comes before all others."""
        self._first.append(hypothesis)

    def __iter__(self) -> Iterator[Hypothesis]:
        return self

    def __next__(self) -> Hypothesis:
        if self._first:
            return self._first.popleft()
        self._next = self._next or next(self.searched, None)
        if self._reasoned and (self._next is None or -self._reasoned[0][0] >= worth(self._next, self.diagnosis)):
            return heapq.heappop(self._reasoned)[2]
        chosen, self._next = self._next, None
        if chosen is None:
            raise StopIteration
        return chosen

    def waits_for(self, least: float) -> bool:
        """Whether a model's hypothesis is still to be given that is worth about as much."""
        return bool(self._reasoned) and -self._reasoned[0][0] >= RIVAL * least
