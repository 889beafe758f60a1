"""What a search has found so far: cures of all failures, of some, and which of them may be believed by themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Generic, TypeVar

from refinery.domain import Attempt, Cause, Edit, Execution, Hypothesis, Layer
from refinery.flows.screen import Screened
from refinery.repair.pairs import FLOOR
from refinery.suite.impact import touching
from safety.changes import FileChange

LOOK_ON = 120
"""Candidates looked at for a cure of all failures before those of some are put together; later as many as until then."""
AGAIN = 60
"""Candidates that are looked at for further cures once there is one; half as many again where it took longer to find."""
ENOUGH = 5
"""Cures that are compared with each other."""
HALVES = 14
"""Cures of some failures that are tried in pairs, the best of each kind."""
PAIRS = 40
NEAR = 2.0
"""What a second edit counts more in the file of the first."""
BOTH = 4.0
"""What a second edit counts more that by itself brought a failure nearer to passing too."""
HEARD = 0.2
"""The confidence from which on an edit that more failing scenarios would have to speak for is looked at: it may be what speaks against
another, or the first that comes to mind."""
SURELY = 4
"""Scenarios that have to speak for what is of a doubtful kind; that so many are met by chance is unlikely whatever it is."""
FAR = 0.12
"""The confidence below which a single edit is as a doubtful kind is: of two that were kept so for fewer than `SURELY`, both were wrong."""
LIKELY = (0.3, 0.09)
"""The confidence from which on an edit is looked at for which no scenario would speak but what it was to cure, and for which one would.
Whether a cure is believed is then weighed."""
TOGETHER = 0.25
"""How likely it is that two mistakes were made, beside one."""
STEPS = 6
"""Edits that brought a failure nearer to passing on which a second is tried."""

What = TypeVar("What")


@dataclass(slots=True)
class Cures(Generic[What]):
    """Cures in the order in which they were found. `What` is what the caller needs to go on with one."""

    red: frozenset[str]
    executions: Sequence[Execution] = ()
    attempts: Sequence[Attempt] = ()
    """How the failing scenarios went on the base."""
    whole: list[What] = field(default_factory=list)
    some: list[tuple[What, Screened]] = field(default_factory=list)
    steps: list[tuple[What, Screened]] = field(default_factory=list)
    """What cured no failure, or not all, and broke nothing that was looked at, and brought one nearer to passing."""
    looked: int = 0
    doubted: bool = False
    """Cures were compared and none believed: the next comparison waits for `ENOUGH` more, or for the end."""
    _until: int = 0
    _due: int = 0

    def saw(self, what: What, seen: Screened) -> None:
        """One more candidate was looked at."""
        self.looked += 1
        if seen.promising and seen.turned == self.red:
            self.whole.append(what)
            self._until = self._until or self.looked + max(AGAIN, self.looked // 2)
        elif seen.convincing:
            self.some.append((what, seen))
            self._due = self._due or max(LOOK_ON, 2 * self.looked)
        if seen.turned != self.red and not seen.broke and (seen.turned or seen.nearer):
            self.steps.append((what, seen))

    @property
    def compared(self) -> bool:
        """Whether it is time to choose among the cures of all failures."""
        return bool(self.whole) and (len(self.whole) >= ENOUGH or (self.looked >= self._until and not self.doubted))

    @property
    def joined(self) -> bool:
        """Whether it is time to put cures of some failures together."""
        return bool(self.some) and not self.whole and self._due > 0 and self.looked >= self._due

    def take_whole(self) -> list[What]:
        """The cures of all failures; a new collection begins."""
        taken, self.whole, self._until = self.whole, [], 0
        return taken

    def pairs(
        self, believed: Callable[[What, Screened], bool] = lambda _what, _seen: True
    ) -> Iterator[tuple[tuple[What, Screened], tuple[What, Screened]]]:
        """Two cures of some failures that together may cure all, where neither does alone, of those that are `believed`; each with what it
        cured. Each pair is given once."""
        self._due = 2 * self.looked
        kinds: dict[frozenset[str], int] = {}
        best: list[tuple[What, Screened]] = []
        for what, seen in self.some:
            if not believed(what, seen):
                continue
            kinds[seen.turned] = kinds.get(seen.turned, 0) + 1
            if kinds[seen.turned] <= HALVES // 2:
                best.append((what, seen))
        given = 0
        for (one, first), (other, second) in combinations(best[: 2 * HALVES], 2):
            if first.turned | second.turned == self.red and given < PAIRS:
                given += 1
                yield (one, first), (other, second)

    def first_steps(self) -> list[What]:
        """The best of each effect, those that got furthest first."""
        by_effect: dict[tuple[frozenset[str], tuple[tuple[str, str], ...]], tuple[What, Screened]] = {}
        for what, seen in self.steps:
            effect = seen.turned, tuple((attempt.output, attempt.error) for attempt in seen.failed)
            by_effect.setdefault(effect, (what, seen))
        best = sorted(by_effect.values(), key=lambda step: (-len(step[1].turned), -len(step[1].nearer)))
        return [what for what, _ in best[:STEPS]]

    def alone(self, changes: Sequence[FileChange], seen: Screened) -> bool:
        """Whether a cure of some failures may be believed though others remain.

        What remains must be a failure of another kind, or lie where the change cannot reach: an edit that has its say in a failure which it
        does not cure, like those it cures, has more likely met them by chance. Several wrong answers that are the same are a kind.
        """
        left = self.red - seen.turned
        symptoms = {attempt.scenario: symptom(attempt) for attempt in self.attempts}
        kinds = {symptoms.get(name) for name in seen.turned}
        like = {name for name in left if symptoms.get(name) in kinds}
        if not like or self._one_answer(seen.turned):
            return True
        touched = touching(changes, self.executions) if self.executions else None
        return touched is not None and not (like & touched)

    def _one_answer(self, turned: frozenset[str]) -> bool:
        """Whether these, and they alone, failed with one and the same answer."""
        said = {attempt.scenario: attempt.output for attempt in self.attempts if attempt.scenario in self.red}
        answers = {said.get(name, "") for name in turned}
        return len(turned) > 1 and len(answers) == 1 and "" not in answers and not answers & {said.get(name) for name in self.red - turned}


def symptom(attempt: Attempt) -> str:
    """What failures of one cause are likely to share: the error that ended the run; wrong answers are one kind."""
    return attempt.error.strip().rpartition("\n")[2] if attempt.cause is Cause.EXIT else str(attempt.cause)


def joined(one: Hypothesis, other: Hypothesis) -> Hypothesis | None:
    """Both at once; None where they cannot be, since they edit the same text."""
    if {(edit.path, edit.at, edit.old) for edit in one.edits} & {(edit.path, edit.at, edit.old) for edit in other.edits}:
        return None
    return replace(
        one,
        change=f"{one.change}; {other.change[0].lower()}{other.change[1:]}",
        rationale=f"{one.rationale} Neither cures all of the failures by itself, both together do. Together with: {other.rationale}",
        edits=(*one.edits, *other.edits),
        risks="; ".join(dict.fromkeys(risk for risk in (one.risks, other.risks) if risk)),
        confidence=max(FLOOR, round(one.confidence * other.confidence, 4)),
        needs=max(one.needs, other.needs),
        doubtful=one.doubtful or other.doubtful,
    )


def sparing(found: Sequence[Hypothesis]) -> list[int]:
    """Which cures to compare, by number: one that holds all edits of another and more does more than it takes."""
    edits = [frozenset(each.edits) for each in found]
    return [number for number, own in enumerate(edits) if not any(other < own for other in edits)]


def interchangeable(found: Sequence[Hypothesis]) -> set[int]:
    """Cures, by number, that set one value of a file to a text each, when others set it to other texts: any would do, and none is known."""
    places: dict[tuple[str, int | None, str, int], list[int]] = {}
    for number, each in enumerate(found):
        if each.layer is Layer.CONFIG and len(each.edits) == 1 and (place := _token(each.edits[0])):
            places.setdefault(place, []).append(number)
    return {number for numbers in places.values() if len(numbers) > 1 for number in numbers}


def _token(edit: Edit) -> tuple[str, int | None, str, int] | None:
    """Where the text begins that an edit changes: the beginning of a word, and no number."""
    same = next((at for at, (one, other) in enumerate(zip(edit.old, edit.new, strict=False)) if one != other), 0)
    while same and edit.old[same - 1].isalnum():
        same -= 1
    return None if not edit.old[same:] or edit.old[same].isdigit() else (edit.path, edit.at, edit.old, same)


def in_pairs(steps: Sequence[Hypothesis], others: Sequence[Hypothesis], nearer: Collection[Hypothesis] = ()) -> Iterator[Hypothesis]:
    """Each of some edits together with each of others, the likeliest pairs first: those whose second edit is near the first, and likely.

    Of the others, those come first that brought a failure `nearer` to passing by themselves.
    """
    stepped = {each.edits for each in nearer}
    likely = [
        (
            -other.confidence * (NEAR if _files(other) & _files(one) else 1.0) * (BOTH if other.edits in stepped else 1.0) / (rank + 2),
            place,
            rank,
        )
        for rank, one in enumerate(steps)
        for place, other in enumerate(others)
        if other is not one
    ]
    for _, place, rank in sorted(likely):
        if both := joined(steps[rank], others[place]):
            chance = TOGETHER * steps[rank].confidence * others[place].confidence
            yield replace(both, confidence=max(FLOOR, chance), chance=chance if chance < FLOOR else 0.0)


def _files(hypothesis: Hypothesis) -> set[str]:
    return {edit.path for edit in hypothesis.edits}


def heard(hypothesis: Hypothesis, red: int) -> bool:
    """Whether an edit is worth a look, as a cure that may be believed or as one that stands against others."""
    return borne_out(hypothesis, red) or (red < hypothesis.needs and hypothesis.confidence >= HEARD)


def doubted(hypothesis: Hypothesis, voices: int) -> bool:
    """Whether a cure for which so many scenarios speak is told, and not believed by itself."""
    far = hypothesis.origin != "model" and hypothesis.confidence < FAR and len(hypothesis.edits) == 1
    unsure = hypothesis.doubtful or far
    return voices < (max(SURELY, hypothesis.needs) if unsure else hypothesis.needs)


def borne_out(hypothesis: Hypothesis, red: int, doubts: int = 0) -> bool:
    """Whether a cure would be believed for which so many scenarios speak: one is cured by something far down the list more often than not.
    Each of `doubts` counts as a scenario less: that it leaves failures, that it takes two edits."""
    if hypothesis.origin == "model":
        return True
    if red < hypothesis.needs:
        return False
    return red - doubts > 1 or hypothesis.confidence >= LIKELY[max(red - doubts, 0)]
