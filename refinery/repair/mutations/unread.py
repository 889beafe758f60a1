"""Fields that are set and that nobody reads: what bounded, scaled or chose by them may be gone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short

FAMILY = "unread field"
MOST = 4
"""Fields that nobody reads; where there are more, others than this code read them."""
BROAD = ("Exception", "BaseException")
SUMS = (ast.BinOp, ast.Name, ast.Attribute, ast.Call, ast.Subscript)


def propose(site: Site) -> Iterator[Mutation]:
    """The field as a bound, as a factor, for a number, or for an error that is caught too broadly."""
    fields = site.world.unread()
    if site.function is None or not 0 < len(fields) <= MOST:
        return
    statement = site.statement.node
    for text in _fields(site, fields):
        if isinstance(statement, ast.Try):
            for handler in statement.handlers:
                if isinstance(handler.type, ast.Name) and handler.type.id in BROAD:
                    yield site.put(handler.type, text, FAMILY, f"Catch `{text}` only, which nothing reads", 0.5)
        value = getattr(statement, "value", None)
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return) and isinstance(value, SUMS):
            yield from _bounded(site, value, text)
        for node in site.statement.nodes:
            if isinstance(node, ast.Constant) and type(node.value) in (int, float):
                yield site.put(node, text, FAMILY, f"Use `{text}`, which nothing reads, instead of `{node.value!r}`", 0.3)


def _bounded(site: Site, value: ast.expr, text: str) -> Iterator[Mutation]:
    source, one = site.src(value), short(site.src(value), 24)
    yield site.put(value, f"min({text}, {source})", FAMILY, f"Keep `{one}` from going above `{text}`, which nothing reads", 0.35)
    yield site.put(value, f"max({text}, {source})", FAMILY, f"Keep `{one}` from going below `{text}`, which nothing reads", 0.25)
    for sign, prior in (("*", 0.3), ("+", 0.2), ("-", 0.15), ("/", 0.1)):
        yield site.put(value, f"{grouped(site, value)} {sign} {text}", FAMILY, f"`{sign} {text}`, which nothing reads, with `{one}`", prior)


def _fields(site: Site, names: list[str]) -> Iterator[str]:
    """How each can be written here: through what has other fields of the same thing."""
    owners = ("self", *site.locals) if site.function and site.function.args.args[:1] else site.locals
    for name in names:
        kin = site.world.companions.get(name, set())
        yield from (f"{owner}.{name}" for owner in owners if site.world.members.get(owner, set()) & kin)
