"""What a setting may be where it is one of a set that the repository knows: the tools that are registered, the levels there are."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from refinery.edits.scalar import Scalar
from refinery.repair.clues import Clues
from refinery.repair.module import FUNCTIONS, Module
from refinery.repair.world import name_of, text_of

MOST = 30
"""Members of a set from which a setting is chosen; more are a vocabulary."""
REGISTERED = 1.0
LISTED = 0.8
"""How sure it is that a set is one to choose from: things stand under its names, or it is a row of names and no more."""
FITS = 0.6
"""The share of the values of a setting, all its namesakes together, that a set must have."""
SIZES = ((4, 1.0), (8, 0.9), (16, 0.7), (MOST, 0.4))
"""What a set of so many is worth: of few, each is likely."""
CHOSEN, TOP = 0.62, 0.8
TOLD = 1.25
"""What it counts more that the failure speaks of the member."""
UNUSED = 1.1
"""What it counts more that no namesake of the setting has chosen the member."""
MEANT = 0.9
"""How likely a member of a set is meant by what is none and is spelt much the same."""
SPELT_LIKE = 0.75
FARTHER = 0.98
"""What each step in a row is worth: many sets are written in an order."""

Table = tuple[str, tuple[str | int, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """One such set, in the order in which it is written."""

    members: tuple[str, ...]
    where: str
    """What it is, in a sentence."""
    sure: float = LISTED
    table: Table = ("", ())
    """Where it stands, if in a configuration file."""
    key: str = ""
    """The field of records that tells one from the other, where it is made of records."""

    @property
    def weight(self) -> float:
        """How likely each of its members is, as far as the set alone can tell."""
        return self.sure * next(weight for size, weight in SIZES if len(self.members) <= size)


def choices(modules: Iterable[Module], scalars: Iterable[Scalar], data: Collection[Table]) -> list[Choice]:
    """All of them, each once, the surest first. `data` are values of records: no set is made of these."""
    found: dict[tuple[str, ...], Choice] = {}
    every = (*_in_code(modules), *_in_settings(scalars, data))
    for each in sorted(every, key=lambda choice: -choice.sure):
        members = tuple(dict.fromkeys(each.members))
        if 1 < len(members) <= MOST:
            found.setdefault(tuple(sorted(members)), replace(each, members=members))
    return list(found.values())


def fitting(values: Sequence[str], sets: Iterable[Choice]) -> list[Choice]:
    """The sets that have most of some values, those that have all of them first."""
    own = set(values)
    shares = [(len(own & set(each.members)) / len(own), each) for each in sets] if own else []
    return [each for share, each in sorted(shares, key=lambda pair: -pair[0]) if share >= FITS]


def others(scalar: Scalar, column: Sequence[str], sets: Iterable[Choice], clues: Clues) -> Iterator[tuple[str, float, str]]:
    """Other members of the sets that a setting is chosen from, with how likely each is and why.

    `column` are the values of its namesakes, its own among them.
    """
    for choice in fitting(column, sets):
        if choice.table in ((scalar.path, scalar.keys[:-1]), _column(scalar)):
            continue
        if choice.key and (choice.table[0], choice.key) == (
            scalar.path,
            scalar.key,
        ):  # what records beside it have is no set to choose from
            continue
        if scalar.value not in choice.members:
            yield from _meant(str(scalar.value), column, choice)
            continue
        at = choice.members.index(str(scalar.value))
        for place, member in enumerate(choice.members):
            if member != scalar.value:
                told = (TOLD if spoken(member, clues) else 1.0) * (1.0 if member in column else UNUSED)
                prior = min(TOP, CHOSEN * choice.weight * told * FARTHER ** (abs(place - at) - 1))
                yield member, prior, f"of {choice.where}, as the present one"


def _meant(value: str, column: Sequence[str], choice: Choice) -> Iterator[tuple[str, float, str]]:
    """What a value may be meant to be that is not of the set, as all its namesakes are: what none of them has, or what is spelt alike.

    What several of them have is no slip: it is the set that may be wrong.
    """
    if len(set(column)) < 2 or len(set(column) - set(choice.members)) > 1 or column.count(value) > 1:
        return
    for member in choice.members:
        alike = SequenceMatcher(None, member.lower(), value.lower()).ratio()
        if alike >= SPELT_LIKE or member not in column:
            prior = MEANT if alike >= SPELT_LIKE else CHOSEN * choice.weight
            yield member, prior, f"of {choice.where}, as all its namesakes are and the present one is not"


def spoken(member: str, clues: Clues) -> bool:
    """Whether the failure speaks of a member, in one word or in several."""
    return clues.says(member) or clues.says(member.replace("_", " ").replace("-", " "))


def _column(scalar: Scalar) -> Table:
    """The list of records in which a setting stands."""
    inside = len(scalar.keys) > 1 and isinstance(scalar.keys[-2], int)
    return (scalar.path, scalar.keys[:-2]) if inside else ("", (0,))


def _in_code(modules: Iterable[Module]) -> Iterator[Choice]:
    for module in modules:
        registered: dict[str, list[str]] = defaultdict(list)
        for node in module.inside(module.tree):
            where = f"line {getattr(node, 'lineno', 0)} of {module.path}"
            if isinstance(node, ast.Dict) and module.function(node) is None and all(text_of(key) for key in node.keys):
                yield Choice(_texts(node.keys), f"the keys in {where}", REGISTERED)
            elif isinstance(node, ast.List | ast.Tuple | ast.Set) and all(text_of(item) for item in node.elts):
                if isinstance(node.ctx if not isinstance(node, ast.Set) else ast.Load(), ast.Load):
                    yield Choice(_texts(node.elts), f"the texts in {where}")
            elif isinstance(node, ast.List | ast.Tuple | ast.Set) and (made := _made_here(module, node)):
                yield Choice(made, f"what is listed in {where}", LISTED)
            elif isinstance(node, ast.ClassDef) and any("Enum" in name_of(base) for base in node.bases):
                values = [part.value for part in node.body if isinstance(part, ast.Assign)]
                yield Choice(_texts(values), f"`{node.name}` in {where}", REGISTERED)
            elif isinstance(node, ast.Subscript) and name_of(node.value) == "Literal" and isinstance(node.slice, ast.Tuple):
                yield Choice(_texts(node.slice.elts), f"the `Literal` in {where}", REGISTERED)
            elif isinstance(node, ast.Match):
                patterns = [case.pattern.value for case in node.cases if isinstance(case.pattern, ast.MatchValue)]
                yield Choice(_texts(patterns), f"the cases in {where}", REGISTERED)
            elif isinstance(node, FUNCTIONS):
                for decorator in node.decorator_list:
                    given = text_of(decorator.args[0]) if isinstance(decorator, ast.Call) and decorator.args else node.name
                    registered[name_of(decorator.func if isinstance(decorator, ast.Call) else decorator)].append(given or node.name)
        for decorator_name, names in registered.items():
            yield Choice(tuple(names), f"what `@{decorator_name}` is put on in {module.path}", REGISTERED)


def _made_here(module: Module, node: ast.List | ast.Tuple | ast.Set) -> tuple[str, ...]:
    """The names of functions and classes, where a row in the body of a file has nothing else: often they are called by these."""
    made = {part.name for part in module.tree.body if isinstance(part, (*FUNCTIONS, ast.ClassDef))}
    names = tuple(item.id for item in node.elts if isinstance(item, ast.Name) and item.id in made)
    return names if len(names) == len(node.elts) and module.function(node) is None else ()


def _texts(nodes: Iterable[ast.expr | None]) -> tuple[str, ...]:
    return tuple(text for node in nodes if (text := text_of(node)))


def _in_settings(scalars: Iterable[Scalar], data: Collection[Table]) -> Iterator[Choice]:
    """Keys of tables and lists of texts; the names in a list of records are keys too."""
    tables: dict[Table, list[str]] = defaultdict(list)
    lists: dict[Table, list[str]] = defaultdict(list)
    names: dict[tuple[str, tuple[str | int, ...], str], list[str]] = defaultdict(list)
    for scalar in scalars:
        for depth, key in enumerate(scalar.keys):
            if isinstance(key, str):
                tables[scalar.path, scalar.keys[:depth]].append(key)
        if not isinstance(scalar.value, str) or not scalar.keys:
            continue
        if isinstance(scalar.keys[-1], int):
            lists[scalar.path, scalar.keys[:-1]].append(scalar.value)
        elif len(scalar.keys) > 1 and isinstance(scalar.keys[-2], int):
            names[scalar.path, scalar.keys[:-2], scalar.keys[-1]].append(scalar.value)
    for table, keys in tables.items():
        yield Choice(tuple(keys), _told("the keys of", table), REGISTERED, table)
    for table, items in lists.items():
        if not any(isinstance(key, int) for key in table[1]) and table not in data:
            yield Choice(tuple(items), _told("the list", table), LISTED, table)
    for (path, above, key), items in names.items():
        if len(set(items)) == len(items):
            yield Choice(tuple(items), _told(f"each `{key}` of", (path, above)), REGISTERED, (path, above), str(key))


def _told(what: str, table: Table) -> str:
    name = ".".join(str(key) for key in table[1])
    return f"{what} {name} in {table[0]}" if name else f"{what} {table[0]}"
