"""Small tables of rules in configuration, told apart from tables of records.

A rule is read by a name that code works out itself, so a failure seldom speaks of it: `grades: {worn: {sold: false}}`. It is a setting.
A record is of one thing in the world, an order or a product: it is data, and to change it repairs nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from refinery.edits.scalar import Scalar, Value
from refinery.repair.prompts import TEMPLATES

FEWEST, MOST = 2, 8
"""Rows of a table of rules."""
WIDEST = 6
"""Fields of such a row."""
MOST_LISTED = 12
"""Rules in a list."""
NUMBERED = re.compile(r"(?=.*[A-Za-z#])(?=.*\d{3})[\w#/ -]+")
"""What things of the world are called by, as orders and customers are."""
FREE = re.compile(r"[\sA-Z\d]")
"""What names of kinds do not have, and texts, names of things and dates do."""
KNOWN, UNKNOWN = 0.8, 0.6
"""What a rule counts as a setting: where code or prompts know the names of most rows of its table, and where they do not."""

Place = tuple[str, tuple[str | int, ...]]


def numbered(scalar: Scalar) -> bool:
    """Whether a value is of a thing that is called by a number, as `K-2107`."""
    return any(isinstance(key, str) and NUMBERED.fullmatch(key) for key in scalar.keys[:-1])


def records(scalars: Iterable[Scalar]) -> set[str]:
    """Files that are lists of more records than rules are written: corpora, catalogues."""
    found: dict[str, set[object]] = defaultdict(set)
    for scalar in scalars:
        found[scalar.path].add(scalar.keys[0] if len(scalar.keys) > 1 and isinstance(scalar.keys[0], int) else "")
    return {path for path, rows in found.items() if "" not in rows and len(rows) > MOST_LISTED}


def rules(scalars: Iterable[Scalar], sources: Mapping[str, str]) -> dict[Place, float]:
    """The values of all tables of rules, with what each counts."""
    tables: dict[Place, list[Scalar]] = defaultdict(list)
    for scalar in scalars:
        if len(scalar.keys) > 1 and all(isinstance(key, str) for key in scalar.keys) and not numbered(scalar):
            tables[scalar.path, scalar.keys[:-2]].append(scalar)
    spoken = "\n".join(text for path, text in sources.items() if PurePosixPath(path).suffix.lower() in (".py", *TEMPLATES))
    found: dict[Place, float] = {}
    for values in tables.values():
        if _of_rules(values):
            rows = {str(each.keys[-2]) for each in values}
            known = sum(re.search(rf"(?<![\w-]){re.escape(row)}(?![\w-])", spoken) is not None for row in rows)
            found.update(dict.fromkeys(((each.path, each.keys) for each in values), KNOWN if 2 * known > len(rows) else UNKNOWN))
    return found


def _of_rules(values: Sequence[Scalar]) -> bool:
    """Whether a table has few rows of one form, and nothing in them but numbers, switches and kinds."""
    columns: dict[str, list[Value]] = defaultdict(list)
    for each in values:
        columns[each.key].append(each.value)
    rows = len({each.keys[-2] for each in values})
    if not FEWEST <= rows <= MOST or not 0 < len(columns) <= WIDEST:
        return False
    return all(2 * len(column) >= rows and not _free(column) for column in columns.values())


def _free(column: Sequence[Value]) -> bool:
    """Whether no text of a column comes twice, and some are no names of kinds."""
    texts = [value for value in column if isinstance(value, str)]
    return len(set(texts)) == len(texts) and any(FREE.search(text) for text in texts)
