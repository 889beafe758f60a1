"""What is put in order with its rank: where two have the same rank, Python goes on to compare what cannot be compared."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FAMILY = "ties"
SORTING = ("sorted", "sort", "min", "max", "nlargest", "nsmallest")


def propose(site: Site) -> Iterator[Mutation]:
    """A number of its own between the rank and the thing, or the rank alone as a key."""
    compared = site.clues.any_of("not supported between instances")
    for node in site.statement.nodes:
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else name_of(node.func)
        pair = node.args[-1] if node.args else None
        if name in ("heappush", "heappushpop", "heapreplace", "put", "put_nowait") and isinstance(pair, ast.Tuple) and len(pair.elts) == 2:
            yield from _numbered(site, node, pair, compared)
        elif name in SORTING and compared and not any(each.arg == "key" for each in node.keywords):
            for place, prior in ((0, 0.55), (1, 0.2)):
                key = f"key=lambda pair: pair[{place}]"
                end = site.module.span(node)[1] - 1
                new = f", {key}" if node.args or node.keywords else key
                yield site.between(end, end, new, FAMILY, f"Compare part {place} of each alone", prior)


def _numbered(site: Site, node: ast.Call, pair: ast.Tuple, compared: bool) -> Iterator[Mutation]:
    """`(rank, next(counter), thing)` for `(rank, thing)`: the first that came goes first."""
    if any(isinstance(each, ast.Call) and name_of(each.func) == "next" for each in pair.elts) or isinstance(pair.elts[1], ast.Constant):
        return
    start = site.module.span(pair.elts[1])[0]
    for counter in _counters(site):
        says = f"Let `{short(site.src(pair.elts[1]))}` of the same rank keep their order, without comparing them"
        yield site.between(start, start, f"next({counter}), ", FAMILY, says, 0.85 if compared else 0.5)
    if compared and isinstance(node.func, ast.Name | ast.Attribute) and len(node.args) == 2:
        says = f"Let `{short(site.src(pair.elts[1]))}` of the same rank not be compared"
        yield site.between(start, start, f"len({site.src(node.args[0])}), ", FAMILY, says, 0.35, "their order may change when others go")


def _counters(site: Site) -> list[str]:
    """What `itertools.count` gives in the file, and can be read from here."""
    made = [
        site.src(each.targets[0])
        for each in site.module.inside(site.module.tree)
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call) and name_of(each.value.func) == "count"
    ]
    method = "self" in site.locals
    return [name for name in dict.fromkeys(made) if name in site.module.globals or name in site.locals or (method and name[:5] == "self.")]
