"""What a computation begins with, and what it must not go beyond: first values, guards of indices, empty inputs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.mutations.guards import returned
from refinery.repair.wording import parts
from refinery.repair.world import name_of

FAMILY = "first value"
INSIDE = "index in bounds"
EMPTY = "empty input"
NUMBERS = frozenset({"count", "step", "depth", "level", "cost", "size", "distance", "index", "number", "length", "total"})


def propose(site: Site) -> Iterator[Mutation]:
    """Other beginnings; conditions that ask first whether an index is there; an answer for nothing; chains and joins regrouped."""
    statement = site.statement.node
    if site.function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
        given = statement.value
        yield from _best_so_far(site, statement.targets[0] if isinstance(statement, ast.Assign) else statement.target, given)
        for value in given.elts if isinstance(given, ast.Tuple) else [given]:
            yield from _other(site, value)
    if isinstance(statement, ast.If | ast.While):
        yield from _inside(site, statement.test)
    for node in site.statement.nodes:
        if isinstance(node, ast.BoolOp):
            yield from _joined(site, node)
        elif isinstance(node, ast.Compare) and len(node.ops) > 1:
            yield from _chain(site, node)
        elif isinstance(node, ast.Compare) and isinstance(site.parent(node), ast.BinOp | ast.AugAssign):
            yield from _difference(site, node)
        elif isinstance(node, ast.Tuple | ast.List) and isinstance(node.ctx, ast.Load):
            yield from _counted(site, node)
        elif isinstance(node, ast.Constant) and type(node.value) is int and isinstance(site.parent(node), ast.Call | ast.BinOp):
            yield from _instead(site, node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and not isinstance(site.parent(node), ast.Subscript | ast.Slice):
            prior = 0.28 if isinstance(site.parent(node), ast.Compare) else 0.18
            yield site.put(node, f"abs({site.src(node)})", "absolute value", f"Take the size of `{short(site.src(node))}`", prior)
        elif isinstance(node, ast.Call) and isinstance(site.parent(node), ast.Call) and site.src(node).startswith("len("):
            for name in [name for name in site.names_at(node) if _uses(site, name) & {"number", "index"}][:4]:
                yield site.put(node, name, "wrong name", f"Use `{name}` instead of `{short(site.src(node))}`", 0.22)
    if statement is _first(site.function):
        yield from _nothing(site)


def _other(site: Site, value: ast.expr) -> Iterator[Mutation]:
    text = site.src(value)
    infinite = text.replace("'", '"') in ('float("inf")', 'float("-inf")', "math.inf", "-math.inf", '-float("inf")')
    if infinite:
        turned = text[1:] if text.startswith("-") else text.replace("-inf", "inf") if "-inf" in text else f"-{text}"
        yield site.put(value, turned, FAMILY, f"Begin with `{turned}`", 0.5)
        yield site.put(value, "0", FAMILY, "Begin with 0", 0.15)
    elif isinstance(value, ast.Constant) and type(value.value) in (int, float):
        for name in [name for name in site.locals if "base" in _uses(site, name) or "iterated" in _uses(site, name)][:3]:
            yield site.put(value, f"{name}[0]", FAMILY, f"Begin with the first of `{name}`", 0.22)
            yield site.put(value, f"len({name})", FAMILY, f"Begin with the length of `{name}`", 0.15)
            yield site.put(value, f"len({name}) - 1", FAMILY, f"Begin with the last place in `{name}`", 0.15)
        if value.value in (0, 1, -1):
            for new in ('float("-inf")', 'float("inf")'):
                yield site.put(value, new, FAMILY, f"Begin with `{new}`", 0.2)
    elif isinstance(value, ast.Call | ast.Subscript) and text.startswith(("len(",)):
        yield site.put(value, "0", FAMILY, "Begin with 0", 0.15)


def _best_so_far(site: Site, target: ast.expr, value: ast.expr) -> Iterator[Mutation]:
    """`best = 0`, and then `if x > best: best = x`: where all are below nought, none is the best. `least = 0` is never beaten."""
    both = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
    pairs = zip(target.elts, value.elts, strict=False) if both else [(target, value)]  # type: ignore[attr-defined]
    for name, start in pairs:
        if not (isinstance(name, ast.Name) and isinstance(start, ast.Constant) and site.src(start) in ("0", "0.0")):
            continue
        for sign in _kept_where(site, name.id):
            new = 'float("-inf")' if sign == ">" else 'float("inf")'
            yield site.put(start, new, FAMILY, f"Begin with `{new}`, which every other beats", 0.5 if sign == ">" else 0.75)


def _kept_where(site: Site, name: str) -> set[str]:
    """`>` where a loop keeps what is greater than so far, `<` where it keeps what is less."""
    found = set()
    for node in site.module.inside(site.function) if site.function else ():
        test = node.test if isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and site.module.loop(node) else None
        if test is None or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            continue
        left, right = site.src(test.left), site.src(test.comparators[0])
        new = right if left == name else left if right == name else None
        if new and any(isinstance(each, ast.stmt) and _stored(site, each, name, new) for each in ast.iter_child_nodes(node)):
            found.add(">" if isinstance(test.ops[0], ast.Gt | ast.GtE) == (right == name) else "<")
    return found


def _stored(site: Site, statement: ast.stmt, name: str, new: str) -> bool:
    if not isinstance(statement, ast.Assign):
        return False
    target, value = statement.targets[0], statement.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return any(site.src(one) == name and site.src(other) == new for one, other in zip(target.elts, value.elts, strict=False))
    return site.src(target) == name and site.src(value) == new


def _uses(site: Site, name: str) -> set[str]:
    return site.module.uses(site.function).get(name, set()) if site.function else set()


def _inside(site: Site, test: ast.expr) -> Iterator[Mutation]:
    """`items[i]` is only asked for where there is one."""
    inner = f"({site.src(test)})" if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else site.src(test)
    known = "IndexError" in site.clues.errors
    for node in ast.walk(test):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name | ast.BinOp):
            index, items = site.src(node.slice), site.src(node.value)
            for guard, prior in ((f"{index} < len({items})", 0.3), (f"{index} >= 0", 0.3)):
                if guard not in inner:
                    yield site.put(test, f"{guard} and {inner}", INSIDE, f"Ask first whether `{short(guard)}`", 0.75 if known else prior)
            if index.isidentifier():
                yield site.put(test, f"{index} > 0 and {inner}", INSIDE, f"Ask first whether `{index} > 0`", 0.4 if known else 0.2)
    for node in ast.walk(test):
        popped = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("pop", "popleft")
        last = isinstance(node, ast.Subscript) and site.src(node.slice) in ("-1", "0")
        items = site.src(node.func.value) if popped else site.src(node.value) if last else ""  # type: ignore[attr-defined]
        if items and f"not {items}" not in inner and not inner.startswith(f"{items} and"):
            yield site.put(test, f"not {items} or {inner}", INSIDE, f"Take an empty `{short(items)}` the same way", 0.6 if known else 0.3)
            yield site.put(
                test, f"{items} and {inner}", INSIDE, f"Ask first whether `{short(items)}` holds something", 0.6 if known else 0.3
            )


def _joined(site: Site, node: ast.BoolOp) -> Iterator[Mutation]:
    """`a and b or c` with its brackets elsewhere; a part of a condition turned round with its join."""
    outer, inner_word = ("or", "and") if isinstance(node.op, ast.Or) else ("and", "or")
    for place, part in enumerate(node.values):
        if not isinstance(part, ast.BoolOp) or len(node.values) != 2 or len(part.values) != 2:
            continue
        other = node.values[1 - place]
        one, two = (site.src(value) for value in part.values)
        rest = site.src(other)
        new = f"{one} {inner_word} ({two} {outer} {rest})" if place == 0 else f"({rest} {outer} {one}) {inner_word} {two}"
        yield site.put(node, new, "brackets", f"Join `{short(rest)}` with its neighbour first", _unbracketed(site, node, place))


def _unbracketed(site: Site, node: ast.BoolOp, place: int) -> float:
    """How likely `a or b and not c` is meant for both of the alternatives: `not` and names alike say so, brackets the contrary."""
    part, other = node.values[place], node.values[1 - place]
    if not isinstance(part, ast.BoolOp) or not isinstance(node.op, ast.Or) or site.module.text[site.module.span(part)[0] - 1] == "(":
        return 0.35
    own, extra = (part.values[-1], part.values[0]) if place == 0 else part.values
    alike = bool(parts(name_of(own)) & parts(name_of(other))) and isinstance(own, type(other))
    denied = isinstance(extra, ast.UnaryOp) and not isinstance(own, ast.UnaryOp) and not isinstance(other, ast.UnaryOp)
    return 0.35 + 0.25 * alike + 0.15 * denied


def _chain(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """`a < b < c` with its ends exchanged, or both of its signs made strict or not."""
    text = site.src(node)
    ends = [site.src(part) for part in (node.left, *node.comparators)]
    if len(ends) == 3 and text.count("<") == 2:
        for signs in (("<", "<"), ("<=", "<="), ("<=", "<"), ("<", "<=")):
            yield site.put(node, f"{ends[0]} {signs[0]} {ends[1]} {signs[1]} {ends[2]}", "comparison", "Move both ends of the range", 0.3)


def _difference(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """Something is worked out with whether one is greater; meant may have been by how much."""
    new = f"{grouped(site, node.left)} - {grouped(site, node.comparators[0])}"
    inner = isinstance(site.parent(node), ast.BinOp)
    says = f"Work with the difference `{short(new)}`, not with whether there is one"
    yield site.put(node, f"({new})" if inner else new, "difference", says, 0.5)


def _counted(site: Site, node: ast.Tuple | ast.List) -> Iterator[Mutation]:
    """A count that is handed on in a pair, one more or one less."""
    for item in node.elts:
        if isinstance(item, ast.Name) and ("number" in _uses(site, item.id) or _numeric(item.id)):
            for sign in "+-":
                yield site.put(item, f"{item.id} {sign} 1", "off by one", f"Hand on `{item.id} {sign} 1`", 0.25 if sign == "+" else 0.12)


def _instead(site: Site, node: ast.Constant) -> Iterator[Mutation]:
    """A name in place of a number that is handed over or counted with."""
    for name in [name for name in site.names_at(node) if name not in ("self", "cls")][:6]:
        number = "number" in _uses(site, name) or _numeric(name)
        yield site.put(node, name, "fixed number", f"Use `{name}` instead of {node.value!r}", 0.22 if number else 0.12)


def _numeric(name: str) -> bool:
    """Whether a name says that it is a number."""
    return bool(parts(name) & NUMBERS)


def _nothing(site: Site) -> Iterator[Mutation]:
    """An answer for an empty input, before anything is done with it."""
    function = site.function
    if function is None:
        return
    for argument in [each.arg for each in function.args.args if each.arg not in ("self", "cls")][:2]:
        uses = _uses(site, argument)
        if not uses & {"base", "iterated", "len", "object"}:
            continue
        for place, value in enumerate(returned(site, function)[:3]):
            code = f"if not {argument}:\n    return {value}"
            yield site.add(code, "before", EMPTY, f"Answer `{value}` when `{argument}` is empty", 0.14 * 0.8**place)


def _first(function: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    for one, other in pairwise(function.body):
        if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant):
            return other
        return one
    return function.body[0]
