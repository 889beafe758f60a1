"""What a check decides, and the form in which every kind of check is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.trace import Json
from refinery.suite.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Ruling:
    """Whether an outcome is as expected, and if not, why not."""

    passed: bool
    says: str = ""
    measured: bool = True


PASSED = Ruling(True)


def failed(says: str) -> Ruling:
    """It is not as expected."""
    return Ruling(False, says)


def unmeasured(why: str) -> Ruling:
    """Nothing can be said; that is neither a pass nor a fail."""
    return Ruling(False, f"not measured: {why}", measured=False)


def passed_if(condition: bool, otherwise: str) -> Ruling:
    return PASSED if condition else failed(otherwise)


@dataclass(frozen=True, slots=True)
class Kind:
    """One word of the vocabulary."""

    problem: Callable[[Json], str]
    """What is wrong with an argument as it was written; empty when nothing is."""
    rule: Callable[[Json, Outcome], Ruling]
    needs_json: bool = False
    """It can only be judged when the answer is JSON."""


def fine(_: Json) -> str:
    """Any argument will do."""
    return ""
