"""What a formula does first: a rest that is lost too early, a choice that takes the whole sum with it, numbers cut towards nought."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import name_of

EARLY = "rest lost early"
CHOICE = "choice of a term"
CUT = "cut towards nought"
SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
IDLE: dict[type[ast.operator], tuple[object, ...]] = {ast.Add: (0, "", b""), ast.Sub: (0,), ast.Mult: (1,)}
"""What leaves the other side as it is."""
BELOW = re.compile(r"(?<![\w.)\]])-\d")
"""A number below nought."""


def propose(site: Site) -> Iterator[Mutation]:
    """The same terms, in the order that was meant."""
    for node in site.statement.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            yield from _late(site, node)
        elif isinstance(node, ast.IfExp):
            yield from _term(site, node)
    if BELOW.search(site.clues.text):
        yield from _down(site)


def _late(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`part // whole * 100` and `int(part / whole) * 100` are nought nearly always: multiply before the rest is lost."""
    for cut, factor in ((node.left, node.right), (node.right, node.left)):
        called = cut.func if isinstance(cut, ast.Call) and len(cut.args) == 1 and not cut.keywords else None
        held = cut.args[0] if isinstance(cut, ast.Call) and called is not None and name_of(called) in ("int", "round", "floor") else cut
        kind = ast.FloorDiv if held is cut else ast.Div
        if not isinstance(held, ast.BinOp) or not isinstance(held.op, kind) or site.src(held.right) == site.src(factor):
            continue
        if isinstance(held.left, ast.Constant):
            continue
        written = f"{grouped(site, held.left)} * {grouped(site, factor)} {'//' if held is cut else '/'} {grouped(site, held.right)}"
        new = written if called is None or held is cut else f"{site.src(called)}({written})"
        hundred = isinstance(factor, ast.Constant) and not isinstance(held.right, ast.Constant)
        yield site.put(node, new, EARLY, f"Multiply first, then divide: `{short(new)}`", 0.85 if hundred else 0.45)


def _term(site: Site, node: ast.IfExp) -> Iterator[Mutation]:
    """`price + fee if far else 0` is nought where it is near: the choice is meant for the last term alone."""
    whole, other = node.body, node.orelse
    if not isinstance(whole, ast.BinOp) or type(whole.op) not in SIGNS or site.module.span(node)[0] != site.module.span(whole)[0]:
        return
    start, end = site.module.span(whole.left)
    bare = start == site.module.span(whole)[0]
    first, last, test = site.module.text[start:end] if bare else grouped(site, whole.left), site.src(whole.right), site.src(node.test)
    if first in test and last in test:  # `high - low if high > low else 0`
        return
    empty = isinstance(other, ast.List | ast.Tuple) and not other.elts and isinstance(whole.op, ast.Add)
    idle = isinstance(other, ast.Constant) and type(other.value) is not bool and other.value in IDLE[type(whole.op)]
    prior = 0.75 if idle or empty else 0.55 if isinstance(whole.op, ast.Add) and last in test else 0.0
    if prior:
        new = f"{first} {SIGNS[type(whole.op)]} ({grouped(site, whole.right)} if {test} else {site.src(other)})"
        yield site.put(node, new, CHOICE, f"Choose the last term alone: `{short(new)}`", prior)


def _down(site: Site) -> Iterator[Mutation]:
    """`int(-0.3)` is 0 and `-7 // 2` is -4: where numbers are below nought, cutting goes up and dividing goes down."""
    through, imports = ("floor", "") if "floor" in site.module.globals else ("math.floor", "math")
    cut = [
        node
        for node in site.statement.nodes
        if isinstance(node, ast.Call) and site.src(node.func) == "int" and len(node.args) == 1 and _divides(node.args[0])
    ]
    if cut:
        changes = [(*site.module.span(node.func), through) for node in cut]
        says = f"Go down to the next whole number of `{short(site.src(cut[0].args[0]))}`, also below nought"
        yield replace(site.at_once(sorted(changes), CUT, says, 0.65), imports=imports)
    for node in site.statement.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
            new = f"int({grouped(site, node.left)} / {grouped(site, node.right)})"
            yield site.put(node, new, CUT, f"Cut `{short(site.src(node))}` towards nought, also below it", 0.35)


def _divides(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and any(isinstance(part, ast.Div) for part in ast.walk(node))
