"""Steps through tables and texts that the lines around tell: how far what is taken over holds, where one falls back to, and what
moves on together."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FAR = "as far as is known"
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
        yield from _far(site, statement, value)
        yield from _back(site, function, target, value)
        yield from _together(site, statement, target)
        yield from _kept_end(site, statement, target, value)
    for node in site.statement.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
            yield from _crossed(site, node)


def _far(site: Site, statement: ast.Assign, value: ast.expr) -> Iterator[Mutation]:
    """`if at < end: size[at] = size[at - start]`: what was found before holds no further than up to `end`."""
    outer = site.parent(statement)
    test = outer.test if isinstance(outer, ast.If) and statement in outer.body else None
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(value, ast.Subscript)):
        return
    at, end = (site.src(each) for each in (test.left, test.comparators[0]))
    if isinstance(test.ops[0], ast.Gt | ast.GtE):
        at, end = end, at
    elif not isinstance(test.ops[0], ast.Lt | ast.LtE):
        return
    if isinstance(value.slice, ast.BinOp) and isinstance(value.slice.op, ast.Sub) and at.isidentifier() and at in _names(value.slice):
        yield site.put(value, f"min({end} - {at}, {site.src(value)})", FAR, f"Take over no more than there is up to `{short(end)}`", 0.55)


def _back(site: Site, function: Function, target: ast.expr, value: ast.expr) -> Iterator[Mutation]:
    """`state = 0` in a loop that elsewhere falls back by `state = table[state - 1]`."""
    if site.src(value) != "0" or not isinstance(target, ast.Name) or site.module.loop(site.statement.node) is None:
        return
    for node in site.module.inside(function):
        if isinstance(node, ast.Assign) and site.src(node.targets[0]) == target.id and isinstance(node.value, ast.Subscript):
            new = site.src(node.value)
            if site.src(node.value.slice) == f"{target.id} - 1":
                yield site.put(value, new, BACK, f"Fall back to `{short(new)}` here too, not to the beginning", 0.55)
                return


def _together(site: Site, statement: ast.Assign, target: ast.expr) -> Iterator[Mutation]:
    """Where `a[i] == b[j]`, what is left begins behind both: `t[i + 1][j + 1]`, not `t[i + 1][j]`."""
    outer, place = site.parent(statement), _cell(target)
    if place is None or not isinstance(outer, ast.If) or statement not in outer.body or not isinstance(test := outer.test, ast.Compare):
        return
    sides = [test.left, *test.comparators]
    if len(sides) != 2 or not isinstance(test.ops[0], ast.Eq) or not all(isinstance(each, ast.Subscript) for each in sides):
        return
    places = [site.src(each) for each in place[1:]]
    if not all(place in _names(side) for place, side in zip(places, sides, strict=True)):
        return
    for node in site.statement.nodes:
        cell = _cell(node) if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) else None
        if cell is None or site.src(cell[0]) != site.src(place[0]):
            continue
        here = [site.src(each) for each in cell[1:]]
        for still, moved in ((0, 1), (1, 0)):
            step = here[moved].removeprefix(places[moved])
            if here[still] == places[still] and step and step != here[moved]:
                says = f"Go on from `{places[still]}{step}` too, since both are used up"
                yield site.put(cell[1 + still], f"{places[still]}{step}", TOGETHER, says, 0.6)


def _crossed(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """`a[i - 1] == b[j - 2]` is half of two that changed places: `a[i - 2] == b[j - 1]` is the other."""
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
    """`low, high = spans[-1]`, then `spans[-1] = (low, end)`: `high` may have been further than `end`."""
    block = site.module.block(statement)
    above = block[block.index(statement) - 1] if statement is not block[0] else None
    if not (isinstance(above, ast.Assign) and isinstance(above.targets[0], ast.Tuple) and isinstance(value, ast.Tuple | ast.List)):
        return
    before = [site.src(each) for each in above.targets[0].elts]
    if site.src(above.value) != site.src(target) or len(before) != len(value.elts):
        return
    other = [place for place, (name, each) in enumerate(zip(before, value.elts, strict=True)) if site.src(each) != name]
    if len(other) == 1 and isinstance(given := value.elts[other[0]], ast.Name) and len(before) > 1:
        name = before[other[0]]
        for how, prior in (("max", 0.6 if other[0] else 0.3), ("min", 0.2 if other[0] else 0.5)):
            yield site.put(given, f"{how}({name}, {given.id})", WIDER, f"Keep `{name}` where it reaches further than `{given.id}`", prior)


def _cell(node: ast.expr) -> tuple[ast.expr, ast.expr, ast.expr] | None:
    """The table, the row and the column of `table[row][column]`."""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Subscript):
        return node.value.value, node.value.slice, node.slice
    return None


def _stepped(node: ast.expr) -> tuple[str, int, tuple[ast.Subscript, ast.BinOp]] | None:
    """`items`, 2, and the parts of `items[at - 2]`."""
    place = node.slice if isinstance(node, ast.Subscript) else None
    if not isinstance(node, ast.Subscript) or not isinstance(place, ast.BinOp) or not isinstance(place.op, ast.Sub):
        return None
    step = place.right.value if isinstance(place.right, ast.Constant) else None
    return (name_of(node.value), step, (node, place)) if type(step) is int else None


def _names(node: ast.AST) -> list[str]:
    return [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
