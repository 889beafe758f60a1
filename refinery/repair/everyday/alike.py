"""What like functions do with the same thing and this one does not: a step beside it, the way back of an edge, the size of a step."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from refinery.repair.module import FILLING, FUNCTIONS, Function, Module
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

BESIDE = "step left out"
BACK = "way back"
STEP = "size of a step"
MOST = 4
QUIET = FILLING | {"print", "write", "append", "appendleft", "info", "debug", "warning", "popleft", "popitem", "sort", "close"}
"""What is called for one place, and not with all that is done to a thing."""
TWO_WAYS = re.compile(r"(?i)undirected|symmetr|bidirectional|mutual|both (?:ways|directions)|friend")
SIGNS: dict[type[ast.operator], tuple[str, str]] = {ast.Add: ("+=", "-="), ast.Sub: ("-=", "+=")}

_steps: WeakKeyDictionary[Module, list[tuple[ast.stmt, Function]]] = WeakKeyDictionary()
"""The steps of a file that go with a thing, each with its function."""
_both_ways: WeakKeyDictionary[Module, bool] = WeakKeyDictionary()
"""Whether a file writes both ways of what lies between two."""


def propose(site: Site) -> Iterator[Mutation]:
    """The step, the other way, the size of step, as like places have it."""
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    if isinstance(statement, ast.Return | ast.Assign | ast.AugAssign | ast.Expr):
        yield from _beside(site, function, statement)
    if isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr):
        yield from _other_way(site, function, statement)
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        yield from _size(site, function, statement, statement.target.id)


def _beside(site: Site, function: Function, statement: ast.stmt) -> Iterator[Mutation]:
    """`self.order.touch(key)` or `self.uses[key] += 1`, where others do so with what is read and written here."""
    module = site.module
    if module not in _steps:
        _steps[module] = [
            (each.node, inner) for each in module.statements if _goes_with(each.node) and (inner := module.function(each.node))
        ]
    here = {site.src(node) for node in site.statement.nodes if isinstance(node, ast.Subscript | ast.Attribute)}
    block = {site.src(each) for each in module.block(statement)}
    count = 0
    for step, other in _steps[module]:
        text = site.src(step)
        names = {node.id for node in module.inside(step) if isinstance(node, ast.Name)}
        if count >= MOST or text in block or "\n" in text or not names <= {*site.locals, *module.globals}:
            continue
        if module.parents.get(other) is not module.parents.get(function):
            continue
        if other is function and any(step in module.inside(each) for each in module.block(statement)):
            continue
        owners = {site.src(node) for node in module.inside(step) if isinstance(node, ast.Attribute) and _is_own(site.src(node))}
        taken = statement.value.func if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) else None
        changed = isinstance(taken, ast.Attribute) and taken.attr in FILLING and site.src(taken.value) in owners
        keyed = changed or any(each.startswith(f"{owner}[") for each in here for owner in owners)
        near = module.block(step)
        at = near.index(step)
        around = {site.src(node) for each in (*near[max(0, at - 1) : at], *near[at + 1 : at + 2]) for node in module.inside(each)
                  if isinstance(node, ast.Subscript) and _is_own(site.src(node))}  # fmt: skip
        if not keyed and not around & here:
            continue
        if text in module.source(function) and other is not function and not keyed:
            continue
        count += 1
        others = {inner for each, inner in _steps[module] if site.src(each) == text} - {function}
        prior = 0.5 if others else 0.4
        says = f"Do `{short(text)}` here as well, as `{other.name}` does with the same"
        yield site.add(text, "before", BESIDE, says, prior)
        if not isinstance(statement, ast.Return):
            yield site.add(text, "after", BESIDE, says, prior)


def _goes_with(node: ast.stmt) -> bool:
    """Whether a statement is done to something of the object, besides what is done: a call for its effect, or a count."""
    if isinstance(node, ast.AugAssign):
        return isinstance(node.target, ast.Subscript) and ast.unparse(node.target).startswith("self.")
    call = node.value if isinstance(node, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute | ast.Name) or name_of(call.func) in QUIET:
        return False
    return any(_is_own(ast.unparse(each)) for each in (*call.args, getattr(call.func, "value", None)) if each is not None)


def _is_own(text: str) -> bool:
    return text.startswith("self.")


def _other_way(site: Site, function: Function, statement: ast.stmt) -> Iterator[Mutation]:
    """`near[a].append(b)` without `near[b].append(a)`; what is taken from one way is given to the other."""
    yield from _along_the_way(site, function, statement)
    ends = _ends(statement)
    if ends is None:
        return
    source, text, module = site.module.source(function), site.src(statement), site.module
    twins = [(_exchanged(site, statement, *ends), 1.0)]
    if isinstance(statement, ast.AugAssign):
        sign, turned = SIGNS.get(type(statement.op), ("", ""))
        twins = [(twins[0][0].replace(sign, turned, 1), 1.0), (twins[0][0], 0.7)] if sign else []
    if "\n" in text or any(twin in source for twin, _ in twins):
        return
    if module not in _both_ways:
        written = {site.src(each.node): each.node for each in module.statements if _ends(each.node)}
        _both_ways[module] = any(
            _exchanged(site, node, *pair) in written for node in written.values() if (pair := _ends(node)) and "\n" not in site.src(node)
        )
    two_ways = _both_ways[module] or TWO_WAYS.search(module.text) is not None
    if isinstance(statement, ast.Assign) and not two_ways and not _one_edge(site, statement, *ends):
        return  # a place of a table
    prior = 0.65 if two_ways else 0.55 if isinstance(statement, ast.AugAssign) else 0.35
    for twin, weight in twins:
        for where in ("after", "before"):
            yield site.add(twin, where, BACK, f"Do `{short(twin)}` too, the way back", prior * weight * (1.0 if where == "after" else 0.9))


def _along_the_way(site: Site, function: Function, statement: ast.stmt) -> Iterator[Mutation]:
    """What lies between a thing and that from which one came to it: what is taken of the one way is given to the other."""
    cell = statement.target if isinstance(statement, ast.AugAssign) and type(statement.op) in SIGNS else None
    if not isinstance(statement, ast.AugAssign) or not isinstance(cell, ast.Subscript) or not isinstance(cell.value, ast.Subscript):
        return
    one, other = cell.value.slice, cell.slice
    _, turned = SIGNS[type(statement.op)]
    for here, there in ((one, other), (other, one)):
        if isinstance(here, ast.Name) and isinstance(there, ast.Subscript) and site.src(there.slice) == here.id:
            back = f"{site.src(cell.value.value)}[{site.src(other)}][{site.src(one)}]"
            if back not in site.src(function):
                code = f"{back} {turned} {site.src(statement.value)}"
                yield site.add(code, "after", BACK, f"Do `{short(code)}` too, the way back", 0.6)


def _one_edge(site: Site, statement: ast.stmt, one: str, other: str) -> bool:
    """Whether a loop goes through pairs of both."""
    targets = [outer.target for outer in site.module.above(statement) if isinstance(outer, ast.For) and isinstance(outer.target, ast.Tuple)]
    return any({one, other} <= {node.id for node in ast.walk(each) if isinstance(node, ast.Name)} for each in targets)


def _ends(statement: ast.stmt) -> tuple[str, str] | None:
    """The two that a statement puts something between: `far[a][b] = x`, `near[a].append(b)`, `near[a].add((b, x))`."""
    if isinstance(statement, ast.AugAssign) or (isinstance(statement, ast.Assign) and len(statement.targets) == 1):
        target = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
        if not isinstance(target, ast.Subscript):
            return None
        if isinstance(target.slice, ast.Tuple) and len(target.slice.elts) == 2:
            one, other = target.slice.elts
        elif isinstance(target.value, ast.Subscript):
            one, other = target.value.slice, target.slice
        else:
            return None
        table = target.value.value if isinstance(target.value, ast.Subscript) else target.value
        read = {ast.unparse(node) for node in ast.walk(statement.value) if isinstance(node, ast.Name | ast.Attribute)}
        if ast.unparse(table) in read:  # reckoned from its neighbours
            return None
    else:
        call = statement.value if isinstance(statement, ast.Expr) else None
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and len(call.args) == 1):
            return None
        if not isinstance(call.func.value, ast.Subscript) or call.func.attr not in ("append", "add", "remove", "discard"):
            return None
        one, other = call.func.value.slice, call.args[0]
        other = other.elts[0] if isinstance(other, ast.Tuple) and other.elts else other
    if isinstance(one, ast.Name) and isinstance(other, ast.Name) and one.id != other.id:
        return one.id, other.id
    return None


def _exchanged(site: Site, statement: ast.stmt, one: str, other: str) -> str:
    """The statement with two names in each other's places."""
    start, text = site.module.span(statement)[0], site.src(statement)
    named = [node for node in site.module.inside(statement) if isinstance(node, ast.Name) and node.id in (one, other)]
    for node in sorted(named, key=lambda each: -site.module.span(each)[0]):
        first, last = (place - start for place in site.module.span(node))
        text = text[:first] + (other if node.id == one else one) + text[last:]
    return text


def _size(site: Site, function: Function, statement: ast.AugAssign, name: str) -> Iterator[Mutation]:
    """`i -= 1` where its like goes by `i & -i`, or halves."""
    value = statement.value
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitAnd) and site.src(value.left) == site.src(value.right):
        new = f"{site.src(value.left)} & -{site.src(value.right)}"
        yield site.put(value, new, STEP, f"Go on by `{new}`, the lowest bit", 0.9)
    loop = site.module.loop(statement)
    if not isinstance(loop, ast.While) or not isinstance(value, ast.Constant) or statement not in loop.body:
        return
    if name not in {node.id for node in ast.walk(loop.test) if isinstance(node, ast.Name)}:
        return
    for other in getattr(site.parent(function), "body", ()):
        for node in site.module.inside(other) if isinstance(other, FUNCTIONS) else ():
            if not (isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)) or site.module.loop(node) in (None, loop):
                continue
            start, text = site.module.span(statement.target)[1], site.src(statement)
            if isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.BitAnd) and "-" in site.src(node.value):
                new = f"{name} & -{name}"
                yield site.put(value, new, STEP, f"Go on by `{new}`, as `{other.name}` does", 0.8)
                return
            if isinstance(node.op, ast.FloorDiv | ast.RShift) and isinstance(node.value, ast.Constant) and text.endswith("= 1"):
                new = site.src(node)[len(node.target.id) :]
                yield site.between(start, site.module.span(statement)[1], new, STEP, f"Go on by `{name}{new}`, as `{other.name}` does", 0.5)
                return
