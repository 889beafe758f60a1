"""Hypotheses that turn one number: how far each goes, and values between two of which one is too little and one too much."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from refinery.domain import Hypothesis, Layer
from refinery.flows.screen import Screened
from refinery.repair.amounts import SLIPS, slipped
from refinery.repair.prompts import TEMPLATES

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
TRIED_BETWEEN = 6
"""Values of one number that are tried between two others."""
ROUND = (1.0, 0.5, 0.25, 0.1, 0.05, 0.01)
"""Steps in which people set numbers, as parts of a power of ten, the roundest first."""
CLEARLY = 1.5
"""How many times likelier one value has to be for another, though it is nearer, not to be kept."""

Key = tuple[str, int | None, str, int]


@dataclass(frozen=True, slots=True)
class Turn:
    """One number, and what a hypothesis makes of it."""

    key: Key
    before: float
    after: float
    whole: bool
    """Both are written without a point."""

    @property
    def far(self) -> float:
        """How far from what it is; nothing, and a part of a whole, is farthest."""
        usual = self.after != 0 and self.after.is_integer() >= self.before.is_integer()
        return abs(self.after - self.before) if usual else math.inf


def turn_of(hypothesis: Hypothesis) -> Turn | None:
    """Which number a hypothesis turns; None where it does more, or something else."""
    if len(hypothesis.edits) != 1:
        return None
    (edit,) = hypothesis.edits
    old, new = NUMBER.findall(edit.old), NUMBER.findall(edit.new)
    turned = [place for place, (one, other) in enumerate(zip(old, new, strict=False)) if one != other]
    if len(old) != len(new) or len(turned) != 1 or NUMBER.sub("", edit.old) != NUMBER.sub("", edit.new):
        return None
    before, after = old[turned[0]], new[turned[0]]
    at = list(NUMBER.finditer(edit.new))[turned[0]].end()
    if edit.new[at : at + 1] == "." and PurePosixPath(edit.path).suffix.lower() not in TEMPLATES:
        return None  # `1.` is written with a point, and in prose ends a sentence
    return Turn((edit.path, edit.at, edit.old, turned[0]), float(before), float(after), "." not in before + after)


def nearest(found: Sequence[Hypothesis]) -> list[int]:
    """Which to keep, by number: of several values that a setting could have, the one nearest to what it is, unless another is `CLEARLY`
    likelier. The others would only bear each other out."""
    turns = [turn_of(each) if each.layer is Layer.CONFIG else None for each in found]
    rivals: dict[Key, list[int]] = {}
    for number, turn in enumerate(turns):
        if turn:
            rivals.setdefault(turn.key, []).append(number)
    far = {number: turn.far for number, turn in enumerate(turns) if turn}
    kept = set()
    for numbers in rivals.values():
        likely = max(found[number].confidence for number in numbers) / CLEARLY
        kept.add(min((number for number in numbers if found[number].confidence >= likely), key=lambda number: (far[number], number)))
    return [number for number, turn in enumerate(turns) if turn is None or number in kept]


def _farther_slip(turn: Turn) -> float | None:
    """The number by which one would have slipped farther in the same direction; None for a number that was not slipped by."""
    if not slipped(turn.before, turn.after):
        return None
    own = max(abs(turn.after / turn.before), abs(turn.before / turn.after))
    farther = min((slip for slip in SLIPS if slip > own + 1), default=own * 10)
    value = turn.before * farther if abs(turn.after) > abs(turn.before) else turn.before / farther
    return None if turn.whole and not value.is_integer() else float(f"{value:.10g}")


@dataclass(slots=True)
class _Bracket:
    little: float
    """The value farthest from the present one that leaves the failure as it is."""
    much: float
    """The nearest that cures it and breaks what passed."""
    tried: int = 0


@dataclass(slots=True)
class Numbers:
    """Finds the values that are worth a look because a number was turned too far.

    A value that cures what fails and breaks what passes lies beyond the right one, and the present value lies before it: what is between
    them is halved, by the roundest number near the middle, as long as looks say on which side the right one lies.
    """

    _brackets: dict[tuple[Key, bool], _Bracket] = field(default_factory=dict)
    _little: dict[tuple[Key, bool], float] = field(default_factory=dict)
    """Values that did nothing, the farthest in each direction."""
    _cured: dict[tuple[Key, bool], set[float]] = field(default_factory=dict)

    def saw(self, hypothesis: Hypothesis, seen: Screened) -> Hypothesis | None:
        """The hypothesis to look at next, if a look at this one tells of one."""
        turn = turn_of(hypothesis)
        if turn is None or seen.late:
            return None
        if seen.promising:
            cured = self._cured.setdefault((turn.key, turn.after > turn.before), set())
            cured.add(turn.after)
            value = _farther_slip(turn) if len(cured) == 1 else None
        else:
            value = self._between(turn, seen)
        if value is None:
            return None
        why = "cures the failure too" if seen.promising else "cures the failure and breaks what passed, or leaves it as it is"
        return turned_to(hypothesis, turn, value, why)

    def loose(self, hypothesis: Hypothesis) -> bool:
        """Whether a hypothesis sets a number as if a point or a unit had been missed, and one farther away cures as well: it is a bound."""
        turn = turn_of(hypothesis) if hypothesis.layer is Layer.CONFIG else None
        return turn is not None and slipped(turn.before, turn.after) and len(self._cured.get((turn.key, turn.after > turn.before), ())) > 1

    def _between(self, turn: Turn, seen: Screened) -> float | None:
        side = turn.key, turn.after > turn.before
        if seen.turned:
            known = self._brackets.setdefault(side, _Bracket(self._little.get(side, turn.before), turn.after))
            known.much = _nearer(turn, known.much)
        else:
            self._little[side] = _farther(turn, self._little.get(side, turn.before))
            if side not in self._brackets:
                return None
            known = self._brackets[side]
            if _between(turn.after, known.little, known.much):
                known.little = turn.after
        value = middle(known.little, known.much, turn.whole)
        if value is None or known.tried >= TRIED_BETWEEN:
            return None
        known.tried += 1
        return value


def middle(one: float, other: float, whole: bool) -> float | None:
    """The roundest number between two others, of equally round ones the nearest to the middle; None where there is none."""
    low, high = sorted((one, other))
    power = 10.0 ** math.floor(math.log10(max(abs(low), abs(high), 1e-9)))
    for step in (part * power / scale for scale in (1, 100, 10_000) for part in ROUND):
        if whole and (step < 1 or step != int(step)):
            continue
        multiple = round((low + high) / 2 / step) * step
        found = [each for each in (multiple, multiple - step, multiple + step) if low + 1e-9 < each < high - 1e-9 and each]
        if found:
            return float(f"{min(found, key=lambda each: abs(each - (low + high) / 2)):.10g}")
    return None


def turned_to(hypothesis: Hypothesis, turn: Turn, value: float, why: str) -> Hypothesis:
    """The same hypothesis with another value; `why` is what was seen of the one it has."""
    (edit,) = hypothesis.edits
    at = list(NUMBER.finditer(edit.new))[turn.key[3]]
    text = str(int(value)) if turn.whole else f"{value:.10g}"
    new = edit.new[: at.start()] + text + edit.new[at.end() :]
    before, said, after = hypothesis.change.rpartition(at.group())
    says = f"{before}{text}{after}" if said else f"Use {text} for {at.group()}"
    return replace(
        hypothesis,
        change=says,
        rationale=f"{hypothesis.rationale} {at.group()} {why}.",
        edits=(replace(edit, new=new),),
        needs=1 if slipped(turn.before, value) else 2,
    )


def _nearer(turn: Turn, much: float) -> float:
    return min(turn.after, much, key=lambda value: abs(value - turn.before))


def _farther(turn: Turn, little: float) -> float:
    return max(turn.after, little, key=lambda value: abs(value - turn.before))


def _between(value: float, one: float, other: float) -> bool:
    return min(one, other) < value < max(one, other)
