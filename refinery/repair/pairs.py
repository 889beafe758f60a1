"""How sure a guess of the search is, and guesses taken together: code and configuration, and the same mistake made at two places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from refinery.domain import Hypothesis

FLOOR = 0.08
"""A hypothesis below this confidence memorises, or takes behaviour away: it may pass the tests, and must not be kept for that."""

ALIKE = 10
"""Guesses of one kind in one function that are tried in pairs, and how many such pairs there are in all."""
TOGETHER = 120

Scored = tuple[float, Hypothesis]


def pairs(code: Sequence[Scored], config: Sequence[Scored]) -> Iterator[Hypothesis]:
    """The best of both kinds together, the likeliest pairs first."""
    ordered = sorted(((first * second, i, j) for i, (first, _) in enumerate(code) for j, (second, _) in enumerate(config)), reverse=True)
    for score, i, j in ordered:
        one, other = code[i][1], config[j][1]
        yield Hypothesis(
            change=f"{one.change}; {other.change[0].lower()}{other.change[1:]}",
            rationale=f"{one.rationale} Together with: {other.rationale}",
            layer=one.layer,
            edits=(*one.edits, *other.edits),
            risks="; ".join(risk for risk in (one.risks, other.risks) if risk),
            confidence=confidence(score * 0.5, never=False),
        )


@dataclass(slots=True)
class Twice:
    """Guesses of one kind in one function: who counts from one where it should be from nought does so on the way back too."""

    kinds: dict[tuple[object, str], list[tuple[float, int, Hypothesis]]] = field(default_factory=dict)

    def saw(self, score: float, function: object, operator: str, line: int, hypothesis: Hypothesis) -> None:
        """A guess, the best of its kind first."""
        alike = self.kinds.setdefault((function, operator), [])
        if len(alike) < ALIKE:
            alike.append((score, line, hypothesis))

    def pairs(self) -> Iterator[Hypothesis]:
        """Two of a kind at different places, the likeliest first."""
        both = [
            (one * other, first, second)
            for alike in self.kinds.values()
            for (one, here, first), (other, there, second) in combinations(alike, 2)
            if here != there
        ]
        for score, one, other in sorted(both, key=lambda each: -each[0])[:TOGETHER]:
            yield replace(
                one,
                change=f"{one.change}; {other.change[0].lower()}{other.change[1:]}",
                rationale=f"The same mistake at two places. {one.rationale} {other.rationale}",
                edits=(*one.edits, *other.edits),
                risks="; ".join(dict.fromkeys(risk for risk in (one.risks, other.risks) if risk)),
                confidence=confidence(score * 0.5, never=False),
            )


def confidence(score: float, never: bool) -> float:
    """A score as a chance, 0.9 at the most; what must `never` be kept for passing alone is below the floor, everything else is not."""
    chance = round(min(0.9, max(0.01, score)), 4)
    return min(chance, FLOOR / 2) if never else max(chance, FLOOR)
