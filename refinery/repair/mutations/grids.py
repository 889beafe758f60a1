"""Loops over places: rows taken for columns, a step forgotten, a pair looked at twice, loops around each other in the wrong order."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

SIDES = "rows and columns"
STEP = "loop bound"
ORDER = "loops exchanged"
MOST = 3
THREE = 3


def propose(site: Site) -> Iterator[Mutation]:
    """The other length of a table, steps of a range, the places behind the outer one, the order of loops."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1 and node.func.id == "len":
            yield from _other_side(site, node, node.args[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
            yield from _step(site, node)
            yield from _behind(site, node)
        elif isinstance(node, ast.Starred) and isinstance(node.value, ast.Name) and _zipped(site.parent(node)):
            yield site.put(node.value, f"{node.value.id}[::-1]", "order", f"Take `{node.value.id}` from the end", 0.3)
    if isinstance(site.statement.node, ast.For):
        yield from _around(site, site.statement.node)


def _zipped(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "zip"


def _other_side(site: Site, node: ast.Call, table: ast.expr) -> Iterator[Mutation]:
    """`len(grid[0])` for `len(grid)`, where the function reads items of its rows, and the other way round."""
    if isinstance(table, ast.Subscript) and site.src(table.slice) == "0":
        yield site.put(table, site.src(table.value), SIDES, f"Count the rows of `{site.src(table.value)}`, not their items", 0.3)
        return
    text = site.src(table)
    rows = [
        each
        for each in site.module.inside(site.function or site.module.tree)
        if isinstance(each, ast.Subscript) and isinstance(each.value, ast.Subscript) and site.src(each.value.value) == text
    ]
    if rows and not isinstance(site.parent(node), ast.Subscript):
        yield site.put(table, f"{text}[0]", SIDES, f"Count the items of a row of `{text}`, not its rows", 0.35)


def _step(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`range(0, len(items), size)`, where slices of that size are taken; `range(p * p, end, p)` for what p goes into."""
    if len(node.args) != 2:
        return
    start, _ = node.args
    steps: dict[str, float] = {}
    if isinstance(start, ast.BinOp) and isinstance(start.op, ast.Mult):
        steps |= {site.src(side): 0.6 for side in (start.left, start.right) if isinstance(side, ast.Name)}
    outer = next((each for each in site.module.above(node) if isinstance(each, ast.ListComp | ast.GeneratorExp | ast.For)), None)
    for part in ast.walk(outer) if outer is not None else ():
        cut = part if isinstance(part, ast.Slice) and part.lower is not None and isinstance(part.upper, ast.BinOp) else None
        if cut is not None and isinstance(cut.upper, ast.BinOp) and site.src(cut.upper.left) == site.src(cut.lower):  # type: ignore[arg-type]
            steps[site.src(cut.upper.right)] = 0.6
    end = site.module.span(node)[1] - 1
    for step, prior in list(steps.items())[:MOST]:
        yield site.between(end, end, f", {step}", STEP, f"Go on by `{short(step)}` at a time", prior)


def _behind(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`for j in range(i + 1, n)` in `for i in range(n)`: each pair once; `range(n - 1 - i)`, where neighbours are compared."""
    inner = site.parent(node)
    outer = site.module.loop(inner) if isinstance(inner, ast.For) else None
    if not (isinstance(inner, ast.For) and isinstance(outer, ast.For) and isinstance(outer.target, ast.Name) and len(node.args) == 1):
        return
    if not (isinstance(outer.iter, ast.Call) and site.src(outer.iter.func) == "range" and len(outer.iter.args) == 1):
        return
    end, place = site.src(node.args[0]), outer.target.id
    yield site.put(node.args[0], f"{place} + 1, {end}", STEP, f"Look at the places behind `{place}`", 0.35)
    name = site.src(inner.target)
    if any(isinstance(each, ast.BinOp) and site.src(each) == f"{name} + 1" for each in ast.walk(inner)):
        yield site.put(node.args[0], f"{end} - 1 - {place}", STEP, f"Leave out the last, and what `{place}` rounds have put there", 0.4)


def _around(site: Site, loop: ast.For) -> Iterator[Mutation]:
    """Loops that are nothing but loops: the inner one outside."""
    loops = [loop]
    while len(loops[-1].body) == 1 and isinstance(inner := loops[-1].body[0], ast.For) and not loops[-1].orelse:
        loops.append(inner)
    heads = [f"for {site.src(each.target)} in {site.src(each.iter)}" for each in loops]
    spans = [(site.module.span(each)[0], site.module.span(each.iter)[1]) for each in loops]
    between = _between(site, loop)
    yield from _all_at_once(site, loop, between)
    for place in range(1, min(len(loops), MOST)):
        bound = {part.id for part in ast.walk(loops[0].target) if isinstance(part, ast.Name)}
        if bound & {part.id for part in ast.walk(loops[place].iter) if isinstance(part, ast.Name)}:
            return
        order = [place, *(each for each in range(len(loops)) if each != place)]
        text, new = site.module.text, ""
        for at, which in enumerate(order):
            new += heads[which] + (text[spans[at][1] : spans[at + 1][0]] if at + 1 < len(order) else "")
        says = f"Go through `{short(site.src(loops[place].iter))}` in the outermost loop"
        via = bool(between) and site.src(loops[place].target) in between
        prior = 0.9 if via else 0.2 if between or len(loops) < THREE else 0.35
        yield site.between(spans[0][0], spans[-1][1], new, ORDER, says, prior)


def _all_at_once(site: Site, loop: ast.For, between: set[str]) -> Iterator[Mutation]:
    """`for a, b, via in product(stops, repeat=3)` goes through the last name first."""
    names = [site.src(each) for each in loop.target.elts] if isinstance(loop.target, ast.Tuple) else []
    if not (isinstance(loop.iter, ast.Call) and name_of(loop.iter.func) == "product" and len(names) == THREE):
        return
    given = {site.src(each) for each in loop.iter.args}
    if len(given) == 1 and names[0] not in between and (via := next((each for each in names if each in between), "")):
        new = ", ".join([via, *(each for each in names if each != via)])
        yield site.put(loop.target, new, ORDER, f"Go through `{via}` in the outermost loop", 0.9)


def _between(site: Site, loop: ast.For) -> set[str]:
    """The places by which the way from one to another goes: `far[a][via] + far[via][b]` for `far[a][b]`."""
    read: dict[str, set[tuple[str, str]]] = {}
    kept: set[tuple[str, str, str]] = set()
    for node in site.module.inside(loop):
        if isinstance(node, ast.Subscript) and (place := _place(site, node)):
            if isinstance(node.ctx, ast.Store):
                kept.add(place)
            else:
                read.setdefault(place[0], set()).add(place[1:])
    return {
        middle
        for table, one, other in kept
        for first, middle in read.get(table, ())
        if first == one and middle not in (one, other) and (middle, other) in read[table]
    }


def _place(site: Site, node: ast.Subscript) -> tuple[str, str, str] | None:
    """The table, the row and the column of `table[row][column]` or `table[row, column]`."""
    if isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        return site.src(node.value), *(site.src(each) for each in node.slice.elts)  # type: ignore[return-value]
    if isinstance(node.value, ast.Subscript):
        return site.src(node.value.value), site.src(node.value.slice), site.src(node.slice)
    return None
