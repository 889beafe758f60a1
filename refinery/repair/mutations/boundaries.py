"""Off by one: ranges, slices, indices and arguments that begin or end one too early or too late; numbers of the wrong size."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, memorising, short
from refinery.repair.world import role

FAMILY = "off by one"
REMAINDER = 0.35
"""What one more or less counts of a remainder, or of what it is of: it asks something else then, and nobody counts there."""
NUMBERISH = (ast.Name, ast.Call, ast.BinOp, ast.Attribute, ast.Subscript)


def propose(site: Site) -> Iterator[Mutation]:
    """Bounds moved by one, slices opened and shifted, indices from the other end, numbers of another size."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            yield from _number(site, node)
        elif isinstance(node, ast.Call):
            yield from _call(site, node)
        elif isinstance(node, ast.Subscript):
            yield from _subscript(site, node)
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE | ast.Eq | ast.NotEq):
            for side in (node.left, node.comparators[0]):
                yield from _shifted(site, side, 0.2)
    statement = site.statement.node
    if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Name | ast.BinOp | ast.Call):
        yield from _shifted(site, statement.value, 0.12)
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name | ast.Call | ast.BinOp):
        yield from _shifted(site, statement.value, 0.35 if _bounds_a_loop(site, statement) else 0.12)
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.IfExp):
        yield from _one_of_two(site, statement.value)
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Tuple):
        for part in statement.value.elts:
            if isinstance(part, ast.Call | ast.BinOp):
                yield from _shifted(site, part, 0.25)
    if isinstance(statement, ast.For) and isinstance(statement.iter, ast.Name | ast.Attribute):
        text = site.src(statement.iter)
        for name in ("1", *[name for name in site.locals if len(name) <= 2 or name.endswith(("start", "count", "offset", "skip"))][:3]):
            yield site.put(statement.iter, f"{text}[{name}:]", "slice", f"Begin the loop over `{text}` at `{name}`", 0.15)
        yield site.put(statement.iter, f"{text}[:-1]", "slice", f"Leave out the last of `{text}`", 0.12)


def _one_of_two(site: Site, node: ast.IfExp) -> Iterator[Mutation]:
    """`place[-1] if place else 0`: what is a number on the one side is one on the other."""
    for side, other in ((node.body, node.orelse), (node.orelse, node.body)):
        if isinstance(other, ast.Constant) and type(other.value) is int and isinstance(side, NUMBERISH):
            yield from _shifted(site, side, 0.35)


def _bounds_a_loop(site: Site, statement: ast.Assign) -> bool:
    """Whether what is set decides how long the loop around it goes on."""
    loop = site.module.loop(statement)
    target = statement.targets[0]
    return (
        isinstance(loop, ast.While)
        and isinstance(target, ast.Name)
        and target.id in {part.id for part in ast.walk(loop.test) if isinstance(part, ast.Name)}
    )


def _number(site: Site, node: ast.Constant) -> Iterator[Mutation]:
    value = node.value
    assert isinstance(value, int | float)
    parent = site.parent(node)
    exact = isinstance(parent, ast.Subscript | ast.Slice | ast.BinOp | ast.Compare | ast.UnaryOp) or _in_range(site, node)
    if isinstance(value, int):
        for new in (value + 1, value - 1):
            prior = (0.45 if exact else 0.25) * (1.0 if abs(value) <= 3 else 0.6) * (REMAINDER if _of_a_remainder(parent, node) else 1.0)
            if new >= 0 or not isinstance(parent, ast.UnaryOp | ast.BinOp):
                yield site.put(node, str(new), FAMILY, f"Use `{new}` instead of `{value}`", prior)
    if value == 0 and isinstance(parent, ast.Subscript):
        yield site.put(node, "-1", "other end", f"Take the last of `{short(site.src(parent.value))}`, not the first", 0.4)
    if isinstance(parent, ast.Slice | ast.Compare) and not exact:
        return
    name = role(site.module, node)
    for seen, _ in site.world.roles.get(name, {}).items() if name else ():
        if type(seen) in (int, float) and seen != value:
            yield site.put(node, repr(seen), "value seen elsewhere", f"Use `{seen!r}` for `{name}`, as elsewhere", 0.3)
    for new_value in _sizes(value):
        says = f"Use `{new_value!r}` instead of `{value!r}`" + (f" for `{name}`" if name else "")
        yield memorising(site.put(node, repr(new_value), "other number", says, 0.12, "the number is a guess that the tests do not prove"))


def _of_a_remainder(parent: ast.AST | None, node: ast.Constant) -> bool:
    """Whether a number is what a remainder should be, or what it is the remainder of."""
    if isinstance(parent, ast.BinOp):
        return isinstance(parent.op, ast.Mod) and parent.right is node
    if not isinstance(parent, ast.Compare) or not isinstance(parent.ops[0], ast.Eq | ast.NotEq):
        return False
    return any(isinstance(side, ast.BinOp) and isinstance(side.op, ast.Mod) for side in (parent.left, *parent.comparators))


def _sizes(value: float) -> Iterator[float]:
    if not value:
        return
    for factor in (100, 10, 60, 1000, 2):
        yield value * factor
        down = value / factor
        yield int(down) if isinstance(value, int) and value % factor == 0 else down


def _call(site: Site, node: ast.Call) -> Iterator[Mutation]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "range":
        place = 0 if len(node.args) == 1 else 1
        if place < len(node.args):
            yield from _shifted(site, node.args[place], 0.5)
        if len(node.args) == 1:
            text = site.src(node.args[0])
            yield site.put(node.args[0], f"1, {text}", FAMILY, f"Begin the range at 1, before `{short(text)}`", 0.3)
            yield site.put(node.args[0], f"1, {text} + 1", FAMILY, f"Count from 1 up to and with `{short(text)}`", 0.4)
            for bound in site.locals[:8]:
                if bound != text:
                    yield site.put(node.args[0], f"{bound}, {text}", FAMILY, f"Begin the range at `{bound}`", 0.12)
        else:
            yield from _shifted(site, node.args[0], 0.35)
        return
    stepped = name in ("min", "max") and any(isinstance(each, ast.BinOp) and _is_one(each.right) for each in node.args)
    for argument in node.args if stepped else ():
        if isinstance(argument, ast.Subscript | ast.Call | ast.Attribute):
            yield from _shifted(site, argument, 0.4)
    known = site.function is not None and name == site.function.name
    for argument in node.args:
        if isinstance(argument, ast.Name | ast.BinOp):
            yield from _shifted(site, argument, 0.3 if known else 0.1)
        elif isinstance(argument, ast.Attribute | ast.Subscript):
            yield from _as_elsewhere(site, argument)


def _as_elsewhere(site: Site, node: ast.expr) -> Iterator[Mutation]:
    """A field or an item one more or one less, where the function says so elsewhere."""
    known = site.module.ingredients(site.function) if site.function else {}
    for sign in "+-":
        new = f"{site.src(node)} {sign} 1"
        if new in known:
            yield site.put(node, new, FAMILY, f"Use `{short(new)}`, as elsewhere, instead of `{short(site.src(node))}`", 0.4)


def _subscript(site: Site, node: ast.Subscript) -> Iterator[Mutation]:
    if not isinstance(node.slice, ast.Slice):
        if isinstance(node.slice, ast.Name | ast.BinOp):
            yield from _shifted(site, node.slice, 0.35)
        elif isinstance(node.slice, ast.UnaryOp) and site.src(node.slice) == "-1":
            yield site.put(node.slice, "0", "other end", f"Take the first of `{short(site.src(node.value))}`, not the last", 0.4)
        return
    low, high, step = node.slice.lower, node.slice.upper, node.slice.step
    yield from _turned(site, node, node.slice)
    texts = ["" if bound is None else site.src(bound) for bound in (low, high, step)]
    value = site.src(node.value)

    def sliced(lower: str, upper: str, prior: float) -> Mutation:
        new = f"{lower}:{upper}" + (f":{texts[2]}" if step is not None else "")
        return site.between(*site.module.span(node), f"{value}[{new}]", "slice", f"Slice `{short(value)}` by `[{new}]`", prior)

    for bound in (low, high):
        if bound is not None:
            yield from _shifted(site, bound, 0.35)
    if low is None and high is not None:
        yield sliced(texts[1], "", 0.35)
        yield sliced(f"-{grouped(site, high)}", "", 0.4)
        yield sliced("1", texts[1], 0.2)
    elif high is None and low is not None:
        yield sliced("", texts[0], 0.35)
        if texts[0].startswith("-"):
            yield sliced("", texts[0].lstrip("-"), 0.4)
    if low is not None and high is not None:
        yield sliced(texts[0], "", 0.25)
        yield sliced("", texts[1], 0.25)
        yield sliced(texts[0], f"{texts[0]} + {texts[1]}", 0.35)


def _turned(site: Site, node: ast.Subscript, part: ast.Slice) -> Iterator[Mutation]:
    """`way[::-1]` has the turning point a second time, or goes back to where all began."""
    if part.step is None or site.src(part.step) != "-1" or part.upper is not None:
        return
    text, begin = site.src(node.value), "" if part.lower is None else site.src(part.lower)
    others = {"": (("-2::-1", 0.3), (":0:-1", 0.25), ("-2:0:-1", 0.15)), "-2": (("::-1", 0.35),)}
    for new, prior in others.get(begin, ()):
        yield site.put(node, f"{text}[{new}]", "slice", f"Go back through `{short(text)}` by `[{new}]`", prior)


def _shifted(site: Site, node: ast.expr, prior: float) -> Iterator[Mutation]:
    """The value one more and one less; plus one and minus one taken away."""
    text = site.src(node)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub) and _is_one(node.right):
        yield site.put(node, site.src(node.left), FAMILY, f"Use `{short(site.src(node.left))}` instead of `{short(text)}`", prior)
        other = "-" if isinstance(node.op, ast.Add) else "+"
        yield site.put(node, f"{site.src(node.left)} {other} 1", FAMILY, f"Use `{short(site.src(node.left))} {other} 1`", prior * 0.5)
    elif isinstance(node, NUMBERISH):
        for sign in "+-":
            yield site.put(node, f"{text} {sign} 1", FAMILY, f"Use `{short(text)} {sign} 1` instead of `{short(text)}`", prior)


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1


def _in_range(site: Site, node: ast.expr) -> bool:
    parent = site.parent(node)
    return isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id in ("range", "enumerate", "round")
