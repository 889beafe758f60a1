"""How much other values that would have cured a failure make of the suspicion of the statements they were put in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from refinery.domain import Replaced
from refinery.repair.module import Module, Statement
from refinery.repair.replacing.feeding import Feeding

ASIDE = 0.08
"""What a statement counts at which no other value cures, where one does at others. On 49 faults in code of small agents another value
cured at 32 of the statements that were to be edited, and at 3.4 of some sixty; the likelihood alone would have them farther apart."""
PARTLY = 0.4
"""What one counts at which a value cures fewer of the failures than at others."""
FED = 0.5
"""What each step counts to a statement that gives another what it works with at which a value cures: no value that was tried there may
stand for the right one."""
STEPS = 3
UNTRIED = 0.5
"""What is read, or done, where no other value was tried counts: settings, and code outside of functions."""

Suspect: TypeAlias = tuple[float, Module, Statement]


class Swayed:
    """What was found out by replacing values, by statement; nothing where no value cured anything."""

    def __init__(self, found: Sequence[Replaced], modules: Iterable[Module]) -> None:
        cured = {(each.path, each.line): each for each in found}
        most = max((len(each.cured) for each in cured.values()), default=0)
        self._weights = {place: 1.0 if len(each.cured) == most else PARTLY for place, each in cured.items()}
        self._fed: Mapping[tuple[str, int], int] = {}
        self._begins: dict[tuple[str, int], int] = {}
        self._untried: set[tuple[str, int]] = set()
        modules = tuple(modules) if cured else ()
        if cured:
            self._fed = Feeding(modules).before(cured.keys(), STEPS)
        for module in modules:
            for statement in module.statements:
                self._begins |= {(module.path, line): statement.node.lineno for line in range(statement.first, statement.last + 1)}
                if module.function(statement.node) is None:
                    self._untried.add((module.path, statement.node.lineno))

    def cures(self, path: str, number: int) -> bool:
        """Whether another value cures at the statement of a line."""
        return (path, self._begins.get((path, number), number)) in self._weights

    def line(self, path: str, number: int) -> float:
        """The factor of a line's suspicion, 0 to 1."""
        place = path, self._begins.get((path, number), number)
        if not self._weights:
            return 1.0
        if place in self._weights:
            return self._weights[place]
        return UNTRIED if place in self._untried else FED ** self._fed[place] if place in self._fed else ASIDE

    def reading(self, path: str, number: int) -> float:
        """The same of a line that reads a setting or a text: another value of these is seldom among those tried."""
        return max(UNTRIED, self.line(path, number))

    def shares(self, suspects: Iterable[Suspect]) -> list[tuple[float, float, Module, Statement]]:
        """Statements with their shares of the suspicion, the largest first, each with what it would be without this."""
        weighed = [
            (share * self.line(module.path, statement.node.lineno), share, module, statement) for share, module, statement in suspects
        ]
        top = max((share for share, *_ in weighed), default=1.0)
        made = ((share / top, plain, module, statement) for share, plain, module, statement in weighed)
        return sorted(made, key=lambda each: -each[0])
