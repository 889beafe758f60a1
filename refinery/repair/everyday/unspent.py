"""Numbers of a record that no code reads, and whose names say that they are to be taken away from another, or added to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.wording import parts
from refinery.repair.world import base_of

FAMILY = "field left out"
LESS = frozenset({
    "returned", "refunded", "refund", "used", "cancelled", "canceled", "reserved", "discount", "rebate", "paid", "taken", "spent", "sold",
    "deducted", "deduction", "deductible", "withheld", "withdrawn", "damaged", "lost", "broken", "spoiled", "credit", "credited", "waived",
    "allocated", "blocked", "booked", "committed", "held", "hold", "absent", "excluded", "consumed", "redeemed", "expired",
    "prepaid", "deposit", "break", "pause", "paused", "unpaid", "tare", "return", "cancellation", "void", "voided", "idle", "downtime",
})  # fmt: skip
MORE = frozenset({
    "bonus", "surcharge", "extra", "fee", "tip", "tax", "vat", "shipping", "postage", "overtime", "carried", "carryover", "added",
    "additional", "supplement", "premium", "interest", "granted", "restocked", "transferred", "penalty", "freight", "toll",
})  # fmt: skip
PLAIN = frozenset({
    "id", "number", "year", "month", "day", "code", "rate", "percent", "pct", "ratio", "share", "version", "age", "index", "rank", "phone",
    "zip",
})  # fmt: skip
"""What no other number of a record is taken away from."""
ONE, SEVERAL = 0.5, 0.3
"""How likely it was left out where there is one such field, and where there are several."""
NUMBERS = frozenset({"int", "float", "Decimal", "Fraction"})


def propose(site: Site) -> Iterator[Mutation]:
    """`row["boxes"] - row.get("broken", 0)`, where no code reads what is broken."""
    if site.function is None:
        return
    for node in site.statement.nodes:
        record = base_of(node)
        if record is None or not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            continue
        base, key, how = record
        left_out = _left_out(site, key)
        for field in left_out[:3]:
            yield from _with(site, node, site.src(base), field, how, ONE if len(left_out) == 1 else SEVERAL)


def _left_out(site: Site, key: str) -> list[str]:
    """Numbers beside a number that nobody reads, and that speak of what is less or more."""
    world = site.world
    if parts(key) & (PLAIN | LESS | MORE) or world.shapes.get(key) != "number" or key not in world.companions:
        return []
    telling = [each for each in world.companions[key] if parts(each) & (LESS | MORE) and not parts(each) & PLAIN]
    return sorted(each for each in telling if world.unused(each) and world.shapes[each] == "number")


def _with(site: Site, node: ast.expr, base: str, field: str, how: str, prior: float) -> Iterator[Mutation]:
    """The field taken away from, or added to, one that is read, as a number where that is made one."""
    outer, whole, read = site.parent(node), node, f"{base}.{field}" if how == "attribute" else f'{base}.get("{field}", 0)'
    if isinstance(outer, ast.Call) and site.src(outer.func) in NUMBERS and outer.args == [node]:
        made = read if how == "attribute" else f'{base}.get("{field}") or 0'
        whole, read, outer = outer, f"{site.src(outer.func)}({made})", site.parent(outer)
    elif isinstance(outer, ast.Subscript | ast.Attribute | ast.JoinedStr) or (isinstance(outer, ast.Call) and outer.func is node):
        return
    sign, word = ("-", "Take away") if parts(field) & LESS else ("+", "Add")
    new = f"{site.src(whole)} {sign} {read}"
    grouping = isinstance(outer, ast.BinOp | ast.UnaryOp | ast.Subscript | ast.Attribute)
    yield site.put(whole, f"({new})" if grouping else new, FAMILY, f"{word} `{short(read, 30)}`, which no code reads", prior)
