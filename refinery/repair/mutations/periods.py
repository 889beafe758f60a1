"""Things that come round again: hours of a day, months of a year, angles, where a difference or an index leaves the round."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.wording import parts
from refinery.repair.world import name_of

FAMILY = "period"
ROUNDS = frozenset({"day", "week", "year", "turn", "circle", "period", "cycle", "modulus", "round", "lap", "revolution"})
"""What constants are called that say how long a round is."""
UNITS = (
    (frozenset({"hour"}), (24,)), (frozenset({"month"}), (12,)), (frozenset({"weekday"}), (7,)),
    (frozenset({"minute", "clock"}), (1440, 60)), (frozenset({"second"}), (86400, 60)),
    (frozenset({"angle", "degree", "heading", "bearing", "azimuth", "longitude", "direction"}), (360,)),
)  # fmt: skip
"""Rounds by the unit that a function counts in."""
LEAST = 5
"""The smallest number after a `%` that is taken for a round elsewhere: 2 and 3 are mostly for other things."""
MOST = 4
CARRIED = 0.5
"""How likely it was forgotten that a round has come to its end."""


def propose(site: Site) -> Iterator[Mutation]:
    """Differences brought back into the round; an index that is counted from nought on the way in and from one on the way out."""
    if site.function is None:
        return
    for node in site.statement.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and _stands_alone(site, node):
            yield from _wrapped(site, node)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.BinOp | ast.Call):
            added = isinstance(node.slice, ast.BinOp) and isinstance(node.slice.op, ast.Add)
            if added or (isinstance(node.slice, ast.Call) and "IndexError" in site.clues.errors):
                yield from _around(site, node, node.slice)
        elif isinstance(node, ast.Call):
            yield from _carried(site, node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and isinstance(node.right, ast.IfExp):
            yield from _half(site, node, node.right)
    if isinstance(site.statement.node, ast.Assign):
        yield from _from_nought(site, site.statement.node)


def _wrapped(site: Site, node: ast.BinOp) -> Iterator[Mutation]:
    """`(b - a) % DAY` for the way there, and the shorter way, forward or back."""
    text, inside = site.src(node), isinstance(site.parent(node), ast.BinOp | ast.UnaryOp)
    for size, known in _rounds(site, node):
        half = str(int(size) // 2) if size.isdigit() and int(size) % 2 == 0 else f"{size} // 2"
        nearest = f"({text} + {half}) % {size} - {half}"
        says = f"Let `{short(text, 24)}` go the shorter way round `{size}`"
        yield site.put(node, f"({nearest})" if inside else nearest, FAMILY, says, known)
        new = f"({text}) % {size}"
        yield site.put(node, f"({new})" if inside else new, FAMILY, f"Let `{short(text, 24)}` begin anew after `{size}`", known)


def _around(site: Site, node: ast.Subscript, place: ast.BinOp | ast.Call) -> Iterator[Mutation]:
    """`names[(at + step) % len(names)]`: behind the last comes the first."""
    items, text = site.src(node.value), site.src(place)
    if isinstance(node.value, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
        says = f"Go on with the first of `{short(items)}` behind the last"
        new = f"{text if isinstance(place, ast.Call) else f'({text})'} % len({items})"
        yield site.put(place, new, FAMILY, says, 0.5 if "IndexError" in site.clues.errors or _through(site, node, items) else 0.15)


def _through(site: Site, node: ast.Subscript, items: str) -> bool:
    """Whether the index is of a loop through all of the items, so that the next of the last is asked for."""
    whole = f"range(len({items}))"
    return any(
        (isinstance(each, ast.For) and site.src(each.iter) == whole)
        or any(site.src(part.iter) == whole for part in getattr(each, "generators", ()))
        for each in site.module.above(node)
    )


def _carried(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`date(year + month // 12, month % 12 + 1, 1)`: what comes round again carries one into the larger unit, which stands before it."""
    for large, small in pairwise(node.args):
        round_ = next((part for part in ast.walk(small) if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mod)), None)
        if round_ is None or not isinstance(large, ast.Name | ast.Attribute | ast.Subscript) or isinstance(round_.left, ast.Constant):
            continue
        new = f"{site.src(large)} + {grouped(site, round_.left)} // {grouped(site, round_.right)}"
        says = f"Carry what is more than `{short(site.src(round_.right))}` into `{short(site.src(large))}`"
        yield site.put(large, new, FAMILY, says, CARRIED)


def _half(site: Site, node: ast.BinOp, choice: ast.IfExp) -> Iterator[Mutation]:
    """`hour % 12 + (12 if late else 0)`: the last of one half is the nought of the other."""
    numbers = [each.value for each in (choice.body, choice.orelse) if isinstance(each, ast.Constant)]
    sizes = [number for number in numbers if type(number) is int and number >= LEAST]
    if len(numbers) == 2 and 0 in numbers and sizes and isinstance(node.left, ast.Name | ast.Call | ast.Subscript | ast.Attribute):
        new = f"{site.src(node.left)} % {sizes[0]}"
        yield site.put(
            node.left, new, FAMILY, f"Let `{short(site.src(node.left))}` begin anew at {sizes[0]} before a half is added", CARRIED
        )


def _stands_alone(site: Site, node: ast.BinOp) -> bool:
    """Whether a difference of two things is an answer, a value or what is compared."""
    if any(isinstance(side, ast.Constant) for side in (node.left, node.right)):
        return False
    parent = site.parent(node)
    called = isinstance(parent, ast.Call) and name_of(parent.func) not in ("range", "len") and not isinstance(parent.func, ast.Attribute)
    return called or isinstance(parent, ast.Return | ast.Assign | ast.Compare | ast.keyword)


def _rounds(site: Site, node: ast.BinOp) -> list[tuple[str, float]]:
    """How long a round may be: what the file takes the rest of, constants called so, and what the unit of the function says."""
    module = site.module
    found: dict[str, float] = {}
    for other in module.inside(module.tree):
        if isinstance(other, ast.BinOp) and isinstance(other.op, ast.Mod) and not isinstance(other.left, ast.Constant | ast.JoinedStr):
            size, text = other.right, module.source(other.right)
            number = isinstance(size, ast.Constant) and isinstance(size.value, int) and size.value >= LEAST
            if number or (isinstance(size, ast.Name) and size.id in module.globals and size.id.isupper()):
                found.setdefault(text, 0.4)
    for each in module.tree.body:
        target = each.targets[0] if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant | ast.BinOp) else None
        if isinstance(target, ast.Name) and target.id.isupper() and parts(target.id) & ROUNDS:
            found.setdefault(target.id, 0.3)
    words = parts(site.function.name) if site.function else set()
    words = words | parts(name_of(node.left)) | parts(name_of(node.right))
    for unit, sizes in UNITS:
        if words & unit:
            for place, length in enumerate(sizes):
                found[str(length)] = max(found.get(str(length), 0.0), 0.3 - 0.1 * place)
    return sorted(found.items(), key=lambda each: -each[1])[:MOST]


def _from_nought(site: Site, statement: ast.Assign) -> Iterator[Mutation]:
    """`k = place + n`, and then `k // size` and `k % size or size`: the last of a round counts to the next one."""
    target, block = statement.targets[0], getattr(site.parent(statement), "body", [])
    if not isinstance(target, ast.Name) or not isinstance(block, list) or statement not in block:
        return
    if not isinstance(statement.value, ast.BinOp) or not isinstance(statement.value.op, ast.Add) or "- 1" in site.src(statement.value):
        return
    later = block[block.index(statement) + 1 :][:MOST]
    parted = {
        site.src(node) for each in later for node in ast.walk(each) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv)
    }
    text, begin = site.module.text, site.module.span(statement.value)[0]
    left, right = site.src(statement.value.left), grouped(site, statement.value.right)
    for each in later:
        for node in ast.walk(each):
            rest = _rest(site, node, target.id)
            if rest is None or f"{target.id} // {rest}" not in parted:
                continue
            start, end = site.module.span(node)  # type: ignore[arg-type]
            between = text[site.module.span(statement.value)[1] : start]
            new = f"{left} - 1 + {right}{between}{target.id} % {rest} + 1"
            yield site.between(begin, end, new, FAMILY, f"Count `{target.id}` from nought, and what is left of it from one", 0.45)


def _rest(site: Site, node: ast.AST, name: str) -> str | None:
    """The size of the round in `k % size or size` and in `k % size + 1`."""
    first = node.values[0] if isinstance(node, ast.BoolOp) else node.left if isinstance(node, ast.BinOp) else None
    if not (isinstance(first, ast.BinOp) and isinstance(first.op, ast.Mod) and site.src(first.left) == name):
        return None
    size = site.src(first.right)
    last = node.values[-1] if isinstance(node, ast.BoolOp) else node.right if isinstance(node, ast.BinOp) else None
    return size if last is not None and site.src(last) in (size, "1") else None
