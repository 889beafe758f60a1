"""How far is gone and what is last: limits of what a table says, and what counts where there is nothing, or one thing alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FILLING, FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, number_in, short
from refinery.repair.world import name_of

LIMIT = "limit left out"
NONE = "none before it"


def propose(site: Site) -> Iterator[Mutation]:
    """Limits of what a table says and of ranges; what stands for an empty stack; the only one of a heap."""
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    if isinstance(statement, ast.If):
        yield from _asked_twice(site, function, statement)
    elif isinstance(statement, ast.Assign):
        yield from _clamped(site, function, statement)
        yield from _last_one(site, function, statement)
    for node in site.statement.nodes:
        if isinstance(node, ast.IfExp):
            yield from _for_none(site, function, node)
        elif isinstance(node, ast.Call) and site.src(node.func) == "range" and len(node.args) == 2:
            yield from _end(site, node.args[0], node.args[1])
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            yield from _elsewhere(site, function, node)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.BinOp) and isinstance(node.slice.op, ast.Sub):
            yield from _other_part(site, node, node.slice)


def _asked_twice(site: Site, function: Function, statement: ast.If) -> Iterator[Mutation]:
    """`if not items` where that was asked before, and left: the second is about one item alone."""
    test, before = statement.test, site.module.block(statement)
    before = before[: before.index(statement)]
    if not isinstance(test, ast.UnaryOp) or not isinstance(test.op, ast.Not):
        return
    items, same = site.src(test.operand), [each for each in before if isinstance(each, ast.If) and site.src(each.test) == site.src(test)]
    changed = any(isinstance(node, ast.Attribute) and node.attr in FILLING and site.src(node.value) == items
                  for each in before for node in ast.walk(each))  # fmt: skip
    if same and isinstance(same[0].body[-1], ast.Return | ast.Raise) and not changed and site.parent(statement) is function:
        yield site.put(test, f"len({items}) == 1", NONE, f"Ask whether there is one alone in `{short(items)}`", 0.6)


def _last_one(site: Site, function: Function, statement: ast.Assign) -> Iterator[Mutation]:
    """`items[0] = items.pop()` has no place for the last where it was the only one."""
    target, call = statement.targets[0], statement.value
    if not (isinstance(target, ast.Subscript) and isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return
    items = site.src(target.value)
    if call.func.attr != "pop" or call.args or site.src(call.func.value) != items or f"len({items})" in site.module.source(function):
        return
    indent = " " * statement.col_offset
    code = f"last = {site.src(call)}\n{indent}if {items}:\n{indent}    {site.src(target)} = last"
    if "last" not in site.locals:
        yield site.put(statement, code, NONE, f"Put the last of `{short(items)}` elsewhere only where there are more", 0.5)


def _clamped(site: Site, function: Function, statement: ast.Assign) -> Iterator[Mutation]:
    """What is taken over from a table holds as far as is known; multiples begin at the square; a range ends with what it goes through."""
    target, value, outer = statement.targets[0], statement.value, site.parent(statement)
    if isinstance(value, ast.Subscript) and isinstance(outer, ast.If) and statement in outer.body:
        yield from _known(site, outer.test, target, value)
    factor = value.right if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult) else None
    if isinstance(factor, ast.Name) and isinstance(value, ast.BinOp) and f"// {factor.id}" in site.src(value.left):
        square = f"{factor.id} * {factor.id}"
        yield site.put(value, f"max({square}, {site.src(value)})", LIMIT, f"Begin at `{square}` at the earliest", 0.6)
    if isinstance(target, ast.Name) and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        sides = (site.src(value.left), site.src(value.right))
        for node in site.module.inside(function):
            ranged = isinstance(node, ast.Call) and site.src(node.func) == "range" and len(node.args) == 2
            if isinstance(node, ast.Call) and ranged and site.src(node.args[1]) == target.id and site.src(node.args[0]) in sides:
                yield from _limited(site, node, value)


def _known(site: Site, test: ast.expr, target: ast.expr, value: ast.Subscript) -> Iterator[Mutation]:
    """`size[i] = size[i - left]`, also by way of a name: `if i < right` around it says how far it holds."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
        return
    near, far = (site.src(each) for each in (test.left, test.comparators[0]))
    near, far = (near, far) if isinstance(test.ops[0], ast.Lt | ast.LtE) else (far, near)
    same = isinstance(target, ast.Subscript) and site.src(target.value) == site.src(value.value) and near == site.src(target.slice)
    away = isinstance(value.slice, ast.BinOp) and isinstance(value.slice.op, ast.Sub)
    if same or (away and near in [part.id for part in ast.walk(value.slice) if isinstance(part, ast.Name)]):
        ends = [f"{far} - {near}", f"{far} - {near} + 1"]
        for at, end in enumerate(ends if isinstance(test.ops[0], ast.Lt | ast.Gt) else ends[::-1]):
            new = f"min({end}, {site.src(value)})"
            yield site.put(value, new, LIMIT, f"Take no more than `{end}`", (0.7 if same else 0.55) * 0.7**at)


def _end(site: Site, start: ast.expr, stop: ast.expr) -> Iterator[Mutation]:
    """`range(start, start + size)` goes beyond the last."""
    call = site.parent(stop)
    if not (isinstance(call, ast.Call) and isinstance(stop, ast.BinOp) and isinstance(stop.op, ast.Add)):
        return
    if number_in(stop.right) is None and site.src(start) in (site.src(stop.left), site.src(stop.right)):
        yield from _limited(site, call, stop)


def _other_part(site: Site, node: ast.Subscript, place: ast.BinOp) -> Iterator[Mutation]:
    """The size of the other part, where this one goes from nought to one less than all: one is neither here nor there."""
    table, part = site.src(node.value), site.src(place.right)
    items = (each for each in site.statement.nodes if isinstance(each, ast.Subscript))
    beside = any(site.src(each.value) == table and site.src(each.slice) == part for each in items)
    for outer in site.module.above(node) if beside else ():
        around = getattr(outer, "generators", [outer] if isinstance(outer, ast.For) else [])
        for loop in around:
            if site.src(loop.target) == part and site.src(loop.iter) == f"range({site.src(place.left)})":
                new = f"{site.src(place.left)} - 1 - {part}"
                yield site.put(place, new, LIMIT, f"Leave one out: `{new}` is the other part", 0.5)


def _limited(site: Site, call: ast.Call, stop: ast.expr) -> Iterator[Mutation]:
    loop = site.parent(call)
    place = site.src(loop.target) if isinstance(loop, ast.For | ast.comprehension) else ""
    around = loop if isinstance(loop, ast.For) else site.parent(loop) if loop is not None else None
    read = [node for node in ast.walk(around) if isinstance(node, ast.Subscript)] if around is not None else []
    for items in dict.fromkeys(site.src(node.value) for node in read if site.src(node.slice) == place):
        new = f"min({site.src(stop)}, len({items}))"
        yield site.put(stop, new, LIMIT, f"Go no further than `{short(items)}`", 0.5)


def _for_none(site: Site, function: Function, node: ast.IfExp) -> Iterator[Mutation]:
    """`stack[-1] if stack else -1`: before the first is -1, behind the last is their number."""
    text, empty, items = site.src(node.body), site.src(node.orelse), site.src(node.test)
    if f"{items}[-1]" not in text or not isinstance(node.test, ast.Name | ast.Attribute) or not _is_place(node.orelse):
        return
    away = text.split(f"{items}[-1]")[0].strip()
    if away.endswith("-"):  # how far it is: from before the first
        place = away[:-1].strip()
        own = f"{place} + 1" if text.endswith("[-1]") else place
        if empty != own:
            yield site.put(node.orelse, own, NONE, f"Count `{own}` where `{items}` is empty", 0.7)
        return
    others = [each.orelse for each in site.module.inside(function) if isinstance(each, ast.IfExp) and each is not node]
    loop = site.module.loop(site.statement.node)
    down = isinstance(loop, ast.For) and ("-1)" in site.src(loop.iter) or "reversed" in site.src(loop.iter))
    counted = [site.src(each.args[0]) for each in site.module.inside(function)
               if isinstance(each, ast.Call) and name_of(each.func) in ("range", "enumerate") and each.args]  # fmt: skip
    numbers = [each for each in site.locals if each in counted] or [f"len({each})" for each in counted if each.isidentifier()][:1]
    before = "0" if text.endswith("+ 1") else "-1"
    scores = dict.fromkeys(numbers[:2], 0.6 if down else 0.3) | {before: 0.3 if down else 0.6}
    scores |= {site.src(each): 0.35 for each in others if _is_place(each) and site.src(each) not in scores}
    for new, prior in scores.items():
        if new != empty:
            yield site.put(node.orelse, new, NONE, f"Take `{new}` where `{items}` is empty", prior)


def _is_place(node: ast.expr) -> bool:
    return (
        number_in(node) is not None
        or isinstance(node, ast.Name | ast.BinOp)
        or (isinstance(node, ast.Call) and name_of(node.func) == "len")
    )


def _elsewhere(site: Site, function: Function, node: ast.BinOp) -> Iterator[Mutation]:
    """`at + size` where the function says `min(at + size, last)` elsewhere."""
    outer, text = site.parent(node), site.src(node)
    if isinstance(outer, ast.Call) and name_of(outer.func) in ("min", "max"):
        return
    for new, other in site.module.ingredients(function).items():
        bound = isinstance(other, ast.Call) and new.startswith(("min(", "max(")) and len(other.args) == 2
        if isinstance(other, ast.Call) and bound and text in map(site.src, other.args):
            yield site.put(node, new, LIMIT, f"Use `{short(new)}`, as elsewhere, for `{short(text)}`", 0.5)
