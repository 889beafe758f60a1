"""Branches that are each other's mirror, left for right and less for more, of which one does more before it ends in the same way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from keyword import iskeyword

from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.wording import OPPOSITES

FAMILY = "mirror left out"
PART = re.compile(r"[A-Za-z]+|\d+|[<>]")
SIGN = re.compile(r"[<>]")
SIDES, PLAIN = 0.65, 0.45
"""How likely it is left out where the two words name the sides of a thing, and where they are any two."""
TURNED = {"<": ">", ">": "<"}


def propose(site: Site) -> Iterator[Mutation]:
    """What the branch beside does before its last step, turned round, before the last step of this one."""
    last = site.statement.node
    outer, block = site.parent(last), site.module.block(last)
    if not isinstance(outer, ast.If) or site.function is None or isinstance(last, (*FUNCTIONS, ast.ClassDef)) or last is not block[-1]:
        return
    own = SIGN.findall(site.src(outer.test))
    for test, other in _beside(site, outer, block):
        more = other[:-1]
        if not more or len(other) <= len(block) or more[0].col_offset != last.col_offset or "\n" in site.src(last):
            continue
        mirror = _mirror(site.src(other[-1]), site.src(last))
        if not mirror:
            continue
        turned = test is outer.test or SIGN.findall(site.src(test)) != own
        wanted = [_turned(site.src(each), mirror | TURNED if turned else mirror) for each in more]
        missing = [each for each in wanted if each not in map(site.src, block)]
        if len(missing) == len(other) - len(block) and not any(each in map(site.src, more) for each in missing):
            new = f"\n{' ' * last.col_offset}".join(missing)
            says = f"Do `{short(new)}` first, as the branch beside does the other way round"
            prior = SIDES if frozenset(mirror) in OPPOSITES else PLAIN
            yield site.put(last, f"{new}\n{' ' * last.col_offset}{site.src(last)}", FAMILY, says, prior)


def _beside(site: Site, outer: ast.If, block: list[ast.stmt]) -> Iterator[tuple[ast.expr, list[ast.stmt]]]:
    """The other half of the condition, and the condition right above and below, each with what it asks."""
    if outer.orelse and not (len(outer.orelse) == 1 and isinstance(outer.orelse[0], ast.If)):
        yield outer.test, outer.orelse if block is outer.body else outer.body
    around = site.module.block(outer)
    at = around.index(outer)
    chained = [each for each in (*outer.orelse[:1], site.parent(outer)) if isinstance(each, ast.If)]
    for near in (*around[max(0, at - 1) : at], *around[at + 1 : at + 2], *chained):
        if isinstance(near, ast.If) and block is outer.body:
            yield near.test, near.body


def _mirror(one: str, other: str) -> dict[str, str]:
    """The two words that stand for each other, both ways; empty where the two differ by more than that."""
    if PART.sub("_", one) != PART.sub("_", other):
        return {}
    pairs = {(first, second) for first, second in zip(PART.findall(one), PART.findall(other), strict=True) if first != second}
    mirror = dict(pairs) | {second: first for first, second in pairs}
    return mirror if len({frozenset(each) for each in pairs}) == 1 and not any(map(iskeyword, mirror)) else {}


def _turned(text: str, mirror: dict[str, str]) -> str:
    return PART.sub(lambda part: mirror.get(part[0], part[0]), text)
