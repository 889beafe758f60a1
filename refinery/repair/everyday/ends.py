"""Lists at their ends: the last none of them, which are all, and the one before the first, which is the last."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, number_in, short
from refinery.repair.world import name_of

NONE = "last none"
BESIDE = "neighbour of the first"
BACKWARDS = "going down"
ROUND = re.compile(r"(?i)\b(?:polygon|ring|circle|circular|cyclic|cycle|wrap\w*|closed|area|around|perimeter)\b")
"""What goes round, so that the last is beside the first."""


def propose(site: Site) -> Iterator[Mutation]:
    """Slices that take none where none are asked for; ranges of those that have a neighbour."""
    for node in site.statement.nodes:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and node.slice.step is None:
            yield from _none(site, node, node.slice)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) and len(node.generators) == 1:
            yield from _beside(site, node, node.generators[0])
        elif isinstance(node, ast.Call) and site.src(node.func) == "range" and len(node.args) == 2:
            yield from _down(site, *node.args)
    if isinstance(site.statement.node, ast.For):
        yield from _beside(site, site.statement.node, site.statement.node)


def _none(site: Site, node: ast.Subscript, cut: ast.Slice) -> Iterator[Mutation]:
    """`items[-most:]` are all of them where the most is 0, and `items[:-most]` none."""
    at_end = cut.upper is None
    turned = cut.lower if at_end else cut.upper if cut.lower is None else None
    if (
        not isinstance(turned, ast.UnaryOp)
        or not isinstance(turned.op, ast.USub)
        or not isinstance(turned.operand, ast.Name | ast.Attribute)
    ):
        return
    count, owner = site.src(turned.operand), site.src(node.value)
    if site.function is None or count in site.module.globals or _asked(site, site.function, count):
        return
    if isinstance(node.value, ast.Name | ast.Attribute):
        edge = f"max(0, len({owner}) - {count})"
        new = f"{owner}[{edge}:]" if at_end else f"{owner}[:{edge}]"
    else:
        new = f"{site.src(node)}[:{count}]" if at_end else f"{grouped(site, node.value)}[:-{count} or None]"
    says = f"Take {'none' if at_end else 'all'} of `{short(owner)}` where `{count}` is 0"
    yield site.put(node, new, NONE, says, 0.6)


def _beside(site: Site, around: ast.expr | ast.For, loop: ast.For | ast.comprehension) -> Iterator[Mutation]:
    """`rows[i] - rows[i - 1]` for all places: the first has none before it, and the last none behind it."""
    called, place = loop.iter, loop.target
    if not isinstance(called, ast.Call) or site.src(called.func) != "range" or not isinstance(place, ast.Name):
        return
    stop = called.args[-1]
    whole = len(called.args) == 1 or (len(called.args) == 2 and site.src(called.args[0]) == "0")
    if not whole or not isinstance(stop, ast.Call) or name_of(stop.func) != "len" or _asked(site, around, place.id):
        return
    rows = site.src(stop.args[0]) if stop.args else ""
    reads = [node for node in site.module.inside(around) if isinstance(node, ast.Subscript) and site.src(node.value) == rows]
    steps = [step for node in reads if (step := _step(site, node.slice, place.id))]
    back, on = max((-step for step in steps if step < 0), default=0), max((step for step in steps if step > 0), default=0)
    if not steps or (back and not on and ROUND.search(site.src(site.function) if site.function else "")):
        return
    end = f"{site.src(stop)} - {on}" if on else site.src(stop)
    new = f"range({back}, {end})" if back else f"range({end})"
    own = any(isinstance(node.slice, ast.Name) and node.slice.id == place.id for node in reads)
    says = f"Go only through places of `{short(rows)}` that have one {'before' if back else 'behind'} them"
    yield site.put(called, new, BESIDE, says, 0.8 if own else 0.45)


def _down(site: Site, start: ast.expr, stop: ast.expr) -> Iterator[Mutation]:
    """`range(count, 0)` is empty: a range goes down only where it is told to."""
    ends = [number_in(each) for each in (start, stop)]
    if ends[1] is not None and (ends[0] > ends[1] if ends[0] is not None else ends[1] <= 0):
        end = site.module.span(stop)[1]
        yield site.between(end, end, ", -1", BACKWARDS, f"Go down from `{short(site.src(start))}` to `{site.src(stop)}`", 0.85)


def _step(site: Site, node: ast.expr, place: str) -> int:
    """How far from a place an index reads."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub) and site.src(node.left) == place:
        step = node.right.value if isinstance(node.right, ast.Constant) and isinstance(node.right.value, int) else 0
        return step if isinstance(node.op, ast.Add) else -step
    return 0


def _asked(site: Site, around: ast.AST, name: str) -> bool:
    """Whether a condition looks at it."""
    tests: list[ast.expr] = []
    for node in site.module.inside(around):
        if isinstance(node, ast.If | ast.IfExp | ast.While | ast.Assert):
            tests.append(node.test)
        elif isinstance(node, ast.comprehension):
            tests += node.ifs
        elif isinstance(node, ast.BoolOp):
            tests.append(node)
    return any(re.search(rf"(?<![\w.]){re.escape(name)}\b", site.src(test)) for test in tests)
