"""Settings that name an entry of a table, where the table has none of that name: the error says which name was looked up in vain."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from refinery.edits.scalar import Scalar
from refinery.repair.slips.sight import Found, Sight, turned

LIKE, FAR = 0.8, 0.45
"""How likely it is an entry of a name spelt alike, or one that has the name within itself; and another entry."""
ALIKE, MOST = 0.75, 4
LARGEST = 30


def pointers(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    if "KeyError" not in sight.clues.errors:
        return
    for scalar in sight.scalars:
        if not isinstance(scalar.value, str) or scalar.value not in sight.clues.named:
            continue
        tables = _tables(sight, scalar.path)
        if any(scalar.value in names for names in tables.values()):
            continue
        ranked = sorted(
            ((_likeness(scalar.value, name, held), name) for names in tables.values() for name, held in names.items()), reverse=True
        )
        for alike, name in ranked[:MOST]:
            why = f"no table has an entry {scalar.value}, and one has {name}"
            yield from turned(sight.sources, scalar, name, LIKE if alike >= ALIKE else FAR, f"Set {scalar.name} to {name}", why)


def _tables(sight: Sight, path: str) -> dict[tuple[str | int, ...], dict[str, list[Scalar]]]:
    """Tables of a file whose entries are tables, and single values in each entry."""
    found: dict[tuple[str | int, ...], dict[str, list[Scalar]]] = {}
    for scalar in sight.scalars:
        if scalar.path == path and len(scalar.keys) > 2 and isinstance(scalar.keys[-2], str):
            found.setdefault(scalar.keys[:-2], {}).setdefault(scalar.keys[-2], []).append(scalar)
    return {keys: entries for keys, entries in found.items() if 1 < len(entries) <= LARGEST}


def _likeness(value: str, name: str, held: list[Scalar]) -> float:
    within = any(isinstance(each.value, str) and value.lower() in each.value.lower() for each in held)
    near = value.lower() in name.lower() or name.lower() in value.lower()
    return 1.0 if within or near else SequenceMatcher(None, value.lower(), name.lower()).ratio()
