"""Tables of two dimensions, and what is taken apart into several names: the one put for the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.wording import likeness
from refinery.repair.world import name_of

FAMILY = "exchanged"
SAME_SIDE = 0.5
"""How likely two indices are exchanged where another item of the table has the same one at the same side: `d[i][k] + d[j][k]`."""
PLAIN = 0.3
CROSSED = 0.75
"""How likely names are exchanged that a function gives in the other order."""


def propose(site: Site) -> Iterator[Mutation]:
    """Indices of one item exchanged; names exchanged that take the parts of something."""
    items = [(node, *found) for node in site.statement.nodes if (found := _indices(site, node))]
    for node, table, one, other in items:
        if one == other:
            continue
        beside = any(each is not node and name == table and (first, second) != (one, other) and (first == one or second == other)
                     for each, name, first, second in items)  # fmt: skip
        flat = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple)
        new = f"{table}[{other}, {one}]" if flat else f"{table}[{other}][{one}]"
        yield site.put(node, new, FAMILY, f"Exchange the indices of `{short(site.src(node))}`", SAME_SIDE if beside else PLAIN)
    statement = site.statement.node
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple):
        yield from _taken(site, statement.targets[0], statement.value)
    elif isinstance(statement, ast.For) and isinstance(statement.target, ast.Tuple):
        yield from _taken(site, statement.target, statement.iter)


def _indices(site: Site, node: ast.expr) -> tuple[str, str, str] | None:
    """The table and the two indices of an item; of fields of a record there is no order."""
    if not isinstance(node, ast.Subscript):
        return None
    if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        one, other = node.slice.elts
        return site.src(node.value), site.src(one), site.src(other)
    inner, outer = node.value, site.parent(node)
    deeper = isinstance(outer, ast.Subscript) and outer.value is node
    if not isinstance(inner, ast.Subscript) or deeper:
        return None
    if any(isinstance(part, ast.Slice | ast.Constant) for part in (node.slice, inner.slice)):
        return None
    return site.src(inner.value), site.src(inner.slice), site.src(node.slice)


def _taken(site: Site, target: ast.Tuple, value: ast.expr) -> Iterator[Mutation]:
    """`low, high = bounds()`, where a function gives them the other way round."""
    given = _given(site, value)
    if isinstance(value, ast.Tuple) or any(not isinstance(each, ast.Name) for each in target.elts):
        return
    for place, (one, other) in enumerate(pairwise(target.elts)):
        start, end = site.module.span(one)[0], site.module.span(other)[1]
        between = site.module.text[site.module.span(one)[1] : site.module.span(other)[0]]
        crossed = len(given) == len(target.elts) and likeness(name_of(one), given[place + 1]) + likeness(name_of(other), given[place]) >= 1
        new = f"{site.src(other)}{between}{site.src(one)}"
        says = f"Take `{site.src(other)}` before `{site.src(one)}`"
        yield site.between(start, end, new, FAMILY, says, CROSSED if crossed else PLAIN)


def _given(site: Site, value: ast.expr) -> list[str]:
    """The names of what a function of the repository gives, one by one."""
    known = site.world.functions.get(name_of(value.func)) if isinstance(value, ast.Call) else None
    for node in ast.walk(known[1]) if known else ():
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            return [name_of(each) for each in node.value.elts]
    return []
