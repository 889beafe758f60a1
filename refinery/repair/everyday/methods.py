"""What belongs to an object, and lacks the word that says so: `self`, `@staticmethod`, and a field that a property reads of itself."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, short

FAMILY = "missing self"
OWN = ("self", "cls", "mcs", "_")


def propose(site: Site) -> Iterator[Mutation]:
    """`self.` before what the class has; what a method takes first; the underscore of a field behind a property."""
    function = site.function
    owner = site.parent(function) if function is not None else None
    if function is not None and isinstance(owner, ast.ClassDef):
        yield from _unbound(site, function, owner)
        yield from _itself(site, function)
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from _bare_method(site, node.func.attr)
    if isinstance(site.statement.node, FUNCTIONS):
        yield from _bare_method(site, site.statement.node.name)


def _unbound(site: Site, function: Function, owner: ast.ClassDef) -> Iterator[Mutation]:
    """`total` in a method, where nothing is called so but a field or a method of the class."""
    first = function.args.args[0].arg if function.args.args else ""
    if first not in OWN[:2]:
        return
    candidates = [node for node in site.statement.nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    known = {*site.locals, *site.module.globals, *dir(builtins)}
    if all(node.id in known for node in candidates):
        return
    for part in site.module.inside(function):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            known.add(part.id)
        elif isinstance(part, ast.arg | ast.alias | ast.ExceptHandler | ast.FunctionDef | ast.ClassDef):
            known.add(getattr(part, "arg", None) or getattr(part, "asname", None) or getattr(part, "name", None) or "")
    has = {each.name for each in owner.body if isinstance(each, FUNCTIONS)} | {
        node.attr for node in site.module.inside(owner) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    for node in candidates:
        if node.id in has and node.id not in known:
            start = site.module.span(node)[0]
            yield site.between(start, start, f"{first}.", FAMILY, f"Mean `{first}.{node.id}`", 0.9)


def _itself(site: Site, function: Function) -> Iterator[Mutation]:
    """A property that reads, or sets, itself never ends; meant is the field behind it."""
    decorated = {site.src(each) for each in function.decorator_list}
    if not any(each == "property" or each.endswith(".setter") for each in decorated):
        return
    behind = f"_{function.name}"
    for node in site.statement.nodes:
        if isinstance(node, ast.Attribute) and node.attr == function.name and site.src(node.value) == "self":
            yield site.put(node, f"self.{behind}", FAMILY, f"Mean the field `{behind}` behind the property", 0.9)


def _bare_method(site: Site, name: str) -> Iterator[Mutation]:
    """A function of a class that takes no `self`: it is one of the class alone, or `self` was forgotten."""
    known = site.world.functions.get(name)
    if known is None or known[0] is not site.module or known[1].decorator_list or name.startswith("__"):
        return
    function, arguments = known[1], known[1].args
    given = [*arguments.posonlyargs, *arguments.args]
    if not isinstance(site.parent(function), ast.ClassDef) or arguments.vararg or (given and given[0].arg in OWN):
        owner = site.parent(function)
        meta = isinstance(owner, ast.ClassDef) and any(
            "type" in site.src(base).lower() or "meta" in site.src(base).lower() for base in owner.bases
        )
        if isinstance(owner, ast.ClassDef) and not meta and given and given[0].arg == "cls":
            yield _decorated(site, function, "@classmethod", 0.85)
        return
    reads = any(isinstance(node, ast.Name) and node.id == "self" for node in site.module.inside(function))
    at = site.module.text.index("(", site.module.span(function)[0]) + 1
    yield site.between(
        at, at, "self, " if given else "self", FAMILY, f"Let `{short(name)}` take `self`", 0.9 if reads or not given else 0.5
    )
    if not reads and given:
        yield _decorated(site, function, "@staticmethod", 0.85)


def _decorated(site: Site, function: Function, word: str, prior: float) -> Mutation:
    start = site.module.span(function)[0]
    new = f"{word}\n{' ' * function.col_offset}"
    return site.between(start, start, new, FAMILY, f"Make `{function.name}` a method of the class: `{word}`", prior)
