"""Running totals, margins and windows: what a budget or a limit leaves out, and the newest items that are taken oldest first."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

LEFT_OUT = "left out of a total"
NEWEST = "newest first"
MARGIN = "margin"
ADDS = ("append", "add", "insert", "appendleft")


def propose(site: Site) -> Iterator[Mutation]:
    """What is measured singly and not in a collection; what is cut off at the wrong end."""
    statement = site.statement.node
    if isinstance(statement, ast.AugAssign | ast.Assign):
        yield from _left_out(site, statement)
    elif isinstance(statement, ast.For):
        yield from _newest(site, statement)
    for node in site.statement.nodes:
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
            yield from _margins(site, node)


def _margins(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """`free >= length`, where the function adds a pause to times elsewhere."""
    if site.function is None:
        return
    added = [
        (part.right.id, "+" if isinstance(part.op, ast.Add) else "-")
        for part in site.module.inside(site.function)
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Add | ast.Sub) and isinstance(part.right, ast.Name)
    ]
    inside = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    for name, sign in dict.fromkeys(each for each in added if each[0] in site.locals and each[0] not in inside):
        for side in (node.comparators[0], node.left):
            if not isinstance(side, ast.Constant):
                says = f"Compare with `{name}` {'added to' if sign == '+' else 'taken off'} `{short(site.src(side))}`"
                yield site.put(side, f"{site.src(side)} {sign} {name}", MARGIN, says, 0.45)


def _left_out(site: Site, statement: ast.AugAssign | ast.Assign) -> Iterator[Mutation]:
    """`room -= size(head)`, and a collection beside it whose items take room as well."""
    target = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
    calls = [
        node
        for node in site.statement.nodes
        if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.func, ast.Name | ast.Attribute)
    ]
    if not isinstance(target, ast.Name) or site.function is None:
        return
    for name in site.locals:
        item = _item(site, name)
        if not item or name == target.id or any(name in site.src(call) for call in calls):
            continue
        for how in dict.fromkeys(site.src(call.func) for call in calls if isinstance(call.args[0], ast.Name)):
            each = f"sum({how}({item}) for {item} in {name})"
            for sign in ("-=", "+="):
                own = isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Sub if sign == "-=" else ast.Add)
                says = f"Count `{name}` into `{target.id}` as well"
                yield site.add(f"{target.id} {sign} {each}", "after", LEFT_OUT, says, 0.4 if own else 0.15)


def _item(site: Site, name: str) -> str:
    """What the items of a collection are called where this function goes through it singly."""
    if site.function is None:
        return ""
    for node in site.module.inside(site.function):
        if isinstance(node, ast.comprehension | ast.For) and name_of(node.iter) == name and isinstance(node.iter, ast.Name):
            return node.target.id if isinstance(node.target, ast.Name) else ""
    return ""


def _newest(site: Site, loop: ast.For) -> Iterator[Mutation]:
    """A loop that takes items until there are enough begins at the end; what it took is put in order again."""
    if (
        not isinstance(loop.iter, ast.Name | ast.Attribute)
        or loop.orelse
        or not any(isinstance(node, ast.Break) for node in ast.walk(loop))
    ):
        return
    taken = [
        node.func.value.id
        for part in loop.body
        for node in ast.walk(part)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ADDS
        and isinstance(node.func.value, ast.Name)
    ]
    start, middle = site.module.span(loop.iter)
    end = site.module.span(loop)[1]
    text = site.module.text
    for name in dict.fromkeys(taken):
        indent = " " * loop.col_offset
        new = f"reversed({text[start:middle]}){text[middle:end]}\n{indent}{name}.reverse()"
        says = f"Take the last of `{short(text[start:middle])}` first, and put `{name}` in order again"
        yield site.between(start, end, new, NEWEST, says, 0.5)
