"""What is ranked by parts, limits or levels: parts compared one by one, limits of which the widest stands first, the other end."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from refinery.repair.mutation import Mutation, Site, number_in, short
from refinery.repair.mutations.names import EXTREMES
from refinery.repair.mutations.ordering import SORTING, name_of_callee
from refinery.repair.wording import parts
from refinery.repair.world import name_of, text_of

BY_PARTS = "parts in order"
LIMITS = "order of limits"
RANKS = ("year", "month", "day", "hour", "minute", "second", "microsecond", "major", "minor", "patch")
"""Parts of which the former decides, and the latter only where the former is the same."""
LEVELS = frozenset({"priority", "level", "severity", "rank", "urgency", "grade", "tier", "stage", "importance", "precedence"})
OTHER_END = 0.5
"""How likely the other end of an order is meant that is written down, or spoken of: of levels nobody sees which end is the greater."""
FLAGGED = 0.75
"""How likely the other side of a question is meant to come first: that what is true comes last is the best known trap of such keys."""
CONTRARY: dict[type[ast.cmpop], str] = {ast.In: "not in", ast.NotIn: "in", ast.Eq: "!=", ast.NotEq: "=="}
LESS = (ast.Lt, ast.LtE)
MORE = (ast.Gt, ast.GtE)
SIGNS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
Numbered = tuple[float, tuple[int, int]]


def propose(site: Site) -> Iterator[Mutation]:
    """All parts compared at once; limits in the order in which each has something to take."""
    statement = site.statement.node
    for node in site.statement.nodes:
        if isinstance(node, ast.BoolOp):
            yield from _by_parts(site, node)
        elif isinstance(node, ast.ListComp | ast.GeneratorExp):
            yield from _gone_through(site, node.generators[0])
        elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1 and _is_key(site, node):
            yield from _preferred(site, node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in EXTREMES and _by_rank(site, node):
            other = EXTREMES[node.func.id]
            yield site.put(node.func, other, "neighbour function", f"Call `{other}` instead of `{node.func.id}`", OTHER_END)
    if isinstance(statement, ast.For):
        yield from _gone_through(site, statement)
    elif isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(statement.value, ast.List | ast.Tuple | ast.Dict):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        yield from _written(site, name_of(target), statement.value)


def _by_rank(site: Site, node: ast.Call) -> bool:
    """Whether the greatest, or least, is told by places in a list, as `max(found, key=ORDER.index)`, or is a level, as its names say."""
    if parts(f"{site.function.name if site.function else ''} {site.src(node)}") & LEVELS:
        return True
    return any(isinstance(each, ast.Attribute) and each.attr == "index" for each in site.module.inside(node))


def _is_key(site: Site, node: ast.Tuple) -> bool:
    """Whether something is ordered by a tuple: it is the key, or the function that gives it is, or it is put among what is ordered."""
    outer, function = site.parent(node), site.function
    if isinstance(outer, ast.Lambda):
        return isinstance(site.parent(outer), ast.keyword)
    if isinstance(outer, ast.Return):
        return function is not None and function.name in site.world.sorting
    name = ""
    if isinstance(outer, ast.Call) and isinstance(outer.func, ast.Attribute) and outer.func.attr == "append":
        name = site.src(outer.func.value)
    elif isinstance(outer, ast.ListComp | ast.GeneratorExp):
        above = site.parent(outer)
        name = name_of(above.targets[0]) if isinstance(above, ast.Assign) else ""
        if isinstance(above, ast.Call):
            return name_of_callee(above) in SORTING
    calls = site.module.inside(function) if function is not None and name else ()
    return any(isinstance(each, ast.Call) and name_of_callee(each) in SORTING and name in _ordered_by(site, each) for each in calls)


def _ordered_by(site: Site, call: ast.Call) -> tuple[str, ...]:
    """What a call puts in order."""
    return (*map(site.src, call.args), site.src(call.func.value) if isinstance(call.func, ast.Attribute) else "")


def _preferred(site: Site, key: ast.Tuple) -> Iterator[Mutation]:
    """`x in favourites` in a key: what is true comes behind what is not, where the least comes first; so does what is set."""
    for part in key.elts:
        text, says = site.src(part), f"Let come first what came last by `{short(site.src(part))}`"
        if isinstance(part, ast.Compare) and len(part.ops) == 1 and type(part.ops[0]) in CONTRARY:
            middle = f" {CONTRARY[type(part.ops[0])]} "
            new = site.src(part.left) + middle + site.src(part.comparators[0])
            yield site.put(part, new, "order", says, FLAGGED)
        elif isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Not):
            yield site.put(part, site.src(part.operand), "order", says, FLAGGED)
        elif isinstance(part, ast.Name | ast.Attribute | ast.Subscript) and _switch(site, part):
            yield site.put(part, f"not {text}", "order", says, FLAGGED)


def _switch(site: Site, part: ast.expr) -> bool:
    name = text_of(part.slice) or "" if isinstance(part, ast.Subscript) else name_of(part)
    return site.world.shapes.get(name) == "switch" or name.startswith(("is_", "has_"))


def _by_parts(site: Site, node: ast.BoolOp) -> Iterator[Mutation]:
    """`a.hour < b.hour and a.minute < b.minute` says nothing of half past one hour and a quarter past the next."""
    pairs: list[tuple[int, str, str]] = []
    kinds: set[bool] = set()
    sign = ""
    for each in node.values:
        if not isinstance(each, ast.Compare) or len(each.ops) != 1 or not isinstance(each.ops[0], (*LESS, *MORE)):
            return
        one, other = each.left, each.comparators[0]
        rank = _rank(one)
        if rank is None or rank != _rank(other):
            return
        pairs.append((rank, site.src(one), site.src(other)))
        kinds.add(isinstance(each.ops[0], LESS))
        sign = SIGNS[type(each.ops[0])]
    following = all(later[0] - former[0] == 1 for former, later in pairwise(pairs))
    if len(kinds) == 1 and following:
        left, right = ", ".join(one for _, one, _ in pairs), ", ".join(other for _, _, other in pairs)
        new = f"({left}) {sign} ({right})"
        inside = isinstance(site.parent(node), ast.BinOp | ast.Compare | ast.UnaryOp)
        yield site.put(node, f"({new})" if inside else new, BY_PARTS, f"Compare the parts in their order: `{short(new)}`", 0.9)


def _rank(node: ast.expr) -> int | None:
    """Which part of something it is, as its name says."""
    said = parts(text_of(node.slice) or "" if isinstance(node, ast.Subscript) else name_of(node))
    found = [place for place, rank in enumerate(RANKS) if rank in said]
    return found[0] if len(found) == 1 else None


def _written(site: Site, name: str, table: ast.expr) -> Iterator[Mutation]:
    """A table of limits of which a loop takes the first that fits."""
    if not name or not _numbered(site, table):
        return
    for node in site.module.inside(site.function or site.module.tree):
        if isinstance(node, ast.For | ast.comprehension) and site.src(node.iter) in (name, f"{name}.items()"):
            yield from _ordered(site, node, table)
            return


def _gone_through(site: Site, loop: ast.For | ast.comprehension) -> Iterator[Mutation]:
    """The same where the limits are written in the loop, or sorted there."""
    if isinstance(loop.iter, ast.List | ast.Tuple):
        yield from _ordered(site, loop, loop.iter)
    elif isinstance(loop.iter, ast.Call) and site.src(loop.iter.func) == "sorted" and not loop.iter.keywords and _falling(site, loop):
        end = site.module.span(loop.iter)[1] - 1
        yield site.between(end, end, ", reverse=True", LIMITS, "Ask for the greatest limit first", 0.85)


def _ordered(site: Site, loop: ast.For | ast.comprehension, table: ast.expr) -> Iterator[Mutation]:
    falling = _falling(site, loop)
    for column in _numbered(site, table) if falling is not None else ():
        order = sorted(column, key=lambda each: -each[0] if falling else each[0])
        if order != column and len({number for number, _ in column}) == len(column):
            text = site.module.text
            changes = [(*was, text[now[0] : now[1]]) for (_, was), (_, now) in zip(column, order, strict=True) if was != now]
            says = f"Ask for the {'greatest' if falling else 'least'} limit first: the first that fits is taken"
            yield site.at_once(changes, LIMITS, says, 0.85)


def _numbered(site: Site, table: ast.expr) -> list[list[Numbered]]:
    """The numbers of a table, column by column, each with where its row is written."""
    if isinstance(table, ast.Dict):
        rows: list[list[ast.expr]] = [[key, value] for key, value in zip(table.keys, table.values, strict=True) if key is not None]
    elif isinstance(table, ast.List | ast.Tuple):
        rows = [each.elts for each in table.elts if isinstance(each, ast.Tuple | ast.List)]
    else:
        return []
    if len(rows) < 2 or len(rows) != len(table.keys if isinstance(table, ast.Dict) else table.elts):
        return []
    spans = [(site.module.span(row[0])[0], site.module.span(row[-1])[1]) for row in rows if row]
    if isinstance(table, ast.List | ast.Tuple):
        spans = [site.module.span(each) for each in table.elts]
    columns = zip(*rows, strict=False)
    return [[(value, span) for value, span in zip(map(number_in, column), spans, strict=False) if value is not None]
            for column in columns if all(number_in(each) is not None for each in column)]  # fmt: skip


def _falling(site: Site, loop: ast.For | ast.comprehension) -> bool | None:
    """Whether the limits have to fall for each to be reached; None where not the first that fits is taken."""
    if isinstance(loop, ast.For):
        first = next((each for each in loop.body if isinstance(each, ast.If)), None)
        test = first.test if first is not None and isinstance(first.body[-1], ast.Return | ast.Break) else None
    else:
        taken = site.parent(site.parent(loop) or loop)
        test = loop.ifs[0] if loop.ifs and isinstance(taken, ast.Call | ast.Subscript) and _first(site, taken) else None
    names = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], (*LESS, *MORE)):
        return None
    more = isinstance(test.ops[0], MORE)
    if name_of(test.comparators[0]) in names:
        return more
    return not more if name_of(test.left) in names else None


def _first(site: Site, node: ast.Call | ast.Subscript) -> bool:
    return site.src(node.func) == "next" if isinstance(node, ast.Call) else site.src(node.slice) == "0"
