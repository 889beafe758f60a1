"""Formulas that are known by heart, and a part of them forgotten: leap years, halves of an index, remainders, squares, roots."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import name_of

FAMILY = "formula"
INDEX = "off by one"
MOST = 3


def propose(site: Site) -> Iterator[Mutation]:
    """What such a formula lacks, where most of it stands there."""
    statement = site.statement.node
    if site.function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    for node in site.statement.nodes:
        parent = site.parent(node)
        if isinstance(node, ast.BoolOp | ast.Compare) and not isinstance(parent, ast.BoolOp):
            yield from _leap(site, node)
            yield from _as_often(site, node)
        elif isinstance(node, ast.BinOp):
            yield from _index(site, node)
            yield from _neighbours(site, node)
            yield from _squares(site, node)
            yield from _remainder(site, node)
            yield from _rest(site, node)
    if isinstance(statement, ast.Return) and isinstance(statement.value, ast.BinOp) and isinstance(statement.value.op, ast.Div):
        value = site.src(statement.value)
        yield site.put(statement.value, f"abs({value})", "absolute value", f"Give the size of `{short(value)}`", 0.15)
    if isinstance(statement, ast.Assign):
        yield from _sum_of_both(site, statement)
    if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Subscript) and site.src(statement.value.slice) == "-1":
        for best, prior in (("max", 0.3), ("sum", 0.15), ("min", 0.15)):
            new = f"{best}({site.src(statement.value.value)})"
            yield site.put(statement.value, new, FAMILY, f"Give the {best} of all, not the last", prior)


def _leap(site: Site, node: ast.expr) -> Iterator[Mutation]:
    """The rule of the calendar in full, where a part of it is asked."""
    year = re.match(r"\(?(\w+) % 4 == 0\b", site.src(node))
    full = f"{year[1]} % 4 == 0 and ({year[1]} % 100 != 0 or {year[1]} % 400 == 0)" if year else ""
    if year and year[1].lower() in ("year", "y", "yr") and "400" not in site.src(node):
        yield site.put(node, full, FAMILY, "Ask the whole rule of leap years", 0.7)


def _as_often(site: Site, node: ast.expr) -> Iterator[Mutation]:
    """`sorted(a) == sorted(b)` for `set(a) == set(b)`: how often each is there counts too."""
    sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq) else []
    if len(sides) == 2 and all(isinstance(each, ast.Call) and site.src(each.func) == "set" and each.args for each in sides):
        text = site.src(node)
        new = text.replace("set(", "sorted(")
        yield site.put(node, new, FAMILY, "Compare how often each is there too", 0.4)


def _index(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`(i - 1) // 2` and `2 * i + 1`, counted from nought."""
    left, right = site.src(node.left), site.src(node.right)
    parent = site.parent(node)
    if isinstance(node.op, ast.FloorDiv) and isinstance(node.left, ast.Name) and isinstance(node.right, ast.Constant):
        yield site.put(node, f"({left} - 1) // {right}", INDEX, f"Halve from `{left} - 1`", 0.25)
    elif isinstance(node.op, ast.Sub) and isinstance(node.left, ast.Name) and isinstance(node.right, ast.Name):
        compared = isinstance(parent, ast.Call) and site.src(parent.func) in ("max", "min", "append")
        if compared:
            yield site.put(node, f"{left} - {right} + 1", INDEX, f"Count both ends of `{left} - {right}`", 0.3)
    elif isinstance(node.op, ast.Mult) and "2" in (left, right) and isinstance(parent, ast.Assign | ast.Tuple | ast.Subscript):
        for more, prior in (("1", 0.3), ("2", 0.15)):
            yield site.put(node, f"{left} * {right} + {more}", INDEX, f"Take `{left} * {right} + {more}`", prior)


def _neighbours(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`a[m - 1] + a[m]` for `a[m] + a[m + 1]`."""
    sides = (node.left, node.right)
    if not all(isinstance(each, ast.Subscript) for each in sides):
        return
    table, one = site.src(node.left.value), site.src(node.left.slice)  # type: ignore[attr-defined]
    other = site.src(node.right.slice)  # type: ignore[attr-defined]
    if table == site.src(node.right.value) and one.isidentifier() and other == f"{one} + 1":  # type: ignore[attr-defined]
        sign = site.module.text[site.module.span(node.left)[1] : site.module.span(node.right)[0]]
        new = f"{table}[{one} - 1]{sign}{table}[{one}]"
        yield site.put(node, new, INDEX, f"Take the places one before: `{short(new)}`", 0.4)


def _squares(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """Differences that are summed make nothing; the root of a sum of squares is a distance; the mean of a sample has one less."""
    parent = site.parent(node)
    summed = (
        isinstance(parent, ast.GeneratorExp | ast.ListComp) and parent.elt is node and isinstance(around := site.parent(parent), ast.Call)
    )
    if isinstance(node.op, ast.Sub) and summed and site.src(around.func) == "sum":  # type: ignore[union-attr]
        yield site.put(node, f"({site.src(node)}) ** 2", FAMILY, "Sum up the squares", 0.35)
        yield site.put(node, f"abs({site.src(node)})", "absolute value", "Sum up the sizes", 0.3)
    squares = [each for each in (node.left, node.right) if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Pow)]
    if isinstance(node.op, ast.Add) and len(squares) == 2 and not isinstance(parent, ast.BinOp | ast.Call):
        yield site.put(node, f"({site.src(node)}) ** 0.5", FAMILY, "Take the root of the squares", 0.3)
    if isinstance(node.op, ast.Div) and "**" in site.src(node.left) and site.src(node.right).startswith("len("):
        yield site.put(node.right, f"({site.src(node.right)} - 1)", INDEX, "Divide by one less, as of a sample", 0.25)


def _remainder(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`r * b % m`, where other products of the function are taken so."""
    if not isinstance(node.op, ast.Mult) or not isinstance(site.parent(node), ast.Assign | ast.Return) or site.function is None:
        return
    sizes = {
        site.src(each.right)
        for each in site.module.inside(site.function)
        if isinstance(each, ast.BinOp)
        and isinstance(each.op, ast.Mod)
        and isinstance(each.left, ast.BinOp)
        and isinstance(each.right, ast.Name)
    }
    for size in sorted(sizes)[:MOST]:
        yield site.put(node, f"{site.src(node)} % {size}", FAMILY, f"Take what is left after `{size}`, as elsewhere", 0.5)


def _rest(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`word[0].upper() + word[1:]`: the first is not said twice."""
    whole = node.right
    if isinstance(node.op, ast.Add) and isinstance(whole, ast.Name):
        first = any(isinstance(each, ast.Subscript) and site.src(each) == f"{whole.id}[0]" for each in ast.walk(node.left))
        if first:
            yield site.put(whole, f"{whole.id}[1:]", "slice", f"Go on with what follows the first of `{whole.id}`", 0.6)


def _sum_of_both(site: Site, statement: ast.Assign) -> Iterator[Mutation]:
    """`a, b = b, a + b` for a mere exchange in a loop; `max(x, now + x)` for `now + x`, where it may be better to begin anew."""
    target, value = statement.targets[0], statement.value
    if site.module.loop(statement) is None:
        return
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts) == 2:
        names = [name_of(each) for each in target.elts if isinstance(each, ast.Name)]
        if len(names) == 2 and [site.src(each) for each in value.elts] == names[::-1]:
            yield site.put(value.elts[1], f"{names[0]} + {names[1]}", FAMILY, f"Go on with the sum of `{names[0]}` and `{names[1]}`", 0.4)
    elif isinstance(target, ast.Name) and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        new = site.src(value.right)
        if site.src(value.left) == target.id and isinstance(value.right, ast.Name):
            says = f"Begin anew with `{new}` where that is better"
            yield site.put(value, f"max({new}, {grouped(site, value)[1:-1]})", "bound", says, 0.25)
