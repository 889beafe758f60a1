"""Words of a repository that belong together: items of a list, keys of a table, alternatives of a pattern, what a name may be."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from refinery.edits.scalar import Scalar
from refinery.repair.module import Module
from refinery.repair.wording import EMPTY_WORDS
from refinery.repair.world import World, text_of

WORD = re.compile(r"[A-Za-z][\w-]{1,29}")
ALTERNATIVES = re.compile(r"(?<![\w|])[A-Za-z][\w-]*(?:\|[A-Za-z][\w-]*)+(?![\w|])")
OPENED = re.compile(r"\(\?(?::|P<\w+>)|\\b")
"""What stands before a word in a pattern and is no part of it."""
MOST = 30


@dataclass(frozen=True, slots=True)
class Kin:
    """Words of one kind."""

    words: tuple[str, ...]
    where: str
    """What they are, in a sentence."""
    values: bool = True
    """One may stand where another does: not the names of fields."""


def kin(modules: Iterable[Module], scalars: Iterable[Scalar], world: World) -> list[Kin]:
    """All such groups, each once."""
    found: dict[frozenset[str], Kin] = {}
    for each in (*_in_code(modules), *_in_settings(scalars), *_by_name(world)):
        words = tuple(dict.fromkeys(word for word in each.words if WORD.fullmatch(word) and word.lower() not in EMPTY_WORDS))
        if 1 < len(words) <= MOST and 2 * len(words) > len(set(each.words)):
            found.setdefault(frozenset(words), Kin(words, each.where, each.values))
    return list(found.values())


def _in_code(modules: Iterable[Module]) -> Iterator[Kin]:
    for module in modules:
        for node in module.inside(module.tree):
            if isinstance(node, ast.List | ast.Tuple | ast.Set):
                yield Kin(_texts(node.elts), f"the list in line {node.lineno} of {module.path}")
            elif isinstance(node, ast.Dict):
                table = module.function(node) is None
                yield Kin(_texts(node.keys), f"the keys in line {node.lineno} of {module.path}", values=table)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "|" in node.value:
                for match in ALTERNATIVES.finditer(OPENED.sub("(", node.value)):
                    yield Kin(tuple(match.group().split("|")), f"the pattern in line {node.lineno} of {module.path}")


def _texts(nodes: Iterable[ast.expr | None]) -> tuple[str, ...]:
    return tuple(text for node in nodes if (text := text_of(node)))


def _in_settings(scalars: Iterable[Scalar]) -> Iterator[Kin]:
    groups: dict[tuple[str, str, tuple[str | int, ...]], list[str]] = defaultdict(list)
    for scalar in scalars:
        for depth, key in enumerate(scalar.keys):
            if isinstance(key, str):
                what = "the tables of" if depth + 1 < len(scalar.keys) else "the keys of"
                groups[scalar.path, what, scalar.keys[:depth]].append(key)
        if isinstance(scalar.value, str) and scalar.keys and isinstance(scalar.keys[-1], int):
            groups[scalar.path, "the list", scalar.keys[:-1]].append(scalar.value)
        elif isinstance(scalar.value, str) and len(scalar.keys) > 1 and isinstance(scalar.keys[-2], int):
            groups[scalar.path, f"each {scalar.keys[-1]} of", scalar.keys[:-2]].append(scalar.value)
    for (path, what, keys), words in groups.items():
        name = ".".join(str(key) for key in keys)
        yield Kin(tuple(words), f"{what} {name} in {path}".replace("  ", " "), values=what != "the keys of")


def _by_name(world: World) -> Iterator[Kin]:
    for name, seen in world.roles.items():
        yield Kin(tuple(sorted(text for text in seen if isinstance(text, str))), f"what `{name}` may be")
    for name, members in world.members.items():
        yield Kin(tuple(sorted(members)), f"what is read of `{name}`", values=False)
    for stem, others in world.beside.items():
        yield Kin(tuple(sorted((stem, *others))), f"the files beside {stem}")
