"""Numbers that people are shown, from one on, and places of a list, from nought on: the one taken for the other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.edits.draft import spliced
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FAMILY = "number for a place"
SHOWN = re.compile(r"enumerate\([^\n]*,\s*(?:start=)?1\)|\{\w+ \+ 1\}|\{\w+ ?\+ ?1:")
"""What counts from one on for those who read it."""


def propose(site: Site) -> Iterator[Mutation]:
    """`1 <= n <= len(rows)` and `rows[n - 1]` for `n < len(rows)` and `rows[n]`, all at once."""
    statement = site.statement.node
    if isinstance(statement, ast.If):
        yield from _counted(site, statement, statement.test)
    for node in site.statement.nodes:
        if isinstance(node, ast.IfExp):
            yield from _counted(site, node, node.test)


def _counted(site: Site, around: ast.If | ast.IfExp, test: ast.expr) -> Iterator[Mutation]:
    for bound in ast.walk(test):
        found = _bound(site, bound) if isinstance(bound, ast.Compare) else None
        if found is None or site.function is None or not isinstance(bound, ast.Compare):
            continue
        number, rows, within = found
        scope: ast.AST = around if within else site.function
        items = [
            node.slice
            for node in site.module.inside(scope)
            if isinstance(node, ast.Subscript) and site.src(node.value) == rows and site.src(node.slice) == number
            if node.lineno >= around.lineno
        ]
        if not items:
            continue
        text = f"1 <= {number} <= len({rows})" if within else f"not 1 <= {number} <= len({rows})"
        parts = [(site.module.span(bound), text), *((site.module.span(each), f"{number} - 1") for each in items)]
        start, end = min(span[0] for span, _ in parts), max(span[1] for span, _ in parts)
        moved = sorted((first - start, last - start, new) for (first, last), new in parts)
        says = f"Take `{short(number)}` for a number from 1 on, and `{short(rows)}[{number} - 1]` for what it stands for"
        prior = 0.65 if SHOWN.search(site.module.text) else 0.3
        yield site.between(start, end, spliced(site.module.text[start:end], moved), FAMILY, says, prior)


def _bound(site: Site, node: ast.Compare) -> tuple[str, str, bool] | None:
    """The number, the list in which it has to be, and whether it is asked to be within or beyond."""
    last = node.comparators[-1]
    if not (isinstance(last, ast.Call) and name_of(last.func) == "len" and len(last.args) == 1 and len(node.ops) <= 2):
        return None
    number = node.left if len(node.ops) == 1 else node.comparators[0]
    if isinstance(number, ast.Name) and isinstance(node.ops[-1], ast.Lt | ast.LtE | ast.GtE | ast.Gt):
        return number.id, site.src(last.args[0]), isinstance(node.ops[-1], ast.Lt | ast.LtE)
    return None
