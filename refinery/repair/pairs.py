"""How sure a guess of the search is, and guesses taken together: code and configuration, and the same mistake made at two places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from refinery.domain import Hypothesis
from refinery.repair.familiar import TOKEN

FLOOR = 0.08
"""A hypothesis below this confidence memorises, or takes behaviour away: it may pass the tests, and must not be kept for that."""

ALIKE = 10
"""Guesses of one kind in one function that are tried in pairs, and how many such pairs there are in all."""
TOGETHER = 120
SAME, KINDRED, ELSEWHERE = 0.9, 0.8, 0.6
"""What two guesses count that change the same, beside the lesser: in code that reads the same, that speaks of the same, and other."""
HABITS = frozenset({"truth for presence", "rounding", "time between", "shared mutable", "letter case", "whole word"})
"""Mistakes of who takes a tool for what it is not: they are made wherever it is used, whatever the code speaks of."""
MOST_SAME, MOST_KINDRED = 4, 16
"""Guesses that change the same which are remembered for all others, and for those that speak of the same."""

SPECIFIC = 8
"""Words and signs that are not put at two places by chance."""
HOLE = "_"
"""What stands for anything that is put into a call or into brackets: `list(a)` and `list(b)` are one change."""
NAME = re.compile(r"[A-Za-z_]\w*")
OWNER = re.compile(r"\b\w+ \. (?=\w)")
"""The module, or the object, through which a name is spoken of."""

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
            needs=max(one.needs, other.needs),
        )


@dataclass(frozen=True, slots=True)
class Guess:
    """A change of code that was thought of, and what makes another one like it."""

    score: float
    hypothesis: Hypothesis
    operator: str
    function: object
    """What it stands in."""
    place: tuple[str, int]
    around: str
    """The code that is changed, as it is written."""
    change: tuple[str, str]
    """What goes, and what comes in its place."""
    unused: bool = False
    """What comes is a name that nothing reads."""


@dataclass(slots=True)
class Twice:
    """The same mistake at two places: who counts from one where it should be from nought does so on the way back too."""

    same: dict[tuple[str, tuple[str, str]], list[Guess]] = field(default_factory=dict)
    """By operator and change: the same, wherever it is made."""
    added: dict[tuple[str, str], list[Guess]] = field(default_factory=dict)
    """By operator and what comes, where that is nothing that comes anywhere: whatever goes."""
    kinds: dict[tuple[object, str], list[Guess]] = field(default_factory=dict)
    """By function and operator: of one kind."""

    def saw(self, guess: Guess) -> Iterator[tuple[float, Hypothesis]]:
        """Notes a guess, the best first; together with it, guesses from before that change the same, or the opposite."""
        removed, added = guess.change
        equal = self.same.setdefault((guess.operator, guess.change), [])
        turned = self.same.get((guess.operator, (added, removed)), []) if removed and added else []
        partners = [each for each in (*equal[:MOST_SAME], *turned[:MOST_SAME]) if each.place != guess.place]
        scores = [each.score for each in partners]
        all_told = max(scores, default=0.0) if guess.operator in HABITS else sum(scores)
        twins = [other for other in partners if other.change == guess.change and other.around == guess.around]
        related = [each for each in (*equal, *turned) if each.place != guess.place and each.around != guess.around and kindred(each, guess)]
        for other in partners:
            if other not in related:
                alike = other.around == guess.around
                share = other.score / all_told if all_told else 1 / len(partners)
                weight = SAME / max(1, len(twins)) if alike else ELSEWHERE * share
                yield _scored(guess.score * weight, [other, guess])
        for other in related:
            yield _scored(guess.score * KINDRED / len(related), [other, guess])
        if len(twins) > 1:
            yield _scored(guess.score * SAME, [*twins, guess])
        yield from self._in_place_of_others(guess)
        if len(equal) < MOST_KINDRED:
            equal.append(guess)
        kind = self.kinds.setdefault((guess.function, guess.operator), [])
        if len(kind) < ALIKE:
            kind.append(guess)

    def _in_place_of_others(self, guess: Guess) -> Iterator[tuple[float, Hypothesis]]:
        """A name that nothing reads, or so much code that it is no chance, comes here and there in place of different things."""
        added = guess.change[1]
        if not guess.unused and len(added.split()) < SPECIFIC:
            return
        before = self.added.setdefault((guess.operator, added), [])
        partners = [each for each in before[:MOST_SAME] if each.place != guess.place and each.change != guess.change]
        for other in partners:
            yield _scored(guess.score * KINDRED / len(partners), [other, guess])
        if len(before) < MOST_SAME:
            before.append(guess)

    def pairs(self) -> Iterator[Hypothesis]:
        """Two of a kind in one function, the likeliest first."""
        both = [
            (one.score * other.score, one, other)
            for alike in self.kinds.values()
            for one, other in combinations(alike, 2)
            if one.place != other.place and one.change not in (other.change, other.change[::-1])
        ]
        for _, one, other in sorted(both, key=lambda each: -each[0])[:TOGETHER]:
            yield _joined([one, other], 0.5 * one.score * other.score)


def kindred(one: Guess, other: Guess) -> bool:
    """Whether half of the names that one of them speaks of, or more, are those of the other."""
    first, second = (set(NAME.findall(each.around)) - {"self"} for each in (one, other))
    return bool(first and second) and 2 * len(first & second) >= min(len(first), len(second))


def changed(old: str, new: str) -> tuple[str, str]:
    """What goes and what comes, without the words and signs that both begin and end with; in what comes, `HOLE` is what went."""
    before, after = TOKEN.findall(old), TOKEN.findall(new)
    if before[:1] == ["not"] and after[-2:] == ["is", "None"]:  # the same question, asked the other way round
        before, after = before[1:], [*after[:-1], "not", "None"]
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    for place in range(len(after) - len(before) + 1) if before else ():
        if after[place : place + len(before)] == before:  # it is put into something
            return "", OWNER.sub("", " ".join([*after[:place], HOLE, *after[place + len(before) :]]))
    return " ".join(before), OWNER.sub("", " ".join(after))


def _scored(score: float, guesses: Sequence[Guess]) -> tuple[float, Hypothesis]:
    return score, _joined(guesses, score)


def _joined(guesses: Sequence[Guess], score: float) -> Hypothesis:
    all_of = [guess.hypothesis for guess in guesses]
    first, *rest = [each.change for each in all_of]
    return replace(
        all_of[0],
        change="; ".join((first, *(f"{each[0].lower()}{each[1:]}" for each in rest))),
        rationale=f"The same mistake at {'two' if len(all_of) == 2 else len(all_of)} places. {' '.join(each.rationale for each in all_of)}",
        edits=tuple(dict.fromkeys(edit for each in all_of for edit in each.edits)),
        risks="; ".join(dict.fromkeys(each.risks for each in all_of if each.risks)),
        confidence=confidence(score, never=False),
        needs=max(each.needs for each in all_of),
    )


def confidence(score: float, never: bool) -> float:
    """A score as a chance, 0.9 at the most; what must `never` be kept for passing alone is below the floor, everything else is not."""
    chance = round(min(0.9, max(0.01, score)), 4)
    return min(chance, FLOOR / 2) if never else max(chance, FLOOR)
