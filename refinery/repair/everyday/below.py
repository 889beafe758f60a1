"""Places before the first, which are taken from the end of a table, and things that are kept for a question nobody asks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from refinery.repair.module import FILLING, FUNCTIONS, Module
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import name_of

BEFORE = "before the first"
KNOWN = "kept and not asked"
MOST = 3

_held: WeakKeyDictionary[Module, dict[str, tuple[str, bool, bool]]] = WeakKeyDictionary()
"""Made once for a file."""


def propose(site: Site) -> Iterator[Mutation]:
    """Conditions for places that may be below nought, on both sides, and for what is kept and never asked."""
    statement = site.statement.node
    if site.function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    if isinstance(statement, ast.If | ast.While):
        yield from _inside(site, statement)
        yield from _open_side(site, statement.test)
    elif isinstance(statement, ast.Assign | ast.AugAssign | ast.Return):
        yield from _wrapped(site, statement)
    if isinstance(statement, ast.If):
        yield from _kept(site, statement)


def _below(site: Site, node: ast.AST) -> tuple[str, str] | None:
    """`name` and `step` of `table[name - step]` that may lie before the first, and of which nothing is asked."""
    if not isinstance(node, ast.Subscript) or isinstance(node.slice, ast.Slice):
        return None
    place, step, away = node.slice, "0", node.slice
    if isinstance(away, ast.BinOp) and isinstance(away.op, ast.Sub):
        place, step = away.left, site.src(away.right)
    if not isinstance(place, ast.Name) or _is_asked(site, place.id) or not _goes_below(site, place.id, step):
        return None
    return place.id, step


def _goes_below(site: Site, name: str, step: str) -> bool:
    """Whether a loop goes down with a place, or begins nearer to nought than what is taken from it."""
    for outer in site.module.above(site.statement.nodes[0]) if site.statement.nodes else ():
        if isinstance(outer, ast.While):
            down = any(
                isinstance(each, ast.AugAssign) and isinstance(each.op, ast.Sub) and site.src(each.target) == name for each in outer.body
            )
            if down:
                return True
        elif isinstance(outer, ast.For) and isinstance(outer.iter, ast.Call) and step != "0":
            first = outer.target.elts[0] if isinstance(outer.target, ast.Tuple) else outer.target
            called = name_of(outer.iter.func)
            if site.src(first) != name or called not in ("range", "enumerate"):
                continue
            start = site.src(outer.iter.args[0]) if called == "range" and len(outer.iter.args) > 1 else "0"
            if step.isdigit():
                return start.isdigit() and int(start) < int(step)
            return start not in step and step not in start
    return False


def _is_asked(site: Site, name: str) -> bool:
    """Whether a condition around compares a place, or one before has gone on to the next without it."""
    tests = [each.test for each in site.module.above(site.statement.nodes[0]) if isinstance(each, ast.If | ast.While | ast.IfExp)]
    loop = site.module.loop(site.statement.node)
    tests += [each.test for each in (loop.body if loop else ()) if isinstance(each, ast.If) and isinstance(each.body[-1], ast.Continue)]
    for test in tests:
        for node in ast.walk(test):
            sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else node.values if isinstance(node, ast.BoolOp) else []
            if any(isinstance(each, ast.Name) and each.id == name for each in sides):
                return True
            if any(isinstance(each, ast.BinOp) and site.src(each.left) == name for each in sides if isinstance(node, ast.Compare)):
                return True
    return False


def _guards(site: Site) -> dict[str, str]:
    """For each place that may lie before the first, what has to hold."""
    steps: dict[str, str] = {}
    for node in site.module.inside(site.statement.node):
        if found := _below(site, node):
            name, step = found
            steps[name] = max(steps.get(name, "0"), step, key=lambda each: (not each.isdigit(), int(each) if each.isdigit() else 0))
    return {name: f"{step} <= {name}" if not step.isdigit() else f"{name} >= {step}" for name, step in list(steps.items())[:MOST]}


def _inside(site: Site, statement: ast.If | ast.While) -> Iterator[Mutation]:
    """`i > 1 and` lost before `items[i - 2]`."""
    inside = {*ast.walk(statement.test)}
    if not any(_below(site, node) for node in inside if isinstance(node, ast.Subscript)):
        return
    test = grouped(site, statement.test) if isinstance(statement.test, ast.BoolOp) and isinstance(statement.test.op, ast.Or) else ""
    test = test or site.src(statement.test)
    guards = list(_guards(site).values())
    for each in dict.fromkeys([" and ".join(guards), *guards]):
        yield site.put(statement.test, f"{each} and {test}", BEFORE, f"Ask first whether `{short(each)}`", 0.65)


def _wrapped(site: Site, statement: ast.stmt) -> Iterator[Mutation]:
    """`best[room - weight]` only where there is so much room."""
    text, indent = site.src(statement), " " * (statement.col_offset + 4)
    single = isinstance(statement, ast.Assign | ast.AugAssign) and "\n" not in text
    for guard in _guards(site).values() if single and isinstance(site.module.loop(statement), ast.For) else ():
        says = f"Do `{short(text)}` only where `{short(guard)}`"
        yield site.put(statement, f"if {guard}:\n{indent}{text}", BEFORE, says, 0.5 if "<=" in guard else 0.3)


def _open_side(site: Site, test: ast.expr) -> Iterator[Mutation]:
    """`column < 0 or row >= rows`: the one is asked about the beginning, the other about the end alone."""
    if not isinstance(test, ast.BoolOp):
        return
    outside = isinstance(test.op, ast.Or)
    low: set[str] = set()
    high: dict[str, ast.expr] = {}
    for node in test.values:
        if not isinstance(node, ast.Compare):
            continue
        ends, texts = [node.left, *node.comparators], [site.src(each) for each in (node.left, *node.comparators)]
        zero = "0" in texts
        upper = isinstance(node.ops[-1], (ast.Gt, ast.GtE) if outside else (ast.Lt, ast.LtE)) and isinstance(ends[0], ast.Name | ast.BinOp)
        if zero:
            low |= {each for each in texts if each != "0"}
        elif len(texts) == 2 and upper:
            high[texts[0]] = node
    read = {site.src(node.slice) for node in ast.walk(test) if isinstance(node, ast.Subscript)}
    for name, node in high.items():
        apart = name.split()[0] not in {each.split()[0] for each in low}
        if low and apart and (name in read or low & read):
            new = f"{name} < 0 or {site.src(node)}" if outside else f"0 <= {site.src(node)}"
            yield site.put(node, new, BEFORE, f"Ask of `{name}` too whether it is below 0", 0.7)


def _kept(site: Site, statement: ast.If) -> Iterator[Mutation]:
    """`else` where a set is kept of those that are still open, is filled and emptied, and nobody asks for it."""
    test, other = statement.test, statement.orelse[0] if statement.orelse else None
    if (
        other is None
        or not (isinstance(test, ast.Compare) and len(test.ops) == 1)
        or site.module.text.startswith("elif", site.module.span(other)[0])
    ):
        return
    key = test.left.slice if isinstance(test.left, ast.Subscript) else test.left
    if not isinstance(key, ast.Name):
        return
    start = site.module.text.rfind("else", site.module.span(statement.body[-1])[1], site.module.span(other)[0])
    for name, (filled, emptied, asked) in _collections(site).items():
        if filled and emptied and not asked and start > 0:
            new = f"elif {key.id} in {name}" if filled == "add" else f"elif {name}[{key.id}]"
            yield site.between(start, start + 4, new, KNOWN, f"Do so only for what is in `{name}`, which nobody asks", 0.75)


def _collections(site: Site) -> dict[str, tuple[str, bool, bool]]:
    """Sets and tables of truths: how they are filled, whether they are emptied, whether anybody asks."""
    if site.module in _held:
        return _held[site.module]
    found = _held[site.module] = {}
    for node in site.module.inside(site.module.tree):
        outer = site.parent(node)
        if not isinstance(node, ast.Name | ast.Attribute) or not isinstance(node.ctx, ast.Load):
            continue
        filled, emptied, asked = found.get(site.src(node), ("", False, False))
        if isinstance(outer, ast.Attribute) and outer.attr in FILLING:
            filled = "add" if outer.attr == "add" else filled
            emptied = emptied or outer.attr in ("discard", "remove")
        elif isinstance(outer, ast.Subscript) and outer.value is node and not isinstance(outer.ctx, ast.Load):
            value = getattr(getattr(site.parent(outer), "value", None), "value", None)
            filled, emptied = ("true" if value is True else filled), emptied or value is False
        else:
            asked = True
        found[site.src(node)] = (filled, emptied, asked)
    return found
