"""Configuration knobs: other values that a setting could have, ranked by whether the code that ran reads it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from refinery.edits.config import TEXTS
from refinery.edits.scalar import Scalar, Value
from refinery.repair.amounts import as_beside
from refinery.repair.choices import MEANT, Choice, fitting, others
from refinery.repair.clues import Clues
from refinery.repair.mutations.patterns import WRITTEN, telling
from refinery.repair.rules import numbered, records, rules
from refinery.repair.turns import Knob, documents, shapes, told, turns
from refinery.repair.wording import parts
from refinery.repair.world import World

OUTER = 0.8
"""What it counts that a line names the table around a setting, and not the setting."""
RECORD = 0.15
"""What a turn of a value in a table of records counts: data is not configuration, and changing it is not a repair."""
ITEM = 0.5
"""What a turn of a text in a list counts: what stood there is lost."""
UNTOLD = 0.3
"""What it counts where the failure does not speak of the new text, and nothing but its kind speaks for it."""
SELECTS = 0.35
"""What a turn of a value in a record counts that is chosen from a set, as the tool of a route: a setting, whatever it stands in."""
NEIGHBOURS, DEEP = 4, 3
"""Tables of one form beside each other that are records, and how deep a value stands in records that records have."""
ROW, UNTOLD_ROW = 0.55, 0.25
"""How likely another value of a table is for a row that the failure speaks of, and for one that it does not."""
SMALLEST_TABLE = 3
RANKS = frozenset({"priority", "rank", "precedence", "weight"})
"""Words in the names of what says which of several records comes first."""
RANKED = 0.5
PATTERNS = frozenset({"pattern", "patterns", "regex", "regexp", "match"})
"""What settings are called that are patterns, whatever they look like."""
SURE = 0.65
EVIDENT = 0.8
"""What a turn counts at the least where the file itself shows that the value is not what is meant: whatever reads it, it is wrong."""
OF_WRONG_KIND = frozenset({"TypeError", "AttributeError"})
AVOIDS = 0.5
"""What the turn of a switch counts where a value is of a kind that code cannot use: it keeps the code from being reached, no more."""
KIND = 0.5
"""What it counts where the value is one of a few that the other records have too: a kind, and not a datum."""
FEW_KINDS = 6
"""Kinds that few records have; of more, there are twice as many records."""
NAMED = 12
"""Tables of one form, each under a name, that are still settings; of more, as of lists of records, the values are data."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How far the failing path reads a key."""

    score: float
    where: str
    """`path:line` of the most suspicious line that names it; empty when none does."""


def knobs(
    scalars: Iterable[Scalar],
    sources: Mapping[str, str],
    world: World,
    clues: Clues,
    readings: Mapping[str, Reading],
    sets: Sequence[Choice] = (),
) -> Iterator[tuple[float, Knob]]:
    """Every turn of every setting with its score, in no order. `sets` are what settings are chosen from."""
    scalars = tuple(scalars)
    by_key: dict[str, list[Scalar]] = {}
    for scalar in scalars:
        by_key.setdefault(scalar.key, []).append(scalar)
    by_record: dict[tuple[object, ...], list[Scalar]] = {}
    for scalar in scalars:
        by_record.setdefault((scalar.path, scalar.keys[:-1]), []).append(scalar)
    whole = _records(scalars)
    forms = shapes(sources, world, scalars)
    tables = in_tables(scalars)
    ruled, catalogues = rules(scalars, sources), records(scalars)
    prose = tuple(documents(sources))
    columns = {key: _texts(each) for key, each in by_key.items()}
    chosen = {key: fitting(column, sets) for key, column in columns.items()}
    for scalar in scalars:
        read = heard_of(scalar, readings)
        spoken = max(clues.mention(str(key)) for key in scalar.keys if isinstance(key, str)) if scalar.key else 0.0
        thing = numbered(scalar) or scalar.path in catalogues
        data = thing or (scalar.path, scalar.keys) in tables or _listed_in_a_record(scalar)
        rule = ruled.get((scalar.path, scalar.keys), 0.0) if data else 0.0
        kinds = _kinds(scalar, by_key[scalar.key]) if data and not thing else frozenset()
        named = data and not thing and not any(isinstance(key, int) for key in scalar.keys) and len(by_key[scalar.key]) <= NAMED
        about = _about(scalar, by_record.get((scalar.path, scalar.keys[:-1]), ()), clues) if kinds or named else False
        members = tuple(Knob(scalar, *other, spoken=True) for other in others(scalar, columns[scalar.key], chosen[scalar.key], clues))
        members += tuple(_ranks(scalar, by_key[scalar.key]) if data else ())
        speaks = 0.25 + 0.6 * read.score + 0.3 * spoken
        weight = speaks * ((KIND if about else RECORD) if data else 1.0)
        if data and members and not thing and not _item(scalar):  # which tool, which level: a setting, though it stands in a record
            weight = max(weight, weight / (KIND if about else RECORD) * (1.0 if _about(scalar, whole(scalar), clues) else SELECTS))
        weight *= AVOIDS if isinstance(scalar.value, bool) and clues.errors & OF_WRONG_KIND and not clues.says(scalar.key) else 1.0
        weight *= ITEM if isinstance(scalar.value, str) and _item(scalar) else 1.0
        there = by_record[scalar.path, scalar.keys[:-1]] if _item(scalar) else [scalar]  # nothing stands in a list twice
        seen: set[tuple[type, Value]] = {(type(each.value), each.value) for each in there}
        thought = (
            *turns(scalar, by_key[scalar.key], sources, world, forms),
            *told(scalar, clues, prose),
            *members,
            *(_shares(scalar, (*by_record[scalar.path, scalar.keys[:-1]], *by_key[scalar.key])) if not data else ()),
            *_rows(scalar, by_record[scalar.path, scalar.keys[:-1]], clues),
        )
        for place, knob in enumerate(sorted(thought, key=lambda one: -one.prior)):
            if (type(knob.value), knob.value) not in seen:
                seen.add((type(knob.value), knob.value))
                spoken_of = clues.text and isinstance(knob.value, str) and knob.value.lower() in clues.text
                lost = UNTOLD if _item(scalar) and not spoken_of and knob.prior < SURE else 1.0
                selects = not thing and any(knob.value == each.value for each in members)
                meant = knob.prior >= MEANT  # what was misspelt is no loss, and no datum
                ruled_so = rule if isinstance(scalar.value, bool) or knob.spoken else 0.0
                kept = not data or meant or selects or (about and (named or knob.value in kinds)) or ruled_so > 0.0
                share = max(speaks, EVIDENT) if meant else max(weight * lost, speaks * ruled_so)
                yield share * knob.prior * 0.97**place, replace(knob, data=not kept)


def patterned(scalars: Iterable[Scalar], clues: Clues) -> Iterator[tuple[float, Knob]]:
    """Patterns that find something else than those of the settings in failing inputs alone; with their scores."""
    for scalar in scalars:
        if isinstance(scalar.value, str) and (WRITTEN.search(scalar.value) or scalar.key in PATTERNS) and '"' not in scalar.value:
            for changed, says, prior in telling(f'r"{scalar.value}"', clues.asked):
                yield prior, Knob(scalar, changed[2:-1], prior, f"a pattern that matches {says}", spoken=True)


def _texts(scalars: Iterable[Scalar]) -> tuple[str, ...]:
    return tuple(each.value for each in scalars if isinstance(each.value, str))


def _records(scalars: Iterable[Scalar]) -> Callable[[Scalar], list[Scalar]]:
    """For a value, everything that stands in the same record of a list."""
    found: dict[tuple[str, tuple[str | int, ...]], list[Scalar]] = {}

    def place(scalar: Scalar) -> tuple[str, tuple[str | int, ...]]:
        last = max((at for at, key in enumerate(scalar.keys[:-1]) if isinstance(key, int)), default=-1)
        return scalar.path, scalar.keys[: last + 1] if last >= 0 else scalar.keys[:-1]

    for scalar in scalars:
        found.setdefault(place(scalar), []).append(scalar)
    return lambda scalar: found.get(place(scalar), [])


def _ranks(scalar: Scalar, column: Sequence[Scalar]) -> Iterator[Knob]:
    """A place before or behind all the others, for what says which record comes first."""
    ranks = [each.value for each in column if isinstance(each.value, int | float) and not isinstance(each.value, bool)]
    own = scalar.value
    if not isinstance(own, int | float) or isinstance(own, bool) or not parts(scalar.key) & RANKS or len(ranks) < SMALLEST_TABLE:
        return
    for new, where in ((max(ranks) + 1, "above"), (min(ranks) - 1, "below")):
        yield Knob(scalar, new, RANKED, f"{where} that of all the others")


def _shares(scalar: Scalar, beside: Sequence[Scalar]) -> Iterator[Knob]:
    """A share of one that was written as one of a hundred, or the other way round: what stands beside it tells."""
    numbers = {each.keys: each.value for each in beside if each.path == scalar.path and _number(each.value)}
    own = numbers.pop(scalar.keys, None)
    for new, prior, why in as_beside(float(own), [float(each) for each in numbers.values()]) if own else ():  # type: ignore[arg-type]
        whole = isinstance(own, int) and new.is_integer()
        yield Knob(scalar, int(new) if whole else new, prior, why, spoken=True)


def _number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rows(scalar: Scalar, table: Sequence[Scalar], clues: Clues) -> Iterator[Knob]:
    """What a table says of other rows, where it tells of each what kind it is: some kinds come more than once."""
    if _item(scalar) or not isinstance(scalar.value, str) or len(table) < SMALLEST_TABLE:
        return
    texts = Counter(each.value for each in table if isinstance(each.value, str))
    if len(texts) == sum(texts.values()) or sum(texts.values()) < len(table):
        return
    prior = ROW if clues.says(scalar.key) else UNTOLD_ROW
    for value, _ in texts.most_common():
        if value != scalar.value:
            yield Knob(scalar, value, prior, "what the table has for another row")


def _item(scalar: Scalar) -> bool:
    return bool(scalar.keys) and isinstance(scalar.keys[-1], int)


def _listed_in_a_record(scalar: Scalar) -> bool:
    """An item of a list that a record of a list has."""
    return _item(scalar) and any(isinstance(key, int) for key in scalar.keys[:-1])


def _kinds(scalar: Scalar, kin: list[Scalar]) -> frozenset[Value]:
    """The values of a column that several records share: texts and switches."""
    column = Counter(each.value for each in kin if each.path == scalar.path and len(each.keys) == len(scalar.keys))
    if len(column) > FEW_KINDS and 2 * len(column) > sum(column.values()):  # what mostly differs is no kind
        return frozenset()
    return frozenset(value for value, count in column.items() if count > 1 and isinstance(value, str | bool))


def _about(scalar: Scalar, record: Iterable[Scalar], clues: Clues) -> bool:
    """Whether the failure speaks of this record by something else that stands in it."""
    names = [each.value for each in record if each is not scalar and isinstance(each.value, str) and len(each.value) > 1]
    names += [key for key in scalar.keys[:-1] if isinstance(key, str)]
    return any(re.search(rf"(?<!\w){re.escape(name.lower())}(?!\w)", clues.text) for name in names)


def in_tables(scalars: Iterable[Scalar]) -> set[tuple[str, tuple[str | int, ...]]]:
    """Values in tables: the same field in several items of a list, in four or more neighbours, or in four or more text files."""
    groups: dict[tuple[object, ...], list[Scalar]] = {}
    nested: dict[tuple[object, ...], list[Scalar]] = {}
    for scalar in scalars:
        if len(scalar.keys) > 1:
            groups.setdefault((scalar.path, scalar.keys[:-2], scalar.keys[-1]), []).append(scalar)
            if len(scalar.keys) > DEEP:
                nested.setdefault((scalar.path, len(scalar.keys), scalar.keys[-3], scalar.keys[-1]), []).append(scalar)
        elif scalar.keys and PurePosixPath(scalar.path).suffix.lower() in TEXTS:
            groups.setdefault((str(PurePosixPath(scalar.path).parent), scalar.keys), []).append(scalar)
    found = {(scalar.path, scalar.keys) for group in nested.values() if len(group) >= NEIGHBOURS for scalar in group}
    for group in groups.values():
        in_list = len(group[0].keys) > 1 and isinstance(group[0].keys[-2], int)
        if len(group) >= (2 if in_list else NEIGHBOURS):
            found.update((scalar.path, scalar.keys) for scalar in group)
    return found


def heard_of(scalar: Scalar, heard: Mapping[str, Reading]) -> Reading:
    """How far the failing path reads a setting: by its name, or by that of a table around it, from which it takes one by a key."""
    names = [key for key in reversed(scalar.keys) if isinstance(key, str)]
    read = [(heard[name], OUTER if depth else 1.0) for depth, name in enumerate(names) if name in heard]
    found = [replace(each, score=each.score * weight) for each, weight in read]
    return max(found, key=lambda each: each.score, default=Reading(0.0, ""))


def readings(scalars: Iterable[Scalar], lines: Iterable[tuple[float, str, int, str]]) -> dict[str, Reading]:
    """For each key of settings and of the tables around them, the most suspicious code line (score, path, number, text) that names it."""
    keys = {key for scalar in scalars for key in scalar.keys if isinstance(key, str)}
    found: dict[str, Reading] = {}
    by_parts = {frozenset(parts(key)): key for key in keys}
    for score, path, number, text in lines:
        for word in set(re.findall(r"[A-Za-z_][\w-]*", text)):
            key = word if word in keys else by_parts.get(parts(word), "")
            if key and score > found.get(key, Reading(0.0, "")).score:
                found[key] = Reading(score, f"{path}:{number}")
    return found
