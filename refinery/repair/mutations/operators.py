"""Comparison, boolean, arithmetic and negation operators that are the wrong one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations

from refinery.edits.draft import spliced
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of

COMPARISONS: dict[type[ast.cmpop], tuple[str, tuple[tuple[str, float], ...]]] = {
    ast.Lt: ("<", (("<=", 0.75), (">", 0.45), (">=", 0.35), ("!=", 0.2))),
    ast.LtE: ("<=", (("<", 0.75), (">=", 0.45), (">", 0.35), ("==", 0.2))),
    ast.Gt: (">", ((">=", 0.75), ("<", 0.45), ("<=", 0.35), ("!=", 0.2))),
    ast.GtE: (">=", ((">", 0.75), ("<=", 0.45), ("<", 0.35), ("==", 0.2))),
    ast.Eq: ("==", (("!=", 0.5), ("<=", 0.3), (">=", 0.3), ("in", 0.15))),
    ast.NotEq: ("!=", (("==", 0.5), ("<", 0.25), (">", 0.25), ("not in", 0.15))),
    ast.Is: ("is", (("is not", 0.5), ("==", 0.4))),
    ast.IsNot: ("is not", (("is", 0.5), ("!=", 0.4))),
    ast.In: ("in", (("not in", 0.5), ("==", 0.25))),
    ast.NotIn: ("not in", (("in", 0.5), ("!=", 0.25))),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, tuple[tuple[str, float], ...]]] = {
    ast.Add: ("+", (("-", 0.45), ("*", 0.25))),
    ast.Sub: ("-", (("+", 0.45), ("/", 0.15))),
    ast.Mult: ("*", (("/", 0.4), ("+", 0.25), ("**", 0.2))),
    ast.Div: ("/", (("*", 0.4), ("//", 0.45), ("%", 0.15), ("-", 0.15))),
    ast.FloorDiv: ("//", (("/", 0.5), ("%", 0.35), ("*", 0.2))),
    ast.Mod: ("%", (("//", 0.4), ("/", 0.2))),
    ast.Pow: ("**", (("*", 0.4),)),
    ast.BitAnd: ("&", (("|", 0.45), ("^", 0.3))),
    ast.BitOr: ("|", (("&", 0.45), ("^", 0.3))),
    ast.BitXor: ("^", (("&", 0.45), ("|", 0.45))),
    ast.LShift: ("<<", ((">>", 0.45),)),
    ast.RShift: (">>", (("<<", 0.45),)),
}
UNORDERED = {
    **dict.fromkeys(("<", ">", "<=", ">="), (("==", 0.85), ("!=", 0.5))),
    "==": (("!=", 0.5), ("in", 0.25)),
    "!=": (("==", 0.5), ("not in", 0.25)),
    "is": (("==", 0.85), ("is not", 0.4)),
    "is not": (("!=", 0.85), ("is", 0.4)),
}
"""For a text that stands there in so many words: it is the same or it is not; its place in the order of all texts is seldom meant."""
SELDOM = ("<", ">", "<=", ">=", "==", "!=")
ONE_END = 0.35
"""What another sign counts at one of two ends that are compared both ways."""
UNLIKE = 0.1
"""The same where all have the same sign: with another they would be unlike each other."""
OPERATOR = "operator replacement"
RETURNED = 0.15
"""What the other answer counts that a whole branch gives: who came there has been decided above it."""


def propose(site: Site) -> Iterator[Mutation]:
    """Operators replaced by their neighbours; conditions negated."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Compare):
            yield from _comparison(site, node)
        elif isinstance(node, ast.BoolOp):
            yield from _boolean(site, node)
            yield from _together(site, node)
        elif isinstance(node, ast.BinOp) and not _formats(node):
            yield from _binary(site, node)
            yield from _reordered(site, node)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
            text = grouped(site, node.operand)
            yield site.put(node, text, OPERATOR, f"Drop the sign or `not` before `{short(text)}`", 0.35)
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            prior = RETURNED if isinstance(site.statement.node, ast.Return) else 0.35
            yield site.put(node, str(not node.value), OPERATOR, f"Use `{not node.value}` instead of `{node.value}`", prior)
    statement = site.statement.node
    if isinstance(statement, ast.AugAssign) and type(statement.op) in ARITHMETIC:
        sign, others = ARITHMETIC[type(statement.op)]
        start, end = site.module.span(statement.target)[1], site.module.span(statement.value)[0]
        for other, prior in others:
            new = site.module.text[start:end].replace(sign + "=", other + "=", 1)
            yield site.between(start, end, new, OPERATOR, f"Use `{other}=` instead of `{sign}=` on `{site.src(statement.target)}`", prior)
        text = f"{site.src(statement.target)} = {site.src(statement.value)}"
        yield site.put(
            statement, text, OPERATOR, f"Set `{site.src(statement.target)}` instead of changing it", 0.07, "what was there before is lost"
        )
    for test in _tests(statement):
        if not isinstance(test, ast.Compare | ast.UnaryOp | ast.Constant):
            yield site.put(test, f"not {grouped(site, test)}", "negated condition", f"Negate the condition `{short(site.src(test))}`", 0.35)


def _comparison(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    above = site.parent(node)
    left, alone = node.left, (UNLIKE if _alike(above) else ONE_END) if _mirrored(above) else 1.0
    for op, right in zip(node.ops, node.comparators, strict=True):
        start, end = site.module.span(left)[1], site.module.span(right)[0]
        between = site.module.text[start:end]
        sign, others = COMPARISONS[type(op)]
        if sign in UNORDERED and any(_is_word(part) for part in (left, right)):
            others = UNORDERED[sign]
        seldom = () if isinstance(op, ast.In | ast.NotIn) or (isinstance(right, ast.Constant) and right.value is None) else SELDOM
        for other, prior in (*others, *((each, 0.1) for each in seldom if each != sign and each not in dict(others))):
            if sign in between:
                says = f"Compare `{short(site.src(left), 24)}` with `{other}` instead of `{sign}`"
                yield site.between(start, end, between.replace(sign, other, 1), "comparison", says, prior * alone)
        left = right


def _mirrored(node: ast.AST | None) -> bool:
    """Whether two things are compared both ways, as in `start < other_end and other_start < end`: each with the end of the other."""
    if not isinstance(node, ast.BoolOp) or not isinstance(node.op, ast.And):
        return False
    compared = [part for part in node.values if isinstance(part, ast.Compare) and len(part.ops) == 1]
    sides = [_sides(part) for part in compared]
    if any((a & d and b & c) or (_named_alike(a, c) and _named_alike(b, d)) for (a, b), (c, d) in combinations(sides, 2)):
        return True
    ends = [[name_of(side) for side in _in_order(part)] for part in compared]
    return any(all(one) and one == other for one, other in combinations(ends, 2))


def _alike(node: ast.AST | None) -> bool:
    """Whether all that is compared counts its ends in, or none does."""
    signs = [type(sign) for part in getattr(node, "values", ()) if isinstance(part, ast.Compare) for sign in part.ops]
    whole = [sign in (ast.LtE, ast.GtE) for sign in signs if sign in (ast.Lt, ast.LtE, ast.Gt, ast.GtE)]
    return len(set(whole)) == 1


def _named_alike(some: set[str], others: set[str]) -> bool:
    words = [frozenset().union(*map(parts, names)) for names in (some, others)]
    return not some & others and bool(words[0] & words[1])


def _sides(node: ast.Compare) -> tuple[set[str], set[str]]:
    """The names that the lesser side is made of, and the greater one."""
    lesser, greater = ({part.id for part in ast.walk(side) if isinstance(part, ast.Name)} for side in _in_order(node))
    return lesser, greater


def _in_order(node: ast.Compare) -> tuple[ast.expr, ast.expr]:
    """The side that should be the lesser, and the greater."""
    left, right = node.left, node.comparators[0]
    return (left, right) if isinstance(node.ops[0], ast.Lt | ast.LtE) else (right, left)


def _is_word(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _boolean(site: Site, node: ast.BoolOp) -> Iterator[Mutation]:
    word, other = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for first, second in zip(node.values, node.values[1:], strict=False):
        start, end = site.module.span(first)[1], site.module.span(second)[0]
        text = site.module.text[start:end]
        yield site.between(start, end, text.replace(word, other, 1), "boolean operator", f"Join the conditions with `{other}`", 0.5)
    for place, value in enumerate(node.values):
        rest = [item for item in node.values if item is not value]
        text = f" {word} ".join(grouped(site, item) if isinstance(item, ast.BoolOp) else site.src(item) for item in rest)
        yield site.put(
            node, text, "weaker condition", f"Drop `{short(site.src(value))}` from the condition", 0.22, "fewer cases are told apart"
        )
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
            continue
        if not isinstance(value, ast.Compare) and place < 3:
            yield site.put(value, f"not {grouped(site, value)}", "negated condition", f"Negate `{short(site.src(value))}`", 0.25)


def _together(site: Site, node: ast.BoolOp) -> Iterator[Mutation]:
    """`a < d and c < b` for `a <= d and c <= b`: who counts an end in does so at all ends."""
    start, end = site.module.span(node)
    for says, signs in (("Leave out", {ast.LtE: "<", ast.GtE: ">"}), ("Count in", {ast.Lt: "<=", ast.Gt: ">="})):
        moved = []
        for part in node.values:
            if isinstance(part, ast.Compare) and len(part.ops) == 1 and type(part.ops[0]) in signs:
                sides = f"{site.src(part.left)} {signs[type(part.ops[0])]} {site.src(part.comparators[0])}"
                moved.append((site.module.span(part)[0] - start, site.module.span(part)[1] - start, sides))
        if len(moved) > 1:
            new = spliced(site.module.text[start:end], moved)
            yield site.put(node, new, "comparison", f"{says} all ends: `{short(new)}`", 0.8 if _mirrored(node) else 0.55)


def _binary(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    if type(node.op) not in ARITHMETIC:
        return
    sign, others = ARITHMETIC[type(node.op)]
    start, end = site.module.span(node.left)[1], site.module.span(node.right)[0]
    between = site.module.text[start:end]
    texts = any(isinstance(part, ast.Constant | ast.JoinedStr) and not _numeric(part) for part in (node.left, node.right))
    seldom = tuple((other, 0.13) for other in ("+", "-", "*", "//") if other != sign and other not in dict(others))
    for other, prior in (*others, *seldom):
        if sign in between and not texts:
            says = f"Use `{other}` instead of `{sign}` in `{short(site.src(node))}`"
            yield site.between(start, end, between.replace(sign, other, 1), OPERATOR, says, prior)
    for kept, dropped in ((node.left, node.right), (node.right, node.left)):
        says = f"Use `{short(site.src(kept), 24)}` without `{sign} {short(site.src(dropped), 24)}`"
        prior = 0.35 if _numeric(dropped) else 0.15
        yield site.put(node, grouped(site, kept), "term dropped", says, prior, "a term no longer counts")
    if isinstance(node.op, ast.Sub | ast.Div | ast.FloorDiv | ast.Mod | ast.Pow) or texts:
        text = f"{grouped(site, node.right)} {sign} {grouped(site, node.left)}"
        again = isinstance(node.op, ast.Sub) and sum(site.src(each) == site.src(node) for each in site.statement.nodes) > 1
        says = f"Swap the operands of `{sign}` in `{short(site.src(node))}`"
        yield site.put(node, text, "operands swapped", says, 0.6 if again else 0.35)
    left = node.left
    if isinstance(left, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div | ast.FloorDiv) and isinstance(left.op, ast.Mult | ast.Div):
        text = f"{site.src(left.left)} * ({site.src(left.right)} {sign} {site.src(node.right)})"
        yield site.put(node, text, "grouping", f"Group `{short(site.src(left.right), 20)}` with `{short(site.src(node.right), 20)}`", 0.1)
    if isinstance(node.op, ast.Add | ast.Sub) and isinstance(node.right, ast.BinOp) and isinstance(node.right.op, ast.Mult | ast.Div):
        inner = node.right
        low = "*" if isinstance(inner.op, ast.Mult) else "/"
        text = f"({site.src(node.left)} {sign} {site.src(inner.left)}) {low} {grouped(site, inner.right)}"
        yield site.put(node, text, "grouping", f"Do `{sign}` before `{low}` in `{short(site.src(node))}`", 0.35)


def _reordered(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`a + c + b` for `a + b + c`, where it matters: lists and texts."""
    if not isinstance(node.op, ast.Add) or not isinstance(node.left, ast.BinOp) or not isinstance(node.left.op, ast.Add):
        return
    parts = [site.src(part) for part in (node.left.left, node.left.right, node.right)]
    for order in ((0, 2, 1), (1, 0, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)):
        new = " + ".join(parts[place] for place in order)
        yield site.put(node, new, "operands swapped", f"Join in the order `{short(new)}`", 0.3)


def _numeric(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _formats(node: ast.BinOp) -> bool:
    return isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)


def _tests(statement: ast.stmt) -> Iterator[ast.expr]:
    if isinstance(statement, ast.If | ast.While):
        yield statement.test
