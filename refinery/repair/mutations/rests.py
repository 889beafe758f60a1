"""Numbers counted from another place: what is left behind a limit that was passed, and an index from the far end."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, grouped, short

REST = "rest"
MIRRORED = "far end"


def propose(site: Site) -> Iterator[Mutation]:
    """`k - limit` where `k >= limit` was found; `last - place` for a place that a loop counts."""
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    limits = dict(_passed(site))
    counted = dict(_counted(site))
    for node in site.statement.nodes:
        if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
            continue
        parent = site.parent(node)
        if (
            node.id in limits
            and isinstance(parent, ast.Call | ast.Assign | ast.Return | ast.Tuple)
            and getattr(parent, "func", None) is not node
        ):
            limit = limits[node.id]
            says = f"Go on with what `{node.id}` is beyond `{short(limit)}`"
            yield site.put(node, f"{node.id} - {limit}", REST, says, 0.3)
        if node.id in counted and isinstance(parent, ast.Subscript) and parent.slice is node:
            new = f"{counted[node.id]} - 1 - {node.id}"
            yield site.put(node, new, MIRRORED, f"Count `{node.id}` from the far end", 0.25)


def _passed(site: Site) -> Iterator[tuple[str, str]]:
    """Names that a condition around, or one that was left before, says to be no less than something."""
    inner: ast.AST = site.statement.node
    for outer in site.module.above(site.statement.node):
        if isinstance(outer, FUNCTIONS):
            tests = [
                each.test for each in outer.body if isinstance(each, ast.If) and each.lineno < site.statement.first and inner is not each
            ]
            for test in tests:
                yield from _limit(site, test, ast.Lt, ast.LtE)
            return
        if isinstance(outer, ast.If):
            yield from _limit(site, outer.test, *((ast.Gt, ast.GtE) if inner in outer.body else (ast.Lt, ast.LtE)))
        inner = outer


def _limit(site: Site, test: ast.expr, *signs: type[ast.cmpop]) -> Iterator[tuple[str, str]]:
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], signs):
        name, limit = test.left, test.comparators[0]
        if isinstance(name, ast.Name) and not isinstance(limit, ast.Constant):
            yield name.id, grouped(site, limit)


def _counted(site: Site) -> Iterator[tuple[str, str]]:
    """The variables of loops over `range(n)` around, with their n."""
    for outer in site.module.above(site.statement.node):
        if not (isinstance(outer, ast.For) and isinstance(outer.target, ast.Name) and isinstance(outer.iter, ast.Call)):
            continue
        if site.src(outer.iter.func) == "range" and len(outer.iter.args) == 1:
            yield outer.target.id, grouped(site, outer.iter.args[0])
