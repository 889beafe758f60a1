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
    yield from _with_what_they_hold(site, name, value)
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


def _with_what_they_hold(site: Site, name: str, value: ast.expr) -> Iterator[Mutation]:
    """`own = dict(DEFAULTS)` has the very lists of the defaults: who adds to them adds to those of everybody."""
    of: ast.expr | None = value if isinstance(value, ast.Name) else None
    if isinstance(value, ast.Call) and name_of(value.func if isinstance(value.func, ast.Name) else None) in ("dict", "list"):
        of = value.args[0] if len(value.args) == 1 else None
    elif isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "copy":
        of = value.args[0] if value.args else value.func.value
    elif isinstance(value, ast.Dict) and value.keys and value.keys[0] is None:
        of = value.values[0]
    kept = _kept(site, of) if of is not None and site.function is not None else None
    held = _held(site, kept)
    if isinstance(value, ast.Dict):
        held -= {site.src(key) for key in value.keys if key is not None}
    if of is None or not held or site.function is None:
        return
    through, imports = ("deepcopy", "") if "deepcopy" in site.module.globals else ("copy.deepcopy", "copy")
    deep = any(_filled(site, node, name) for node in site.module.inside(site.function))
    if not deep and isinstance(value, ast.Name):
        return
    start = value if not isinstance(value, ast.Dict) else of
    says = f"Copy `{short(site.src(of))}` with all it holds"
    yield replace(site.put(start, f"{through}({site.src(of)})", FAMILY, says, 0.9 if deep else 0.5), imports=imports)


def _kept(site: Site, of: ast.expr) -> ast.expr | None:
    """What stands at the top of the file, or of a class, under a name that is given nowhere else."""
    if not isinstance(of, ast.Name | ast.Attribute):
        return None
    made: list[ast.Assign | ast.AnnAssign] = []
    for node in site.module.inside(site.module.tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            made += [node] if isinstance(target, ast.Name) and target.id == name_of(of) else []
    return made[0].value if len(made) == 1 and site.module.function(made[0]) is None else None


def _held(site: Site, kept: ast.expr | None) -> set[str]:
    """The keys under which a written dictionary holds lists and the like; of a list of such one for all."""
    if isinstance(kept, ast.Dict):
        return {site.src(key) for key, part in zip(kept.keys, kept.values, strict=True) if key and isinstance(part, DISPLAYS)}
    return {"0"} if isinstance(kept, ast.List) and any(isinstance(part, DISPLAYS) for part in kept.elts) else set()


def _filled(site: Site, node: ast.AST, name: str) -> bool:
    """Whether something that is held under a name is changed in place: `own["tags"].append(tag)`, `own["tags"] += more`."""
    if isinstance(node, ast.Attribute) and node.attr in CHANGES and node.attr != "get":
        return isinstance(node.value, ast.Subscript | ast.Call) and site.src(node.value).startswith((f"{name}[", f"{name}.get("))
    target = node.target if isinstance(node, ast.AugAssign) else node if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.AugAssign) and not isinstance(node.value, ast.List | ast.ListComp | ast.Set):
        return False
    if isinstance(target, ast.Subscript) and isinstance(target.ctx, ast.Store):
        inner = target.value if isinstance(node, ast.Subscript) else target
        return isinstance(inner, ast.Subscript) and site.src(inner).startswith(f"{name}[")
    return False


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
