"""Two values of configuration that stand in each other's place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from refinery.domain import Layer
from refinery.edits.config import replaced
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar
from refinery.repair.clues import Clues
from refinery.repair.knobs import Reading, heard_of
from refinery.repair.placeholders import Refill

SORTED, OUT_OF_ORDER = 4, 0.4
"""Numbers that are in order by no chance, and what an exchange counts that puts them out of it."""
LARGEST = 8
"""Values of a table, or tables beside each other, that are tried against each other."""


def swapped(
    scalars: Iterable[Scalar],
    sources: Mapping[str, str],
    data: Collection[tuple[str, tuple[str | int, ...]]],
    clues: Clues,
    heard: Mapping[str, Reading],
) -> Iterator[tuple[float, Refill]]:
    """Neighbours in one table, and one setting of two tables. `data` are the values of records, which are left alone."""
    tables: dict[tuple[object, ...], list[Scalar]] = defaultdict(list)
    columns: dict[tuple[object, ...], list[Scalar]] = defaultdict(list)
    for scalar in scalars:
        if (scalar.path, scalar.keys) not in data and scalar.keys and isinstance(scalar.keys[-1], str):
            tables[scalar.path, scalar.keys[:-1]].append(scalar)
            if len(scalar.keys) > 1 and isinstance(scalar.keys[-2], str):
                columns[scalar.path, scalar.keys[:-2], scalar.keys[-1]].append(scalar)
    for groups, prior in ((tables, 0.45), (columns, 0.35)):
        for group in groups.values():
            if len(group) > LARGEST:
                continue
            for one, other in combinations(group, 2):
                if type(one.value) is type(other.value) and one.value != other.value and one.value is not None:
                    weight = sum(0.25 + 0.6 * heard_of(each, heard).score + 0.3 * _spoken(each, clues) for each in (one, other)) / 2
                    weight *= OUT_OF_ORDER if _in_order(group) else 1.0
                    if after := _exchanged(sources[one.path], one, other):
                        says = f"Exchange the values of {one.name} and {other.name}"
                        yield prior * weight, Refill(one.path, after, says, "each may be what the other should be", Layer.CONFIG)


def _in_order(group: Sequence[Scalar]) -> bool:
    """Whether the numbers of a table go up, or down, from line to line: somebody thought of their order."""
    values = [each.value for each in group if isinstance(each.value, int | float) and not isinstance(each.value, bool)]
    return SORTED <= len(values) == len(group) and values in (sorted(values), sorted(values, reverse=True))


def _spoken(scalar: Scalar, clues: Clues) -> float:
    return max((clues.mention(key) for key in scalar.keys if isinstance(key, str)), default=0.0)


def _exchanged(text: str, one: Scalar, other: Scalar) -> str:
    first, second = sorted((one, other), key=lambda scalar: scalar.start)
    try:
        return replaced(replaced(text, second, first.value), first, second.value)
    except (NotFaithful, NotParsable):
        return ""
