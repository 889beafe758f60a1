"""What algorithms keep while they work: the first row of a table, the digits of a number, whether all were reached."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, short

ROW = "first value"
DIGITS = "digit by digit"
ALL = "all reached"
SIGN = "sign turned"
MOST = 3


def propose(site: Site) -> Iterator[Mutation]:
    """Other first rows, digits put behind each other, all things counted, a sign turned."""
    statement = site.statement.node
    if site.function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    for node in site.statement.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.left, ast.List):
            yield from _row(site, node, node.left)
    if isinstance(statement, ast.If):
        yield from _all(site, statement)
    if isinstance(statement, ast.Assign | ast.AugAssign):
        yield from _digits(site, statement)
    if isinstance(statement, ast.Assign) and site.module.loop(statement) is not None:
        yield from _turned(site, statement)


def _row(site: Site, node: ast.BinOp, row: ast.List) -> Iterator[Mutation]:
    """`[0, 1, 2, ...]` for `[0] * n`; one at the beginning; nothing reached yet."""
    if len(row.elts) != 1 or not isinstance(row.elts[0], ast.Constant) or row.elts[0].value not in (0, 1):
        return
    count = site.src(node.right)
    yield site.put(node, f"list(range({count[1:-1] if count.startswith('(') else count}))", ROW, "Begin with 0, 1, 2 and so on", 0.3)
    yield site.put(node, f'[float("inf")] * {count}', ROW, "Begin with what everything is less than", 0.2)
    if row.elts[0].value == 0:
        yield site.put(node, f"[1] + [0] * ({count} - 1)", ROW, "Begin with one at the first place", 0.25)


def _all(site: Site, statement: ast.If) -> Iterator[Mutation]:
    """`if not found`, where what counts is whether all were found."""
    test = statement.test
    turned = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    kept = test.operand if isinstance(test, ast.UnaryOp) and turned else test
    if not isinstance(kept, ast.Name) or site.function is None:
        return
    uses = site.module.uses(site.function)
    grows = any(f"{kept.id}.{how}(" in site.module.source(site.function) for how in ("append", "add", "extend"))
    others = [name for name in site.locals if name != kept.id and uses.get(name, set()) & {"len", "base", "iterated"}]
    for name in others[:MOST] if grows else ():
        new = f"len({kept.id}) {'!=' if turned else '=='} len({name})"
        yield site.put(test, new, ALL, f"Ask whether `{kept.id}` has as many as `{name}`", 0.3)


def _digits(site: Site, statement: ast.Assign | ast.AugAssign) -> Iterator[Mutation]:
    """`n = n * 10 + int(c)` for a number of which one digit after the other is read."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    value, loop = statement.value, site.module.loop(statement)
    if not isinstance(target, ast.Name) or loop is None:
        return
    text = site.src(value)
    added = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add)
    digit = value.right if isinstance(value, ast.BinOp) and added and site.src(value.left) == target.id else value
    called = digit.args[:1] if isinstance(digit, ast.Call) and site.src(digit.func) in ("int", "ord") else []
    is_digit = any(isinstance(each, ast.Name | ast.Subscript) for each in called)
    if not is_digit or (isinstance(statement, ast.AugAssign) and not isinstance(statement.op, ast.Add)):
        return
    begins = any(
        isinstance(node, ast.Assign) and node is not statement and target.id in site.src(node.targets[0])
        for node in site.module.inside(site.function or site.module.tree)
    )
    if begins:
        new = f"{target.id} = {target.id} * 10 + {site.src(digit)}"
        yield site.put(statement, new, DIGITS, f"Put the digit `{short(text)}` behind those of `{target.id}`", 0.5)


def _turned(site: Site, statement: ast.Assign) -> Iterator[Mutation]:
    """Two rows that change places turn the sign of what is multiplied up."""
    target, value = statement.targets[0], statement.value
    if not (isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == 2 and site.function):
        return
    swaps = [site.src(each) for each in target.elts] == [site.src(each) for each in reversed(value.elts)]
    grown = [
        node.target.id
        for node in site.module.inside(site.function)
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Mult) and isinstance(node.target, ast.Name)
    ]
    for name in dict.fromkeys(grown) if swaps else ():
        yield site.add(f"{name} = -{name}", "after", SIGN, f"Turn the sign of `{name}`", 0.4)
