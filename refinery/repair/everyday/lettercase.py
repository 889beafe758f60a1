"""Texts that come in with capitals, and are looked up or compared as they came, where what is known is in small letters."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short

FAMILY = "letter case"
SURE, CHANGED = 0.6, 0.55
"""How likely a text is meant in small letters where it is looked up or compared; and where it is cleaned or cut into words."""
LOOKS_UP = frozenset({"get", "index", "count", "pop"})
ENDS = frozenset({"startswith", "endswith", "find", "partition", "removeprefix", "removesuffix"})
CUTS = frozenset({"strip", "lstrip", "rstrip", "split", "splitlines", "rsplit"})
CASES = (".lower()", ".casefold()", ".upper()", ".title()", ".capitalize()")
MOST = 4
Text = ast.Name | ast.Attribute | ast.Subscript | ast.Call


def propose(site: Site) -> Iterator[Mutation]:
    """The text in small letters, where a failing input says a word with capitals that is known without."""
    if not site.world.miscased:
        return
    found: list[Mutation] = []
    for node in site.statement.nodes:
        for text, prior in _compared(site, node):
            if isinstance(text, Text) and not any(case in site.src(text) for case in CASES) and not _numeric(text):
                found.append(_lowered(site, text, prior))
    yield from sorted(found, key=lambda each: -each.prior)[:MOST]


def _compared(site: Site, node: ast.expr) -> Iterator[tuple[ast.expr, float]]:
    """What is looked up, compared, or cleaned before that, with how likely it is meant in small letters."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and not isinstance(node.ops[0], ast.Is | ast.IsNot):
        left, right = node.left, node.comparators[0]
        within = isinstance(node.ops[0], ast.In | ast.NotIn)
        if within and isinstance(left, ast.Constant):
            yield from [(right, SURE)] if isinstance(left.value, str) else []
        elif within:
            yield left, SURE
            if isinstance(left, ast.Name) and not (isinstance(right, ast.Name) and right.id.isupper()):
                yield right, SURE if left.id in site.module.comprehension_names(node) else CHANGED  # a known word within what was said
        elif isinstance(node.ops[0], ast.Eq | ast.NotEq):
            yield from ((side, SURE) for side in (left, right))
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and isinstance(node.slice, Text):
        yield node.slice, SURE
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in LOOKS_UP and node.args:
            yield node.args[0], SURE
        elif node.func.attr in ENDS and node.args:
            yield node.func.value, SURE
        elif node.func.attr in CUTS and not any(case in site.src(outer) for outer in (node, *_chain(site, node)) for case in CASES):
            yield node if node.func.attr.endswith("strip") else node.func.value, CHANGED


def _chain(site: Site, node: ast.expr) -> Iterator[ast.expr]:
    """The calls that go on with what a call gives: `text.strip()` in `text.strip().lower()`."""
    for outer in site.module.above(node):
        if not isinstance(outer, ast.Attribute | ast.Call) or (isinstance(outer, ast.Call) and node in outer.args):
            return
        yield outer


def _numeric(node: ast.expr) -> bool:
    """Whether it is what a function gives that gives no text."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def _lowered(site: Site, text: ast.expr, prior: float) -> Mutation:
    says = f"Take `{short(site.src(text))}` in small letters, as what is known is written"
    return site.put(text, f"{grouped(site, text)}.lower()", FAMILY, says, prior)
