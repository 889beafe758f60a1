"""Spans in the order in which they begin: the end that is kept is the farthest so far, for a later span may lie within an earlier one."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of

FAMILY = "farthest end"
STARTS = frozenset({
    "start", "begin", "began", "beginning", "from", "open", "opened", "lower", "low", "lo", "left", "first", "arrive", "arrival", "checkin",
    "since", "s", "st", "head", "enter", "entry",
})  # fmt: skip
ENDS = frozenset({
    "end", "ended", "ending", "stop", "stopped", "to", "until", "till", "finish", "finished", "close", "closed", "upper", "high", "hi",
    "right", "last", "depart", "departure", "leave", "checkout", "e", "upto", "en", "tail", "exit", "expire", "expiry",
})  # fmt: skip
ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
LIKELY, WHOLE = 0.65, 0.5
"""How likely the farthest is meant where an end alone is kept, and where the whole span is."""


def propose(site: Site) -> Iterator[Mutation]:
    """`reached = each.end` in a loop that lays `reached` beside starts."""
    statement = site.statement.node
    loop = site.module.loop(statement) if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
    if not isinstance(statement, ast.Assign) or not isinstance(loop, ast.For):
        return
    target, value = statement.targets[0], statement.value
    readable = ast.Name | ast.Attribute | ast.Subscript
    if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == 2 and isinstance(target, readable):
        if _is(site, loop, value.elts[0], STARTS, 0) <= site.src(value.elts[0]).startswith(site.src(target)):
            yield from _pair(site, loop, statement, value.elts[1])
    elif isinstance(value, ast.Call) and isinstance(target, readable):
        yield from _made_anew(site, loop, statement, value)
    elif isinstance(target, readable) and isinstance(value, readable) and _is(site, loop, value, ENDS, 1):
        kept = site.src(target)
        if _beside_a_start(site, loop, kept) and not _farther_anyhow(site, statement, kept):
            farthest = f"max({kept}, {site.src(value)})"
            new = f"{site.src(value)} if {kept} is None else {farthest}" if _is_none_first(site, loop, kept) else farthest
            yield site.put(value, new, FAMILY, f"Keep the farthest `{short(kept, 24)}` so far", LIKELY)
    elif isinstance(target, ast.Name) and isinstance(value, ast.Name) and site.src(loop.target) == value.id:
        yield from _whole(site, loop, statement, target.id, value.id)


def _is(site: Site, loop: ast.For, node: ast.expr, words: frozenset[str], place: int) -> bool:
    """Whether an expression is the start, or the end, of a span: by its name, or its place in a pair."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
        return node.slice.value == place
    if isinstance(node, ast.Name) and isinstance(loop.target, ast.Tuple) and len(loop.target.elts) == 2:
        return site.src(loop.target.elts[place]) == node.id
    return bool(parts(name_of(node)) & words)


def _beside_a_start(site: Site, loop: ast.For, kept: str) -> bool:
    """Whether the loop compares what is kept with starts, or counts from it to them."""
    for node in site.module.inside(loop):
        compared = isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ORDER)
        if compared or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)):
            sides = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
            for one, other in (sides, sides[::-1]):
                if site.src(one) == kept and _is(site, loop, other, STARTS, 0):
                    return True
    return False


def _farther_anyhow(site: Site, statement: ast.Assign, kept: str) -> bool:
    """Whether it stands where the start lies behind what is kept, or where the end was asked for."""
    outer = site.parent(statement)
    if not isinstance(outer, ast.If) or statement not in outer.body:
        return False
    for test in ast.walk(outer.test):
        if not isinstance(test, ast.Compare) or len(test.ops) != 1:
            continue
        left, right, greater = site.src(test.left), site.src(test.comparators[0]), isinstance(test.ops[0], ast.Gt | ast.GtE)
        behind = (right == kept and greater) or (left == kept and isinstance(test.ops[0], ast.Lt | ast.LtE))
        if kept in (left, right) and (behind or site.src(statement.value) in (left, right)):
            return True
    return False


def _is_none_first(site: Site, loop: ast.For, kept: str) -> bool:
    """Whether nothing is kept yet when the loop begins."""
    inside = site.module.inside(site.function) if site.function else ()
    given = [each for each in inside if isinstance(each, ast.Assign) and each.lineno < loop.lineno and site.src(each.targets[0]) == kept]
    return bool(given) and site.src(given[-1].value) == "None"


def _pair(site: Site, loop: ast.For, statement: ast.Assign, end: ast.expr) -> Iterator[Mutation]:
    """`joined[-1] = (joined[-1][0], end)`, where the loop asks whether a start lies before the end of `joined[-1]`, by whatever name."""
    target = site.src(statement.targets[0])
    kept = [f"{target}[1]"]
    for each in site.module.inside(loop):
        if isinstance(each, ast.Assign) and site.src(each.value) == target and isinstance(each.targets[0], ast.Tuple):
            kept.insert(0, site.src(each.targets[0].elts[-1]))
        elif isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name) and site.src(each.value) in (target, kept[-1]):
            kept.insert(0, each.targets[0].id + ("[1]" if site.src(each.value) == target else ""))
    if isinstance(end, ast.Call) or not _is(site, loop, end, ENDS, 1):
        return
    for text in kept:
        if _beside_a_start(site, loop, text) and not _farther_anyhow(site, statement, text):
            new = f"max({text}, {site.src(end)})"
            yield site.put(end, new, FAMILY, f"Keep the farthest end of `{short(target, 24)}` so far", LIKELY)
            return


def _made_anew(site: Site, loop: ast.For, statement: ast.Assign, call: ast.Call) -> Iterator[Mutation]:
    """`joined[-1] = Span(joined[-1].start, each.end)`, also by keywords or with what is replaced."""
    target = site.src(statement.targets[0])
    if target not in site.src(call):
        return
    for given in (*call.args, *(each.value for each in call.keywords)):
        if isinstance(given, ast.Attribute) and _is(site, loop, given, ENDS, 1) and not site.src(given).startswith(target):
            kept = f"{target}.{given.attr}"
            if _beside_a_start(site, loop, kept) and not _farther_anyhow(site, statement, kept):
                new = f"max({kept}, {site.src(given)})"
                yield site.put(given, new, FAMILY, f"Keep the farthest end of `{short(target, 24)}` so far", LIKELY)


def _whole(site: Site, loop: ast.For, statement: ast.Assign, kept: str, each: str) -> Iterator[Mutation]:
    """`last = each` in a loop that lays `last.end` beside `each.start`."""
    ends = {
        site.src(node)
        for node in site.module.inside(loop)
        if isinstance(node, ast.Attribute | ast.Subscript) and site.src(node.value) == kept and _is(site, loop, node, ENDS, 1)
    }
    for end in sorted(ends):
        if _beside_a_start(site, loop, end) and not _farther_anyhow(site, statement, end):
            own = each + end[len(kept) :]
            test = f"{kept} is None or {own} > {end}" if _is_none_first(site, loop, kept) else f"{own} > {end}"
            indent = " " * (statement.col_offset + 4)
            new = f"if {test}:\n{indent}{site.src(statement)}"
            yield site.put(statement, new, FAMILY, f"Keep the `{kept}` that ends last so far", WHOLE)
            return
