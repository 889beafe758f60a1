"""What code looks for in a text, one thing after the other, until the first is found there."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from refinery.repair.module import Module
from refinery.repair.world import name_of, text_of

FITS = frozenset({"startswith", "endswith", "search", "match", "fullmatch", "fnmatch", "fnmatchcase", "findall", "find", "count"})


@dataclass(frozen=True, slots=True)
class Asked:
    """By what it knows the things that it looks for."""

    fields: frozenset[str]
    """Fields of each."""
    items: bool
    """The things themselves."""


def asked_first(modules: Iterable[Module]) -> Asked:
    """Of all loops that end with the first that fits."""
    fields: set[str] = set()
    items = False
    for module in modules:
        for node in module.inside(module.tree):
            tests, targets = _tests(module, node)
            looked = [part for test in tests if _looks(test) for part in ast.walk(test)]
            held = {each.targets[0].id: each.value for each in module.inside(node) if _is_held(each)} if looked else {}  # type: ignore[attr-defined]
            looked += [part for each in looked if isinstance(each, ast.Name) and each.id in held for part in ast.walk(held[each.id])]
            fields |= {text for part in looked if (text := text_of(part))} | {
                part.attr for part in looked if isinstance(part, ast.Attribute)
            }
            names = {part.id for each in targets for part in ast.walk(each) if isinstance(part, ast.Name)}
            bare = [part for part in looked if not isinstance(module.parents.get(part), ast.Subscript | ast.Attribute)]
            items = items or any(isinstance(part, ast.Name) and part.id in names for part in bare)
    return Asked(frozenset(fields), items)


def _tests(module: Module, node: ast.AST) -> tuple[list[ast.expr], list[ast.expr]]:
    """What is asked in a loop that ends with the first that fits, and the names of what it goes through."""
    if isinstance(node, ast.For) and any(isinstance(each, ast.Return | ast.Break) for each in module.inside(node)):
        return [each.test for each in module.inside(node) if isinstance(each, ast.If | ast.IfExp)], [node.target]
    if isinstance(node, ast.Call) and name_of(node.func) == "next" and node.args and isinstance(node.args[0], ast.GeneratorExp):
        made = node.args[0].generators
        return [test for each in made for test in each.ifs], [each.target for each in made]
    return [], []


def _is_held(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)


def _looks(test: ast.expr) -> bool:
    """Whether a test looks for one thing within another."""
    for part in ast.walk(test):
        if isinstance(part, ast.Compare) and any(isinstance(sign, ast.In) for sign in part.ops) and isinstance(part.left, ast.expr):
            return not isinstance(part.left, ast.Constant)
        if isinstance(part, ast.Call) and name_of(part.func) in FITS:
            return True
    return False


def hidden(cues: Sequence[Sequence[str]]) -> Iterator[tuple[int, int, bool]]:
    """Which rules stand behind one that takes what they are for: each with the first such, and whether nothing is left for it."""
    for place, own in enumerate(cues):
        for to in range(place):
            taken = [any(_within(one, cue) for one in cues[to]) for cue in own]
            if any(taken) and not any(_within(cue, one) for one in cues[to] for cue in own):
                yield place, to, all(taken)
                break


def _within(one: str, other: str) -> bool:
    one, other = one.strip().lower(), other.strip().lower()
    return len(one) > 1 and one != other and one in other
