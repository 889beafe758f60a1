"""Alternatives that are told as one says them: `x == "a" or "b"`, which is always true; and an `and` that takes hold of the last alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short

FAMILY = "bare alternative"
ASKED = {ast.Eq: ("==", "or"), ast.NotEq: ("!=", "and"), ast.In: ("in", "or"), ast.NotIn: ("not in", "and"), ast.Is: ("is", "or")}
BEGINNINGS = ("startswith", "endswith")


def propose(site: Site) -> Iterator[Mutation]:
    """Each alternative asked for by itself; brackets around those that belong together."""
    for node in site.statement.nodes:
        if isinstance(node, ast.BoolOp):
            yield from _bare(site, node)
            yield from _last(site, node)
            yield from _both(site, node)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from _folded(site, node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BEGINNINGS and len(node.args) == 1:
            choices = _choices(node.args[0])
            if choices:
                new = f"({', '.join(map(site.src, choices))})"
                yield site.put(node.args[0], new, FAMILY, f"Look for each of `{short(new)}`", 0.9)


def _bare(site: Site, node: ast.BoolOp) -> Iterator[Mutation]:
    """`x == "a" or "b"`, `x.startswith("a") or "b"`, `"a" or "b" in text`: the question is put once, and meant for each."""
    first, others = node.values[0], node.values[1:]
    if others and _plain(others) and (_asks(first) or (isinstance(node.op, ast.Or) and _begins(first))):
        if isinstance(first, ast.Compare):
            sign, join = ASKED[type(first.ops[0])]
            left = site.src(first.left)
            parts = [f"{left} {sign} {site.src(value)}" for value in (first.comparators[0], *others)]
            if isinstance(first.ops[0], ast.In | ast.NotIn):
                return
        else:
            call, join = site.src(first.func), "or"  # type: ignore[attr-defined]
            parts = [site.src(first), *(f"{call}({site.src(value)})" for value in others)]
        if isinstance(node.op, ast.Or) or join == "and":
            new = f" {join} ".join(parts)
            yield site.put(node, new, FAMILY, f"Ask for each: `{short(new)}`", 0.9)
    last = node.values[-1]
    if _plain(node.values[:-1]) and isinstance(last, ast.Compare) and len(last.ops) == 1 and isinstance(last.ops[0], ast.In | ast.NotIn):
        sign = ASKED[type(last.ops[0])][0]
        word = "or" if isinstance(node.op, ast.Or) else "and"
        new = f" {word} ".join(f"{site.src(value)} {sign} {site.src(last.comparators[0])}" for value in (*node.values[:-1], last.left))
        yield site.put(node, new, FAMILY, f"Look for each: `{short(new)}`", 0.9)


def _last(site: Site, node: ast.BoolOp) -> Iterator[Mutation]:
    """`x == 1 or x == 2 and y`: what is asked beside the one alternative is meant for all of them."""
    if not isinstance(node.op, ast.Or):
        return
    for place, mixed in ((-1, node.values[-1]), (0, node.values[0])):
        rest = node.values[:-1] if place else node.values[1:]
        if not isinstance(mixed, ast.BoolOp) or site.module.text[: site.module.span(mixed)[0]].rstrip().endswith("("):
            continue
        own, beside = (mixed.values[0], mixed.values[1:]) if place else (mixed.values[-1], mixed.values[:-1])
        if len({_about(site, value) for value in (own, *rest)}) == 1 and _about(site, own):
            either = " or ".join(map(site.src, (*rest, own) if place else (own, *rest)))
            extra = " and ".join(map(site.src, beside))
            new = f"({either}) and {extra}" if place else f"{extra} and ({either})"
            yield site.put(node, new, "brackets", f"Ask for `{short(extra)}` in either case", 0.75)


def _both(site: Site, node: ast.BoolOp) -> Iterator[Mutation]:
    """`a or b == 1` where both are meant to be asked for the same."""
    last = node.values[-1]
    names = all(isinstance(value, ast.Name) for value in node.values[:-1])
    if not names or not isinstance(last, ast.Compare) or not isinstance(last.left, ast.Name) or len(last.ops) != 1:
        return
    if isinstance(last.comparators[0], ast.Constant) and last.comparators[0].value is not None:
        text = site.src(last)[len(last.left.id) :]
        word = " or " if isinstance(node.op, ast.Or) else " and "
        new = word.join(f"{site.src(value)}{text}" for value in (*node.values[:-1], last.left))
        yield site.put(node, new, FAMILY, f"Ask the same of each: `{short(new)}`", 0.35)


def _folded(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """`x == ("a" or "b")`, `("a" or "b") in text`: only the first is ever looked at."""
    left, right, sign = node.left, node.comparators[0], type(node.ops[0])
    if sign in (ast.Eq, ast.NotEq) and (choices := _choices(right)):
        new = f"{site.src(left)} {'in' if sign is ast.Eq else 'not in'} ({', '.join(map(site.src, choices))})"
        yield site.put(node, new, FAMILY, f"Ask for each: `{short(new)}`", 0.9)
    elif sign in (ast.In, ast.NotIn) and (choices := _choices(left)):
        said, join = ASKED[sign]
        new = f" {join} ".join(f"{site.src(each)} {said} {site.src(right)}" for each in choices)
        yield site.put(node, f"({new})", FAMILY, f"Look for each: `{short(new)}`", 0.9)


def _choices(node: ast.expr) -> list[ast.expr]:
    """What stands in `"a" or "b"`; nothing where there is more than constants."""
    return node.values if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and _plain(node.values) else []


def _plain(values: list[ast.expr]) -> bool:
    """Whether these are texts or numbers, which are true whatever is asked."""
    return all(isinstance(value, ast.Constant) and type(value.value) in (str, int, float) for value in values)


def _asks(node: ast.expr) -> bool:
    return isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in ASKED


def _begins(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BEGINNINGS and len(node.args) == 1


def _about(site: Site, node: ast.expr) -> str:
    """What a comparison with a constant asks about."""
    if not isinstance(node, ast.Compare) or len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq | ast.In | ast.Is):
        return ""
    return site.src(node.left) if isinstance(node.comparators[0], ast.Constant | ast.Attribute | ast.Tuple | ast.Set | ast.List) else ""
