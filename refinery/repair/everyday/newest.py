"""The last, or the first, of records that the data has in no order of their times: meant is the latest, or the earliest."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.wording import parts
from refinery.repair.world import text_of

FAMILY = "latest by time"
LATEST = frozenset({"last", "latest", "newest", "recent", "current", "final"})
EARLIEST = frozenset({"first", "earliest", "oldest", "next", "soonest", "initial", "begin"})
MEANT, OTHER, SEVERAL = 0.8, 0.35, 0.6
"""How likely an end of the order of times is meant that words, or the end of the list, tell; the other one; and several at an end."""
MOST = 2


def propose(site: Site) -> Iterator[Mutation]:
    """`visits[-1]` where visits are put down late; and `visits[-3:]`, and `reversed(visits)`."""
    for node in site.statement.nodes if site.world.unsorted else ():
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            for field in _times(site, node.value):
                yield from _at_an_end(site, node, field)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reversed" and len(node.args) == 1:
            for field in _times(site, node.args[0]):
                new = f"sorted({site.src(node.args[0])}, {_by(site, field)}, reverse=True)"
                yield site.put(node, new, FAMILY, f"Go through `{short(site.src(node.args[0]))}` from the latest `{field}`", SEVERAL)


def _at_an_end(site: Site, node: ast.Subscript, field: str) -> Iterator[Mutation]:
    items, by = site.src(node.value), _by(site, field)
    if isinstance(node.slice, ast.Slice):
        says = f"Take the ends of `{short(items)}` by their `{field}`"
        yield site.put(node.value, f"sorted({items}, {by})", FAMILY, says, SEVERAL)
        return
    place = site.src(node.slice)
    if place in ("0", "-1"):
        said = parts(f"{site.function.name if site.function else ''} {site.src(site.statement.node) if not _whole(site) else ''}")
        latest = place == "-1" if bool(said & LATEST) == bool(said & EARLIEST) else bool(said & LATEST)
        for function, prior in (("max", MEANT if latest else OTHER), ("min", OTHER if latest else MEANT)):
            says = f"Take the {'latest' if function == 'max' else 'earliest'} of `{short(items)}` by `{field}`"
            yield site.put(node, f"{function}({items}, {by})", FAMILY, says, prior)


def _whole(site: Site) -> bool:
    return isinstance(site.statement.node, ast.For | ast.While | ast.If | ast.With | ast.Try | ast.FunctionDef | ast.ClassDef)


def _by(site: Site, field: str) -> str:
    return f"key=lambda each: {site.world.reading('each', field)}"


def _times(site: Site, items: ast.expr) -> list[str]:
    """Times in the order of which a list does not stand: by its name, or the name of what it was taken from, where nothing sorts it."""
    made, names = [items], {each.id for each in ast.walk(items) if isinstance(each, ast.Name)}
    for each in site.module.inside(site.function) if site.function is not None else ():
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name) and each.targets[0].id in names:
            made.append(each.value)
        elif isinstance(each, ast.Attribute) and each.attr == "sort" and site.src(each.value) in names:
            return []
    nodes = [node for value in made for node in ast.walk(value)]
    if any(isinstance(node, ast.Name) and node.id in ("sorted", "nlargest", "nsmallest") for node in nodes):
        return []
    called = [text_of(node) or getattr(node, "id", "") or getattr(node, "attr", "") for node in nodes]
    words = {each.rpartition("/")[2].partition(".")[0] for each in called}
    found = {field for word in words for field in site.world.unsorted.get(word, ())}
    return sorted(found)[:MOST]
