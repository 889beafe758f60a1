"""What can be gone through once, and is taken for a list: the first reader uses it up, it is always true, and it has no length."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from refinery.repair.module import FUNCTIONS, Function, Module, Scope
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FAMILY = "used up"
ONCE = frozenset({
    "finditer", "reader", "DictReader", "chain", "islice", "takewhile", "dropwhile",
    "starmap", "groupby", "permutations", "combinations", "product", "accumulate", "pairwise", "walk", "scandir",
})  # fmt: skip
"""What gives its items once."""
OF_PATHS = frozenset({"iterdir", "glob", "rglob"})
BUILT_IN = frozenset({"map", "filter", "zip", "reversed", "enumerate"})

_reads: WeakKeyDictionary[Module, dict[Scope, dict[str, list[ast.Name]]]] = WeakKeyDictionary()


def propose(site: Site) -> Iterator[Mutation]:
    """A list made of it where it is kept, or where it is given."""
    statement = site.statement.node
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Return) and isinstance(value, ast.expr) and site.function is not None and _once(site, value):
        used = [name for name, given in _given(site.module) if given == site.function.name and _twice(site, *name)]
        yield _listed(site, value, 0.8 if used else 0.15)
    elif isinstance(statement, ast.Assign | ast.AnnAssign) and isinstance(value, ast.expr) and _once(site, value):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if isinstance(target, ast.Name) and _twice(site, statement, target.id):
            yield _listed(site, value, 0.85)
        elif isinstance(target, ast.Attribute):
            yield _listed(site, value, 0.6)
    yield from _from_the_start(site)
    for node in site.statement.nodes:
        outer = site.parent(node)
        taken = isinstance(outer, ast.Subscript) and outer.value is node
        asked = taken or site.tested(node) or _calls(outer, "len", "bool")
        if asked and isinstance(node, ast.Call | ast.GeneratorExp) and _once(site, node):
            yield _listed(site, node, 0.85)


def _from_the_start(site: Site) -> Iterator[Mutation]:
    """An `__iter__` that gives `self` has to begin anew: what `__next__` counts on is set back to what it was at first."""
    statement, function = site.statement.node, site.function
    owner = site.parent(function) if function is not None and function.name == "__iter__" else None
    if not isinstance(owner, ast.ClassDef) or not isinstance(statement, ast.Return) or name_of(statement.value) != "self":
        return
    methods = {each.name: each for each in owner.body if isinstance(each, FUNCTIONS)}
    if not {"__init__", "__next__"} <= methods.keys():
        return
    moved = _stores(site, methods["__next__"]).keys() - _stores(site, methods["__iter__"]).keys()
    first = _stores(site, methods["__init__"])
    kept = {site.src(value): name for name, value in first.items() if name not in moved}
    given = {argument.arg for argument in methods["__init__"].args.args[1:]}
    lines = []
    for name in sorted(moved & first.keys()):
        start = kept.get(site.src(first[name]), site.src(first[name]))
        used = {node.id for node in ast.walk(first[name]) if isinstance(node, ast.Name)}
        if start in kept.values() or not used & given:
            lines.append(f"{name} = {start}")
    if lines:
        says = f"Begin anew each time: `{short(lines[0])}`"
        yield site.add("\n".join(lines), "before", FAMILY, says, 0.8)


def _stores(site: Site, function: Function) -> dict[str, ast.expr]:
    """The fields that a method gives a value, with the first one."""
    found: dict[str, ast.expr] = {}
    for node in site.module.inside(function):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Attribute) and site.src(target.value) == "self":
                found.setdefault(site.src(target), node.value)
    return found


def _listed(site: Site, node: ast.expr, prior: float) -> Mutation:
    text = site.src(node)
    inner = text[1:-1] if text.startswith("(") and isinstance(node, ast.GeneratorExp) else text
    new = f"[{inner}]" if isinstance(node, ast.GeneratorExp) else f"list({text})"
    return site.put(node, new, FAMILY, f"Make a list of `{short(text)}`, which can be gone through once", prior)


def _once(site: Site, node: ast.expr) -> bool:
    """Whether an expression gives its items once."""
    if isinstance(node, ast.GeneratorExp):
        return True
    if not isinstance(node, ast.Call):
        return False
    method = isinstance(node.func, ast.Attribute)
    name = name_of(node.func) if isinstance(node.func, ast.Attribute | ast.Name) else ""
    known = site.world.functions.get(name)
    if known is not None:
        return _streams(*known)
    return name in ONCE or (name in OF_PATHS and site.src(node.func) != "glob.glob" if method else name in BUILT_IN)


def _streams(module: Module, function: Function) -> bool:
    own = [node for node in module.inside(function) if isinstance(node, ast.Yield | ast.YieldFrom | ast.Return)]
    own = [node for node in own if module.function(node) is function]
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own):
        return not function.decorator_list
    values = [node.value for node in own if node.value is not None]
    return bool(values) and all(
        isinstance(value, ast.GeneratorExp)
        or (isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in BUILT_IN)
        for value in values
    )


def _given(module: Module) -> list[tuple[tuple[ast.Assign, str], str]]:
    """Variables that are given what a function of this name gives."""
    return [
        ((node, node.targets[0].id), name_of(node.value.func))
        for node in module.inside(module.tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Call)
    ]


def _twice(site: Site, given: ast.stmt, name: str) -> bool:
    """Whether a variable is gone through more than once after it was given, or asked whether it is empty."""
    module = site.module
    if module not in _reads:
        _reads[module] = {}
    scope = module.function(given) or module.tree
    if scope not in _reads[module]:
        found: dict[str, list[ast.Name]] = {}
        for node in module.inside(scope):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found.setdefault(node.id, []).append(node)
        _reads[module][scope] = found
    reads = [node for node in _reads[module][scope].get(name, []) if node.lineno > given.lineno]
    outers = [module.parents.get(node) for node in reads]
    if any(_calls(outer, "next") or isinstance(outer, ast.Attribute) for outer in outers):
        return False
    if any(_calls(outer, "list", "tuple", "sorted") and _assigned(module, outer, name) for outer in outers):
        return False
    if scope is module.tree:
        return bool(reads)
    again = any(module.loop(node) not in (None, module.loop(given)) and _in_each_round(module, node) for node in reads)
    asked = any(_calls(outer, "len", "bool") or site.tested(node) or _item(outer, node) for outer, node in zip(outers, reads, strict=True))
    return len(reads) > 1 or again or asked


def _assigned(module: Module, call: ast.AST | None, name: str) -> bool:
    outer = module.parents.get(call) if call is not None else None
    return isinstance(outer, ast.Assign) and name_of(outer.targets[0]) == name


def _calls(node: ast.AST | None, *names: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _item(outer: ast.AST | None, node: ast.AST) -> bool:
    return isinstance(outer, ast.Subscript) and outer.value is node


def _in_each_round(module: Module, node: ast.Name) -> bool:
    """Whether a loop reads it again and again, and not only to begin."""
    loop = module.loop(node)
    return loop is not None and not (isinstance(loop, ast.For | ast.AsyncFor) and node in module.inside(loop.iter))
