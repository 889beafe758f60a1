"""What an import came to, and how cases become scenarios with ids of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from adapters.trace import Json
from refinery.domain import Expectation, Scenario
from refinery.suite import checks
from refinery.suite.names import slug


@dataclass(slots=True)
class Imported:
    """The scenarios that were understood, and one sentence for whatever was not."""

    stem: str
    """What scenarios without a name are called after, with their number."""
    scenarios: list[Scenario] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    def add(self, where: str, name: str, given: Json, expect: Iterable[Expectation], tags: tuple[str, ...] = (), says: str = "") -> None:
        """One case. Checks whose argument our vocabulary refuses are told; a case that is left with none is left out."""
        good = []
        for each in expect:
            if problem := checks.problem(each.kind, each.value):
                self.notes.append(f"{where}: {each.name} is left out: {problem}")
            else:
                good.append(replace(each, line=0))
        if not good:
            self.notes.append(f"{where}: the case is left out: it has no check that could be taken over, so it would always pass")
            return
        self.scenarios.append(Scenario(self._free(name), given, tuple(good), assumption=says, tags=tags))

    def threshold(self, value: float) -> None:
        """The share of the last case's checks that must be met."""
        self.scenarios[-1] = replace(self.scenarios[-1], threshold=value)

    def _free(self, name: str) -> str:
        wanted = slug(name) if name.strip() else f"{slug(self.stem)}-{len(self.scenarios) + 1}"
        free, number = wanted, 2
        while free in self._taken:
            free, number = f"{wanted}-{number}", number + 1
        self._taken.add(free)
        return free
