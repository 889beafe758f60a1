"""Replacements in a text, one after the other: none may meet what another has made, or has taken away."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from refinery.edits.draft import spliced
from refinery.repair.mutation import Mutation, Site
from refinery.repair.world import name_of, text_of

TURN = "order of replacements"


def propose(site: Site) -> Iterator[Mutation]:
    """Replacements of one expression, of statements in a row and of a table, in an order in which none undoes another."""
    for node in site.statement.nodes:
        outer = site.parent(site.parent(node) or node)
        if replaces(node) and not replaces(outer):
            yield from _in_turn(site, list(in_a_row(node))[::-1])
    yield from _in_turn(site, list(_run(site)))
    if isinstance(site.statement.node, ast.For):
        yield from _table(site, site.statement.node)


def replaces(node: ast.AST | None) -> bool:
    """Whether it is `text.replace("this", that)`."""
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "replace"
    return called and isinstance(node, ast.Call) and len(node.args) == 2 and text_of(node.args[0]) is not None


def in_a_row(node: ast.expr) -> Iterator[ast.Call]:
    """Replacements in a row, the last first."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and replaces(node):
        yield node
        node = node.func.value


def _run(site: Site) -> Iterator[ast.Call]:
    """Replacements of statements in a row that begins here: `text = text.replace("a", "b")`."""
    statement = site.statement.node
    block = getattr(site.parent(statement), "body", None)
    place = block.index(statement) if isinstance(block, list) and statement in block else None
    if block is None or place is None or (place and _one(site, block[place - 1]) is not None):
        return
    names: set[str] = set()
    for each in block[place:]:
        call = _one(site, each)
        names.update([name_of(call.func.value)] if call is not None and isinstance(call.func, ast.Attribute) else [])
        if call is None or len(names) > 1:
            return
        yield call


def _one(site: Site, statement: ast.stmt) -> ast.Call | None:
    value = statement.value if isinstance(statement, ast.Assign | ast.Return) else None
    if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and replaces(value)):
        return None
    own = not isinstance(statement, ast.Assign) or site.src(statement.targets[0]) == site.src(value.func.value)
    return value if own and isinstance(value.func.value, ast.Name) else None


def _in_turn(site: Site, calls: Sequence[ast.Call]) -> Iterator[Mutation]:
    pairs = [(text_of(each.args[0]) or "", text_of(each.args[1])) for each in calls]
    order = in_order([(old, new) for old, new in pairs if new is not None])
    if len(pairs) < 2 or any(new is None for _, new in pairs) or order == list(range(len(pairs))):
        return
    spans = [(site.module.span(each.args[0])[0], site.module.span(each.args[1])[1]) for each in calls]
    yield _turned(site, spans, order, pairs[order[0]][0])


def _turned(site: Site, spans: Sequence[tuple[int, int]], order: Sequence[int], first: str) -> Mutation:
    text, begin, end = site.module.text, min(spans)[0], max(spans)[1]
    moved = [(start - begin, stop - begin, text[slice(*spans[at])]) for (start, stop), at in zip(spans, order, strict=True)]
    says = f"Replace {first!r} in its turn, so that no replacement undoes another"
    return site.between(begin, end, spliced(text[begin:end], sorted(moved)), TURN, says, 0.8)


def in_order(pairs: Sequence[tuple[str, str]]) -> list[int]:
    """Places of replacements in an order in which none meets what another has made, or has taken away."""
    left, order = list(range(len(pairs))), []
    while left:
        free = next(one for one in left if not any(_sooner(pairs[other], pairs[one], other > one) for other in left))
        order.append(free)
        left.remove(free)
    return order


def _sooner(one: tuple[str, str], other: tuple[str, str], later: bool) -> bool:
    """Whether a replacement that stands later has to be made before another."""
    (old, _), (before, made) = one, other
    if not later or not old.strip() or not before:
        return False
    again = old in made and old != made
    gone = before in old and before != old
    formed = bool(made.strip()) and made in old and made in before and made != old
    return again or gone or formed


def _table(site: Site, loop: ast.For) -> Iterator[Mutation]:
    """`for old, new in TABLE: text = text.replace(old, new)`."""
    names = [name_of(each) for each in loop.target.elts] if isinstance(loop.target, ast.Tuple) else []
    table = loop.iter.func.value if isinstance(loop.iter, ast.Call) and isinstance(loop.iter.func, ast.Attribute) else loop.iter
    if len(names) != 2 or f".replace({', '.join(names)})" not in site.src(loop) or not isinstance(table, ast.Name):
        return
    values = [each.value for each in site.module.tree.body if isinstance(each, ast.Assign) and name_of(each.targets[0]) == table.id]
    rows: list[tuple[ast.expr, ast.expr]] = []
    for value in values[:1]:
        if isinstance(value, ast.Dict):
            rows = [(key, each) for key, each in zip(value.keys, value.values, strict=True) if key is not None]
        elif isinstance(value, ast.List | ast.Tuple):
            rows = [(each.elts[0], each.elts[1]) for each in value.elts if isinstance(each, ast.Tuple) and len(each.elts) == 2]
    pairs = [(old, new) for row in rows if (old := text_of(row[0])) is not None and (new := text_of(row[1])) is not None]
    order = in_order(pairs)
    if len(pairs) == len(rows) and order != list(range(len(pairs))):
        spans = [(site.module.span(old)[0], site.module.span(new)[1]) for old, new in rows]
        yield _turned(site, spans, order, pairs[order[0]][0])
