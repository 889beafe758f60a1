"""What grows in a loop: at its other end, for both sides, with what it holds already, and not only at one place."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, short

FRONT = "other end"
BOTH = "both ways"
GATHERED = "overwritten"
RUNNING = "running total"
SECOND = "second best"
OLDEST = "other end"
ENDS = {"pop": {"": "0", "0": "", "-1": "0"}, "popitem": {"": "last=False", "last=False": ""}}
"""What is given to take from the other end, by what is given."""
BALANCE = "one-sided count"


def propose(site: Site) -> Iterator[Mutation]:
    """Texts grown at the front, edges both ways, groups gathered, totals that go on, counts that go up as well as down."""
    statement = site.statement.node
    if site.function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    loop = site.module.loop(statement)
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add) and loop is not None:
        yield from _front(site, statement)
    elif isinstance(statement, ast.Assign) and loop is not None:
        yield from _gathered(site, statement)
        yield from _second(site, statement)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        yield from _both_ways(site, statement.value, loop)
        yield from _running(site, statement.value, loop)
    if isinstance(statement, ast.Assign):
        yield from _begun(site, statement)
    yield from _counted_up(site)
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ENDS:
            yield from _other_end(site, node, node.func)


def _other_end(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    """`queue.pop(0)` for `queue.pop()`, `popitem(last=False)` for `popitem()`: the oldest, not the newest, and the other way round."""
    given = site.src(node)[len(site.src(func)) + 1 : -1].strip()
    other = ENDS[func.attr].get(given)
    if other is not None:
        new = f"{site.src(func)}({other})"
        yield site.put(node, new, OLDEST, f"Take one from the other end: `{short(new)}`", 0.5 if func.attr == "popitem" else 0.35)


def _front(site: Site, statement: ast.AugAssign) -> Iterator[Mutation]:
    """`out = str(n % 2) + out`: the last digit comes first."""
    target, value = site.src(statement.target), statement.value
    called = isinstance(value, ast.Call) and site.src(value.func) in ("str", "chr")
    looked_up = isinstance(value, ast.Subscript) and isinstance(value.slice, ast.BinOp) and isinstance(value.slice.op, ast.Mod)
    if called or looked_up:
        new = f"{target} = {site.src(value)} + {target}"
        yield site.put(statement, new, FRONT, f"Put `{short(site.src(value))}` before `{target}`, not behind it", 0.4)


def _gathered(site: Site, statement: ast.Assign) -> Iterator[Mutation]:
    """`groups[key] = [item]` in a loop forgets what was there under the same key."""
    target, value = statement.targets[0], statement.value
    if not isinstance(target, ast.Subscript) or isinstance(target.slice, ast.Constant | ast.Slice):
        return
    outer = site.parent(statement)
    asked = isinstance(outer, ast.If) and site.src(target.slice) in site.src(outer.test)
    table, key = site.src(target.value), site.src(target.slice)
    if asked:
        return
    if isinstance(value, ast.List) and len(value.elts) == 1:
        new = f"{table}.setdefault({key}, []).append({site.src(value.elts[0])})"
        yield site.put(statement, new, GATHERED, f"Keep what `{short(table)}` has under the same key", 0.5)


def _second(site: Site, statement: ast.Assign) -> Iterator[Mutation]:
    """Where a better one is found, the best so far becomes the second."""
    outer, best = site.parent(statement), site.src(statement.targets[0])
    other = outer.orelse[0] if isinstance(outer, ast.If) and len(outer.orelse) == 1 and outer.body == [statement] else None
    if not isinstance(other, ast.If) or len(other.body) != 1 or not isinstance(then := other.body[0], ast.Assign):
        return
    if site.src(then.value) == site.src(statement.value) and best in site.src(outer.test):  # type: ignore[union-attr]
        second = site.src(then.targets[0])
        if second in site.src(other.test) and second != best:
            yield site.add(f"{second} = {best}", "before", SECOND, f"Let `{best}` be `{second}` from then on", 0.5)


def _both_ways(site: Site, call: ast.Call, loop: ast.stmt | None) -> Iterator[Mutation]:
    """`graph[b].append(a)` beside `graph[a].append(b)`: who is a neighbour of another has it as a neighbour."""
    func = call.func
    if not (isinstance(loop, ast.For) and isinstance(func, ast.Attribute) and func.attr in ("append", "add") and len(call.args) == 1):
        return
    pair = [part.id for part in ast.walk(loop.target) if isinstance(part, ast.Name)]
    owner, given = func.value, call.args[0]
    key = owner.slice if isinstance(owner, ast.Subscript) else owner.args[0] if isinstance(owner, ast.Call) and owner.args else None
    if not isinstance(key, ast.Name) or not isinstance(given, ast.Name) or not {key.id, given.id} <= set(pair) or key.id == given.id:
        return
    start, (first, last) = site.module.span(call)[0], site.module.span(key)
    text, end = site.module.text, site.module.span(given)
    new = text[start:first] + given.id + text[last : end[0]] + key.id + text[end[1] : site.module.span(call)[1]]
    if new not in site.src(loop):
        yield site.add(new, "after", BOTH, f"Put `{key.id}` beside `{given.id}` too", 0.35)


def _running(site: Site, call: ast.Call, loop: ast.stmt | None) -> Iterator[Mutation]:
    """`sums.append(sums[-1] + x)`: a list that begins with nought goes on from its last."""
    func = call.func
    if loop is None or site.function is None or not (isinstance(func, ast.Attribute) and func.attr == "append" and call.args):
        return
    name = site.src(func.value)
    begun = f"{name} = [0]" in site.module.source(site.function)
    if begun and f"{name}[-1]" not in site.src(call):
        new = f"{name}[-1] + {site.src(call.args[0])}"
        yield site.put(call.args[0], new, RUNNING, f"Go on from the last of `{name}`", 0.5)


def _begun(site: Site, statement: ast.Assign) -> Iterator[Mutation]:
    """`seen = {start}`, where what is waiting begins with the start too."""
    if site.src(statement.value) != "set()" or site.function is None:
        return
    for node in site.module.inside(site.function):
        waiting = (
            isinstance(node, ast.Assign) and node is not statement and [each for each in ast.walk(node.value) if isinstance(each, ast.List)]
        )
        for each in waiting or ():
            if len(each.elts) == 1 and isinstance(each.elts[0], ast.Name):
                yield site.put(statement.value, f"{{{each.elts[0].id}}}", "first value", f"Begin with `{each.elts[0].id}` in it", 0.35)


def _counted_up(site: Site) -> Iterator[Mutation]:
    """`self.size -= 1` in one method, and nowhere the other way: it is counted up where something is put in, or the like."""
    statement, function = site.statement.node, site.function
    owner = site.parent(function) if function is not None else None
    if not isinstance(owner, ast.ClassDef) or function is None or function.body[-1] is not statement or isinstance(statement, ast.Return):
        return
    ways: dict[str, set[str]] = {}
    for node in site.module.inside(owner):
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add | ast.Sub) and site.src(node.value) == "1":
            ways.setdefault(site.src(node.target), set()).add("+" if isinstance(node.op, ast.Add) else "-")
    own = site.module.source(function)
    for name, signs in ways.items():
        if len(signs) == 1 and name.startswith("self.") and name not in own and function.name != "__init__":
            sign = "-" if signs == {"+"} else "+"
            yield site.add(f"{name} {sign}= 1", "after", BALANCE, f"Count `{name}` the other way here", 0.45 if sign == "+" else 0.2)
