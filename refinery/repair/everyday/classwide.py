"""Lists and tables that all things of a class share, because they are made once with the class."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site
from refinery.repair.world import name_of

FAMILY = "shared by a class"
MADE = frozenset({"list", "dict", "set", "defaultdict", "deque", "Counter", "OrderedDict"})
CHANGES = frozenset({"append", "add", "update", "extend", "insert", "pop", "clear", "remove", "discard", "appendleft", "setdefault"})


def propose(site: Site) -> Iterator[Mutation]:
    """Made anew for each thing: in `__init__`, or by a factory where a dataclass writes it."""
    statement, owner = site.statement.node, site.parent(site.statement.node)
    if not isinstance(owner, ast.ClassDef) or not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        return
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    if not isinstance(target, ast.Name) or not _mutable(statement.value) or "ClassVar" in site.src(statement):
        return
    if any("dataclass" in site.src(each) for each in owner.decorator_list):
        called = name_of(statement.value.func) if isinstance(statement.value, ast.Call) else ""
        kind = {ast.List: "list", ast.Dict: "dict", ast.Set: "set"}.get(type(statement.value), called)
        empty = site.src(statement.value) in ("[]", "{}", f"{called}()")
        new = f"field(default_factory={kind if empty else f'lambda: {site.src(statement.value)}'})"
        yield replace(site.put(statement.value, new, FAMILY, f"Make a new `{target.id}` for each", 0.85), imports="dataclasses:field")
    elif _changed(site, owner, target.id):
        yield from _moved(site, owner, statement, target.id, site.src(statement.value))


def _mutable(node: ast.expr) -> bool:
    return isinstance(node, ast.List | ast.Dict | ast.Set | ast.ListComp) or (isinstance(node, ast.Call) and name_of(node.func) in MADE)


def _changed(site: Site, owner: ast.ClassDef, name: str) -> bool:
    """Whether methods change it in place through `self`, and none gives the thing one of its own."""
    own, changed = f"self.{name}", False
    for node in site.module.inside(owner):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and site.src(node) == own:
            if not isinstance(site.parent(node), ast.AugAssign):
                return False
            changed = True
        elif isinstance(node, ast.Attribute) and node.attr in CHANGES and isinstance(node.value, ast.Attribute | ast.Subscript):
            changed = changed or site.src(node.value).split("[")[0] == own
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            changed = changed or site.src(node.value) == own
    return changed


def _moved(site: Site, owner: ast.ClassDef, statement: ast.stmt, name: str, value: str) -> Iterator[Mutation]:
    """From the class into `__init__`, which is written where there is none and no other class to ask for it."""
    begins = next((each for each in owner.body if isinstance(each, FUNCTIONS) and each.name == "__init__"), None)
    says = f"Make a new `{name}` for each `{owner.name}`, not one for all"
    indent = " " * statement.col_offset
    if begins is None:
        if not owner.bases:
            step = indent if owner.col_offset == 0 else " " * (statement.col_offset - owner.col_offset)
            yield site.put(statement, f"def __init__(self):\n{indent}{step}self.{name} = {value}", FAMILY, says, 0.8)
        return
    if begins.lineno < statement.lineno or (following := _next(owner, statement)) is None:
        return
    text, start = site.module.text, site.module.span(statement)[0]
    first = begins.decorator_list[0].lineno if begins.decorator_list else begins.lineno
    rest = site.module.offset(min(following.lineno, first), statement.col_offset)
    place, before = _where(begins, f"self.{name}" in site.src(begins))
    at = site.module.span(place)[0] if before else site.module.span(place)[1]
    inner = " " * place.col_offset
    line = f"self.{name} = {value}"
    added = f"{line}\n{inner}" if before else f"\n{inner}{line}"
    yield site.between(start, at, text[rest:at] + added, FAMILY, says, 0.85)


def _next(owner: ast.ClassDef, statement: ast.stmt) -> ast.stmt | None:
    place = owner.body.index(statement)
    return owner.body[place + 1] if place + 1 < len(owner.body) else None


def _where(begins: Function, used: bool) -> tuple[ast.stmt, bool]:
    """The statement of `__init__` beside which it is made, and whether before it: at the end, unless it is used there already."""
    if not used:
        return begins.body[-1], False
    spoken = isinstance(begins.body[0], ast.Expr) and isinstance(begins.body[0].value, ast.Constant) and len(begins.body) > 1
    return begins.body[1 if spoken else 0], True
