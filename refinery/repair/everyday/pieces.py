"""Amounts for each piece that are taken once, whatever the number of pieces at hand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from refinery.repair.module import Function
from refinery.repair.mutation import Mutation, Site, number_in, short
from refinery.repair.wording import parts
from refinery.repair.world import base_of, called, name_of, parameters

FAMILY = "each piece"
AMOUNTS = frozenset({
    "fee", "price", "cost", "charge", "surcharge", "rate", "deposit", "tax", "weight", "allowance", "postage", "tip", "toll", "fare",
    "levy", "bonus", "supplement", "point", "commission", "discount", "credit", "fine", "penalty", "extra", "minute", "calory",
})  # fmt: skip
COUNTS = frozenset({
    "quantity", "qty", "count", "party", "people", "person", "guest", "night", "unit", "copy", "passenger", "seat", "adult", "traveller",
    "piece", "head", "room", "ticket", "day", "hour", "amount", "number", "visitor", "participant",
})  # fmt: skip
EACH = frozenset({"per", "each"})
MAYBE, SAID, SHOWN = 0.3, 0.5, 0.65
"""How likely an amount is for each piece; where its name says so; and where the right answer has a whole number of times the wrong one."""
MOST = 3


def propose(site: Site) -> Iterator[Mutation]:
    """`fee * len(guests)` for `fee`, where guests are handed in, and gone through."""
    if site.function is None:
        return
    numbers: list[str] | None = None
    for node in site.statement.nodes:
        read = base_of(node) if isinstance(node, ast.Subscript | ast.Attribute | ast.Call) else None
        name = read[1] if read else node.id if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else ""
        if not parts(name) & AMOUNTS or isinstance(getattr(node, "ctx", None), ast.Store) or not _taken_once(site, node):
            continue
        if numbers is None:
            numbers = list(islice(_numbers(site, site.function), MOST))
        prior = SHOWN if _whole_times(site) else SAID if parts(name) & EACH else MAYBE
        for times in numbers:
            if times not in site.src(node) and name not in times:
                new = f"{site.src(node)} * {times}"
                yield site.put(node, new, FAMILY, f"Take `{short(site.src(node))}` `{times}` times", prior)


def _taken_once(site: Site, node: ast.expr) -> bool:
    """Whether an amount is a value, or a part of a sum, as it is."""
    outer = site.parent(node)
    if isinstance(outer, ast.BinOp):
        return isinstance(outer.op, ast.Add | ast.Sub) and not isinstance(site.module.loop(node), ast.For)
    if isinstance(outer, ast.Call):
        return called(outer) in ("round", "Decimal", "float", "int") and outer.args[:1] == [node] and _taken_once(site, outer)
    return isinstance(outer, ast.Assign | ast.AugAssign | ast.Return | ast.Dict | ast.keyword) and not site.module.loop(node)


def _numbers(site: Site, function: Function) -> Iterator[str]:
    """How many pieces there are: the length of what the function is given and goes through, and what its name calls a number."""
    given = parameters(function)
    nodes = site.module.inside(function)
    gone_through = {site.src(node.iter) for node in nodes if isinstance(node, ast.For | ast.comprehension)}
    gone_through |= {site.src(node.args[0]) for node in nodes if called(node) == "len" and isinstance(node, ast.Call) and node.args}
    yield from (f"len({name})" for name in given if name in gone_through)
    yield from (name for name in given if parts(name) & COUNTS and name not in gone_through and not parts(name) & AMOUNTS)
    reads = (base_of(node) for node in nodes if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Load))
    bases = {name_of(read[0]): (site.src(read[0]), read[2]) for read in reads if read is not None and isinstance(read[0], ast.Name)}
    for owner, (text, style) in bases.items():
        for name in sorted(site.world.reach(owner)):
            if owner in given and parts(name) <= COUNTS and site.world.shapes.get(name, "number") == "number":
                yield f"{text}.{name}" if style == "attribute" else f'{text}["{name}"]'


def _whole_times(site: Site) -> bool:
    """Whether a right answer shows a number that is a whole number of times the wrong one."""
    for each in site.clues.instead:
        wrong, right = (_figure(text) for text in (each.wrong, each.right))
        if wrong and right and right / wrong >= 2 and abs(right / wrong - round(right / wrong)) < 1e-9:
            return True
    return False


def _figure(text: str) -> float | None:
    try:
        return number_in(ast.parse(text.strip().lstrip("$€£"), mode="eval").body)
    except (SyntaxError, ValueError):
        return None
