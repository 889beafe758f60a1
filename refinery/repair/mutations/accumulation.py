"""Values that are replaced where they should be added to, and values that were worked out and never used."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import name_of

FAMILY = "accumulation"
FORGOTTEN = "unused value"
MOST = 3


def propose(site: Site) -> Iterator[Mutation]:
    """Stores that become additions; places that may have been meant to read what nobody reads."""
    statement = site.statement.node
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Subscript):
        yield from _stored(site, statement, statement.targets[0])
    elif isinstance(statement, ast.If):
        yield from _best(site, statement)
    if site.function is not None and not isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        yield from _unused(site, site.function)


def _stored(site: Site, statement: ast.Assign, target: ast.Subscript) -> Iterator[Mutation]:
    """`totals[key] = amount` in a loop, or into something that outlives the call, forgets what stood there."""
    if isinstance(target.slice, ast.Slice | ast.Constant):
        return
    store, key, value = site.src(target.value), site.src(target.slice), site.src(statement.value)
    got = statement.value
    if isinstance(got, ast.Call) and site.src(got.func) == f"{store}.get" and len(got.args) == 2 and site.src(got.args[0]) == key:
        start = site.src(got.args[1])
        for counted in (f"{store}.get({key}, 0) + {start}", f"{store}.get({key}, {start}) + 1"):
            yield site.put(statement.value, counted, FAMILY, f"Count what stands under `{short(key, 24)}` already", 0.6)
        return
    reads_itself = any(site.src(node) == store for node in ast.walk(statement.value) if isinstance(node, ast.Name | ast.Attribute))
    if reads_itself:
        return
    again = site.module.loop(statement) is not None or isinstance(target.value, ast.Attribute)
    prior = 0.45 if again else 0.12
    added = grouped(site, statement.value)
    filled = site.function is not None and _filled(site, site.function, store)
    says = f"Add to `{short(store)}` under `{short(key, 24)}` instead of replacing what stands there"
    yield site.put(statement, f"{store}[{key}] = {store}.get({key}, 0) + {added}", FAMILY, says, prior * (0.8 if filled else 1.0))
    yield site.put(statement, f"{store}[{key}] += {value}", FAMILY, says, prior * (1.0 if filled else 0.5))
    yield site.put(
        statement, f"{store}.setdefault({key}, []).append({value})", FAMILY, f"Keep every value of `{short(store)}`", prior * 0.7
    )
    if isinstance(statement.value, ast.List | ast.ListComp):
        yield site.put(statement, f"{store}.setdefault({key}, []).extend({value})", FAMILY, says, prior)
    yield site.put(
        statement, f"{store}.setdefault({key}, {value})", "first wins", f"Keep the first value under `{short(key, 24)}`", prior * 0.6
    )


def _filled(site: Site, function: Function, store: str) -> bool:
    """Whether every key stands in the store before the loop begins: it is made with a value for each."""
    made = (ast.DictComp, ast.ListComp, ast.BinOp)
    for node in site.module.inside(function):
        if isinstance(node, ast.Assign) and any(site.src(target) == store for target in node.targets):
            called = name_of(node.value.func) if isinstance(node.value, ast.Call) and not isinstance(node.value.func, ast.Call) else ""
            return isinstance(node.value, made) or called in ("defaultdict", "Counter", "fromkeys")
    return False


def _best(site: Site, statement: ast.If) -> Iterator[Mutation]:
    """`if key not in best: best[key] = value` keeps the first; meant may have been the least or the greatest."""
    test = statement.test
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.NotIn)):
        return
    key, store = site.src(test.left), site.src(test.comparators[0])
    for node in statement.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and site.src(node.targets[0]) == f"{store}[{key}]":
            for sign, word in (("<", "least"), (">", "greatest")):
                new = f"{site.src(test)} or {grouped(site, node.value)} {sign} {store}[{key}]"
                yield site.put(test, new, "best so far", f"Keep the {word} under `{short(key, 24)}`, not the first", 0.5)


def _unused(site: Site, function: Function) -> Iterator[Mutation]:
    """A local that is computed and read nowhere was meant for something that stands after it."""
    names = [name for name in _unread(site, function) if name in site.locals][:MOST]
    for node in site.statement.nodes if names else ():
        if not isinstance(node, ast.Constant | ast.Name | ast.Attribute | ast.Subscript):
            continue
        parent = site.parent(node)
        called = isinstance(parent, ast.Call) and parent.func is node
        stored = isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)
        if called or stored or isinstance(parent, ast.Expr | ast.JoinedStr | ast.Attribute) or getattr(node, "value", node) is None:
            continue
        for name in names:
            says = f"Use `{name}`, which nothing reads, instead of `{short(site.src(node), 24)}`"
            yield site.put(node, name, FORGOTTEN, says, 0.6 if isinstance(node, ast.Constant) else 0.45)


def _unread(site: Site, function: Function) -> Iterator[str]:
    """Locals and parameters that are bound and never read, the latest first."""
    read: set[str] = set()
    bound: dict[str, int] = {}
    for node in site.module.inside(function):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                bound[node.id] = node.lineno
            else:
                read.add(node.id)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            read.add(node.target.id)
    for argument in (*function.args.args, *function.args.kwonlyargs):
        bound.setdefault(argument.arg, function.lineno)
    unread = [name for name in bound if name not in read and not name.startswith("_") and name not in ("self", "cls")]
    yield from sorted(unread, key=lambda name: -bound[name])
