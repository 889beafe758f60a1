"""Values that hold where nothing else is given: put last they win over what is given, and after `or` they replace nought too."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of

FAMILY = "default over value"
GIVEN = frozenset({"default", "defaults", "base", "fallback", "fallbacks", "standard", "initial"})
"""What is called so that holds where nothing else is said."""


def propose(site: Site) -> Iterator[Mutation]:
    """Defaults before what is given, and only where nothing is."""
    for node in site.statement.nodes:
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
            yield from _for_nought(site, node, *node.values)
            yield from _for_empty(site, node, *node.values)
        elif isinstance(node, ast.Dict) and len(node.values) == 2 and not any(node.keys):
            yield from _last(site, *node.values)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            yield from _last(site, node.left, node.right)


def _for_nought(site: Site, node: ast.BoolOp, first: ast.expr, rest: ast.expr) -> Iterator[Mutation]:
    """`record.get("size") or 10` is 10 for a size of 0 too."""
    if not (isinstance(first, ast.Call) and isinstance(first.func, ast.Attribute) and first.func.attr == "get" and len(first.args) == 1):
        return
    something = isinstance(rest, ast.Constant) and bool(rest.value)
    of = rest.value if isinstance(rest, ast.Subscript | ast.Attribute) else rest
    if something or (isinstance(of, ast.Name) and (of.id.isupper() or _default(of))):
        kept = site.module.text[site.module.span(node)[0] : site.module.span(first.args[0])[1]]
        says = f"Take `{short(site.src(rest))}` only where {short(site.src(first.args[0]))} is not there"
        yield site.put(node, f"{kept}, {site.src(rest)})", FAMILY, says, 0.5)


def _for_empty(site: Site, node: ast.BoolOp, first: ast.expr, rest: ast.expr) -> Iterator[Mutation]:
    """`found = found or []` makes a list of its own where an empty one was handed over to be filled."""
    statement = site.statement.node
    target = name_of(statement.targets[0]) if isinstance(statement, ast.Assign) and statement.value is node else ""
    if isinstance(first, ast.Name) and first.id == target and site.src(rest) in ("[]", "{}", "set()", "list()", "dict()"):
        new = f"{site.src(rest)} if {target} is None else {target}"
        yield site.put(node, new, FAMILY, f"Make a new `{target}` only where none is given", 0.5)


def _last(site: Site, one: ast.expr, winner: ast.expr) -> Iterator[Mutation]:
    """`{**given, **DEFAULTS}`: what comes last holds."""
    if _default(winner) and not _default(one):
        (start, middle), (after, end) = site.module.span(one), site.module.span(winner)
        text = site.module.text
        new = text[after:end] + text[middle:after] + text[start:middle]
        yield site.between(start, end, new, FAMILY, f"Let `{short(site.src(one))}` win over `{short(site.src(winner))}`", 0.8)


def _default(node: ast.expr) -> bool:
    called = node.func if isinstance(node, ast.Call) else node
    return isinstance(called, ast.Name | ast.Attribute) and bool(parts(name_of(called)) & GIVEN)
