"""What is the same in every round of a loop where each round was meant to have its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of, parameters

FAMILY = "same in every round"
Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
Path = ast.Name | ast.Attribute | ast.Subscript
MOST = 4
IDLE, IDLE_LIKELY = 0.45, 0.7
"""How likely the variable of a loop is meant that the loop never reads; and so where it belongs to what stands there, or is asked for."""
ASKED, SPOKEN, OWNED = 0.5, 0.35, 0.4
"""How likely one is that is read: where the parameter is called like it, where what stands there is, and where a function is handed
another field of what the loop goes through a field of."""


@dataclass(frozen=True, slots=True)
class Round:
    """One loop: what it goes through, by which names, and what changes in it."""

    iterated: ast.expr
    names: tuple[str, ...]
    idle: frozenset[str]
    """Those of the names that nothing in the loop reads."""
    changing: frozenset[str]


def propose(site: Site) -> Iterator[Mutation]:
    """The variable of the loop around, or its own field, for arguments and operands that do not change in it; the likeliest few."""
    known: dict[ast.AST, Round] = {}
    found: list[Mutation] = []
    statement = site.statement.node
    added = [(statement.value, "")] if isinstance(statement, ast.AugAssign) and isinstance(statement.value, Path) else []
    for node in site.statement.nodes:
        for operand, wanted in (*_operands(site, node), *(each for each in added if each[0] is node)):
            loop = _around(site, operand)
            if loop is None:
                continue
            if loop not in known:
                known[loop] = _round(site, loop)
            found += _own(site, operand, wanted, known[loop])
    yield from sorted(found, key=lambda each: -each.prior)[:MOST]


def _operands(site: Site, node: ast.expr) -> Iterator[tuple[Path, str]]:
    """Names and fields that are handed on or worked with, each with how a function calls what it takes there."""
    given: list[tuple[ast.expr, str]] = []
    if isinstance(node, ast.Call):
        known = site.world.functions.get(name_of(node.func) if isinstance(node.func, ast.Name) else getattr(node.func, "attr", ""))
        names = parameters(known[1]) if known else ()
        given = [(each, names[place] if place < len(names) else "") for place, each in enumerate(node.args)]
        given += [(each.value, each.arg or "") for each in node.keywords]
    elif isinstance(node, ast.BinOp):
        given = [(node.left, ""), (node.right, "")]
    elif isinstance(node, ast.Compare) and not isinstance(node.ops[0], ast.Is | ast.IsNot):
        given = [(node.left, "")] if isinstance(node.ops[0], ast.In | ast.NotIn) else [(node.left, ""), (node.comparators[0], "")]
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        given = [(node.slice, "")]
    elif isinstance(node, ast.FormattedValue):
        given = [(node.value, "")]
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        given = [(node.elt, "")]
    elif isinstance(node, ast.DictComp):
        given = [(node.value, "")]
    yield from ((each, name) for each, name in given if isinstance(each, Path))


def _around(site: Site, node: ast.AST) -> ast.For | Comprehension | None:
    """The innermost loop of which a node stands in each round."""
    child = node
    for outer in site.module.above(node):
        if isinstance(outer, ast.For) and child in outer.body:
            return outer
        if isinstance(outer, Comprehension):
            first = outer.generators[0]
            if child is not first or node not in site.module.inside(first.iter):
                return outer
        if isinstance(outer, (*FUNCTIONS, ast.Lambda)):
            return None
        child = outer
    return None


def _round(site: Site, loop: ast.For | Comprehension) -> Round:
    head = loop if isinstance(loop, ast.For) else loop.generators[0]
    targets = [head.target] if isinstance(loop, ast.For) else [each.target for each in loop.generators]
    names = [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    inside = [part for part in site.module.inside(loop) if isinstance(part, ast.Name)]
    read = {part.id for part in inside if isinstance(part.ctx, ast.Load)}
    return Round(
        head.iter,
        tuple(name for name in names if not name.startswith("_")),
        frozenset(names) - read,
        frozenset(part.id for part in inside if isinstance(part.ctx, ast.Store)),
    )


def _own(site: Site, node: Path, wanted: str, loop: Round) -> Iterator[Mutation]:
    root = _root(node)
    if root is None or root not in site.locals or site.src(node) in ("self", "cls"):
        return
    if any(isinstance(part, ast.Name) and part.id in loop.changing for part in site.module.inside(node)):
        return
    text, said = site.src(node), parts(site.src(node))
    counted = isinstance(loop.iterated, ast.Call) and site.src(loop.iterated.func) in ("range", "enumerate")
    belongs = root == _root(loop.iterated) != "self" and not isinstance(node, ast.Name)
    for name in loop.names:
        asked = bool(parts(wanted) & parts(name)) and not parts(wanted) & parts(name_of(node))
        spoken = bool(said & parts(name))
        owned = belongs and isinstance(node, ast.Attribute) and isinstance(site.parent(node), ast.Call)
        prior = ASKED if asked else OWNED if owned else SPOKEN if spoken and belongs else 0.0
        if name in loop.idle:
            prior = IDLE_LIKELY if asked or spoken or belongs else 0.0 if counted else IDLE
        says = f"Use `{name}`, which each round has its own of, instead of `{short(text)}`"
        if prior:
            yield site.put(node, name, FAMILY, says, prior)
        if isinstance(node, ast.Attribute) and not counted:
            knows = node.attr in site.world.members.get(name, ())
            field_prior = (IDLE_LIKELY if knows else IDLE) if name in loop.idle else ASKED if knows and belongs else 0.0
            if field_prior:
                yield site.put(node, f"{name}.{node.attr}", FAMILY, f"{says} for `{node.attr}`", field_prior)


def _root(node: ast.expr) -> str | None:
    """The name that a path begins with; none for what is called or worked out."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _root(node.func.value)
    return node.id if isinstance(node, ast.Name) else None
