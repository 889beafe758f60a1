"""Names of the file, or of the function around, that a function means to change and does not; and names taken over before they changed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath
from weakref import WeakKeyDictionary

from refinery.repair.module import FUNCTIONS, Function, Module, opening
from refinery.repair.mutation import Mutation, Site
from refinery.repair.world import parameters

FAMILY = "scope"

_tops: WeakKeyDictionary[Module, frozenset[str]] = WeakKeyDictionary()
_undeclared: WeakKeyDictionary[Function, dict[str, tuple[str, float]]] = WeakKeyDictionary()


def propose(site: Site) -> Iterator[Mutation]:
    """`global` and `nonlocal`; a name read through its module, so that it is what it is by then."""
    yield from _declared(site)
    for node in site.statement.nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and site.world.rebound.get(node.id):
            yield from _through_the_module(site, node.id)


def _declared(site: Site) -> Iterator[Mutation]:
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    if function not in _undeclared:
        _undeclared[function] = dict(_missing(site.module, function))
    for name, (word, prior) in _undeclared[function].items():
        if any(isinstance(node, ast.Name) and node.id == name for node in site.statement.nodes):
            begin = opening(function)
            says = f"Mean the `{name}` of the {'file' if word == 'global' else 'function around'}"
            yield site.add(f"{word} {name}", "before", FAMILY, says, prior, at=begin)


def _missing(module: Module, function: Function) -> Iterator[tuple[str, tuple[str, float]]]:
    """Names of the file, or of the function around, that a function gives a value and reads before that, or nowhere."""
    outer = module.function(function)
    if module not in _tops:
        _tops[module] = frozenset(_of_the_file(module))
    around = {node.id for node in module.inside(outer) if isinstance(node, ast.Name)} if outer is not None else set()
    bound = {node.id for node in module.inside(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    meant = {name for name in bound & (_tops[module] | around) if not name.startswith("__")}
    if not meant:
        return
    own = [node for node in module.inside(function) if module.function(node) is function]
    told = {name for node in own if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    uses: dict[str, list[ast.Name]] = {}
    for node in own:
        if isinstance(node, ast.Name) and node.id in meant and not _comprehended(module, node):
            uses.setdefault(node.id, []).append(node)
    for name, nodes in uses.items():
        stored = [node for node in nodes if isinstance(node.ctx, ast.Store)]
        if not stored or name in told or name in parameters(function):
            continue
        inner = outer is not None and _binds(module, outer, name)
        if not inner and name not in _tops[module]:
            continue
        first = min(stored, key=lambda node: (node.lineno, node.col_offset))
        setter = module.parents.get(first)
        end = setter.end_lineno if isinstance(setter, ast.Assign | ast.AnnAssign) else first.lineno
        read_before = any(isinstance(node.ctx, ast.Load) and node.lineno <= (end or first.lineno) for node in nodes)
        unread = len(nodes) == len(stored) and isinstance(setter, ast.Assign)
        if isinstance(setter, ast.AugAssign) or read_before or unread:
            yield name, ("nonlocal" if inner else "global", 0.55 if unread else 0.95)


def _comprehended(module: Module, node: ast.Name) -> bool:
    """Whether a name belongs to a comprehension or a function of one line."""
    return node.id in module.comprehension_names(node)


def _binds(module: Module, function: Function, name: str) -> bool:
    return name in parameters(function) or any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store) and not _comprehended(module, node)
        for node in module.inside(function)
        if module.function(node) is function
    )


def _of_the_file(module: Module) -> Iterator[str]:
    """Names to which the file gives a value, at its top."""
    for node in module.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        yield from (target.id for target in targets if isinstance(target, ast.Name))


def _through_the_module(site: Site, name: str) -> Iterator[Mutation]:
    """`from settings import level` takes the level of that moment; `settings.level` is that of now."""
    module = site.module
    for node in module.tree.body:
        if not isinstance(node, ast.ImportFrom) or not any(alias.name == name and alias.asname is None for alias in node.names):
            continue
        package, _, stem = ("." * node.level + (node.module or "")).rpartition(".")
        paths = {PurePosixPath(path).stem for path in site.world.rebound[name]}
        taken = stem in module.globals or any(isinstance(each, ast.arg) and each.arg in (stem, name) for each in module.inside(module.tree))
        if stem not in paths or taken:
            continue
        if package or node.level:
            package = package if package.strip(".") else "." * node.level
        brought = f"from {package} import {stem}" if package else f"import {stem}"
        others = [alias for alias in node.names if alias.name != name]
        if others:
            kept = ", ".join(alias.name + (f" as {alias.asname}" if alias.asname else "") for alias in others)
            brought = f"{brought}\nfrom {'.' * node.level}{node.module or ''} import {kept}"
        reads = [each for each in module.inside(module.tree) if isinstance(each, ast.Name) and each.id == name]
        changes = [(*module.span(node), brought), *((*module.span(each), f"{stem}.{name}") for each in reads)]
        yield site.at_once(changes, FAMILY, f"Read `{stem}.{name}`, which is what it is by then", 0.85)
