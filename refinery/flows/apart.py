"""Inputs that may tell cures apart which go about everything nearby alike: farther ones, and those at the bounds that the code knows.

Two cures of one failure often differ only where a bound lies (boundary-value analysis), where a part is missing, or where parts of
two inputs meet. So numbers are set to what stands in the files that the cures change, and beside it; words, fields and items are left
out, doubled, exchanged and taken from other inputs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice, pairwise, zip_longest
from typing import Any

from adapters.trace import Json
from refinery.domain import Scenario
from refinery.flows.neighbours import Neighbour, found_at, put_at

MOST = 120
"""Inputs in all; two of three lie near scenarios that fail."""
BOUNDS = 24
"""Numbers of the code that are put in the place of one, the nearest first."""
LONGEST = 8
"""Items of a list that are looked at."""
OTHERS = 12
"""Other inputs from which something is taken."""
WORDS = 40
"""Words of a text that are looked at."""
NUMBER = re.compile(r"\d+(?:\.\d+)?")
WORD = re.compile(r"\S+")


def numbers_of(texts: Collection[str]) -> tuple[float, ...]:
    """The numbers that stand in files, each once."""
    return tuple(dict.fromkeys(float(found.group()) for text in texts for found in NUMBER.finditer(text) if len(found.group()) < 12))


def apart(
    red: Sequence[Scenario], green: Sequence[Scenario], bounds: Sequence[float], known: Collection[str] = ()
) -> tuple[Neighbour, ...]:
    """Inputs like those of the scenarios, at most `MOST`, those of all by turns. `known` are not wanted: inputs, as `repr`."""
    own = [each.input for each in (*red, *green) if each.world is None]
    failing = len([each for each in red if each.world is None])
    seen = {*known, *map(repr, own)}
    found: list[Neighbour] = []
    for part, share in ((range(failing), MOST * 2 // 3), (range(failing, len(own)), MOST)):
        rows = {place: _of(own[place], own, bounds) for place in part[:share]}
        for place, value in _by_turns(rows):
            if len(found) >= share:
                break
            if repr(value) not in seen:
                seen.add(repr(value))
                found.append(Neighbour(value, place, place < failing))
    return tuple(found)


def _by_turns(rows: dict[int, Iterator[Json]]) -> Iterator[tuple[int, Json]]:
    while rows:
        for place, row in [*rows.items()]:
            try:
                yield place, next(row)
            except StopIteration:
                del rows[place]


def _of(value: Json, known: Sequence[Json], bounds: Sequence[float]) -> Iterator[Json]:
    """One input changed in one place, the kinds of change by turns."""
    kinds: list[Iterator[Json]] = []
    for path, leaf in _everywhere(value, ()):
        there = (each for other in known if (each := found_at(other, path)) is not None and type(each) is type(leaf) and each != leaf)
        kinds += [map(partial(put_at, value, path), made) for made in _changes(leaf, [*islice(there, OTHERS)], bounds)]
    yield from (each for each in chain.from_iterable(zip_longest(*kinds, fillvalue=value)) if each != value)


def _changes(leaf: Json, others: Sequence[Any], bounds: Sequence[float]) -> Iterator[Iterable[Json]]:
    """Ways to change a leaf, each some values; `others` stand in its place in other inputs, and are of its kind."""
    if isinstance(leaf, str):
        yield from _texts(leaf, others, bounds)
        return
    if isinstance(leaf, list):
        yield from _lists(leaf, others)
        return
    if isinstance(leaf, Mapping):
        more = {key: item for each in others for key, item in each.items() if key not in leaf}
        yield ({name: item for name, item in leaf.items() if name != key} for key in leaf)
        yield ({**leaf, key: item} for key, item in more.items())
        return
    if isinstance(leaf, bool) or leaf is None:
        yield [not leaf]
    else:
        yield _around(float(leaf), bounds, whole=isinstance(leaf, int))
    yield others


def _around(number: float, bounds: Sequence[float], *, whole: bool) -> Iterator[Json]:
    """Values at the bounds and beside them, the nearest bounds first; half, double, ten times, nothing."""
    step = 1 if whole else 0.1
    near = sorted(bounds, key=lambda bound: abs(bound - number))[:BOUNDS]
    for made in (number / 2, number * 2, *(bound + way * step for bound in near for way in (0, -1, 1)), number * 10, number / 10, 0):
        value = round(made, 6)
        if value != number:
            yield int(value) if whole or value == int(value) else value


def _texts(text: str, others: Sequence[str], bounds: Sequence[float]) -> Iterator[Iterable[Json]]:
    words = [*islice(WORD.finditer(text), WORDS)]
    for each in islice(NUMBER.finditer(text), 4):
        yield map(partial(_with, text, each), _around(float(each.group()), bounds, whole="." not in each.group()))
    yield (f"{text[: each.start()].rstrip()} {text[each.end() :].lstrip()}" for each in words[1:])
    yield (_with(text, word, new) for other in others for word, new in zip(words, WORD.findall(other), strict=False) if word.group() != new)
    yield (" ".join([*WORD.findall(text)[: len(words) // 2], *WORD.findall(other)[len(WORD.findall(other)) // 2 :]]) for other in others)
    yield (f"{text} {other}" for other in others)
    yield (f"{other} {text}" for other in others)
    yield (f"{text[: one.start()]}{two.group()} {one.group()}{text[two.end() :]}" for one, two in pairwise(words))
    yield [*others, text.upper(), text.lower(), ""]


def _with(text: str, found: re.Match[str], new: Json) -> str:
    return f"{text[: found.start()]}{new}{text[found.end() :]}"


def _lists(items: list[Json], others: Sequence[list[Json]]) -> Iterator[Iterable[Json]]:
    places = range(min(len(items), LONGEST))
    yield ([*items[:place], *items[place + 1 :]] for place in places)
    yield ([*items[: place + 1], *items[place:]] for place in places)
    yield ([*items[:place], items[place + 1], items[place], *items[place + 2 :]] for place in places[:-1])
    yield [items[::-1], []]
    yield ([*items, *other] for other in others)
    yield ([*other, *items] for other in others)
    yield ([*items[:place], item, *items[place + 1 :]] for other in others for place, item in zip(places, other, strict=False))
    yield others


def _everywhere(value: Json, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """Every part of a value with its path, wholes before their parts."""
    yield path, value
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _everywhere(part, (*path, key))
    elif isinstance(value, list):
        for place, part in enumerate(value[:LONGEST]):
            yield from _everywhere(part, (*path, place))
