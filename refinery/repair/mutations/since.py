"""What belongs to a thing only from when it began, or until it ended: an order of two fields that a condition does not ask for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import permutations

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import base_of

FAMILY = "missing bound"
MOST = 6
MOVED = 0.7
"""What a field counts as a bound that is set anew later: where a thing began, or ended, does not move."""
ORDER: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
TURNED = str.maketrans("<>", "><")


def propose(site: Site) -> Iterator[Mutation]:
    """`reply.day >= order.placed` beside `reply.customer == order.customer`, where one of the fields is given the other elsewhere."""
    for test in _tests(site):
        spoken = _spoken(test)
        made = 0
        for (one, fields), (other, others) in permutations(spoken.items(), 2):
            for mine, theirs in _alike(site, one, other):
                first, second = _read(site, one, mine, fields), _read(site, other, theirs, others)
                turned = _bounds(site, test, second) and not _bounds(site, test, first)
                level = bool(_bounds(site, test, second)) == bool(_bounds(site, test, first))
                if made >= MOST or second in _bounds(site, test, first) or turned or (level and one > other):
                    continue
                made += 1
                settled = MOVED if theirs in site.world.stored else 1.0
                yield from _bounded(site, test, first, second, settled)


def _tests(site: Site) -> Iterator[ast.expr]:
    statement = site.statement.node
    if isinstance(statement, ast.If | ast.While):
        yield statement.test
    for node in site.statement.nodes:
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            yield from (test for part in node.generators for test in part.ifs)
        elif isinstance(node, ast.IfExp):
            yield node.test


def _spoken(test: ast.expr) -> dict[str, dict[str, ast.expr]]:
    """Variables that a condition compares by their fields, and how it reads these."""
    found: dict[str, dict[str, ast.expr]] = {}
    for node in ast.walk(test):
        for side in (node.left, *node.comparators) if isinstance(node, ast.Compare) else ():
            read = base_of(side)
            if read is not None and isinstance(read[0], ast.Name):
                found.setdefault(read[0].id, {})[read[1]] = side
    return found


def _alike(site: Site, one: str, other: str) -> Iterator[tuple[str, str]]:
    """Fields of two variables that stand for the like, by what is given to what, and that have an order."""
    world = site.world
    theirs = world.reach(other)
    for mine in sorted(world.members.get(one, ())):
        for field in sorted(world.given.get(mine, set()) & theirs):
            if field != mine and {field, mine} & world.ordered:
                yield mine, field


def _read(site: Site, variable: str, field: str, known: dict[str, ast.expr]) -> str:
    return site.src(known[field]) if field in known else site.world.reading(variable, field)


def _bounds(site: Site, test: ast.expr, text: str) -> dict[str, str]:
    """What a condition compares a thing with, and by which sign, seen from the thing."""
    found: dict[str, str] = {}
    for node in ast.walk(test):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in ORDER:
            left, right = site.src(node.left), site.src(node.comparators[0])
            sign = ORDER[type(node.ops[0])]
            found.update({right: sign} if left == text else {left: sign.translate(TURNED)} if right == text else {})
    return found


def _bounded(site: Site, test: ast.expr, first: str, second: str, settled: float) -> Iterator[Mutation]:
    signs = {sign[0] for sign in _bounds(site, test, first).values()}
    text = site.src(test)
    bare = f"({text})" if (isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or)) or isinstance(test, ast.IfExp) else text
    for sign in (">=", "<=", ">", "<"):
        prior = (0.05 if sign[0] in signs else 0.55 if signs else 0.35) * (1.0 if sign.endswith("=") else 0.6) * settled
        more = f"{first} {sign} {second}"
        yield site.put(test, f"{bare} and {more}", FAMILY, f"Also ask for `{short(more)}`", prior)
