"""Two steps of one calculation in the other order, each given what the other gave: first the share, then the limit."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from refinery.edits.draft import spliced
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FAMILY = "order of steps"
ROTATED = "swap for a move"
BOUNDS = frozenset({"min", "max", "round", "abs", "int", "float", "ceil", "floor", "sum"})
"""What is done to numbers, and seldom to be exchanged with another step without a change of what comes out."""
TEXTUAL = frozenset({"strip", "lstrip", "rstrip", "lower", "upper", "casefold", "title", "replace", "removeprefix", "removesuffix", "sub"})
MOST = 4
Atom = (ast.Name, ast.Attribute, ast.Subscript)


def propose(site: Site) -> Iterator[Mutation]:
    """`b = a - share; return min(b, most)` for `b = min(a, most); return b - share`, in two statements or in one."""
    yield from _in_a_row(site)
    yield from _to_an_end(site)
    for node in site.statement.nodes:
        yield from islice(_nested(site, node), MOST)


def _in_a_row(site: Site) -> Iterator[Mutation]:
    first = site.statement.node
    second = _next(site, first)
    if not isinstance(first, ast.Assign) or len(first.targets) != 1 or not isinstance(first.targets[0], ast.Name):
        return
    if not isinstance(second, ast.Return | ast.Assign) or second.value is None:
        return
    middle = first.targets[0].id
    handed = [each for each in _operands(second.value) if site.src(each) == middle]
    if len(handed) != 1 or _reads(second.value, middle) != 1 or not _likely(first.value, second.value):
        return
    begin, end = site.module.span(first)[0], site.module.span(second)[1]
    between = site.module.text[site.module.span(first)[1] : site.module.span(second)[0]]
    head = site.module.text[site.module.span(second)[0] : site.module.span(second.value)[0]]
    for start in _operands(first.value):
        if not isinstance(start, Atom) or _constant(site, start) or _written(site, first.value, site.src(start)) != 1:
            continue
        early = _with(site, second.value, handed[0], site.src(start))
        late = _with(site, first.value, start, middle)
        new = f"{middle} = {early}{between}{head}{late}"
        prior = _prior(first.value, second.value) * (1.0 if isinstance(start, ast.Name) else 0.6)
        yield site.between(begin, end, new, FAMILY, f"Take `{short(early)}` first, then `{short(late)}`", prior)


def _to_an_end(site: Site) -> Iterator[Mutation]:
    """`xs.insert(0, xs.pop(i))` for `xs[0], xs[i] = xs[i], xs[0]`: what goes to the front leaves the others in their order."""
    statement = site.statement.node
    if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple) and isinstance(statement.value, ast.Tuple)):
        return
    places = [each for each in statement.targets[0].elts if isinstance(each, ast.Subscript) and not isinstance(each.slice, ast.Slice)]
    values = [site.src(each) for each in statement.value.elts]
    if len(places) != 2 or len(values) != 2 or site.src(places[0].value) != site.src(places[1].value):
        return
    if not {site.src(each) for each in places} & set(values):
        return
    items = site.src(places[0].value)
    for end, start in (places, places[::-1]):
        if isinstance(end.slice, ast.Constant | ast.UnaryOp) or not isinstance(start.slice, ast.Constant | ast.UnaryOp):
            at, of = site.src(end.slice), site.src(start.slice)
            new = f"{items}.append({items}.pop({of}))" if at == "-1" else f"{items}.insert({at}, {items}.pop({of}))"
            says = f"Move one of `{short(items)}` and leave the others in their order"
            yield site.put(statement, new, ROTATED, says, 0.45 if at in ("0", "-1") else 0.2)


def _nested(site: Site, outer: ast.expr) -> Iterator[Mutation]:
    """`min(a - share, most)` for `min(a, most) - share`, whatever stands around both."""
    for inner in _operands(outer):
        if not isinstance(inner, ast.Call | ast.BinOp) or not _likely(inner, outer):
            continue
        if isinstance(inner, ast.BinOp) and isinstance(outer, ast.BinOp):  # that is how they are grouped
            continue
        for start in _operands(inner):
            if not isinstance(start, Atom) or _constant(site, start):
                continue
            early = _with(site, outer, inner, site.src(start))
            late = _with(site, inner, start, early)
            inside = isinstance(site.parent(outer), ast.BinOp | ast.UnaryOp | ast.Attribute) and isinstance(inner, ast.BinOp)
            says = f"Take `{short(early)}` first, then the rest of `{short(late)}`"
            yield site.put(outer, f"({late})" if inside else late, FAMILY, says, 0.8 * _prior(inner, outer))


def _next(site: Site, statement: ast.stmt) -> ast.stmt | None:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(site.parent(statement), name, None)
        if isinstance(block, list) and statement in block:
            place = block.index(statement)
            return block[place + 1] if place + 1 < len(block) else None
    return None


def _operands(node: ast.expr) -> list[ast.expr]:
    """What a step works on: the sides of an operator, the arguments of a call, and what a method is called on."""
    if isinstance(node, ast.BinOp):
        sides = [node.left, node.right]
        return sides if type(node.op) is not ast.Mod or not isinstance(node.left, ast.Constant | ast.JoinedStr) else []
    if isinstance(node, ast.Call) and not node.keywords and not any(isinstance(each, ast.Starred) for each in node.args):
        called = [node.func.value] if isinstance(node.func, ast.Attribute) and name_of(node.func) in TEXTUAL else []
        deeper = [part for each in node.args if isinstance(each, ast.BinOp) for part in _operands(each)]
        return [*called, *node.args, *(deeper if name_of(node.func) in BOUNDS else [])]
    return []


def _likely(one: ast.expr, other: ast.expr) -> bool:
    """Two steps on numbers of which one is no plain sum, or two on a text: of others each needs what the other gives."""
    names = [
        name_of(each.func) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name | ast.Attribute) else ""
        for each in (one, other)
    ]
    numbers = [name in BOUNDS or isinstance(each, ast.BinOp) for name, each in zip(names, (one, other), strict=True)]
    return (all(numbers) and names != ["", ""]) or all(name in TEXTUAL for name in names)


def _prior(one: ast.expr, other: ast.expr) -> float:
    bounds = [isinstance(each, ast.Call) and name_of(each.func) in BOUNDS for each in (one, other)]
    return 0.45 if any(bounds) else 0.2


def _constant(site: Site, node: ast.expr) -> bool:
    """Whether it is one of the fixed values that a step works with, not what it works on."""
    text = site.src(node)
    return (
        text.isupper()
        or text in site.module.globals
        or not ({part.id for part in ast.walk(node) if isinstance(part, ast.Name)} & {*site.names_at(node)})
    )


def _written(site: Site, node: ast.expr, text: str) -> int:
    return sum(isinstance(part, Atom) and site.src(part) == text for part in ast.walk(node))


def _reads(node: ast.expr, name: str) -> int:
    return sum(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def _with(site: Site, node: ast.expr, part: ast.expr, new: str) -> str:
    """The text of an expression with other text for a part of it, in brackets where an operator stands beside it."""
    begin, _ = site.module.span(node)
    start, end = site.module.span(part)
    compound = isinstance(ast.parse(new, mode="eval").body, ast.BinOp)
    beside = isinstance(site.parent(part), ast.BinOp | ast.Attribute | ast.UnaryOp)
    return spliced(site.src(node), [(start - begin, end - begin, f"({new})" if compound and beside else new)])
