"""Shares of one that are written as percents where code multiplies with them, and percents below one where code parts by a hundred."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from refinery.repair.slips.sight import Found, Sight, turned
from refinery.repair.wording import parts
from refinery.repair.world import base_of

OF_ONE = frozenset({"ratio", "share", "fraction", "portion", "proportion", "probability", "likelihood", "similarity"})
EITHER = frozenset({"rate", "discount", "tax", "vat", "margin", "tolerance", "commission", "surcharge", "threshold", "reduction", "markup"})
OF_HUNDRED = frozenset({"percent", "pct", "percentage"})
"""Words for what is a share of one, for what may be one of one or of a hundred, and for what is one of a hundred."""
NAMED, USED = 0.85, 0.6
"""How likely a number is a share of the other sort: where its name and what code does with it say so, and where code alone does."""
LEAST, HUNDRED = 2, 100


def shares(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    numbers = [each for each in sight.scalars if isinstance(each.value, int | float) and not isinstance(each.value, bool) and each.key]
    near = [each for each in numbers if parts(each.key) & (OF_ONE | EITHER | OF_HUNDRED)]
    taken = list(_taken(sight, frozenset(each.key for each in near)))
    whole = {key for key, hundred in taken if hundred}
    single = {key for key, _ in taken} - whole
    for scalar in near:
        value, words = float(scalar.value or 0), parts(scalar.key)
        if LEAST <= value <= HUNDRED and scalar.key in single and not words & OF_HUNDRED:
            prior, new, why = NAMED if words & OF_ONE else USED, round(value / HUNDRED, 6), "code takes it for a share of one"
        elif 0 < value < 1 and scalar.key in whole and not words & OF_ONE:
            new = round(value * HUNDRED, 6)
            prior, new, why = NAMED, int(new) if new.is_integer() else new, "code parts it by a hundred"
        else:
            continue
        yield from turned(sight.sources, scalar, new, prior, f"Set {scalar.name} to {new}", why)


def _taken(sight: Sight, keys: Set[str]) -> Iterator[tuple[str, bool]]:
    """Keys with which code multiplies, or with which it compares a quotient, and whether a hundred stands beside them."""
    for module in sight.modules if keys else ():
        for node in module.inside(module.tree):
            key = _key(node)
            if key not in keys:
                continue
            top: ast.AST = node
            while isinstance(module.parents.get(top), ast.BinOp | ast.Compare | ast.UnaryOp):
                top = module.parents[top]
            inside = list(ast.walk(top))
            hundred = any(isinstance(each, ast.Constant) and each.value in (HUNDRED, 1 / HUNDRED) for each in inside)
            times = any(isinstance(each, ast.BinOp) and isinstance(each.op, ast.Mult) for each in inside)
            parted = isinstance(top, ast.Compare) and any(isinstance(each, ast.BinOp) and isinstance(each.op, ast.Div) for each in inside)
            if hundred or times or parted:
                yield key, hundred


def _key(node: ast.AST) -> str:
    """The name by which a setting is read; as a constant it is written in capitals."""
    if isinstance(node, ast.Name):
        return node.id.lower()
    if isinstance(node, ast.Attribute):
        return node.attr.lower()
    read = base_of(node) if isinstance(node, ast.Subscript | ast.Call) else None
    return read[1] if read else ""
