"""Of several that fit the first is taken, where the one that says most is meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.everyday.stepped import SELDOM, TOLD, said_of
from refinery.repair.module import Function
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FAMILY = "closest of several"
SPECIFIC = frozenset({"specific", "longest", "closest", "precise", "exact", "nearest", "detailed"})


def propose(site: Site) -> Iterator[Mutation]:
    """The longest of what has a part in, or begins, what is looked for."""
    for node in site.statement.nodes:
        if site.function and isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == 0:
            yield from _closest(site, site.function, node)


def _closest(site: Site, function: Function, node: ast.Subscript) -> Iterator[Mutation]:
    """The first of what has a part in, or begins, what is looked for: of several such the longest says most."""
    if not isinstance(node.value, ast.Name):
        return
    for given in site.module.inside(function):
        if not isinstance(given, ast.Assign) or site.src(given.targets[0]) != node.value.id or not isinstance(given.value, ast.ListComp):
            continue
        loop = given.value.generators[-1]
        if not isinstance(loop.target, ast.Name) or site.src(given.value.elt) != loop.target.id:
            continue
        for asked in loop.ifs:
            if (part := _part(asked)) is not None and loop.target.id in {each.id for each in ast.walk(part) if isinstance(each, ast.Name)}:
                key = site.src(part)
                new = f"max({node.value.id}, key=lambda {loop.target.id}: len({key}))"
                prior = TOLD if said_of(function) & SPECIFIC else SELDOM
                yield site.put(node, new, FAMILY, f"Take the one of `{node.value.id}` with the longest `{short(key, 24)}`", prior)


def _part(asked: ast.expr) -> ast.expr | None:
    """What is looked for in something, or at its beginning or end."""
    if isinstance(asked, ast.Compare) and isinstance(asked.ops[0], ast.In):
        return asked.left
    if isinstance(asked, ast.Call) and name_of(asked.func) in ("startswith", "endswith") and len(asked.args) == 1:
        return asked.args[0]
    return None
