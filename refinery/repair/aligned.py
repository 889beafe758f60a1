"""Wrong answers laid beside the right ones: what stands in the place of what, and the fields of records that hold the two."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from refinery.edits.scalar import Scalar, Value
from refinery.repair.symptoms import answers

TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)*|\w+|[^\w\s]")
SINGLE = str | int | float | None
LONGEST = 80
"""Characters of a stretch that can be the value of a field."""
MOST = 40
"""Stretches that are looked at."""
LITTLE = 0.5
"""What it counts that a stretch is a single sign, which many fields hold by chance."""


@dataclass(frozen=True, slots=True)
class Instead:
    """A stretch of a wrong answer, and what the right one has in its place."""

    wrong: str
    right: str


def instead(texts: Iterable[str]) -> tuple[Instead, ...]:
    """All such stretches of the answers that failed, each once."""
    found = (each for wanted, got in answers(texts) for each in _between(got, wanted))
    return tuple(dict.fromkeys(found))[:MOST]


def told_apart(texts: Iterable[str]) -> tuple[Instead, ...]:
    """All whole texts that were said wrong, with what they should be."""
    found = (each for wanted, got in answers(texts) for each in _leaves(got, wanted))
    return tuple(dict.fromkeys(found))[:MOST]


def lacked(texts: Iterable[str]) -> tuple[str, ...]:
    """Short texts that stand by themselves in a right answer and in no wrong one."""
    pairs = list(answers(texts))
    got = {each for _, one in pairs for each in _single(one)}
    return tuple(dict.fromkeys(each for wanted, _ in pairs for each in _single(wanted) if each not in got and 1 < len(each) <= LONGEST))[
        :MOST
    ]


def turned(texts: Iterable[str]) -> bool:
    """Whether an answer says what it should, in another order."""
    pairs = [(got, wanted) for wanted, got in answers(texts) if isinstance(got, str) and isinstance(wanted, str)]
    return any(got != wanted and sorted(TOKEN.findall(got)) == sorted(TOKEN.findall(wanted)) for got, wanted in pairs)


Row = tuple[str, str, int, str]
"""A cell of a table in lines: its file, the name of its column, its line and what it says."""


def mistaken(seen: Iterable[Instead], scalars: Iterable[Scalar], rows: Iterable[Row] = ()) -> dict[str, dict[str, float]]:
    """For a field, those that it may have been taken for: a record holds what was said under the one, and what was right under the other.

    With each the share of the differences that it explains; whole texts count where nothing inside them was laid beside the other.
    """
    where: dict[str, dict[tuple[str, tuple[str | int, ...]], set[str]]] = defaultdict(lambda: defaultdict(set))
    for scalar in scalars:
        if scalar.keys and isinstance(scalar.keys[-1], str) and (text := _shown(scalar.value)):
            where[text][scalar.path, scalar.keys[:-1]].add(scalar.keys[-1])
    for path, name, line, text in rows:
        where[_plain(text)][path, (line,)].add(name)
    every = tuple(seen)
    seen = [
        each for each in every if not any(other is not each and other.wrong in each.wrong and other.right in each.right for other in every)
    ]
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for each in seen:
        wrong, right = _plain(each.wrong), _plain(each.right)
        fields = {
            (one, other)
            for record, names in where.get(wrong, {}).items()
            for one in names
            for other in where.get(right, {}).get(record, ())
            if one != other
        }
        for one, other in fields:
            found[one][other] += (LITTLE if len(wrong) < 2 or len(right) < 2 else 1.0) / len(seen)
    return {one: dict(others) for one, others in found.items()}


def _between(got: object, wanted: object) -> Iterator[Instead]:
    """Where two values differ, down to the words of their texts."""
    if isinstance(got, Mapping) and isinstance(wanted, Mapping):
        for key in (key for key in wanted if key in got):
            yield from _between(got[key], wanted[key])
    elif isinstance(got, list | tuple) and isinstance(wanted, list | tuple):
        for one, other in zip(got, wanted, strict=False):
            yield from _between(one, other)
    elif got != wanted and isinstance(got, SINGLE) and isinstance(wanted, SINGLE):
        if isinstance(got, str) and isinstance(wanted, str):
            yield from _stretches(got, wanted)
        if len(str(got)) <= LONGEST and len(str(wanted)) <= LONGEST:
            yield Instead(str(got), str(wanted))


def _single(value: object) -> Iterator[str]:
    """The texts inside a value that has several."""
    for part in value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ():
        if isinstance(part, str):
            yield part
        else:
            yield from _single(part)


def _leaves(got: object, wanted: object) -> Iterator[Instead]:
    """The texts at the same places of two values, where they differ."""
    if isinstance(got, str) and isinstance(wanted, str):
        if got != wanted:
            yield Instead(got, wanted)
    elif isinstance(got, Mapping) and isinstance(wanted, Mapping):
        for key in (key for key in wanted if key in got):
            yield from _leaves(got[key], wanted[key])
    elif isinstance(got, list | tuple) and isinstance(wanted, list | tuple):
        for one, other in zip(got, wanted, strict=False):
            yield from _leaves(one, other)


def _stretches(got: str, wanted: str) -> Iterator[Instead]:
    one, other = list(TOKEN.finditer(got)), list(TOKEN.finditer(wanted))
    matcher = SequenceMatcher(None, [each.group() for each in one], [each.group() for each in other], autojunk=False)
    for kind, first, last, begin, end in matcher.get_opcodes():
        if kind == "replace":
            wrong, right = got[one[first].start() : one[last - 1].end()], wanted[other[begin].start() : other[end - 1].end()]
            if len(wrong) <= LONGEST and len(right) <= LONGEST:
                yield Instead(wrong, right)


def _shown(value: Value) -> str:
    return _plain(str(value))


def _plain(text: str) -> str:
    """As it is compared: numbers without the way in which they are written, what is not there as nothing."""
    try:
        return repr(float(text))
    except ValueError:
        return {"none": "None", "null": "None"}.get(text.lower(), text)
