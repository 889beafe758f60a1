"""Ranks among what is in order: the place of a percentile, counted from one and rounded up, and the middle of an even number."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of

FAMILY = "rank"
MIDDLE = "middle of two"
SAID = re.compile(r"(?i)percent|quantile|quartile|decile|centile|(?<![a-z])p\d\d(?!\d)|(?<![a-z])pct|rank")
ROUNDED = ("int", "round", "ceil", "floor")
NEAREST, HELD, BETWEEN = 0.6, 0.5, 0.35
"""How likely the nearest rank is meant, an index that is held within the list, and one that goes from the first to the last."""


def propose(site: Site) -> Iterator[Mutation]:
    """Other ways from a share to an index."""
    said = f"{site.function.name if site.function else ''} "
    for node in site.statement.nodes:
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            yield from _middle(site, node, said)
        share = _share(site, node)
        if share and isinstance(node, ast.expr):
            whole = _outermost(site, node)
            target = getattr(site.statement.node, "targets", [None])[0]
            around = said + site.src(site.statement.node) if isinstance(target, ast.expr) else said + site.src(whole)
            if SAID.search(around) or re.search(r"/ 100\b", site.src(node)):
                yield from _ranks(site, node, share, whole)


def _share(site: Site, node: ast.AST) -> tuple[ast.expr, str] | None:
    """What is rounded to an index, `int(share * len(items))`, and how the length is written that it is a share of."""
    formula: ast.AST = node
    if isinstance(node, ast.Call) and len(node.args) == 1 and name_of(node.func) in ROUNDED:
        formula = node.args[0]
    elif not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv) and site.src(node.right) == "100"):
        return None
    if not isinstance(formula, ast.BinOp) or not any(isinstance(each, ast.Mult) for each in ast.walk(formula)):
        return None
    found = re.search(r"\blen\([\w.]+\)(?! - 1)", site.src(formula))
    if found:
        return formula, found[0]
    names = [each.id for each in ast.walk(formula) if isinstance(each, ast.Name)]
    return next(((formula, name) for name in names if _size(site, name).startswith("len(")), None)


def _size(site: Site, name: str) -> str:
    """What a name stands for where it was given the length of something, or its half; else the name."""
    for each in site.module.inside(site.function) if site.function else ():
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name) and each.targets[0].id == name:
            text = site.src(each.value)
            return text if re.match(r"\(?len\([\w.]+\)|\w+ // 2$", text) else name
    return name


def _outermost(site: Site, node: ast.expr) -> ast.expr:
    """The whole index: with `- 1`, and within `min` and `max`."""
    while True:
        outer = site.parent(node)
        less = isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Sub) and site.src(outer.right) == "1"
        held = isinstance(outer, ast.Call) and site.src(outer.func) in ("min", "max")
        if not isinstance(outer, ast.expr) or not (less or held):
            return node
        node = outer


def _ranks(site: Site, node: ast.expr, share: tuple[ast.expr, str], whole: ast.expr) -> Iterator[Mutation]:
    formula, size = share
    text, old = site.src(formula), site.src(whole)
    if formula is node and isinstance(formula, ast.BinOp):
        ceiling, imports = f"-(-{grouped(site, formula.left) if '+' in text else site.src(formula.left)} // {site.src(formula.right)})", ""
    else:
        through, imports = ("ceil", "") if "ceil" in site.module.globals else ("math.ceil", "math")
        ceiling = f"{through}({text})"
    for new, says, prior in (
        (f"max({ceiling}, 1) - 1", "Take the nearest rank, rounded up and counted from one", NEAREST),
        (f"min({site.src(node)}, {size} - 1)", "Stay within the list", HELD + (0.2 if "IndexError" in site.clues.errors else 0.0)),
        (f"round({_one_less(text, size)})", "Go from the first to the last", BETWEEN),
        (f"int({_one_less(text, size)})", "Go from the first to the last, rounded down", BETWEEN),
    ):
        if new.replace(" ", "") not in old.replace(" ", "") and ("- 1" not in old or "ceil" not in old or "max(" in new):
            yield replace(site.put(whole, new, FAMILY, says, prior), imports=imports if "ceil" in new else "")


def _middle(site: Site, node: ast.Subscript, said: str) -> Iterator[Mutation]:
    """`ordered[len(ordered) // 2]` is the upper one of the two in the middle."""
    if "median" not in parts(said) or parts(said) & {"low", "lower", "high", "upper"}:
        return
    items = site.src(node.value)
    size = f"len({items})"
    index = site.src(node.slice)
    for _ in range(2):  # `n = len(items)` and `middle = n // 2`
        index = re.sub(r"\b[A-Za-z_]\w*\b(?!\()", lambda found: found[0] if found[0] == items else _size(site, found[0]), index)
    if index not in (f"{size} // 2", f"({size} - 1) // 2", f"int({size} / 2)", f"{size} // 2 - 1"):
        return
    if isinstance(site.parent(node), ast.BinOp) or (site.function and re.search(r"% 2\b|& 1\b", site.module.source(site.function))):
        return
    new = f"({items}[({size} - 1) // 2] + {items}[{size} // 2]) / 2"
    yield site.put(node, new, MIDDLE, f"Take the middle between the two in the middle of `{short(items)}`", 0.7)


def _one_less(text: str, size: str) -> str:
    """A formula with one less than a size."""
    return re.sub(rf"(?<!\w){re.escape(size)}(?!\w)", f"({size} - 1)", text, count=1)
