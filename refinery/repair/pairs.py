"""How sure a guess of the search is, and the best guesses in code and in configuration taken together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refinery.domain import Hypothesis

FLOOR = 0.08
"""A hypothesis below this confidence memorises, or takes behaviour away: it may pass the tests, and must not be kept for that."""

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


def confidence(score: float, never: bool) -> float:
    """A score as a chance, 0.9 at the most; what must `never` be kept for passing alone is below the floor, everything else is not."""
    chance = round(min(0.9, max(0.01, score)), 4)
    return min(chance, FLOOR / 2) if never else max(chance, FLOOR)
