"""Steps through tables and texts that the lines around tell: where one falls back to, what moves on together, and which end is kept."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

BACK = "fall back"
CROSSED = "crossed pair"
TOGETHER = "on together"
WIDER = "kept end"


def propose(site: Site) -> Iterator[Mutation]:
    """Assignments and conditions of which the other half stands nearby."""
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
        yield from _back(site, function, target, value)
        yield from _together(site, statement, target)
        yield from _kept_end(site, statement, target, value)
    for node in site.statement.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
            yield from _crossed(site, node)


def _back(site: Site, function: Function, target: ast.expr, value: ast.expr) -> Iterator[Mutation]:
    """A loop that falls back by a table, and at another place to the very beginning."""
    if site.src(value) != "0" or not isinstance(target, ast.Name) or site.module.loop(site.statement.node) is None:
        return
    for node in site.module.inside(function):
        if isinstance(node, ast.Assign) and site.src(node.targets[0]) == target.id and isinstance(node.value, ast.Subscript):
            new = site.src(node.value)
            if site.src(node.value.slice) == f"{target.id} - 1":
                yield site.put(value, new, BACK, f"Fall back to `{short(new)}` here too, not to the beginning", 0.55)
                return


def _together(site: Site, statement: ast.Assign, target: ast.expr) -> Iterator[Mutation]:
    """What belongs to a pair of equal items goes on behind both of them, not behind one alone."""
    outer, place = site.parent(statement), _cell(target)
    if place is None or not isinstance(outer, ast.If) or statement not in outer.body or not isinstance(test := outer.test, ast.Compare):
        return
    sides = [test.left, *test.comparators]
    if len(sides) != 2 or not isinstance(test.ops[0], ast.Eq) or not all(isinstance(each, ast.Subscript) for each in sides):
        return
    places = [_shifted(each) for each in place[1:]]
    if not {name for name, _ in places} <= set(_names(test)):
        return
    for node in site.statement.nodes:
        cell = _cell(node) if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) else None
        if cell is None or site.src(cell[0]) != site.src(place[0]):
            continue
        steps = [at - own if name == its else None for (its, own), (name, at) in zip(places, map(_shifted, cell[1:]), strict=True)]
        for still, moved in ((0, 1), (1, 0)):
            if steps[still] == 0 and (step := steps[moved]):
                (name, own), end = places[still], cell[1 + still]
                new = f"{name} {'+' if own + step > 0 else '-'} {abs(own + step)}" if own + step else name
                yield site.put(end, new, TOGETHER, f"Go on from `{new}` too, since both are used up", 0.6)


def _crossed(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """An item of one that equals an item of another further back is half of two that changed places: the other two cross as well."""
    one, other = _stepped(node.left), _stepped(node.comparators[0])
    if one is None or other is None or one[1] == other[1] or one[0] == other[0]:
        return
    twin = " == ".join(
        f"{site.src(each.value)}[{site.src(place.left)} - {step}]" for each, place, step in ((*one[2], other[1]), (*other[2], one[1]))
    )
    outer = site.parent(node)
    if twin not in site.src(outer if isinstance(outer, ast.BoolOp) else node):
        new = f"{site.src(node)} and {twin}"
        joined = (isinstance(outer, ast.BoolOp) and isinstance(outer.op, ast.And)) or not isinstance(outer, ast.expr)
        yield site.put(node, new if joined else f"({new})", CROSSED, f"Ask for `{short(twin)}` too, the other way across", 0.5)


def _kept_end(site: Site, statement: ast.Assign, target: ast.expr, value: ast.expr) -> Iterator[Mutation]:
    """What is taken apart and put back with another end: the end that it had may have reached further."""
    taken = _taken_apart(site, statement, site.src(target)) if isinstance(value, ast.Tuple | ast.List) else None
    if not isinstance(value, ast.Tuple | ast.List) or taken is None or len(taken.elts) != len(value.elts):
        return
    before = [site.src(each) for each in taken.elts]
    other = [place for place, (name, each) in enumerate(zip(before, value.elts, strict=True)) if site.src(each) != name]
    if len(other) == 1 and len(before) > 1 and isinstance(given := value.elts[other[0]], ast.Name):
        name = before[other[0]]
        for how, prior in (("max", 0.6 if other[0] else 0.3), ("min", 0.2 if other[0] else 0.5)):
            yield site.put(given, f"{how}({name}, {given.id})", WIDER, f"Keep `{name}` where it reaches further than `{given.id}`", prior)


def _taken_apart(site: Site, statement: ast.stmt, what: str) -> ast.Tuple | None:
    """The names into which what is put back was taken apart: right above, or above the condition around."""
    outer = site.parent(statement)
    for each in (statement, outer) if isinstance(outer, ast.If) else (statement,):
        block = site.module.block(each)
        above = block[block.index(each) - 1] if each is not block[0] else None
        if isinstance(above, ast.Assign) and isinstance(above.targets[0], ast.Tuple) and site.src(above.value) == what:
            return above.targets[0]
    return None


def _cell(node: ast.expr) -> tuple[ast.expr, ast.expr, ast.expr] | None:
    """The table, the row and the column of `table[row][column]`."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Subscript):
        return node.value.value, node.value.slice, node.slice
    return None


def _shifted(node: ast.expr) -> tuple[str, int]:
    """`at` and 2 of `at + 2`, `at` and 0 of `at`; no name for anything else."""
    if isinstance(node, ast.Name):
        return node.id, 0
    if isinstance(node, ast.BinOp) and isinstance(node.left, ast.Name) and isinstance(node.op, ast.Add | ast.Sub):
        step = node.right.value if isinstance(node.right, ast.Constant) else None
        if type(step) is int:
            return node.left.id, step if isinstance(node.op, ast.Add) else -step
    return "", 0


def _stepped(node: ast.expr) -> tuple[str, int, tuple[ast.Subscript, ast.BinOp]] | None:
    """`items`, 2, and the parts of `items[at - 2]`."""
    place = node.slice if isinstance(node, ast.Subscript) else None
    if not isinstance(node, ast.Subscript) or not isinstance(place, ast.BinOp) or not isinstance(place.op, ast.Sub):
        return None
    step = place.right.value if isinstance(place.right, ast.Constant) else None
    return (name_of(node.value), step, (node, place)) if type(step) is int else None


def _names(node: ast.AST) -> list[str]:
    return [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
