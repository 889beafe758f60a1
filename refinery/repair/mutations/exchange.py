"""Two things that stand in each other's place: names, keys, fields or values of one statement; and brackets around the wrong part."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import combinations, pairwise

from refinery.edits.draft import spliced
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.mutations.operators import ARITHMETIC
from refinery.repair.wording import likeness, parts
from refinery.repair.world import base_of, name_of, text_of

FAMILY = "exchanged"
UNORDERED = "order that does not count"
REGROUPED = "brackets"
MOST = 6
"""Pairs of names of one statement that are exchanged."""
BITS = frozenset({ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr, ast.BitXor, ast.Mod, ast.FloorDiv})
Weak = (ast.Add, ast.Sub)
Strong = (ast.Mult, ast.Div)


def propose(site: Site) -> Iterator[Mutation]:
    """Like things of one statement exchanged; a sum taken out of its brackets, or put into some."""
    yield from _names(site)
    for node in site.statement.nodes:
        if isinstance(node, ast.Dict):
            yield from _values(site, node)
        elif isinstance(node, ast.BinOp):
            yield from _regrouped(site, node)
        elif isinstance(node, ast.Compare):
            yield from _unordered(site, node)


def _names(site: Site) -> Iterator[Mutation]:
    """`a[x] / a[y]` for `a[y] / a[x]`: two names, or two fields of one record, exchanged wherever the statement reads them."""
    places: dict[str, list[ast.expr]] = {}
    for node in site.statement.nodes:
        if isinstance(getattr(node, "ctx", None), ast.Load) and _simple(node) and not _called(site, node):
            places.setdefault(site.src(node), []).append(node)
    tried = 0
    for one, other in combinations(places, 2):
        if tried == MOST or one in other or other in one or not _alike(site, places[one], places[other]):
            continue
        tried += 1
        spans = [(*site.module.span(node), other) for node in places[one]] + [(*site.module.span(node), one) for node in places[other]]
        start, end = min(spans)[0], max(span[1] for span in spans)
        moved = [(first - start, last - start, new) for first, last, new in spans]
        new = spliced(site.module.text[start:end], moved)
        prior = 0.7 if _crossed(site, places[one], places[other]) else 0.1 if _side_by_side(site, places[one], places[other]) else 0.3
        yield site.between(start, end, new, FAMILY, f"Exchange `{short(one, 24)}` and `{short(other, 24)}`", prior)


def _crossed(site: Site, ones: list[ast.expr], others: list[ast.expr]) -> bool:
    """Whether each is multiplied with what bears the name of the other: `men_out * fee["in"] + men_in * fee["out"]`."""
    first, second = (_partner(site, each[0]) if len(each) == 1 else "" for each in (ones, others))
    one, other = name_of(ones[0]), name_of(others[0])
    return _told(first, other) and _told(second, one) and not (_told(first, one) or _told(second, other))


def _side_by_side(site: Site, ones: list[ast.expr], others: list[ast.expr]) -> bool:
    """Whether two stand in one list that is compared with another: as likely their order is not meant to count."""
    lists = {site.parent(node) for node in (*ones, *others)}
    return len(lists) == 1 and all(isinstance(each, ast.List | ast.Tuple) and isinstance(site.parent(each), ast.Compare) for each in lists)


def _unordered(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """`sorted(game.teams) == sorted([home, away])`: what is put side by side to be compared may stand the other way round."""
    sides = node.left, *node.comparators
    if len(sides) != 2 or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
        return
    pair = next((each for each in sides if isinstance(each, ast.List | ast.Tuple) and len(each.elts) == 2), None)
    if pair is None or not all(isinstance(each, ast.Name | ast.Attribute | ast.Subscript) for each in pair.elts):
        return
    if any(isinstance(each, ast.Call) and site.src(each.func) in ("sorted", "set") for each in sides):
        return
    moved = [(*site.module.span(each), f"sorted({site.src(each)})") for each in sides]
    yield site.at_once(moved, UNORDERED, f"Compare `{short(site.src(pair))}` in whatever order", 0.45)


def _partner(site: Site, node: ast.expr) -> str:
    parent = site.parent(node)
    if not isinstance(parent, ast.BinOp) or not isinstance(parent.op, ast.Mult | ast.Div):
        return ""
    return name_of(parent.left if parent.right is node else parent.right)


def _told(one: str, other: str) -> bool:
    """Whether two names have a word in common, be it short for the other's."""
    return any(a.startswith(b) or b.startswith(a) for a in parts(one) for b in parts(other) if min(len(a), len(b)) > 1)


def _simple(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute | ast.Subscript) and base_of(node) is not None)


def _called(site: Site, node: ast.expr) -> bool:
    parent = site.parent(node)
    return (isinstance(parent, ast.Call) and parent.func is node) or isinstance(parent, ast.Attribute)


def _alike(site: Site, ones: list[ast.expr], others: list[ast.expr]) -> bool:
    """Two names of which each stands somewhere as the other does, or two fields of one record."""
    first, second = base_of(ones[0]), base_of(others[0])
    if first is None or second is None:
        return first is second and bool({_place(site, one) for one in ones} & {_place(site, other) for other in others})
    return first[2] == second[2] and ast.dump(first[0]) == ast.dump(second[0])


def _place(site: Site, node: ast.expr) -> tuple[str, str]:
    """As what a node stands in the one around it; the two sides of an operator are alike."""
    parent = site.parent(node)
    if isinstance(parent, ast.BinOp | ast.Compare | ast.BoolOp):
        return "operand", ""
    if parent is None:
        return "", ""
    field = next((name for name, value in ast.iter_fields(parent) if value is node or (isinstance(value, list) and node in value)), "")
    return type(parent).__name__, field


def _values(site: Site, node: ast.Dict) -> Iterator[Mutation]:
    entries = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if text_of(key)]
    for (first, one), (second, other) in pairwise(entries):
        crossed = likeness(name_of(one), text_of(second) or "") + likeness(name_of(other), text_of(first) or "")
        straight = likeness(name_of(one), text_of(first) or "") + likeness(name_of(other), text_of(second) or "")
        start, middle = site.module.span(one)
        begin, end = site.module.span(other)
        text = site.module.text
        new = text[begin:end] + text[middle:begin] + text[start:middle]
        says = f"Exchange the values of `{text_of(first)}` and `{text_of(second)}`"
        yield site.between(
            start, end, new, FAMILY, says, 0.75 if crossed >= 1 else 0.3 if straight < 2 and type(one) is type(other) else 0.1
        )


def _regrouped(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`(a + b) * c` for `a * c + b` and for `a + b * c`, and the other way round."""
    left, right = node.left, node.right
    yield from _masked(site, node)
    text = site.src(node)
    sign = site.module.text[site.module.span(left)[1] : site.module.span(right)[0]].strip("() \n")
    if isinstance(node.op, Strong):
        inner, rest = _innermost(site, left)
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, Weak):
            weak = "+" if isinstance(inner.op, ast.Add) else "-"
            whole = f"{site.src(inner.left)}{rest} {sign} {grouped(site, right)} {weak} {grouped(site, inner.right)}"
            yield site.put(node, _safe(site, node, whole), REGROUPED, f"Apply `{sign}` before `{weak}` in `{short(text)}`", 0.35)
            plain = f"{site.src(inner.left)} {weak} {grouped(site, inner.right)}{rest} {sign} {grouped(site, right)}"
            yield site.put(node, _safe(site, node, plain), REGROUPED, f"Take the brackets off in `{short(text)}`", 0.3)
    elif isinstance(node.op, Weak):
        if isinstance(right, ast.BinOp) and isinstance(right.op, Strong):
            strong = "*" if isinstance(right.op, ast.Mult) else "/"
            new = f"({site.src(left)} {sign} {grouped(site, right.left)}) {strong} {grouped(site, right.right)}"
            yield site.put(node, new, REGROUPED, f"Apply `{sign}` before `{strong}` in `{short(text)}`", 0.35)
        if isinstance(left, ast.BinOp) and isinstance(left.op, Strong):
            strong = "*" if isinstance(left.op, ast.Mult) else "/"
            new = f"{site.src(left.left)} {strong} ({site.src(left.right)} {sign} {grouped(site, right)})"
            yield site.put(node, new, REGROUPED, f"Apply `{sign}` before `{strong}` in `{short(text)}`", 0.3)
        if isinstance(node.op, ast.Sub) and isinstance(right, ast.BinOp) and isinstance(right.op, Weak):
            new = f"{site.src(left)} - {site.src(right)}"
            yield site.put(node, _safe(site, node, new), REGROUPED, f"Take the brackets off in `{short(text)}`", 0.25)


def _masked(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`(1 << n) - 1` for `1 << n - 1`, `(a & m) << s` for `a & m << s`, and the other way round: signs that are seldom known by heart."""
    for inner, first in ((node.left, True), (node.right, False)):
        if not isinstance(inner, ast.BinOp) or not ({type(node.op), type(inner.op)} & BITS):
            continue
        outer_sign, inner_sign = _sign(node), _sign(inner)
        low, middle, high = (
            (site.src(inner.left), grouped(site, inner.right), grouped(site, node.right))
            if first
            else (grouped(site, node.left), grouped(site, inner.left), grouped(site, inner.right))
        )
        new = f"{low} {inner_sign} ({middle} {outer_sign} {high})" if first else f"({low} {outer_sign} {middle}) {inner_sign} {high}"
        yield site.put(node, _safe(site, node, new), REGROUPED, f"Put the brackets elsewhere: `{short(new)}`", 0.35)


def _sign(node: ast.BinOp) -> str:
    return ARITHMETIC[type(node.op)][0]


def _innermost(site: Site, node: ast.expr) -> tuple[ast.expr, str]:
    """The sum at the left end of a product, and what of the product follows it."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, Strong) and isinstance(node.left, ast.BinOp):
        return node.left, f" {'*' if isinstance(node.op, ast.Mult) else '/'} {grouped(site, node.right)}"
    return node, ""


def _safe(site: Site, node: ast.expr, text: str) -> str:
    """In brackets of its own where more is done with it."""
    return f"({text})" if isinstance(site.parent(node), ast.BinOp | ast.UnaryOp | ast.Attribute | ast.Subscript) else text
