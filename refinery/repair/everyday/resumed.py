"""What the same function does at another place: an end that is asked for further below, a place that is kept to go back to, what is to be
taken out below when it has gone up, and what is known only by its name."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of, parameters

HEIR = "put in its place"
LIKEWISE = "asked below"
KEPT = "kept place"
NAMED = "named only"


def propose(site: Site) -> Iterator[Mutation]:
    """Calls, assignments, conditions and loops that go on from what is done elsewhere."""
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        yield from _kept_place(site, function, statement.targets[0], statement.value)
    elif isinstance(statement, ast.If):
        yield from _likewise(site, function, statement)
    elif isinstance(statement, ast.For):
        yield from _named(site, function, statement)
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and name_of(node.func) == function.name:
            yield from _heir(site, function, node)


def _heir(site: Site, function: Function, call: ast.Call) -> Iterator[Mutation]:
    """What has taken the place of another is what the function goes on to look for below, no longer the one that was there."""
    block = site.module.block(site.statement.node)
    above = block[block.index(site.statement.node) - 1] if site.statement.node is not block[0] else None
    if not (isinstance(above, ast.Assign) and isinstance(above.value, ast.Attribute) and isinstance(above.targets[0], ast.Attribute)):
        return
    if above.value.attr != above.targets[0].attr or site.src(above.value) in map(site.src, call.args):
        return
    for argument in call.args:
        if isinstance(argument, ast.Name) and argument.id in parameters(function):
            sides, new = {argument.id, site.src(above.targets[0])}, site.src(above.value)
            compared = (node for node in site.module.inside(function) if isinstance(node, ast.Compare) and len(node.ops) == 1)
            if any({site.src(node.left), site.src(node.comparators[0])} == sides for node in compared):
                yield site.put(argument, new, HEIR, f"Go on with `{short(new)}`, which stands here from now on", 0.7)


def _kept_place(site: Site, function: Function, target: ast.expr, value: ast.expr) -> Iterator[Mutation]:
    """A place that is kept and never read is where one was to go back to, not on from where one is."""
    idle = site.module.idle.get(function, frozenset())
    if not idle:
        return
    saved = {
        site.src(what): name.id
        for node in site.module.inside(function)
        if isinstance(node, ast.Assign) and len(node.targets) == 1
        for name, what in _pairs(node.targets[0], node.value)
        if isinstance(name, ast.Name) and name.id in idle and isinstance(what, ast.Name)
    }
    for name, what in _pairs(target, value):
        kept = saved.get(site.src(name))
        if kept is not None and isinstance(what, ast.BinOp) and site.src(name) in _names(what):
            yield site.put(what, kept, KEPT, f"Go back to `{kept}`, which is kept and not read", 0.65)


def _likewise(site: Site, function: Function, statement: ast.If) -> Iterator[Mutation]:
    """What ends a loop with the answer that is also given before it may be so before the first round."""
    test, body = statement.test, [site.src(each) for each in statement.body]
    if not isinstance(test, ast.Compare) or len(body) != 1 or not isinstance(statement.body[0], ast.Return) or statement.orelse:
        return
    for node in site.module.inside(function):
        if not isinstance(node, ast.If) or node.lineno <= statement.lineno or not isinstance(node.test, ast.Compare):
            continue
        looped = site.module.loop(node) is not None and site.module.loop(statement) is None
        same = site.src(node.test.left) == site.src(test.left) and site.src(node.test) != site.src(test)
        if looped and same and [site.src(each) for each in node.body] == body and set(_names(node.test)) <= set(site.locals):
            says = f"Let `{short(site.src(node.test))}` end it before the loop too"
            yield site.put(test, f"{site.src(test)} or {site.src(node.test)}", LIKEWISE, says, 0.55)


def _named(site: Site, function: Function, statement: ast.For) -> Iterator[Mutation]:
    """What each gets that has others, and those do not that others only name."""
    outer, item = site.module.loop(statement), statement.target
    if not isinstance(outer, ast.For) or not isinstance(item, ast.Name) or not set(_names(outer.target)) & set(_names(statement.iter)):
        return
    owners = _names(outer.target)
    for node in outer.body:
        call = node.value if isinstance(node, ast.Expr) else None
        if not (
            isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault" and len(call.args) == 2
        ):
            continue
        new = f"{site.src(call.func)}({item.id}, {site.src(call.args[1])})"
        if site.src(call.args[0]) in owners and new not in site.src(function):
            yield site.add(new, "before", NAMED, f"Let `{item.id}` be known too when another only names it", 0.6, at=statement.body[0])


def _pairs(target: ast.expr, value: ast.expr) -> list[tuple[ast.expr, ast.expr]]:
    """Each target with what it is given."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def _names(node: ast.AST) -> list[str]:
    return [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
