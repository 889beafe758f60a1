"""Whether a thing is there, taken for whether it holds something: 0, "" and an empty list are there, and are false."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import name_of

FAMILY = "truth for presence"
BUILT = (ast.List, ast.ListComp, ast.Dict, ast.DictComp, ast.Set, ast.SetComp, ast.JoinedStr)
KEPT = "overwritten"
NEVER_NONE = 0.6
"""How likely it should be asked whether something is empty that is never None, since a function gives it that always gives something."""


def propose(site: Site) -> Iterator[Mutation]:
    """`x is not None` for `x` where only its truth is asked for, and the other way round; `x or y` where x may be false and there."""
    yield from _kept(site)
    yield from _mark(site)
    for node in site.statement.nodes:
        if isinstance(node, ast.Compare) and isinstance(node.comparators[0], ast.Constant) and node.comparators[0].value is None:
            absent = isinstance(node.ops[0], ast.Is)
            new = f"not {grouped(site, node.left)}" if absent else site.src(node.left)
            if isinstance(node.ops[0], ast.Is | ast.IsNot):
                prior = NEVER_NONE if _never_none(site, node.left) else 0.25
                yield site.put(node, new, FAMILY, f"Ask whether `{short(site.src(node.left))}` holds something", prior)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and _readable(node.operand):
            yield site.put(
                node, f"{site.src(node.operand)} is None", FAMILY, f"Ask whether `{short(site.src(node.operand))}` is None", 0.35
            )
        elif _readable(node) and _tested(site, node):
            yield site.put(node, f"{site.src(node)} is not None", FAMILY, f"Ask whether `{short(site.src(node))}` is there at all", 0.35)
        elif isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2 and not _tested(site, node):
            first, rest = node.values
            if _readable(first):
                new = f"{site.src(first)} if {site.src(first)} is not None else {site.src(rest)}"
                inside = isinstance(site.parent(node), ast.BinOp | ast.Attribute | ast.Subscript | ast.Compare | ast.Call)
                says = f"Take `{short(site.src(rest))}` only where `{short(site.src(first))}` is None"
                yield site.put(node, f"({new})" if inside else new, FAMILY, says, 0.5)


def _never_none(site: Site, node: ast.expr) -> bool:
    """Whether a variable is given only what functions give that build a list, a dict or a text in each of their returns."""
    if not isinstance(node, ast.Name) or site.function is None:
        return False
    given = [
        each.value
        for each in site.module.inside(site.function)
        if isinstance(each, ast.Assign) and site.module.function(each) is site.function
        if any(isinstance(target, ast.Name) and target.id == node.id for target in each.targets)
    ]
    return bool(given) and all(isinstance(each, ast.Call) and _builds(site, each) for each in given)


def _builds(site: Site, call: ast.Call) -> bool:
    known = site.world.functions.get(name_of(call.func)) if isinstance(call.func, ast.Name) else None
    if known is None:
        return False
    returned = [each.value for each in known[0].inside(known[1]) if isinstance(each, ast.Return) and known[0].function(each) is known[1]]
    return bool(returned) and isinstance(known[1].body[-1], ast.Return) and all(isinstance(each, BUILT) for each in returned)


def _mark(site: Site) -> Iterator[Mutation]:
    """`EMPTY = None` at the top of a file, asked for by `is`: None may be a value like others."""
    statement = site.statement.node
    if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name) and site.function is None):
        return
    value, name = statement.value, statement.targets[0].id
    asked = f"is {name}" in site.module.text or f"is not {name}" in site.module.text
    if asked and isinstance(value, ast.Constant) and not isinstance(site.parent(statement), ast.ClassDef):
        yield site.put(value, "object()", "mark", f"Let `{name}` be a thing of its own, that no value equals", 0.8)


def _kept(site: Site) -> Iterator[Mutation]:
    """`x.a = new` where nothing new may have come: what was there stays."""
    statement = site.statement.node
    if not (isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Attribute)):
        return
    held, new = site.src(statement.targets[0]), statement.value
    function = site.function
    if function is None or function.name == "__init__" or not _readable(new) or not isinstance(new, ast.Name | ast.Call | ast.Subscript):
        return
    text = site.src(new)
    yield site.put(new, f"{text} or {held}", KEPT, f"Keep `{short(held)}` where `{short(text)}` is empty", 0.2)
    yield site.put(new, f"{text} if {text} is not None else {held}", KEPT, f"Keep `{short(held)}` where `{short(text)}` is None", 0.2)


def _readable(node: ast.expr) -> bool:
    got = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get"
    return got or isinstance(node, ast.Name | ast.Subscript | ast.Attribute)


def _tested(site: Site, node: ast.expr) -> bool:
    """Whether only the truth of it is asked for."""
    parent = site.parent(node)
    if isinstance(parent, ast.comprehension):
        return node in parent.ifs
    if isinstance(parent, ast.If | ast.While | ast.IfExp | ast.Assert):
        return parent.test is node
    if isinstance(parent, ast.BoolOp):
        return _tested(site, parent) or parent.values[-1] is not node
    return False
