"""Limits that are at hand and that nothing heeds: the least and the most of a record or of the settings, or a name, that is not read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.wording import parts
from refinery.repair.world import base_of, name_of

FAMILY = "limit not heeded"
MOST_OF = frozenset({"max", "maximum", "most", "cap", "limit", "ceiling", "upper", "highest", "hi", "ceil", "uppermost", "capped"})
LEAST_OF = frozenset({"min", "minimum", "least", "floor", "lower", "lowest", "lo"})
ROUNDS = frozenset({"round", "int", "float", "ceil", "floor", "Decimal"})
READS = ("int", "float", "Decimal")
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv)
LIMITS = 2
RESULT, VALUE, NAMED, INSIDE = 0.7, 0.5, 0.45, 0.6
"""How likely an unread limit is that of what a function gives back, of a value on the way, of a name that is given back, and of the
amount that something is taken from."""


def propose(site: Site) -> Iterator[Mutation]:
    """`min` and `max` with limits that nobody reads, around what is worked out, and around what the limit cuts off."""
    statement, value = site.statement.node, getattr(site.statement.node, "value", None)
    if site.function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)) or not isinstance(value, ast.expr):
        return
    inner = _worked_out(value)
    counted = isinstance(inner, ast.BinOp) and isinstance(inner.op, ARITHMETIC)
    summed = isinstance(inner, ast.Call) and name_of(inner.func) == "sum"
    if not (counted or summed or (isinstance(statement, ast.Return) and isinstance(inner, ast.Name))):
        return
    for limit, through in islice(_unread(site), LIMITS):
        text = site.src(inner)
        if isinstance(statement, ast.Return):
            prior = RESULT if counted or summed else NAMED
        else:
            prior = VALUE if isinstance(statement, ast.Assign) else VALUE / 2
        new = f"{through}({text}, {limit})"
        yield site.put(inner, new, FAMILY, f"Keep `{short(text)}` {_within(through)} `{limit}`, which nothing reads", prior)
        for node in site.statement.nodes if limit.isidentifier() else ():
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and isinstance(node.left, ast.Name) and node.left.id != limit:
                new = f"{through}({node.left.id}, {limit})"
                yield site.put(node.left, new, FAMILY, f"Take `{node.left.id}` {_within(through)} `{limit}`, which nothing reads", INSIDE)


def _worked_out(value: ast.expr) -> ast.expr:
    """What is rounded, without the rounding."""
    if isinstance(value, ast.Call) and name_of(value.func if isinstance(value.func, ast.Name | ast.Attribute) else None) in ROUNDS:
        return value.args[0] if value.args else value
    return value


def _within(through: str) -> str:
    return "up to" if through == "min" else "from"


def _unread(site: Site) -> Iterator[tuple[str, str]]:
    """Limits at hand that nobody reads, in the way in which they are read here, and what keeps to them: `min` or `max`."""
    function = site.function
    if function is None:
        return
    idle = site.module.idle.get(function, frozenset()) - site.world.agreed.get(function, frozenset())
    bound = {name: through for name in site.locals if name in idle and (through := _keeps(name))}
    yield from bound.items()
    if any(_keeps(name) and site.world.unused(name) for name in site.world.shapes):
        found: dict[str, str] = {}
        for node in site.module.inside(function):
            read = base_of(node) if isinstance(node, ast.Subscript | ast.Call | ast.Attribute) else None
            for name in sorted(site.world.companions.get(read[1], ())) if read else ():
                through = _keeps(name)
                if read and through and site.world.unused(name) and site.world.shapes[name] == "number":
                    found.setdefault(_alike(site, node, read, name), through)
        yield from found.items()


def _keeps(name: str) -> str:
    """Which of two values keeps to a limit of this name; empty where it names none, or both."""
    said = parts(name)
    most, least = bool(said & MOST_OF), bool(said & LEAST_OF)
    return "" if most == least else "min" if most else "max"


def _alike(site: Site, node: ast.AST, read: tuple[ast.expr, str, str], name: str) -> str:
    """A field of the record, read and converted as another field of it is."""
    base, _, style = read
    text = f"{site.src(base)}.{name}" if style == "attribute" else f'{site.src(base)}["{name}"]'
    outer = site.parent(node)
    converted = isinstance(outer, ast.Call) and node in outer.args and name_of(outer.func) in READS
    return f"{site.src(outer.func)}({text})" if converted and isinstance(outer, ast.Call) else text
