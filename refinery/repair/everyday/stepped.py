"""Numbers that are made whole the wrong way: steps and pieces that are begun, and fractions a little short of the number that is meant."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from dataclasses import replace

from refinery.repair.module import Function
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of

STEPS, CUT = "whole steps", "number cut off"
HUNDREDS = (10, 100, 1000, 10.0, 100.0, 1000.0)
UP = frozenset({"up", "next", "begun", "begin", "start", "started", "full", "least", "cover"})
DOWN = frozenset({"down", "complete", "completed", "most", "cut", "below"})
TOLD, LIKELY, SELDOM = 0.85, 0.5, 0.3
"""How likely an edit is that the function's own words ask for, one that nothing speaks for or against, and one the other way."""
ROUND = 0.75
ROUNDED = {"round": None, "int": "floor", "floor": "floor", "ceil": "ceil"}
"""Functions that make a whole number, with the way in which each does."""


def propose(site: Site) -> Iterator[Mutation]:
    """`ceil(x / step)` for `round(x / step)`, and `round(x * 100)` for `int(x * 100)`."""
    if site.function is None:
        return
    for node in site.statement.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            yield from _steps(site, site.function, node)
        elif isinstance(node, ast.Call):
            yield from _pieces(site, site.function, node)
            yield from _cut(site, node)


def said_of(function: Function) -> Set[str]:
    """The words of a function's name and of what it says of itself."""
    return parts(function.name) | set((ast.get_docstring(function) or "").lower().replace(",", " ").replace(".", " ").split())


def _steps(site: Site, function: Function, node: ast.BinOp) -> Iterator[Mutation]:
    for call, step in ((node.left, node.right), (node.right, node.left)):
        now, quotient = _whole(call)
        if quotient is None or site.src(quotient.right) != site.src(step):
            continue
        text = f"{grouped(site, quotient.left)} / {grouped(site, quotient.right)}"
        said = said_of(function)
        for way, words, others in (("ceil", UP, DOWN), ("floor", DOWN, UP)):
            if way != now:
                prior = TOLD if said & words and not said & others else SELDOM if said & others or way == "floor" else LIKELY
                through, imports = (way, "") if way in site.module.globals else (f"math.{way}", "math")
                says = f"Take whole steps of `{short(site.src(step), 24)}`, rounded {'up' if way == 'ceil' else 'down'}"
                yield replace(site.put(call, f"{through}({text})", STEPS, says, prior), imports=imports)


def _pieces(site: Site, function: Function, node: ast.Call) -> Iterator[Mutation]:
    """`ceil(amount / size)` for `round(amount / size)`: what is begun takes a whole piece."""
    now, quotient = _whole(node)
    above = site.parent(node)
    if quotient is None or (isinstance(above, ast.BinOp) and isinstance(above.op, ast.Mult)):
        return
    prior = TOLD if said_of(function) & UP else LIKELY if name_of(node.func) == "round" else SELDOM
    if now != "ceil":
        through, imports = ("ceil", "") if "ceil" in site.module.globals else ("math.ceil", "math")
        says = f"Count a piece of `{short(site.src(quotient.right), 24)}` that is begun as a whole one"
        yield replace(site.put(node, f"{through}({site.src(quotient)})", STEPS, says, prior), imports=imports)


def _cut(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`round(price * 100)` for `int(price * 100)`: a fraction times a hundred may be a little less than the number that is meant."""
    inner = node.args[0] if len(node.args) == 1 and name_of(node.func) == "int" else None
    if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult):
        for factor, other in ((inner.left, inner.right), (inner.right, inner.left)):
            if isinstance(factor, ast.Constant) and factor.value in HUNDREDS and not isinstance(other, ast.Constant):
                yield site.put(node.func, "round", CUT, f"Round `{short(site.src(inner))}`, which may fall short of a whole number", ROUND)


def _whole(node: ast.expr) -> tuple[str | None, ast.BinOp | None]:
    """In which way a quotient is made whole, and the quotient."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
        return "floor", node
    if isinstance(node, ast.Call) and len(node.args) == 1 and (name := name_of(node.func)) in ROUNDED:
        inner = node.args[0]
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Div):
            return ROUNDED[name], inner
    return None, None
