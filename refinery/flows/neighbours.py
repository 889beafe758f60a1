"""Inputs that are near those of the scenarios, and that no check decides; and which cures do harm there.

A cure that a search finds has passed the scenarios; so have others that are wrong. What tells them apart without an oracle is how
they behave next door (after Xiong et al., "Identifying patch correctness in test-based program repair", 2018): right cures leave alone
what is near a passing scenario, and do not crash where the base does not. `weighed` tells how far to believe those that do no harm.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice, zip_longest

from adapters.trace import Json
from refinery.domain import Attempt, Cause, Scenario

EACH = 6
"""Neighbours of one scenario."""
KEPT = 2
"""Further ones that a search never sees: they are kept for the gate."""
MOST = 30
CRASHES = 0.1
"""The share of neighbours on which a cure may crash where the base does not."""
UPSET = 0.4
"""The share of neighbours of passing scenarios that a cure may go about otherwise than the base, at least."""
UNLIKE = 1.5
"""And how many times the share of scenarios that fail."""
TELLING = 6
"""Neighbours from which on such a share means something."""
CRASHED = (Cause.EXIT, Cause.SIGNAL, Cause.TIMEOUT, Cause.OUTPUT)

WORD = re.compile(r"\w+(?:[-./:]\w+)*")
NAMED = re.compile(r"\b[A-Z]\w*|\d[\d.,:]*")
MOST_WORDS = 60
"""Words of a text that are looked at."""
PLAIN_KINDS = ("a", "A", "_")
"""Words that are neither names nor numbers."""
EXCHANGED = 2
"""Words of other texts that are put in the place of one."""
FEWEST_WORDS = 3

Behaviour = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An input near that of a scenario."""

    input: Json
    origin: int
    """Which of the scenarios' inputs it differs from."""
    red: bool
    """The scenario fails on the base."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Inputs of scenarios, and those near them."""

    near: tuple[Neighbour, ...]
    own: tuple[Json, ...]

    @property
    def inputs(self) -> tuple[Json, ...]:
        """All of them, in the order in which what they came to is looked at."""
        return (*(each.input for each in self.near), *self.own)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run on a neighbour came to."""

    behaviour: Behaviour
    crashed: bool


def neighbours(red: Sequence[Scenario], green: Sequence[Scenario]) -> Neighbourhood:
    """Inputs that differ from a scenario's in one place, those of all scenarios by turns.

    A scenario in a recorded world has none: nothing is recorded for another input, and its tools are not to be called for it.
    """
    red, green = _outside_of_worlds(red), _outside_of_worlds(green)
    own = tuple(scenario.input for scenario in (*red, *green))
    fresh = [(value for value in _near(each, own) if value not in own) for each in own]
    rows = [[Neighbour(value, number, number < len(red)) for value in islice(row, EACH)] for number, row in enumerate(fresh)]
    found: list[Neighbour] = []
    for each in chain.from_iterable(zip_longest(*rows)):
        if each is not None and each.input not in own and all(each.input != other.input for other in found):
            found.append(each)
    return Neighbourhood(tuple(found[:MOST]), own)


def kept_back(red: Sequence[Scenario], green: Sequence[Scenario]) -> tuple[Neighbour, ...]:
    """Others than `neighbours` has, those of all scenarios by turns: what it leaves out, and inputs that differ in two places."""
    red, around = _outside_of_worlds(red), neighbours(red, green)
    found: list[Neighbour] = []
    rows = [_further(each, around) for each in around.own]
    for _ in range(KEPT):
        for number, row in enumerate(rows):
            new = next((value for value in row if all(value != other.input for other in found)), None)
            if new is not None:
                found.append(Neighbour(new, number, number < len(red)))
    return tuple(found)


def _outside_of_worlds(scenarios: Sequence[Scenario]) -> list[Scenario]:
    return [each for each in scenarios if each.world is None]


def _further(value: Json, around: Neighbourhood) -> Iterator[Json]:
    once = list(_near(value, around.own))
    seen = (*around.inputs, *once)
    twice = (next((each for each in _near(near, around.own) if each not in seen), value) for near in once)
    return (each for each in chain(once[EACH:], twice) if each not in around.inputs)


def harmless(base: Sequence[Seen], cures: Sequence[Sequence[Seen]], around: Neighbourhood, reasoned: Collection[int] = ()) -> list[int]:
    """The cures, by number, that may be believed at all.

    One that often crashes where the base does not is left out: it has learnt the scenarios, and nothing around them. So is one that
    upsets what lies around the scenarios that pass, far more than the share of those that fail would have one expect; unless somebody
    `reasoned` it out, and no search came upon it.
    """
    return [
        number
        for number, own in enumerate(cures)
        if _crashes(base, own, around) <= CRASHES and (number in reasoned or not _upsets(base, own, around))
    ]


def _upsets(base: Sequence[Seen], own: Sequence[Seen], around: Neighbourhood) -> bool:
    """Whether too much changes around what passes; what is answered there as a failing scenario is on the base may well change."""
    origins = {each.origin: each.red for each in around.near}
    amiss = {_form(base[len(around.near) + origin].behaviour) for origin, red in origins.items() if red}
    right = [place for place, each in enumerate(around.near) if not each.red and _form(base[place].behaviour) not in amiss]
    upset = [own[place].behaviour != base[place].behaviour for place in right]
    usual = UNLIKE * _share(list(origins.values()), 0.0)
    return len(upset) >= TELLING and _share(upset, 0.0) > max(UPSET, usual)


def _form(behaviour: Behaviour) -> str:
    """An answer without the names and numbers in it; one that has nothing else, as it is."""
    said = str(behaviour[0]) if behaviour else ""
    form = NAMED.sub("#", said)
    return form if any(map(str.isalpha, form)) else said


def _crashes(base: Sequence[Seen], own: Sequence[Seen], around: Neighbourhood) -> float:
    """How often it crashes next door where the base does not."""
    return _share([own[place].crashed and not base[place].crashed for place in range(len(around.near))], 0.0)


def witnessed(attempts: Sequence[Attempt]) -> list[Seen]:
    """What a comparison looks at of each attempt."""
    return [Seen(attempt.behaviour, attempt.cause in CRASHED) for attempt in attempts]


def changed(value: object) -> Iterator[object]:
    """Values of the same kind that are near one: of a collection also one of its items changed."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + 1, value - 1, value * 2, 0)
    elif isinstance(value, str):
        yield from (value + value[-1:], value[:-1], value[::-1], value + "x", value.upper())
    elif isinstance(value, list | tuple):
        kind = type(value)
        yield from (kind([*value, *value[:1]]), kind(value[1:]), kind(value[:-1]), kind(value[::-1]))
        for place, item in enumerate(value[:3]):
            for new in islice(changed(item), 2):
                yield kind([*value[:place], new, *value[place + 1 :]])
    elif isinstance(value, Mapping):
        for key, item in islice(value.items(), 4):
            yield {name: part for name, part in value.items() if name != key}
            yield from ({**value, key: new} for new in islice(changed(item), 2))
    elif isinstance(value, set):
        yield from (value - {item} for item in sorted(value, key=repr)[:2])


def _share(flags: Sequence[bool], unknown: float) -> float:
    return sum(flags) / len(flags) if flags else unknown


def _near(value: Json, known: Sequence[Json]) -> Iterator[Json]:
    """One leaf changed at a time, a first change for every leaf before a second for any."""
    leaves = list(leaves_of(value, ()))
    rows = [[put_at(value, path, new) for new in _changed(leaf, path, known)] for path, leaf in leaves]
    yield from (each for each in chain.from_iterable(zip_longest(*rows, fillvalue=value)) if each != value)


def leaves_of(value: Json, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from leaves_of(part, (*path, key))
    elif isinstance(value, list):
        yield path, value
        for place, part in enumerate(value[:4]):
            yield from leaves_of(part, (*path, place))
    else:
        yield path, value


def _changed(leaf: Json, path: tuple[str | int, ...], known: Sequence[Json]) -> Iterator[Json]:
    if isinstance(leaf, bool):
        yield not leaf
    elif isinstance(leaf, int | float):
        yield from (leaf + 1, leaf - 1, leaf * 2, 0)
    elif isinstance(leaf, list):
        yield from ([*leaf, *leaf[:1]], leaf[:-1], leaf[::-1])
    for other in known:
        there = found_at(other, path)
        if type(there) is type(leaf) and there != leaf:
            yield there
    if isinstance(leaf, str):
        yield from _reworded(leaf, [there for other in known if isinstance(there := found_at(other, path), str) and there != leaf])
        yield from (leaf.upper(), f" {leaf}")


def _reworded(text: str, others: Sequence[str]) -> Iterator[str]:
    """The text with a name or a number of another text in the place of its own, with another number, and without its last word."""
    words = _names(text)
    for each in words:
        kin = dict.fromkeys(word.group() for other in others for word in _names(other) if _kind(word.group()) == _kind(each.group()))
        for word in islice((word for word in kin if word != each.group()), EXCHANGED):
            yield text[: each.start()] + word + text[each.end() :]
    for each in words:
        if each.group().isdecimal():
            yield from (
                text[: each.start()] + str(number) + text[each.end() :] for number in (int(each.group()) + 1, int(each.group()) - 1)
            )
    if len(text.split()) > FEWEST_WORDS:
        yield text.rsplit(maxsplit=1)[0]


def _names(text: str) -> list[re.Match[str]]:
    """Names, numbers and codes in a text; a first word begins with a capital whatever it is."""
    found = islice(WORD.finditer(text), MOST_WORDS)
    return [each for each in found if (kind := _kind(each.group())) not in PLAIN_KINDS and (each.start() or kind != "Aa")]


def _kind(word: str) -> str:
    """What a word looks like: `Aa` for a name, `0` for a number, `A0` for a code, `0-0-0` for a date."""
    plain = re.sub(r"\d+", "0", word)
    return re.sub(r"[a-z]+", "a", re.sub(r"[A-Z]+", "A", plain))


def found_at(value: Json, path: tuple[str | int, ...]) -> Json:
    for key in path:
        if isinstance(value, Mapping) and isinstance(key, str):
            value = value.get(key)
        elif isinstance(value, list) and isinstance(key, int) and key < len(value):
            value = value[key]
        else:
            return None
    return value


def put_at(value: Json, path: tuple[str | int, ...], new: Json) -> Json:
    if not path:
        return new
    key, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return {name: put_at(part, rest, new) if name == key else part for name, part in value.items()}
    assert isinstance(value, list)
    return [put_at(part, rest, new) if place == key else part for place, part in enumerate(value)]
