"""Expressions in whose place others could stand as far as runs tell: one mutation for each."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.synthesis.places import span_of
from refinery.repair.synthesis.refinery_terms import OWN, SIDES
from refinery.repair.synthesis.terms import Span, Term
from refinery.repair.world import parameters

OPERATOR = "synthesised expression"
AT_HAND = "expression of what is at hand"
"""The same, of a kind that fits almost everywhere, with what other code reads too: more than one failing scenario has to speak for it."""
WEIGHTS = {
    "other": 0.25,
    "other text": 0.12,
    "helper": 0.3,
    "bound": 0.3,
    "product": 0.2,
    "sum": 0.15,
    "difference": 0.12,
    "quotient": 0.12,
    "rest": 0.1,
    "floor": 0.35,
    "sign": 0.3,
    "whole": 0.2,
    "round": 0.3,
    "text": 0.35,
    "instead": 0.25,
    "order": 0.2,
    "once": 0.2,
    "sides": 0.45,
    "and": 0.1,
    "or": 0.1,
}
"""How likely each kind is right where it comes to something else in what fails, and to the same in what passes."""
ANYWHERE = frozenset({"other", "other text", "product", "sum", "difference", "quotient", "rest", "instead", "and", "or"})
UNREAD = 2.0
"""What it counts more when nothing else reads what is in it."""
BESIDE = 1.3
"""What a field counts more where another of the same record is read in the place where it would stand."""
MOST_LIKELY = 0.75
MOST = 6
"""Of one expression, the likeliest."""


def propose(site: Site) -> Iterator[Mutation]:
    """What runs left over for the statement."""
    terms = site.world.synthesised.get((site.module.path, site.statement.first), ())
    if not terms:
        return
    nodes = {span_of(node): node for node in reversed(site.statement.nodes)}
    made: dict[Span, list[Mutation]] = {}
    for term in terms:
        if (node := nodes.get(term.span)) and not _chokes(site, node, term) and (new := _new(site, node, term)) is not None:
            unread = _unread(site, term.atom)
            likely = WEIGHTS[term.kind] * (UNREAD if unread else 1.0) * (BESIDE if _beside(node, term.atom) else 1.0)
            operator = AT_HAND if term.kind in ANYWHERE and not unread else OPERATOR
            says = f"Use `{short(new)}` instead of `{short(site.src(node))}`"
            made.setdefault(term.span, []).append(site.put(node, new, operator, says, min(MOST_LIKELY, likely) * term.share))
    for own in made.values():
        yield from sorted(own, key=lambda mutation: (-mutation.prior, len(mutation.new)))[:MOST]


def _new(site: Site, node: ast.expr, term: Term) -> str | None:
    if term.text.startswith(SIDES):
        if not isinstance(node, ast.Compare):
            return None
        step = term.text.removeprefix(SIDES)
        left, right = site.src(node.left), site.src(node.comparators[0])
        between = site.module.text[site.module.span(node.left)[1] : site.module.span(node.comparators[0])[0]]
        return f"{step.format(left)}{between}{step.format(right)}"
    text = term.text.replace(OWN, grouped(site, node) if term.text.strip(OWN) else site.src(node))
    above = site.parent(node)
    if isinstance(above, ast.BinOp | ast.UnaryOp | ast.Compare | ast.BoolOp | ast.Attribute | ast.Starred):
        outer = ast.parse(text, mode="eval").body
        if isinstance(outer, ast.BinOp | ast.BoolOp | ast.Compare | ast.UnaryOp):
            return f"({text})"
    return text


def _chokes(site: Site, node: ast.expr, term: Term) -> bool:
    """Whether `help(found if found else None)` is made, with a helper that does not ask for None: the branch alone is what it is for."""
    branches = (node.body, node.orelse) if isinstance(node, ast.IfExp) else ()
    empty = any(isinstance(each, ast.Constant) and each.value is None for each in branches)
    if not empty or not term.text.endswith(f"({OWN})"):
        return False
    known = site.world.functions.get(term.text.removesuffix(f"({OWN})").rpartition(".")[2])
    tests = [each for each in known[0].inside(known[1]) if isinstance(each, ast.If | ast.IfExp | ast.Compare | ast.BoolOp)] if known else []
    taken = parameters(known[1])[:1] if known else ()
    return not any(_asks_for_nothing(each, name) for each in tests for name in taken)


def _asks_for_nothing(node: ast.AST, name: str) -> bool:
    """Whether a condition asks whether a name holds anything at all."""
    if isinstance(node, ast.Compare):
        nothing = any(isinstance(each, ast.Constant) and each.value is None for each in node.comparators)
        return nothing and isinstance(node.left, ast.Name) and node.left.id == name
    tests = node.values if isinstance(node, ast.BoolOp) else [node.test] if isinstance(node, ast.If | ast.IfExp) else []
    bare = [each.operand if isinstance(each, ast.UnaryOp) else each for each in tests]
    return any(isinstance(each, ast.Name) and each.id == name for each in bare)


def _beside(node: ast.expr, atom: str) -> bool:
    """Whether what is in a term is a field of what the expression reads a field of."""
    if not atom:
        return False
    fields = {ast.unparse(each.value) for each in ast.walk(node) if isinstance(each, ast.Subscript | ast.Attribute)}
    return any(isinstance(each, ast.Subscript | ast.Attribute) and ast.unparse(each.value) in fields for each in ast.walk(ast.parse(atom)))


def _unread(site: Site, atom: str) -> bool:
    """Whether what a term is made of is a name or a field that nothing else reads."""
    if not atom:
        return False
    tree = ast.parse(atom, mode="eval").body
    if isinstance(tree, ast.Call) and tree.args:
        tree = tree.args[0]
    if isinstance(tree, ast.Name):
        idle = site.module.idle.get(site.function or site.module.tree, frozenset())
        return tree.id in idle
    if isinstance(tree, ast.Subscript) and isinstance(tree.slice, ast.Constant):
        return not site.world.keys[str(tree.slice.value)]
    return isinstance(tree, ast.Attribute) and not site.world.attributes[tree.attr]
