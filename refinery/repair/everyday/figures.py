"""Figures: sums of fractions that are asked to be equal, halves that are rounded, bounds that are exchanged, what is begun and counted."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.mutations.terms import CEILINGS, FLOORS
from refinery.repair.wording import parts
from refinery.repair.world import name_of

EQUAL = "equal fractions"
HALVES = "halves"
BOUNDS = "bounds exchanged"
BEGUN = "what is begun"
MEAN = "mean"
WHOLE = frozenset({
    "page", "batch", "chunk", "box", "bus", "trip", "round", "block", "pack", "crate", "carton", "group", "table", "slot", "roll",
})  # fmt: skip
"""What is needed once more for the rest."""
LOWER = FLOORS | {"low", "lo", "bottom"}
UPPER = CEILINGS | {"high", "hi", "top"}


def propose(site: Site) -> Iterator[Mutation]:
    """What was meant, where a formula shows that it goes wrong at its edge."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            yield from _near(site, node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "round":
                yield from _half_up(site, node)
            elif node.func.id in ("min", "max"):
                yield from _clamped(site, node, node.func)
            elif node.func.id == "int" and node.args:
                yield from _counted(site, node, node.args[0])
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
            yield from _counted(site, node, node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            yield from _mean(site, node)


def _near(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """`0.1 + 0.2 == 0.3` is false: what was reckoned with fractions is compared within a margin."""
    sides = (node.left, node.comparators[0])
    sure = max(_fraction(each) for side in sides for each in _made_of(site, side))
    if not sure or any(isinstance(each, ast.Constant) and not isinstance(each.value, int | float) for each in sides):
        return
    through, imports = ("math.isclose", "math") if "isclose" not in site.module.globals else ("isclose", "")
    denied = "not " if isinstance(node.ops[0], ast.NotEq) else ""
    left, right = (site.src(side) for side in sides)
    new = f"{denied}{through}({left}, {right}, abs_tol=1e-9)"
    says = f"Take `{short(left, 24)}` and `{short(right, 24)}` for equal where they differ by rounding alone"
    yield replace(site.put(node, new, EQUAL, says, sure), imports=imports)


def _made_of(site: Site, node: ast.expr) -> list[ast.expr]:
    """What a name was given in its function, or the value itself."""
    if not isinstance(node, ast.Name) or site.function is None:
        return [node]
    inside = site.module.inside(site.function)
    return [each.value for each in inside if isinstance(each, ast.Assign) and name_of(each.targets[0]) == node.id] or [node]


def _fraction(node: ast.expr) -> float:
    """How likely it is that a value was reckoned with fractions."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, float) and part.value % 0.5:
            return 0.75
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div):
            return 0.65
    called = name_of(node.func) if isinstance(node, ast.Call) else ""
    return 0.65 if called in ("sqrt", "fsum", "hypot", "mean", "dist", "sin", "cos", "tan") else 0.6 if called == "sum" else 0.0


def _half_up(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`round(2.5)` is 2: halves go to the even neighbour."""
    if not 1 <= len(node.args) <= 2 or node.keywords:
        return
    text, places = site.src(node.args[0]), site.src(node.args[1]) if len(node.args) == 2 else "0"
    brought = next((name for name in ("Decimal", "decimal") if name in site.module.globals), None)
    if not places.isdigit() or (brought and places == "2"):  # the latter is in `conversions`
        return
    if brought and not re.search(r"Decimal[(\]]|: Decimal|-> Decimal", site.module.text):
        brought = None  # what is rounded is no `Decimal`
    prior = 0.7 if re.search(r"(?i)\bhal(?:f|ves)\b|half_up|commercial", site.module.text) else 0.3
    if brought:
        through = "" if brought == "Decimal" else "decimal."
        unit = f'{through}Decimal("{"1" if places == "0" else "0." + "0" * (int(places) - 1) + "1"}")'
        for made in [*_constants(site, unit), unit][:1]:
            new = f"{grouped(site, node.args[0])}.quantize({made}, rounding={through}ROUND_HALF_UP)"
            imports = "" if through or "ROUND_HALF_UP" in site.module.globals else "decimal:ROUND_HALF_UP"
            yield replace(site.put(node, new, HALVES, "Round halves up, not to what is even", prior), imports=imports)
    elif places == "0":
        new = f"math.floor({text} + 0.5)"
        yield replace(site.put(node, new, HALVES, "Round halves up, not to what is even", prior), imports="math")
    else:
        unit = "0." + "0" * (int(places) - 1) + "1"
        new = f'float(decimal.Decimal(str({text})).quantize(decimal.Decimal("{unit}"), rounding=decimal.ROUND_HALF_UP))'
        yield replace(site.put(node, new, HALVES, "Round halves up, as they are written", prior), imports="decimal")


def _constants(site: Site, written: str) -> list[str]:
    """Names at the top of the file for a value that is written so."""
    return [
        each.targets[0].id
        for each in site.module.tree.body
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name) and site.src(each.value).replace("'", '"') == written
    ]


def _clamped(site: Site, node: ast.Call, func: ast.Name) -> Iterator[Mutation]:
    """`min(low, max(value, high))` is always one of the two ends."""
    other = "max" if func.id == "min" else "min"
    inner = [each for each in node.args if isinstance(each, ast.Call) and name_of(each.func) == other and len(each.args) == 2]
    wrong = LOWER if func.id == "min" else UPPER
    own = [each for each in node.args if parts(name_of(each)) & wrong and not isinstance(each, ast.Call)]
    if len(node.args) != 2 or node.keywords:
        return
    right = LOWER if func.id == "max" else UPPER
    if len(inner) == 1 and not any(parts(name_of(each)) & right for each in node.args if not isinstance(each, ast.Call)):
        start, end = site.module.span(node)
        head, called = site.module.span(func), site.module.span(inner[0].func)
        text = site.module.text
        new = other + text[head[1] : called[0]] + func.id + text[called[1] : end]
        yield site.between(
            start, end, new, BOUNDS, "Hold the value between its ends: the least above, the greatest below", 0.85 if own else 0.4
        )


def _counted(site: Site, node: ast.expr, division: ast.expr) -> Iterator[Mutation]:
    """`total // size` pages leave the last out: what is begun is needed as a whole."""
    if not isinstance(division, ast.BinOp) or not isinstance(division.op, ast.FloorDiv | ast.Div) or "- 1" in site.src(division.left):
        return
    if isinstance(node, ast.BinOp) and (site.src(node.left).startswith("-") or isinstance(site.parent(node), ast.Subscript | ast.Slice)):
        return
    target = getattr(site.statement.node, "targets", [None])[0]
    said = (parts(site.function.name) if site.function else set()) | (parts(name_of(target)) if isinstance(target, ast.expr) else set())
    if not (said | {each.removesuffix("e") for each in said}) & WHOLE:  # `boxes`
        return
    by = grouped(site, division.right)
    new = f"({site.src(division.left)} + {by} - 1) // {by}"
    inside = isinstance(site.parent(node), ast.BinOp | ast.UnaryOp)
    yield site.put(node, f"({new})" if inside else new, BEGUN, f"Count what is begun of `{short(by)}` as a whole one", 0.5)


def _mean(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`a + b / 2`: as many things as the last is divided by."""
    last, terms, rest = node.right, 1, node.left
    while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Add):
        terms, rest = terms + 1, rest.left
    if isinstance(site.parent(node), ast.BinOp) or not (isinstance(last, ast.BinOp) and isinstance(last.op, ast.Div | ast.FloorDiv)):
        return
    if isinstance(last.right, ast.Constant) and last.right.value == terms + 1:
        sign = "//" if isinstance(last.op, ast.FloorDiv) else "/"
        start, end = site.module.span(node)[0], site.module.span(last.left)[1]
        new = f"({site.module.text[start:end]}) {sign} {last.right.value}"
        yield site.put(node, new, MEAN, f"Divide all {terms + 1} together by {last.right.value}", 0.75)
