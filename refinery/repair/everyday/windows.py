"""Stretches of time that lack an end: what is over counts as within a week from now, and what is to come as within the last month."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import base_of, name_of, parameters

FAMILY = "end of a stretch"
PAST = "what is over"
PRESENT = re.compile(r"(?:^|_)(?:now|today)(?:_|$|\()")
REMAINS = frozenset({"left", "remaining", "until", "ahead", "away", "due"})
"""What is called so that is below nought when it is over."""
UNITS = frozenset({"day", "hour", "minute", "week", "month", "time"})
FORWARD, BACK, NAMED = 0.7, 0.5, 0.4
"""How likely the other end was forgotten of a stretch from now on, of one up to now, and where only a name tells of one."""
UNFILTERED, BY_WORD = 0.6, 0.5
"""How likely what is over is to be left out where the present is given and not asked for, and where words speak of what is to come."""
COMING = frozenset({"next", "upcoming", "coming", "future", "open", "free", "due", "soonest", "pending", "available", "first", "remaining"})
OVER = frozenset({"until", "expiry", "expire", "end", "due", "deadline", "valid", "before", "close"})
"""What names say of times up to which something lasts."""
PICKING = frozenset({"min", "sorted", "nsmallest"})
LESS = (ast.Lt, ast.LtE)
MORE = (ast.Gt, ast.GtE)
MOST = 2
OTHER = 0.6
"""What counts the other way to take the present moment itself."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What has to stand at the other end of a comparison, and how likely it was forgotten."""

    end: str
    prior: float


def propose(site: Site) -> Iterator[Mutation]:
    """The other end of a stretch from now on, or up to now; and records that are over left out."""
    function = site.function
    if function is None or isinstance(site.statement.node, (*FUNCTIONS, ast.ClassDef)):
        return
    for node in site.statement.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (*LESS, *MORE)):
            yield from _one_end(site, function, node)
    present = _present(site, function)
    if present and not _weighed(site, function, present):
        yield from _over(site, present)


def _one_end(site: Site, function: Function, node: ast.Compare) -> Iterator[Mutation]:
    """`left <= window` of days that are left, and `due <= today + week`; and the contrary where the rest is left out."""
    less, outside = isinstance(node.ops[0], LESS), _left_out(site, node)
    small, great = (node.left, node.comparators[0]) if less else (node.comparators[0], node.left)
    for inner, outer, below in ((small, great, not outside), (great, small, outside)):
        stretch, text = _stretch(site, function, inner, outer, below), site.src(inner)
        nought = site.src(outer) in ("0", "timedelta(0)", "timedelta()")
        if stretch is None or nought or _bounded(site, function, node, text, stretch.end):
            continue
        if outside:
            new = f"{text} {'<' if below else '>'} {stretch.end} or {site.src(node)}"
        elif inner is node.left:
            new = f"{stretch.end} {'<=' if less else '>='} {site.src(node)}"
        else:
            new = f"{site.src(node)} {'<=' if less else '>='} {stretch.end}"
        says = f"Ask for `{short(text, 24)}` to lie on this side of `{short(stretch.end, 24)}` too"
        yield site.put(node, new, FAMILY, says, stretch.prior)


def _left_out(site: Site, node: ast.Compare) -> bool:
    """Whether what a condition holds for is passed over."""
    outer = site.statement.node
    return isinstance(outer, ast.If) and outer.test is node and isinstance(outer.body[-1], ast.Continue)


def _stretch(site: Site, function: Function, inner: ast.expr, outer: ast.expr, below: bool) -> _Stretch | None:
    """The end that lacks where what is compared is counted from now, or is a time that is compared with one counted from now."""
    value = _value(site, function, inner)
    gone = value
    if isinstance(value, ast.Attribute) and value.attr == "days":
        gone = value.value
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "total_seconds":
        gone = value.func.value
    days = gone is not value
    if isinstance(gone, ast.BinOp) and isinstance(gone.op, ast.Sub):
        forward, back = (PRESENT.search(site.src(each)) is not None for each in (gone.right, gone.left))
        if below and forward != back and (days or "timedelta" in site.module.globals):
            return _Stretch("0" if days else "timedelta(0)", FORWARD if forward else BACK)
    words = parts(inner.id) if isinstance(inner, ast.Name) and value is inner else frozenset()
    if below and words & REMAINS and words & UNITS and not PRESENT.search(site.src(outer)):
        return _Stretch("0", NAMED) if isinstance(outer, ast.Name | ast.Constant | ast.Subscript | ast.Attribute) else None
    limit = _value(site, function, outer)
    if isinstance(limit, ast.BinOp) and isinstance(limit.op, ast.Add if below else ast.Sub):
        start = site.src(limit.left)
        if PRESENT.search(start) and not isinstance(inner, ast.Constant) and not PRESENT.search(site.src(inner)):
            return _Stretch(start, FORWARD if below else BACK)
    return None


def _value(site: Site, function: Function, node: ast.expr) -> ast.expr:
    """What a name of the function was given, where it is given once."""
    found = [each.value for each in site.module.inside(function) if isinstance(each, ast.Assign) and isinstance(node, ast.Name)
             and isinstance(each.targets[0], ast.Name) and each.targets[0].id == node.id]  # fmt: skip
    return found[0] if len(found) == 1 else node


def _bounded(site: Site, function: Function, node: ast.Compare, inner: str, end: str) -> bool:
    """Whether the function compares it with the other end, or keeps it from going beyond, somewhere already."""
    for each in site.module.inside(function):
        if isinstance(each, ast.Compare) and each is not node:
            sides = {site.src(side) for side in (each.left, *each.comparators)}
            if inner in sides and (end in sides or sides & {"0", "1"}):
                return True
        elif isinstance(each, ast.Call) and name_of(each.func) in ("max", "abs") and inner in {site.src(one) for one in each.args}:
            return True
    return False


def _present(site: Site, function: Function) -> str:
    """The name of the present time, or day, that a function is given or has made."""
    names = (*parameters(function), *site.locals)
    return next((name for name in names if PRESENT.search(name)), "")


def _weighed(site: Site, function: Function, present: str) -> bool:
    """Whether the function compares anything with the present, or counts from it."""
    asked = {present, f"{present}.date()", f"{present}.isoformat()"}
    nodes = [node for node in site.module.inside(function) if isinstance(node, ast.Compare | ast.BinOp)]
    return any(site.src(each) in asked for node in nodes for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr))


def _over(site: Site, present: str) -> Iterator[Mutation]:
    """`[each for each in talks if each.room == room]` where nothing lays the times of talks beside the present."""
    statement = site.statement.node
    if isinstance(statement, ast.If) and not statement.orelse and len(statement.body) == 1 and isinstance(statement.body[0], ast.Assign):
        yield from _in_the_other_branch(site, statement, statement.body[0], present)
    function = site.function
    words = parts(f"{function.name} {ast.get_docstring(function) or ''}") if function else frozenset()
    idle = function is not None and present in site.module.idle.get(function, ())
    prior = UNFILTERED if idle else BY_WORD if words & COMING else 0.0
    for node in site.statement.nodes if prior else ():
        if isinstance(node, ast.ListComp | ast.GeneratorExp) and isinstance(node.generators[0].target, ast.Name):
            loop = node.generators[0]
            each = node.generators[0].target.id
            for test, usual in _tests(site, node, each, present):
                where = loop.ifs[-1] if loop.ifs else loop.iter
                more = f" and {test}" if loop.ifs else f" if {test}"
                at, end = site.module.span(where)
                old = grouped(site, where) if isinstance(where, ast.BoolOp | ast.IfExp) else site.src(where)
                yield site.between(at, end, old + more, PAST, f"Take only what `{short(test)}`", prior * usual)
        elif isinstance(node, ast.Call) and name_of(node.func) in PICKING and node.args and isinstance(node.args[0], ast.Name):
            yield from _before_picking(site, node, node.args[0], present, prior)
    loop_around = site.parent(statement)
    if prior and isinstance(statement, ast.If) and isinstance(loop_around, ast.For) and isinstance(loop_around.target, ast.Name):
        for test, usual in _tests(site, loop_around, loop_around.target.id, present):
            new = f"{grouped(site, statement.test) if isinstance(statement.test, ast.BoolOp) else site.src(statement.test)} and {test}"
            yield site.put(statement.test, new, PAST, f"Take only what `{short(test)}`", prior * usual)


def _before_picking(site: Site, node: ast.Call, items: ast.Name, present: str, prior: float) -> Iterator[Mutation]:
    """`min(talks, key=lambda each: each.start)` takes one that is over."""
    key = next((word.value for word in node.keywords if word.arg == "key"), None)
    if isinstance(key, ast.Lambda) and len(key.args.args) == 1:
        each = key.args.args[0].arg
        for test, usual in _tests(site, key, each, present):
            new = f"[{each} for {each} in {items.id} if {test}]"
            yield site.put(items, new, PAST, f"Take only what `{short(test)}`", prior * usual)


def _in_the_other_branch(site: Site, statement: ast.If, kept: ast.Assign, present: str) -> Iterator[Mutation]:
    """`if day: found = [each for each in found if each.day == day]`, and else what is to come."""
    value, target = kept.value, site.src(kept.targets[0])
    if not isinstance(value, ast.ListComp) or not value.generators[0].ifs or site.src(value.generators[0].iter) != target:
        return
    loop = value.generators[0]
    each, end, indent = site.src(loop.target), site.module.span(statement)[1], " " * statement.col_offset
    for test, usual in _tests(site, value, each, present):
        code = f"\n{indent}else:\n{indent}    {target} = [{each} for {each} in {target} if {test}]"
        yield site.between(end, end, code, PAST, f"Else take only what `{short(test)}`", UNFILTERED * usual)


def _tests(site: Site, around: ast.AST, each: str, present: str) -> Iterator[tuple[str, float]]:
    """Questions whether a record is to come, by the fields with times that are read there, or that such records have."""
    read = {found[1]: site.src(node) for node in site.module.inside(around) if isinstance(node, ast.Attribute | ast.Subscript)
            if (found := base_of(node)) and site.src(found[0]) == each}  # fmt: skip
    timed = [name for name, shape in site.world.shapes.items() if shape == "date"]
    near = set(read).union(*(site.world.companions.get(name, ()) for name in read))
    fields = [name for name in timed if name in read] or [name for name in timed if name in near and not site.world.orphan(name)]
    for name in fields[:MOST]:
        signs = (">=", ">") if parts(name) & OVER or "today" in present else (">", ">=")
        for sign, usual in zip(signs, (1.0, OTHER), strict=True):
            yield f"{read.get(name) or site.world.reading(each, name)} {sign} {present}", usual
