"""Steps and pauses: what overlaps makes a step shorter, and a pause that doubles is a power."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of, parameters

OVERLAP, POWER = "overlap", "growing pause"
STEPS = frozenset({"step", "stride", "advance", "hop", "shift"})
PAUSES = frozenset({"delay", "backoff", "pause", "wait", "sleep", "retry", "cooldown", "interval"})
TRIES = frozenset({"attempt", "retry", "retrie", "try", "trie", "failure", "round"})
"""Words in the names of how often something was tried, as `parts` makes them singular."""


def propose(site: Site) -> Iterator[Mutation]:
    """`width - overlap` for the step, `first * 2 ** turn` for the pause."""
    statement = site.statement.node
    for node in site.statement.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and _overlaps(node.right) and _steps(site, node):
            new = f"{site.src(node.left)} - {grouped(site, node.right)}"
            yield site.put(node, new, OVERLAP, f"Step by `{short(new)}`: what overlaps is gone over twice", 0.75)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.right, ast.Name):
            yield from _power(site, node, node.right)
    if site.function is None:
        return
    unread = [name for name in parameters(site.function) if "overlap" in parts(name) and name in site.module.idle[site.function]]
    for name in unread[:1]:
        grows = isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add) and site.module.loop(statement) is not None
        named = isinstance(statement, ast.Assign) and parts(name_of(statement.targets[0])) & STEPS
        steps = [statement.value] if isinstance(statement, ast.AugAssign | ast.Assign) and (grows or named) else []
        steps += [
            node.args[2]
            for node in site.statement.nodes
            if isinstance(node, ast.Call) and name_of(node.func) == "range" and len(node.args) == 3
        ]
        for step in steps:
            if isinstance(step, ast.Name | ast.Attribute):
                new = f"{site.src(step)} - {name}"
                yield site.put(step, new, OVERLAP, f"Step by `{new}`: nothing else uses `{name}`", 0.75)


def _overlaps(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and "overlap" in parts(name_of(node))


def _steps(site: Site, node: ast.expr) -> bool:
    """Whether it is how far one goes each time."""
    parent = site.parent(node)
    if isinstance(parent, ast.Call):
        return name_of(parent.func) == "range" and node is parent.args[-1] and len(parent.args) == 3
    if isinstance(parent, ast.AugAssign):
        return isinstance(parent.op, ast.Add) and site.module.loop(parent) is not None
    return isinstance(parent, ast.Assign) and bool(parts(name_of(parent.targets[0])) & STEPS)


def _power(site: Site, node: ast.BinOp, tries: ast.Name) -> Iterator[Mutation]:
    """`first * 2 * turn` grows by as much each time."""
    target = getattr(site.statement.node, "targets", [None])[0]
    said = parts(site.function.name) if site.function else frozenset()
    said |= parts(name_of(target)) if target is not None else frozenset()
    said |= frozenset(part for each in site.statement.nodes if isinstance(each, ast.Call) for part in parts(name_of(each.func)))
    if not said & PAUSES or not parts(tries.id) & TRIES:
        return
    left = node.left
    factor = left.right if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult) else left
    doubles = isinstance(factor, ast.Constant) or "factor" in parts(name_of(factor))
    new = f"{site.src(left)} ** {tries.id}" if doubles else f"{site.src(left)} * 2 ** {tries.id}"
    yield site.put(node, new, POWER, f"Let the pause grow as a power: `{short(new)}`", 0.7 if doubles else 0.35)
