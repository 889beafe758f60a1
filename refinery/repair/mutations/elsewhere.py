"""What the same function says elsewhere, in place of what stands here: most of what a repair needs is already in the file.

An expression is likelier meant the more it has to do with what stands there: it is what the same name is given in another place, it is
made of it, or it asks something else about the same thing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of, parameters

FAMILY = "seen elsewhere"
MOST = 7
"""Expressions that are tried in place of one."""
PLACES = (ast.Assign, ast.AugAssign, ast.Return, ast.Call, ast.BinOp, ast.Compare, ast.For, ast.Tuple, ast.List, ast.Subscript, ast.Yield,
          ast.IfExp, ast.keyword, ast.Slice, ast.comprehension, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)  # fmt: skip
"""What an expression must stand in directly."""


def propose(site: Site) -> Iterator[Mutation]:
    """Expressions of the function for names, numbers, calls, items and sums of the statement."""
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    known = site.module.ingredients(function)
    for node in site.statement.nodes:
        if not _replaceable(site, node):
            continue
        bound = {*site.names_at(node), *site.module.globals, *BUILTINS}
        text = site.src(node)
        around = {site.src(outer) for outer in site.module.above(node) if isinstance(outer, ast.expr)}
        scores = {
            new: prior
            for new, other in known.items()
            if new != text and new not in around and (prior := _likely(site, node, text, other)) and _names(other) <= bound
        }
        if isinstance(node, ast.Subscript):
            scores |= {new: 0.2 for new in _asked_of(site, node) if new not in scores and new not in around}
        if isinstance(site.parent(node), ast.Return) and isinstance(node, ast.Call | ast.Subscript):
            numbers = site.module.uses(function)
            scores |= {name: 0.16 for name in site.locals[:8] if "number" in numbers.get(name, set())}
        for new, prior in sorted(scores.items(), key=lambda item: -item[1])[:MOST]:
            yield site.put(node, new, FAMILY, f"Use `{short(new)}`, as elsewhere, instead of `{short(text, 24)}`", prior)


BUILTINS = frozenset(
    {"len", "sum", "min", "max", "abs", "sorted", "list", "set", "dict", "tuple", "str", "int", "float", "reversed", "range"}
)


def _asked_of(site: Site, node: ast.Subscript) -> Iterator[str]:
    """`find(x)` for `parent[x]`: functions at hand that take one thing and are called here."""
    if isinstance(node.slice, ast.Constant | ast.Slice) or site.function is None:
        return
    for called in dict.fromkeys(name_of(each.func) for each in site.module.inside(site.function) if isinstance(each, ast.Call)):
        known = site.world.functions.get(called)
        if known is not None and called != site.function.name and len(parameters(known[1])) == 1:
            owner = "self." if known[1].args.args[:1] and known[1].args.args[0].arg == "self" else ""
            yield f"{owner}{called}({site.src(node.slice)})"


def _replaceable(site: Site, node: ast.expr) -> bool:
    parent = site.parent(node)
    if not isinstance(parent, PLACES) or (isinstance(parent, ast.Call) and parent.func is node):
        return False
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float)
    if isinstance(node, ast.Name | ast.Subscript | ast.Attribute):
        return isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.Call | ast.BinOp)


def _likely(site: Site, node: ast.expr, text: str, other: ast.expr) -> float:
    parent = site.parent(node)
    if isinstance(parent, ast.Assign) and _target(site, parent) and _target(site, parent) == _target(site, site.parent(other)):
        return 0.4
    if isinstance(parent, ast.AugAssign) and isinstance(parent.target, ast.Subscript) and isinstance(other, ast.Subscript):
        same_store = site.src(parent.target.value) == site.src(other.value)
        if same_store and site.src(parent.target) != site.src(other):
            return 0.35
    if isinstance(node, ast.Constant):
        return 0.12 if isinstance(parent, ast.Assign | ast.AugAssign | ast.Return) else 0.0
    if not isinstance(other, ast.BinOp) and any(isinstance(part, type(node)) and site.src(part) == text for part in _below(other)):
        return 0.22 if isinstance(node, ast.Name) else 0.15
    about = _about(node)
    if about is not None and not isinstance(node, ast.Name) and ast.dump(about) in {ast.dump(each) for each in _asked(other)}:
        return 0.22
    whole = isinstance(parent, ast.Assign | ast.AugAssign | ast.Return | ast.For) and not isinstance(node, ast.Name)
    return 0.09 if whole else 0.0


def _target(site: Site, parent: ast.AST | None) -> str:
    return site.src(parent.targets[0]) if isinstance(parent, ast.Assign) and len(parent.targets) == 1 else ""


def _below(node: ast.expr) -> Iterator[ast.AST]:
    return (part for part in ast.walk(node) if part is not node)


def _about(node: ast.expr) -> ast.expr | None:
    """What a call or an item asks about: its only argument, its index."""
    return next(iter(_asked(node)), None)


def _asked(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.Call) and len(node.args) == 1:
        return [node.args[0]]
    return [node.slice] if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant | ast.Slice) else []


def _names(node: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
