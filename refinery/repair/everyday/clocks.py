"""Hours of a clock that counts to twelve: the twelfth of each half is its nought, and nought is shown as twelve."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of

FAMILY = "half of the day"
HALF = 12
HOUR = frozenset({"hour", "hours", "hr", "hrs", "hh", "h"})
LATE = re.compile(r"(?i)(?<![a-z])(?:[ap]\.?m\.?|afternoon|evening|meridiem|ampm|am_pm|half)(?![a-z])")
AFTER_NOON = re.compile(r"(?i)(['\"])p(\.?m?\.?)\1")
LIKELY, SHOWN = 0.7, 0.6


def propose(site: Site) -> Iterator[Mutation]:
    """Twelve hours that are added to an hour which may be twelve, and hours that are shown."""
    statement = site.statement.node
    if isinstance(statement, ast.If):
        yield from _branch(site, statement)
    added = statement.value if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add) else None
    if isinstance(statement, ast.AugAssign) and added and _choice(added) and _of_a_clock(site, statement.target, site.src(added)):
        yield _first(site, statement.target)
    for node in site.statement.nodes:
        if isinstance(node, ast.IfExp):
            yield from _either(site, node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from _sum(site, node)
            yield from _in_a_branch(site, node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            yield from _shown(site, node)


def _is_half(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value == HALF


def _choice(node: ast.expr) -> ast.expr | None:
    """What decides whether twelve is added: `12 if late else 0`, `12 * late`."""
    if isinstance(node, ast.IfExp):
        numbers = [each.value for each in (node.body, node.orelse) if isinstance(each, ast.Constant)]
        return node.test if sorted(map(str, numbers)) == ["0", str(HALF)] else None
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Dict):  # `{"am": 0, "pm": 12}[mark]`
        numbers = [each.value for each in node.value.values if isinstance(each, ast.Constant)]
        return node.slice if sorted(map(str, numbers)) == ["0", str(HALF)] else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            truth = isinstance(other, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Call) or LATE.search(name_of(other))
            if _is_half(one) and truth:
                return other
    return None


def _of_a_clock(site: Site, hour: ast.expr, test: str) -> bool:
    """Whether names tell of hours or of halves of a day, and nothing there counts the twelfth anew already."""
    whole = site.module.source(site.function) if site.function else ""
    anew = re.search(rf"% ?=? ?{HALF}\b", whole) is not None or len(re.findall(rf"[!=]= ?['\"]?{HALF}\b", whole)) > 1
    return not anew and bool(parts(name_of(hour)) & HOUR or LATE.search(test))


def _first(site: Site, hour: ast.expr) -> Mutation:
    """The hour begins anew before the statement, which is right where the statement asks for twelve too."""
    name = site.src(hour)
    return site.add(f"{name} %= {HALF}", "before", FAMILY, f"Count the twelfth `{short(name, 24)}` of a half as its nought", LIKELY)


def _branch(site: Site, statement: ast.If) -> Iterator[Mutation]:
    """`if late: hour += 12`, also with `and hour != 12`; beside hours of a whole day only where a half is named."""
    for step in statement.body:
        target = step.target if isinstance(step, ast.AugAssign) else step.targets[0] if isinstance(step, ast.Assign) else None
        if target is None or not isinstance(step, ast.AugAssign | ast.Assign):
            continue
        name, value = site.src(target), step.value
        added = isinstance(step, ast.AugAssign) and isinstance(step.op, ast.Add) and _is_half(value)
        summed = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and _is_half(value.right) and site.src(value.left) == name
        test = site.src(statement.test)
        if not (added or summed) or not _of_a_clock(site, target, test):
            continue
        yield _first(site, target)
        says = f"Count the twelfth `{short(name, 24)}` of a half as its nought"
        yield site.put(step, f"{name} = {name} % {HALF} + {HALF}", FAMILY, says, SHOWN)
        if AFTER_NOON.search(test) and not isinstance(statement.test, ast.BoolOp):
            early = AFTER_NOON.sub(lambda found: found[0].replace("p", "a").replace("P", "A"), test)
            indent = " " * (statement.col_offset + 4)
            code = f"if {test} or {early}:\n{indent}{name} %= {HALF}"
            yield site.add(code, "before", FAMILY, f"{says}, where a half is named", LIKELY - 0.05)


def _either(site: Site, node: ast.IfExp) -> Iterator[Mutation]:
    """`hour + 12 if late else hour`, and the other way round."""
    for more, other in ((node.body, node.orelse), (node.orelse, node.body)):
        if isinstance(more, ast.BinOp) and isinstance(more.op, ast.Add) and _is_half(more.right):
            test, hour = site.src(node.test), site.src(more.left)
            if hour != site.src(other) or not _of_a_clock(site, more.left, test):
                continue
            changes = sorted((*site.module.span(each), f"{grouped(site, each)} % {HALF}") for each in (more.left, other))
            kept = _without(site, node.test, hour)
            if kept:
                changes = sorted([*changes, (*site.module.span(node.test), kept)])
            yield site.at_once(changes, FAMILY, f"Count the twelfth `{short(hour, 24)}` of a half as its nought", LIKELY)


def _without(site: Site, test: ast.expr, hour: str) -> str:
    """The rest of a condition that also asks whether the hour is twelve; empty where it does not."""
    if not isinstance(test, ast.BoolOp) or not isinstance(test.op, ast.And):
        return ""
    asks = [isinstance(each, ast.Compare) and site.src(each).startswith(hour) and str(HALF) in site.src(each) for each in test.values]
    rest = [each for each, asked in zip(test.values, asks, strict=True) if not asked]
    return " and ".join(site.src(each) for each in rest) if 0 < len(rest) < len(test.values) else ""


def _sum(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`hour + 12 * late` and `hour + (12 if late else 0)`, in either order."""
    for hour, added in ((node.left, node.right), (node.right, node.left)):
        test = _choice(added)
        if test is None or _is_half(hour) or not _of_a_clock(site, hour, site.src(added)):
            continue
        changes = [(*site.module.span(hour), f"{grouped(site, hour)} % {HALF}")]
        kept = _without(site, test, site.src(hour))
        if kept:
            changes.append((*site.module.span(test), kept))
        yield site.at_once(sorted(changes), FAMILY, f"Count the twelfth `{short(site.src(hour), 24)}` of a half as its nought", LIKELY)


def _in_a_branch(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`if late: return hour + 12`: the hour begins anew there, and before."""
    outer, statement = site.parent(site.statement.node), site.statement.node
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    if not isinstance(outer, ast.If) or statement not in outer.body or isinstance(site.parent(node), ast.IfExp):
        return
    hour = node.left
    if not _is_half(node.right) or not LATE.search(site.src(outer.test)) or not _of_a_clock(site, hour, ""):
        return
    if target is None or site.src(target) != site.src(hour):
        says = f"Count the twelfth `{short(site.src(hour), 24)}` of a half as its nought"
        yield site.put(hour, f"{grouped(site, hour)} % {HALF}", FAMILY, says, SHOWN)
        if isinstance(hour, ast.Name):
            yield site.add(f"{hour.id} %= {HALF}", "before", FAMILY, says, LIKELY, at=outer)


def _shown(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`f"{hour % 12} pm"` shows noon as nought."""
    outer = site.parent(node)
    alone = isinstance(outer, ast.FormattedValue | ast.Assign | ast.Call | ast.Tuple | ast.Return)
    whole = site.module.source(site.function) if site.function else ""
    if not alone or not _is_half(node.right) or not re.search(r"(?i)['\" }][ap]\.?m\b", whole) or not parts(name_of(node.left)) & HOUR:
        return
    if re.search(rf"% {HALF} or|== 0\b|if not |\+ {HALF}\b", whole):
        return
    new = f"{site.src(node)} or {HALF}"
    formatted = isinstance(outer, ast.FormattedValue)
    yield site.put(node, f"({new})" if formatted else new, FAMILY, "Show the nought of a half as its twelfth", SHOWN)
