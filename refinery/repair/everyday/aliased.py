"""One list with two names: what is done to it under the one changes what the other still needs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import name_of, parameters

FAMILY = "shared mutable"
CHANGES = {
    "append": "list", "insert": "list", "extend": "list", "sort": "list", "reverse": "list", "remove": "list", "pop": "list",
    "update": "dict", "setdefault": "dict", "popitem": "dict", "add": "set", "discard": "set",
}  # fmt: skip
"""What changes a thing in place, and what kind of thing that is."""
CACHES = frozenset({"lru_cache", "cache", "cached", "memoize", "memoise", "memoized", "cached_property"})
DISPLAYS = (ast.List, ast.ListComp, ast.Dict, ast.DictComp, ast.Set, ast.SetComp)


def propose(site: Site) -> Iterator[Mutation]:
    """A copy of what a cache keeps; a new list where `+=` changes the old one."""
    statement = site.statement.node
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name) and isinstance(value, ast.Call):
        known = site.world.functions.get(name_of(value.func))
        keeps = {name_of(each.func if isinstance(each, ast.Call) else each) for each in known[1].decorator_list} if known else set()
        kind = _changed(site, statement.targets[0].id)
        if keeps & CACHES and kind:
            yield site.put(value, f"{kind}({site.src(value)})", FAMILY, f"Change a copy of `{short(site.src(value))}`, which is kept", 0.9)
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name) and isinstance(value, ast.expr):
        yield from _flat(site, statement.targets[0].id, value)
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add | ast.BitOr) and isinstance(statement.target, ast.Name):
        name = statement.target.id
        if _shared(site, name):
            sign = "+" if isinstance(statement.op, ast.Add) else "|"
            new = f"{name} = {name} {sign} {grouped(site, statement.value)}"
            yield site.put(statement, new, FAMILY, f"Make a new `{name}`, and leave the old one alone", 0.75)


def _flat(site: Site, name: str, value: ast.expr) -> Iterator[Mutation]:
    """`new = grid[:]` and then `new[0][1] = ...` changes the rows of the old one too."""
    whole = isinstance(value, ast.Subscript) and site.src(value.slice) == ":"
    made = isinstance(value, ast.Call) and site.src(value.func) in ("list", "dict") and len(value.args) == 1 and not value.keywords
    of = value.value if whole and isinstance(value, ast.Subscript) else value.args[0] if made and isinstance(value, ast.Call) else None
    if not isinstance(of, ast.Name | ast.Attribute) or site.function is None:
        return
    deep = any(
        isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and site.src(node.value).startswith(f"{name}[")
        for node in site.module.inside(site.function)
    )
    if deep:
        through, imports = ("deepcopy", "") if "deepcopy" in site.module.globals else ("copy.deepcopy", "copy")
        says = f"Copy `{short(site.src(of))}` with all it holds"
        yield replace(site.put(value, f"{through}({site.src(of)})", FAMILY, says, 0.85), imports=imports)


def _changed(site: Site, name: str) -> str:
    """What kind of thing the function changes in place under a name; empty where it does not."""
    for node in site.module.inside(site.function or site.module.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name and node.attr in CHANGES:
            return CHANGES[node.attr]
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            return "list"
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del) and name_of(node.value) == name:
            return "list" if isinstance(node.slice, ast.Slice | ast.UnaryOp) or type(getattr(node.slice, "value", None)) is int else "dict"
    return ""


def _shared(site: Site, name: str) -> bool:
    """Whether a name stands for a list or the like that somebody else has too: of the file, of an object, or handed in."""
    module, function = site.module, site.function
    if function is None:
        return False
    given = [node.value for node in module.inside(function) if isinstance(node, ast.Assign) and name_of(node.targets[0]) == name]
    values = getattr(site.statement.node, "value", None)
    listed = isinstance(values, DISPLAYS) or (isinstance(values, ast.Call) and values.args and isinstance(values.args[-1], DISPLAYS))
    if not given:
        return bool(listed) and name in parameters(function)
    if len(given) != 1 or not isinstance(given[0], ast.Name | ast.Attribute | ast.Subscript):
        return False
    of = given[0].id if isinstance(given[0], ast.Name) else name_of(given[0])
    made = [node.value for node in module.inside(module.tree) if isinstance(node, ast.Assign) and name_of(node.targets[0]) == of]
    return bool(listed) or any(isinstance(each, DISPLAYS) for each in made)
