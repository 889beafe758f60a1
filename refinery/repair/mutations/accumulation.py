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
SUMS = (ast.BinOp, ast.Name, ast.Attribute, ast.Call, ast.Subscript)
"""What one can go on counting with."""


def propose(site: Site) -> Iterator[Mutation]:
    """Stores that become additions; places that may have been meant to read what nobody reads."""
    statement = site.statement.node
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Subscript):
        yield from _stored(site, statement, statement.targets[0])
    elif isinstance(statement, ast.If):
        yield from _best(site, statement)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        yield from _latest(site, statement, statement.value)
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        yield from _farthest(site, statement, statement.targets[0])
        yield from _known(site, statement, statement.targets[0])
        yield from _gathered(site, statement, statement.targets[0])
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
    added, alone = grouped(site, statement.value), grouped(site, target.slice)
    filled = site.function is not None and _filled(site, site.function, store)
    says = f"Add to `{short(store)}` under `{short(key, 24)}` instead of replacing what stands there"
    yield site.put(statement, f"{store}[{key}] = {store}.get({alone}, 0) + {added}", FAMILY, says, prior * (0.8 if filled else 1.0))
    yield site.put(statement, f"{store}[{key}] += {value}", FAMILY, says, prior * (1.0 if filled else 0.5))
    yield site.put(
        statement, f"{store}.setdefault({alone}, []).append({value})", FAMILY, f"Keep every value of `{short(store)}`", prior * 0.7
    )
    if isinstance(statement.value, ast.List | ast.ListComp):
        yield site.put(statement, f"{store}.setdefault({alone}, []).extend({value})", FAMILY, says, prior)
    yield site.put(
        statement, f"{store}.setdefault({alone}, {value})", "first wins", f"Keep the first value under `{short(key, 24)}`", prior * 0.6
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


def _latest(site: Site, statement: ast.Expr, call: ast.Call) -> Iterator[Mutation]:
    """`facts.setdefault(key, value)` keeps the first; meant may have been the latest."""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault" and len(call.args) == 2 and not call.keywords:
        store, key, value = (site.src(each) for each in (call.func.value, *call.args))
        says = f"Keep the latest value under `{short(key, 24)}`, not the first"
        yield site.put(statement, f"{store}[{key}] = {value}", "last wins", says, 0.45)


def _farthest(site: Site, statement: ast.Assign, target: ast.expr) -> Iterator[Mutation]:
    """`end, who = each.end, each.name` in a loop that compares `end` with what comes: it is kept where it is the greater one."""
    loop = site.module.loop(statement)
    pairs = [(target, statement.value)]
    if isinstance(target, ast.Tuple) and isinstance(statement.value, ast.Tuple) and len(target.elts) == len(statement.value.elts):
        pairs = list(zip(target.elts, statement.value.elts, strict=True))
    if loop is None or site.function is None or any(not isinstance(name, ast.Name) for name, _ in pairs):
        return
    starts = _given_before(site, site.function, loop)
    for name, value in pairs:
        text = site.src(name)
        reads = {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
        if (
            text not in starts
            or text in reads
            or not isinstance(value, ast.Name | ast.Attribute | ast.Subscript)
            or _asked(site, statement, text)
        ):
            continue
        empty = isinstance(start := starts[text], ast.Constant) and start.value is None
        compared = any(
            isinstance(node, ast.Compare | ast.BinOp)
            and text in {site.src(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)}
            for node in site.module.inside(loop)
        )
        indent = " " * (statement.col_offset + 4)
        for sign, word, prior in ((">", "greatest", 0.45), ("<", "least", 0.25)):
            test = f"{text} is None or {site.src(value)} {sign} {text}" if empty else f"{site.src(value)} {sign} {text}"
            says = f"Keep the {word} `{text}` so far"
            yield site.put(statement, f"if {test}:\n{indent}{site.src(statement)}", "best so far", says, prior if compared else prior * 0.4)


def _gathered(site: Site, statement: ast.Assign, target: ast.expr) -> Iterator[Mutation]:
    """`found = set(each.parts)` in a loop before which `found` is empty: each round forgets what was found in those before."""
    loop = site.module.loop(statement)
    if loop is None or site.function is None or not isinstance(target, ast.Name):
        return
    start = _given_before(site, site.function, loop).get(target.id)
    sign = _adding(start) if start is not None else ""
    reads = any(isinstance(node, ast.Name) and node.id == target.id and node is not target for node in site.module.inside(loop))
    if sign:
        says = f"Add to `{target.id}` what each round comes to"
        yield site.put(statement, f"{target.id} {sign} {site.src(statement.value)}", FAMILY, says, 0.3 if reads else 0.75)


def _adding(start: ast.expr) -> str:
    """The sign that adds to what begins empty, or as nothing; none where it begins as anything else."""
    text = ast.unparse(start)
    return "|=" if text in ("set()", "dict()", "{}") else "+=" if text in ("[]", "list()", "0", "0.0", "''") else ""


def _asked(site: Site, statement: ast.Assign, name: str) -> bool:
    """Whether a condition right around a statement asks about a name."""
    outer = site.parent(statement)
    return isinstance(outer, ast.If) and any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(outer.test))


def _given_before(site: Site, function: Function, loop: ast.stmt) -> dict[str, ast.expr]:
    """What names hold when a loop begins."""
    found: dict[str, ast.expr] = {}
    for node in site.module.inside(function):
        if isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name) and node.lineno < loop.lineno:
            found[node.target.id] = node.value
        elif isinstance(node, ast.Assign) and node.lineno < loop.lineno:
            for target in node.targets:
                several = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple) and len(target.elts) == len(node.value.elts)
                pairs = zip(target.elts, node.value.elts, strict=True) if several else [(target, node.value)]  # type: ignore[attr-defined]
                found.update({name.id: value for name, value in pairs if isinstance(name, ast.Name)})
    return found


def _known(site: Site, statement: ast.Assign, target: ast.expr) -> Iterator[Mutation]:
    """`self.last = find(text)` forgets what was found before where nothing is found now."""
    if not isinstance(target, ast.Attribute) or site.function is None or site.function.name == "__init__":
        return
    value, kept = statement.value, site.src(target)
    reads = {site.src(part) for part in ast.walk(value) if isinstance(part, ast.Attribute)}
    if isinstance(value, ast.Call) and kept not in reads and site.src(target.value) in ("self", "cls"):
        says = f"Keep `{kept}` where there is nothing new"
        yield site.put(value, f"{site.src(value)} or {kept}", "what was known", says, 0.25)


def _unused(site: Site, function: Function) -> Iterator[Mutation]:
    """A local that is computed and read nowhere was meant for something that stands after it."""
    agreed = site.world.agreed.get(function, frozenset())
    names = [name for name in _unread(site, function) if name in site.locals and name not in agreed][:MOST]
    value = getattr(site.statement.node, "value", None)
    if isinstance(site.statement.node, ast.Assign | ast.AugAssign | ast.Return) and isinstance(value, SUMS):
        for name in names:
            for sign, prior in (("*", 0.35), ("+", 0.25), ("-", 0.2)):
                says = f"`{sign} {name}`, which nothing reads, with `{short(site.src(value), 24)}`"
                yield site.put(value, f"{grouped(site, value)} {sign} {name}", FORGOTTEN, says, prior)
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
