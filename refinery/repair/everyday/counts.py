"""Counts that may be nought where something is divided by them: one more on both sides of a logarithm, else a guard."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import called

SMOOTHED = "add one"
GUARDED = "count of nought"
LOGARITHMS = frozenset({"log", "log2", "log10"})
LIKELY, TOLD = 0.5, 0.8
"""How likely a ratio of counts is smoothed in a logarithm, and where the failure says that it has none."""
GUARD, GUARD_TOLD = 0.25, 0.65
RISK = "a count of nought is passed over where it may deserve an error"


def propose(site: Site) -> Iterator[Mutation]:
    """Quotients of counts, and logarithms of them."""
    told = "ZeroDivisionError" in site.clues.errors or site.clues.any_of("math domain error", "positive input", "division by zero")
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and called(node) in LOGARITHMS and node.args:
            yield from _logarithm(site, node.args[0], told)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            yield from _quotient(site, node, told)


def _logarithm(site: Site, inside: ast.expr, told: bool) -> Iterator[Mutation]:
    """`log(all / with_it)` has no answer where `with_it` is nought, and goes below nought where one is added on one side alone."""
    if not (isinstance(inside, ast.BinOp) and isinstance(inside.op, ast.Div)):
        if told and _counted(site, inside):
            yield site.put(inside, f"1 + {site.src(inside)}", SMOOTHED, "Add one before the logarithm is taken", TOLD - 0.1)
        return
    above, below = inside.left, inside.right
    more = [_one_more(site, side) for side in (above, below)]
    counted = _counted(site, below)
    if all(more) or not (counted or more[1]):
        return
    new = " / ".join(
        grouped(site, side) if plus else f"(1 + {grouped(site, side)})" for side, plus in zip((above, below), more, strict=True)
    )
    says = f"Add one to both `{short(site.src(above), 24)}` and `{short(site.src(below), 24)}`"
    yield site.put(inside, new, SMOOTHED, says, TOLD if told and not more[1] else LIKELY)
    if not any(more):
        says = f"Add one to `{short(site.src(below), 24)}`, which may be nought"
        yield site.put(below, f"(1 + {site.src(below)})", SMOOTHED, says, 0.5 if told else 0.3)


def _one_more(site: Site, side: ast.expr) -> bool:
    """Whether one is added already."""
    return isinstance(side, ast.BinOp) and isinstance(side.op, ast.Add) and "1" in (site.src(side.left), site.src(side.right))


def _quotient(site: Site, node: ast.BinOp, told: bool) -> Iterator[Mutation]:
    """`part / counts.get(name, 0)`: one stands for nought, or nought comes of it."""
    by, outer = site.src(node.right), site.parent(node)
    logarithm = isinstance(outer, ast.Call) and called(outer) in LOGARITHMS
    if logarithm or not _counted(site, node.right) or (not told and _asked(site, by)):
        return
    if not told and not (isinstance(node.right, ast.Subscript) or called(node.right) == "get"):
        return
    prior = GUARD_TOLD if told else GUARD
    yield site.put(node.right, f"({by} or 1)", GUARDED, f"Divide by one where `{short(by)}` is nought", prior, RISK)
    yield site.put(node, f"({site.src(node)} if {by} else 0.0)", GUARDED, f"Answer nought where `{short(by)}` is nought", prior, RISK)
    if told:
        new = f"(1 + {grouped(site, node.left)}) / (1 + {by})"
        yield site.put(node, new if not isinstance(outer, ast.BinOp) else f"({new})", SMOOTHED, "Add one above and below", 0.3)


def _asked(site: Site, by: str) -> bool:
    """Whether something around, or before, asks whether the divisor is nought."""
    whole = site.module.source(site.function) if site.function else ""
    of = by.removeprefix("len(").removesuffix(")")
    return any(f"{word} {name}" in whole for name in (by, of) for word in ("if", "if not", "and", "else", "or")) or f"{by} or " in whole


def _counted(site: Site, node: ast.expr) -> bool:
    """Whether a value is a count that may be nought: by itself, or by what its name was given in the function."""
    if isinstance(node, ast.Name):
        value = _made(site, node.id)
        return value is not None and not isinstance(value, ast.Name) and _counted(site, value)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        made = _made(site, node.value.id)
        return isinstance(made, ast.Call) and (called(made) == "Counter" or ast.unparse(made) == "defaultdict(int)")
    if not isinstance(node, ast.Call):
        return False
    name = called(node)
    if name == "get":
        return len(node.args) == 2 and isinstance(node.args[1], ast.Constant) and node.args[1].value in (0, 0.0)
    ones = name == "sum" and len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp | ast.ListComp)
    return ones or (name == "count" and isinstance(node.func, ast.Attribute)) or (name == "len" and len(node.args) == 1)


def _made(site: Site, name: str) -> ast.expr | None:
    """What a name was given first in the function."""
    for each in site.module.inside(site.function) if site.function else ():
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name) and each.targets[0].id == name:
            return each.value
    return None
