"""Keys of settings that stand under another name, or in another table, than those by which code reads them."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher

from refinery.domain import Layer
from refinery.edits.config import scalars
from refinery.edits.entries import renamed, with_entry, without_entry
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar
from refinery.repair.choices import Choice
from refinery.repair.clues import Clues
from refinery.repair.knobs import EVIDENT, Reading
from refinery.repair.module import Module
from refinery.repair.placeholders import Refill
from refinery.repair.spelling import like_the_others
from refinery.repair.wording import spelt_alike
from refinery.repair.world import World, base_of, name_of, text_of

MISPLACED = 0.85
"""How likely a setting stands in the wrong table, where code takes it from what it takes another table's settings from."""
MISSPELT = 0.8
"""How likely a key that nothing reads is one that code reads and no file has, at the most: as far as they are spelt alike."""
ALIKE = 0.8
UNLIKE_KIN = 0.8
"""How likely a key is another one that tables like its own have, as far as the two are alike."""
ODD = 0.45
"""How likely a key is to be written as those beside it are."""
FEWEST_BESIDE = 2
LOOKED_UP, FEWEST_LOOKED_UP = 0.85, 2
"""How likely a key is misspelt that is no member of a set of which all others, so many at least, are members."""
LARGEST = 20
"""Entries of a table that is one of settings."""
JOINTS = ("-", "_", "/", "|", ":")

Table = tuple[str, tuple[str | int, ...]]


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tables of all files: the names that stand in each, and the single values."""

    names: Mapping[Table, set[str]]
    entries: Mapping[Table, list[Scalar]]


@dataclass(frozen=True, slots=True)
class _Read:
    """What code reads from one variable, in one function; from what belongs to an object, in one class; from `load()`, anywhere."""

    name: str
    keys: set[str]


def elsewhere(
    found: Sequence[Scalar],
    sources: Mapping[str, str],
    modules: Iterable[Module],
    world: World,
    clues: Clues,
    heard: Mapping[str, Reading],
    sets: Sequence[Choice] = (),
    beside: Sequence[Scalar] = (),
) -> Iterator[tuple[float, Refill]]:
    """Every such change with its score, in no order. `sets` are what settings are chosen from, `beside` values that may not be edited."""
    modules, tables = tuple(modules), _tables(found)
    named = frozenset(word for module in modules for node in module.inside(module.tree) for word in _words(node))
    together = _asked_together(modules, world, tables)
    changes = (
        *_moved(tables, sources, _readings(modules)),
        *_misspelt(found, tables, sources, world, named, together),
        *_odd(tables, sources, named),
        *_unlike_kin(tables, sources),
    )
    evident = tuple(_no_member(found, beside, tables, sources, named, sets))
    for place, (prior, scalar, key, after, says, why) in enumerate((*evident, *changes)):
        names = {key, *(name for name in scalar.keys if isinstance(name, str))}
        read = max((heard[name].score for name in names if name in heard), default=1.0 if world.keys[key] else 0.0)
        said = max(clues.mention(key), clues.mention(str(scalar.keys[-1])))
        weight = max(0.25 + 0.6 * read + 0.3 * said, EVIDENT if place < len(evident) or key in together else 0.0)
        yield prior * weight, Refill(scalar.path, after, says, why, Layer.CONFIG)


def _words(node: ast.AST) -> Iterator[str]:
    """What code calls something by."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.keyword | ast.arg):
        yield node.arg or ""
    elif isinstance(node, ast.AnnAssign):
        yield name_of(node.target)


def _readings(modules: Iterable[Module]) -> list[_Read]:
    found: dict[tuple[object, str], _Read] = {}
    for module in modules:
        for node in module.inside(module.tree):
            if isinstance(node, ast.Subscript | ast.Call) and (read := base_of(node)):
                written = ast.unparse(read[0])
                loaded = isinstance(read[0], ast.Call) and isinstance(read[0].func, ast.Name) and not read[0].args + read[0].keywords
                scope = None if loaded else _owner(module, node) if "." in written else module.function(node)
                found.setdefault((scope, written), _Read(name_of(read[0]), set())).keys.add(read[1])
    return list(found.values())


def _tables(found: Iterable[Scalar]) -> _Tables:
    names: dict[Table, set[str]] = defaultdict(set)
    entries: dict[Table, list[Scalar]] = defaultdict(list)
    for scalar in found:
        for depth, key in enumerate(scalar.keys):
            if isinstance(key, str):
                names[scalar.path, scalar.keys[:depth]].add(key)
        if scalar.keys and isinstance(scalar.keys[-1], str):
            entries[scalar.path, scalar.keys[:-1]].append(scalar)
    return _Tables(names, entries)


def _owner(module: Module, node: ast.AST) -> ast.AST:
    """The class a node stands in, or the file."""
    parent = module.parents.get(node)
    while parent is not None and not isinstance(parent, ast.ClassDef):
        parent = module.parents.get(parent)
    return parent or module.tree


Change = tuple[float, Scalar, str, str, str, str]


def _moved(tables: _Tables, sources: Mapping[str, str], readings: Sequence[_Read]) -> Iterator[Change]:
    """A setting put into the table of which code reads the others from the same variable, where it reads none of its own table so."""
    for (path, keys), entries in tables.entries.items():
        for scalar in entries if len(entries) <= LARGEST and not _in_a_list(keys) else ():
            key = str(scalar.keys[-1])
            reads = [each for each in readings if key in each.keys]
            inside = [each for each in reads if not keys or keys[-1] not in each.keys]  # what reads both reads neither from the other
            if not reads or _sure((path, keys), key, inside, tables):
                continue
            for other in tables.names:
                right = other[0] == path and other[1] != keys and not _in_a_list(other[1]) and key not in tables.names[other]
                if right and (sure := _sure(other, key, reads, tables)) and (after := _put(sources[path], scalar, other, tables)):
                    name = ".".join(map(str, other[1])) or "the top"
                    says = f"Move {scalar.name} to {name} of {path}"
                    yield MISPLACED * sure, scalar, key, after, says, f"{scalar.name} is read from where {name} is read from"


def _sure(table: Table, key: str, reads: Iterable[_Read], tables: _Tables) -> float:
    """How far what code reads a key from is a table: by its name, or by the other keys that are read from it."""
    name = next((part for part in reversed(table[1]) if isinstance(part, str)), "")
    shared = max((len(each.keys & tables.names[table] - {key}) for each in reads), default=0)
    return 1.0 if name and any(name == each.name for each in reads) else min(1.0, 0.7 + 0.1 * shared) if shared else 0.0


def _put(text: str, scalar: Scalar, other: Table, tables: _Tables) -> str:
    theirs, key = tables.entries.get(other), str(scalar.keys[-1])
    try:
        less = without_entry(text, scalar)
        if not theirs:
            return _put_outside(less, scalar, other)
        there = next((each for each in scalars(less, scalar.path) if each.keys == theirs[-1].keys), None)
        return with_entry(less, there, key, scalar) if there else ""
    except (NotFaithful, NotParsable):
        return ""


def _put_outside(less: str, scalar: Scalar, other: Table) -> str:
    """The text with an entry in a table that has nothing but tables and lists, behind the one of them in which it stood."""
    depth, key = len(other[1]), str(scalar.keys[-1])
    inside = [each for each in scalars(less, scalar.path) if each.keys[: depth + 1] == scalar.keys[: depth + 1]]
    if other[1] != scalar.keys[:depth] or not inside or not scalar.path.endswith((".yaml", ".yml")):
        return ""
    end = less.find("\n", inside[-1].end)
    end = len(less) if end < 0 else end
    for indent in sorted({len(line) - len(line.lstrip()) for line in less.splitlines()}):
        deeper = re.match(rf"(?:\n[ ]{{{indent + 1},}}\S[^\n]*)*", less[end:])
        last = end + (deeper.end() if deeper else 0)
        after = f"{less[:last]}\n{' ' * indent}{key}: {scalar.raw}{less[last:]}"
        with suppress(NotParsable):
            if any(each.keys == (*other[1], key) and each.value == scalar.value for each in scalars(after, scalar.path)):
                return after
    return ""


def _misspelt(
    found: Iterable[Scalar], tables: _Tables, sources: Mapping[str, str], world: World, named: Collection[str], together: Collection[str]
) -> Iterator[Change]:
    """A key that no code names, for one spelt much the same that code reads and no file has."""
    every = set().union(*tables.names.values())
    absent = [key for key in world.keys if key not in every and world.orphan(key)]
    absent += sorted(set(together) - every - set(absent))
    if not absent:
        return
    seen: set[tuple[str, tuple[str | int, ...]]] = set()
    for scalar in found:
        for depth, key in enumerate(scalar.keys):
            way = (scalar.path, scalar.keys[: depth + 1])
            if not isinstance(key, str) or key in named or way in seen or _in_a_list(scalar.keys[:depth]):
                continue
            seen.add(way)
            for other in absent:
                alike = _alike(key, other)
                if alike and (after := _renamed(sources[scalar.path], scalar, depth, other)):
                    why = f"code reads `{other}`, which no file has, and none reads `{key}`"
                    yield MISSPELT * alike, scalar, other, after, f"Call {key} {other} in {scalar.path}", why


def _asked_together(modules: Iterable[Module], world: World, tables: _Tables) -> set[str]:
    """Names that code has beside others which a table of settings has: those of what stands in where a setting is missing, fields."""
    groups = [set(fields) for fields in world.fields.values()]
    for module in modules:
        dicts = (node for node in module.inside(module.tree) if isinstance(node, ast.Dict))
        groups += [{text for key in node.keys if (text := text_of(key))} for node in dicts]
    return set().union(*(group for group in groups if any(len(group & names) >= FEWEST_BESIDE for names in tables.names.values())))


def _unlike_kin(tables: _Tables, sources: Mapping[str, str]) -> Iterator[Change]:
    """A key that no other table of the file has, for one like it that a table has with which this one shares another key."""
    count = Counter((path, name) for (path, _), names in tables.names.items() for name in names)
    for table, entries in tables.entries.items():
        own = tables.names[table]
        strange = [each for each in entries if count[table[0], str(each.keys[-1])] == 1] if 1 < len(own) <= LARGEST else []
        kin = [names for other, names in tables.names.items() if strange and other[0] == table[0] and names & own]
        for scalar in strange:
            key = str(scalar.keys[-1])
            for other in sorted(set().union(*kin) - own):
                alike = _alike(key, other)
                if alike and (after := _renamed(sources[scalar.path], scalar, len(scalar.keys) - 1, other)):
                    why = f"tables like it have `{other}`, and `{key}` stands nowhere else"
                    yield UNLIKE_KIN * alike, scalar, other, after, f"Call {scalar.name} {other} in {scalar.path}", why


def _alike(one: str, other: str) -> float:
    """How far two names are spelt alike; 0 where that is little."""
    alike = spelt_alike(one, other)
    return alike if alike >= ALIKE else 0.0


def _odd(tables: _Tables, sources: Mapping[str, str], named: Collection[str]) -> Iterator[Change]:
    """A key written in another way than all those beside it, or with its parts in another order."""
    for entries in tables.entries.values():
        if not FEWEST_BESIDE < len(entries) <= LARGEST:
            continue
        for scalar in entries:
            key, others = str(scalar.keys[-1]), [str(each.keys[-1]) for each in entries if each is not scalar]
            if key in named or sum(other in named for other in others) > len(others) / 2:  # code asks for each by its name
                continue
            for name, why in (*_in_order(key, others), *like_the_others(key, others)):
                if name and name not in others and (after := _renamed(sources[scalar.path], scalar, len(scalar.keys) - 1, name)):
                    yield ODD, scalar, name, after, f"Call {key} {name} in {scalar.path}", why


def _no_member(
    found: Sequence[Scalar],
    beside: Sequence[Scalar],
    tables: _Tables,
    sources: Mapping[str, str],
    named: Set[str],
    sets: Sequence[Choice],
) -> Iterator[Change]:
    """A key of a table in which something is looked up: all others are values that records have, or members of a set, or asked for by
    their names, and it is none of them."""
    columns: dict[str, dict[str, None]] = defaultdict(dict)
    first: dict[tuple[Table, str], Scalar] = {}
    for scalar in (*found, *beside):
        if isinstance(scalar.value, str):
            columns[scalar.key][scalar.value] = None
    for scalar in found:
        for depth, key in enumerate(scalar.keys):
            first.setdefault(((scalar.path, scalar.keys[:depth]), str(key)), scalar)
    every = Counter(name for names in tables.names.values() for name in names)
    every.update(value for values in columns.values() for value in values)
    groups = [(tuple(values), f"what `{name}` is in records") for name, values in columns.items() if name]
    groups += [(each.members, f"of {each.where}") for each in sets]
    for table, keys in tables.names.items():
        if not FEWEST_LOOKED_UP < len(keys) <= LARGEST or _in_a_list(table[1]):
            continue
        for members, where in groups:
            strange = keys - set(members) - named
            key = next(iter(strange), "")
            if len(strange) != 1 or not keys & set(members) or every[key] > 1:
                continue
            for member in members:
                alike = SequenceMatcher(None, key.lower(), member.lower()).ratio()
                scalar = first[table, key]
                if member not in keys and alike >= ALIKE and (after := _renamed(sources[table[0]], scalar, len(table[1]), member)):
                    why = f"`{member}` is {where}, as the keys beside it are, and `{key}` is not"
                    yield LOOKED_UP * alike, scalar, member, after, f"Call {key} {member} in {table[0]}", why


def _in_order(key: str, others: Sequence[str]) -> Iterator[tuple[str, str]]:
    """`a-b` for `b-a`, where all others that have two parts have them in the order of the alphabet, or all in the other one."""
    for joint in JOINTS:
        pieces, rest = key.split(joint), [other.split(joint) for other in others if joint in other]
        if len(pieces) < 2 or len(rest) < FEWEST_BESIDE or not set(pieces) <= set().union(*rest):
            continue
        for turned in (False, True):
            if all(each == sorted(each, reverse=turned) for each in rest) and pieces != sorted(pieces, reverse=turned):
                yield joint.join(sorted(pieces, reverse=turned)), "all the others have their parts in another order"


def _renamed(text: str, scalar: Scalar, depth: int, name: str) -> str:
    try:
        return renamed(text, scalar, depth, name)
    except NotFaithful:
        return ""


def _in_a_list(keys: Iterable[str | int]) -> bool:
    return any(isinstance(key, int) for key in keys)
