"""A bench whose attempts are written down beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from refinery.domain import Attempt, Cause, Expectation, Scenario
from refinery.events import Say, silent
from refinery.suite.runner import Pair

Play = Callable[[str, int], Attempt]
"""What becomes of the n-th run (from 0) of a scenario."""


class Played:
    """Plays attempts from a function of scenario and trial, and counts them."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self.runs: dict[str, int] = {}

    def attempt(self, scenario: Scenario, trial: int) -> Attempt:
        self.runs[scenario.id] = self.runs.get(scenario.id, 0) + 1
        return replace(self._play(scenario.id, trial), scenario=scenario.id, trial=trial)

    def attempts(self, pairs: Sequence[Pair], say: Say = silent) -> Iterator[Attempt]:
        for scenario, trial in pairs:
            yield self.attempt(scenario, trial)


def outcome(passed: bool, output: str = "") -> Attempt:
    """An attempt that passed or failed on its merits."""
    return Attempt("", 0, passed, cause=None if passed else Cause.CHECKS, output=output or ("yes" if passed else "no"))


def broken(cause: Cause = Cause.INFRASTRUCTURE) -> Attempt:
    """One that says nothing about the agent."""
    return Attempt("", 0, False, cause=cause, says="no process could be started")


def scenario(name: str, trials: int | None = None) -> Scenario:
    """A scenario of which only the name matters."""
    return Scenario(name, None, (Expectation("no-error", True),), trials=trials)


def rates(**table: str) -> Play:
    """By scenario, a word of `+` and `-` that is played round and round; every answer is worded differently."""
    return lambda name, trial: outcome(table[name][trial % len(table[name])] == "+", f"{name} {trial}")


def fixed(**table: bool) -> Play:
    """By scenario, whether it passes, always with the same answer."""
    return lambda name, _: outcome(table[name])
