"""Numbers that can be worked out: what a setting must be for the answer to hold the number that is wanted.

Where two values of one number in a file give two answers that differ in a number, the value that gives the wanted one follows if the
answer grows in a line with the value, or with one over it (the secant method, once). Of all values that the wanted answer's last digit
allows for, the roundest is proposed: people set round numbers, and a number that is not the cause would have to be an odd one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from refinery.domain import Attempt, Edit, Hypothesis, Layer, Scenario
from refinery.flows.numbers import NUMBER, Key, Turn, turn_of, turned_to
from refinery.flows.progress import sides
from refinery.flows.screen import Screened

WORD = re.compile(r"[^\W\d]+")
UNITS = frozenset({7, 12, 24, 60, 100, 365, 1000, 1024, 3600, 86400})
"""Numbers by which code goes from one unit to another: none is set so that an answer comes out."""
DIGITS = 5
"""Digits that a value may have."""
SURPLUS = (0.2, 0.3, 0.5)
"""How likely a value is to be the one that was meant: where it has as many digits as the answer tells, one less, and two less or more. A
number that is not the cause could as well be set so that the answer comes out, but by chance alone to a rounder one. For one with one digit
less, too, two failing scenarios have to speak: of three that were kept for one scenario, none was right."""


@dataclass(slots=True)
class Solved:
    """Works out values as candidates are looked at."""

    red: Mapping[str, Scenario]
    before: Mapping[str, Attempt]
    """How the failing scenarios went on the base."""
    _known: set[Key] = field(default_factory=set)
    """Numbers whose values were worked out."""
    _probed: set[Key] = field(default_factory=set)
    """Those that another value was asked for, or looked at, of."""
    _fitted: set[tuple[Edit, ...]] = field(default_factory=set)

    def wants(self, hypothesis: Hypothesis) -> bool:
        """Whether a look at this would tell of a number that no other value was looked at of, whatever becomes of the hypothesis itself."""
        turn = turn_of(hypothesis)
        if turn is None or turn.key in self._probed:
            return False
        self._probed.add(turn.key)
        return True

    def fitted(self, hypothesis: Hypothesis) -> bool:
        """Whether its value was worked out from a wanted answer: that it cures is then no more than one scenario's word for it."""
        return hypothesis.edits in self._fitted

    def saw(self, hypothesis: Hypothesis, seen: Screened) -> Iterator[Hypothesis]:
        """The hypotheses to look at next, if a look at this one tells of any."""
        turn = turn_of(hypothesis)
        if turn is None or turn.key in self._known or seen.late or (hypothesis.layer is Layer.CODE and turn.before in UNITS):
            return
        self._probed.add(turn.key)
        for attempt in seen.failed:
            scenario, before = self.red.get(attempt.scenario), self.before.get(attempt.scenario)
            values = _values(scenario, before, attempt, turn) if scenario and before else {}
            if values:
                self._known.add(turn.key)
            for value, told in values.items():
                exact = replace(turn, whole=turn.whole and value.is_integer())
                made = turned_to(hypothesis, exact, value, "does not give the number that is wanted, and by how much it misses tells this")
                surplus = max(0, min(told - _digits(value), 2))
                fitted = replace(made, confidence=SURPLUS[surplus], needs=1 if surplus > 1 else 2)
                self._fitted.add(fitted.edits)
                yield fitted


def _values(scenario: Scenario, before: Attempt, after: Attempt, turn: Turn) -> dict[float, int]:
    """Values that would give wanted numbers of the answer, with the digits that it tells of each."""
    first, second = sides(scenario, before), sides(scenario, after)
    if not first or not second:
        return {}
    (had, wanted), (has, _) = first, second
    spoken = [_spoken(text) for text in (had, has, wanted)]
    if len({len(each) for each in spoken}) > 1:
        return {}
    found: dict[float, int] = {}
    for (old, kind), (new, new_kind), (aim, aim_kind) in zip(*spoken, strict=True):
        if kind == new_kind == aim_kind and float(old) not in (float(new), float(aim)):
            slack = _rounding(aim) + (_rounding(old) if "." in old else 0.0)
            for value in _solutions(turn, float(old), float(new), float(aim), slack):
                found[value] = max(found.get(value, 0), _told(aim))
    return found


def _rounding(text: str) -> float:
    """By how much a number may differ from what is written, at the most."""
    return 0.5 * 10.0 ** -len(text.partition(".")[2])


def _spoken(text: str) -> list[tuple[str, str]]:
    """The numbers of a text, each with the word after it, by which it is known what it is a number of."""
    found = NUMBER.finditer(text)
    return [(each.group(), word.group() if (word := WORD.search(text, each.end())) else "") for each in found]


def _solutions(turn: Turn, old: float, new: float, aim: float, slack: float) -> Iterator[float]:
    """The roundest value that gives the aim, for an answer that grows with it and for one that grows with one over it."""
    step = (turn.after - turn.before) / (new - old)
    yield from _roundest(turn.before + (aim - slack - old) * step, turn.before + (aim + slack - old) * step, turn)
    if turn.before and turn.after:
        step = (1 / turn.after - 1 / turn.before) / (new - old)
        ends = [1 / turn.before + (aim + way * slack - old) * step for way in (-1, 1)]
        if ends[0] * ends[1] > 0:
            yield from _roundest(1 / ends[0], 1 / ends[1], turn)


def _roundest(one: float, other: float, turn: Turn) -> Iterator[float]:
    low, high = sorted((one, other))
    for digits in range(1, DIGITS + 1):
        value = _rounded((low + high) / 2, digits)
        if low - 1e-9 <= value <= high + 1e-9 and value not in (turn.before, turn.after):
            yield value
            return


def _rounded(value: float, digits: int) -> float:
    return float(f"{value:.{digits}g}") if value and math.isfinite(value) else 0.0


def _told(aim: str) -> int:
    """Digits of a number as it is written; noughts at its end are none: of round numbers come round ones, whatever the cause."""
    return len(aim.lstrip("-0.").replace(".", "").rstrip("0"))


def _digits(value: float) -> int:
    return next((digits for digits in range(1, DIGITS) if _rounded(value, digits) == value), DIGITS)
