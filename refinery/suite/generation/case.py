"""What a probe starts from, and what it comes to before anybody has rated it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.trace import Json
from refinery.domain import Expectation, Scenario
from refinery.suite.generation.inputs import spoken
from refinery.suite.outcome import compact

FIGURE = re.compile(r"^\\b([\d.,\\]+)\\b$")
"""An expression that is one figure and nothing else."""


@dataclass(frozen=True, slots=True)
class Base:
    """A scenario whose answer is known to somebody: its checks say what is right."""

    scenario: Scenario
    real: bool = True
    """False: nobody knows what is right."""
    theirs: bool = True
    """False: it is none of the user's, but was put together from the profile."""

    @property
    def way(self) -> tuple[str | int, ...] | None:
        """Where in the input the user's own words stand; None when there are none."""
        return spoken(self.scenario.input)

    @property
    def text(self) -> str:
        """The user's own words."""
        way = self.way
        found = at(self.scenario.input, way) if way is not None else None
        return found if isinstance(found, str) else ""

    def saying(self, text: str) -> Json:
        """The input with other words."""
        assert self.way is not None
        return put(self.scenario.input, self.way, text)

    def fields(self) -> dict[str, Json]:
        """Whatever is given beside the words."""
        given = self.scenario.input
        way = self.way
        return {name: value for name, value in given.items() if way is None or not way or name != way[0]} if isinstance(given, dict) else {}

    def telling(self) -> tuple[str, ...]:
        """Values that only a right answer to this very question holds: those with digits, or names in capitals, that its checks ask for.

        What the input says itself may be repeated by any answer, and is none of them.
        """
        said = compact(self.scenario.input).casefold()
        wanted: list[str] = []
        for each in self.scenario.expect:
            if each.kind in ("contains", "icontains", "equals") and not each.negated:
                values = each.value if isinstance(each.value, list) else [each.value]
                wanted += [str(value) for value in values if isinstance(value, str | int | float) and not isinstance(value, bool)]
            elif each.kind == "regex" and not each.negated and (figure := FIGURE.match(str(each.value))):
                wanted.append(figure[1].replace("\\", ""))
        pieces = [piece for text in wanted for piece in re.findall(r"[\w.,:/-]*\d[\w.,:/-]*", text)]
        return tuple(dict.fromkeys(piece.strip(".,:") for piece in pieces if len(piece) > 1 and piece.casefold() not in said))

    def structured(self) -> tuple[Expectation, ...]:
        """That the answer has the form that right ones have, where the checks tell of one."""
        found: list[Expectation] = []
        for each in self.scenario.expect:
            if each.kind == "json-path" and isinstance(each.value, dict) and not each.negated and each.value.get("exists") is not False:
                root = re.match(r"\$\.[\w-]+|\$\[\"[^\"]+\"\]", str(each.value.get("path")))
                if root:
                    found.append(Expectation("json-path", {"path": root[0], "exists": True}))
            elif each.kind in ("is-json", "json-schema") and not each.negated:
                found.append(Expectation(each.kind, each.value))
        return tuple(_each_once(found))


@dataclass(frozen=True, slots=True)
class Case:
    """One scenario that a probe proposes."""

    input: Json
    expect: tuple[Expectation, ...]
    about: str
    """The field, tool, rule or setting that it turns on; empty for the words themselves."""
    assumes: str
    """What has to hold for its checks to be right."""
    fill: str = ""
    """What a person should decide or add; empty when nothing is left open."""
    same: bool = False
    """The answer should be that of the base: what was changed must not matter."""
    threshold: float | None = None


def at(value: Json, way: Sequence[str | int]) -> Json:
    """The value at a place in an input."""
    for key in way:
        if isinstance(value, dict) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def put(value: Json, way: Sequence[str | int], new: Json) -> Json:
    """The same input with another value at a place."""
    if not way:
        return new
    key, rest = way[0], way[1:]
    if isinstance(value, dict):
        return {name: put(part, rest, new) if name == key else part for name, part in value.items()}
    assert isinstance(value, list)
    return [put(part, rest, new) if place == key else part for place, part in enumerate(value)]


def _each_once(found: Sequence[Expectation]) -> list[Expectation]:
    kept: list[Expectation] = []
    for each in found:
        if each not in kept:
            kept.append(each)
    return kept
