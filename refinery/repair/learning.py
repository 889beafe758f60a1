"""What kinds the names, fields and functions of a repository are of, read off what they are given."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from refinery.repair.kinds import GONE_THROUGH, KEYED, TEXTUAL, Kind, Kinds, Names, agreed, annotated, has_bytes, something
from refinery.repair.module import FUNCTIONS, Function, Module

ROUNDS = 2
"""Passes over the repository: what a function gives depends on what others give."""
FRAMES = frozenset({"pandas", "numpy", "polars", "xarray"})
"""Where these are used, what is read by text keys may be counted with."""
ASKS = ("isinstance", "hasattr", "callable")
"""Who is asked this of may be this or that."""


def learn(modules: Iterable[Module]) -> Kinds:
    """Reads all modules."""
    kinds, every = Kinds(), tuple(modules)
    for module in every:
        kinds.files.add(PurePosixPath(module.path).stem)
        _define(kinds, module)
    for _ in range(ROUNDS):
        fields: dict[str, set[Kind]] = {}
        known: dict[str, set[Kind]] = {}
        for module in every:
            _read(kinds, module, known, fields)
        kinds.globals = {name: agreed(found) for name, found in known.items()}
        told = {name: something(agreed(found)) for name, found in fields.items() if name not in kinds.functions}
        kinds.fields = {name: kind for name, kind in told.items() if kind}
    return kinds


def _define(kinds: Kinds, module: Module) -> None:
    """What is defined where, and which methods give something that is read."""
    for node in module.inside(module.tree):
        parent = module.parents.get(node)
        if isinstance(node, FUNCTIONS):
            kinds.functions[node.name] = None if node.name in kinds.functions or node.decorator_list else node
            if isinstance(parent, ast.ClassDef):
                kinds.methods.add(node.name)
        elif isinstance(node, ast.ClassDef):
            kinds.functions[node.name] = None
        elif isinstance(node, ast.Import | ast.ImportFrom):
            brought = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            kinds.frames |= any(name.partition(".")[0] in FRAMES for name in brought)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not isinstance(parent, ast.Expr):
            kinds.read.add(node.func.attr)


def _read(kinds: Kinds, module: Module, known: dict[str, set[Kind]], fields: dict[str, set[Kind]]) -> None:
    changed = {each for node in module.inside(module.tree) if isinstance(node, ast.Global) for each in node.names}
    top = _scope(kinds, module, module.tree, {}) | dict.fromkeys(changed, "")
    kinds.scopes[module.path, ""] = top
    kinds.needs[module.path, ""] = _needs(module, module.tree)
    for name, kind in top.items():
        known.setdefault(name, set()).add(kind)
    waiting: list[tuple[ast.AST, Names]] = [(module.tree, top)]
    while waiting:
        node, names = waiting.pop()
        for child in ast.iter_child_nodes(node):
            inner = names
            if isinstance(child, FUNCTIONS):
                inner = _scope(kinds, module, child, names)
                kinds.scopes[module.path, module.qualified(child)] = inner
                kinds.needs[module.path, module.qualified(child)] = _needs(module, child)
                if kinds.functions.get(child.name) is child:
                    kinds.gives[child.name] = _given(kinds, module, child, inner)
            for name, kind in _stored(kinds, node, child, names):
                fields.setdefault(name, set()).add(kind)
            waiting.append((child, inner))


def _stored(kinds: Kinds, outer: ast.AST, node: ast.AST, names: Names) -> Iterator[tuple[str, Kind]]:
    """Fields that are set, or annotated in a class."""
    targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets if isinstance(node, ast.Assign) else []
    for target in targets:
        kind = annotated(node.annotation) if isinstance(node, ast.AnnAssign) else kinds.of(node.value, names)  # type: ignore[attr-defined]
        if isinstance(target, ast.Attribute):
            yield target.attr, kind
        elif isinstance(target, ast.Name) and isinstance(outer, ast.ClassDef):
            yield target.id, kind
        else:
            inner = [part for part in ast.walk(target) if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store)]
            yield from ((part.attr, "") for part in inner)


def _scope(kinds: Kinds, module: Module, scope: ast.AST, outer: Names) -> dict[str, Kind]:
    """The names of a function, or of a file, with those around it."""
    names: dict[str, Kind] = dict(outer)
    own: dict[str, list[Kind]] = {}
    if isinstance(scope, FUNCTIONS):
        for argument in (*scope.args.posonlyargs, *scope.args.args, *scope.args.kwonlyargs):
            own[argument.arg] = [annotated(argument.annotation) or _spoken_to(module, scope, argument.arg)]
        for rest, kind in ((scope.args.vararg, "tuple"), (scope.args.kwarg, "dict")):
            if rest:
                own[rest.arg] = [kind]
    names.update({name: found[0] for name, found in own.items()})
    for node in module.inside(scope):
        if isinstance(node, ast.stmt | ast.NamedExpr) and node is not scope and _belongs(module, node, scope):
            for name, kind in _binds(kinds, node, names):
                own.setdefault(name, []).append(kind)
                names[name] = something(agreed(own[name]))
    for name in _keyed(kinds, module, scope) if own else ():
        if name in own and not names[name]:
            names[name] = "record"
    for node in module.inside(scope):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ASKS:
            names |= {part.id: "" for part in node.args[:1] if isinstance(part, ast.Name)}
    return names


def _needs(module: Module, scope: ast.AST) -> dict[str, frozenset[str]]:
    """What is read of names that are given something once."""
    found: dict[str, set[str]] = {}
    bound = Counter(node.id for node in module.inside(scope) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    bound.update(node.arg for node in module.inside(scope) if isinstance(node, ast.arg))
    for node in module.inside(scope):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.setdefault(node.value.id, set()).add(node.attr)
        elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
                found.setdefault(node.value.id, set()).add(KEYED)
        elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Name):
            found.setdefault(node.iter.id, set()).add(GONE_THROUGH)
    return {name: frozenset(parts) for name, parts in found.items() if bound[name] == 1}


def _keyed(kinds: Kinds, module: Module, scope: ast.AST) -> set[str]:
    """Names that are read by text keys."""
    return {
        node.value.id
        for node in (module.inside(scope) if not kinds.frames else ())
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
    }


def _belongs(module: Module, node: ast.AST, scope: ast.AST) -> bool:
    """Whether a statement is of a function or file itself, and not of one inside it."""
    return next((each for each in module.above(node) if isinstance(each, (*FUNCTIONS, ast.ClassDef, ast.Lambda))), module.tree) is scope


def _binds(kinds: Kinds, node: ast.AST, names: Names) -> Iterator[tuple[str, Kind]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _taken(kinds, target, node.value, names)
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, annotated(node.annotation)
    elif isinstance(node, ast.NamedExpr):
        yield node.target.id, kinds.of(node.value, names)
    elif isinstance(node, ast.For | ast.AsyncFor):
        yield from kinds.bound(node.target, node.iter, names)
    elif isinstance(node, ast.Import):
        yield from (((alias.asname or alias.name).split(".")[0], "module") for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name, kinds.globals.get(alias.name, "module" if alias.name in kinds.files else "")
    elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        yield node.name, "" if node.decorator_list or isinstance(node, ast.ClassDef) else "function"
    else:
        yield from ((name, "") for name in _otherwise(node))


def _otherwise(node: ast.AST) -> Iterator[str]:
    """Names that are bound to what is not known."""
    if isinstance(node, ast.With | ast.AsyncWith):
        targets = [each.optional_vars for each in node.items if each.optional_vars]
        yield from (part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name))
    elif isinstance(node, ast.Try | ast.TryStar):
        yield from (handler.name for handler in node.handlers if handler.name)
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names
    elif isinstance(node, ast.Match):
        yield from (part.name for part in ast.walk(node) if isinstance(part, ast.MatchAs | ast.MatchStar) and part.name)


def _taken(kinds: Kinds, target: ast.AST, value: ast.AST | None, names: Names) -> Iterator[tuple[str, Kind]]:
    """The names of an assignment, one by one where both sides are written so."""
    if isinstance(target, ast.Name):
        yield target.id, kinds.of(value, names)
    elif isinstance(target, ast.Starred):
        yield from _taken(kinds, target.value, ast.List([], ast.Load()), names)
    elif isinstance(target, ast.Tuple | ast.List):
        starred = any(isinstance(each, ast.Starred) for each in target.elts)
        single = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts) and not starred
        parts: list[ast.expr | None] = [*value.elts] if single else [None] * len(target.elts)  # type: ignore[union-attr]
        for each, part in zip(target.elts, parts, strict=True):
            yield from _taken(kinds, each, part, names)


def _given(kinds: Kinds, module: Module, function: Function, names: Names) -> Kind:
    """What a function gives: as it says, or as all its returns do."""
    if function.returns is not None:
        return annotated(function.returns)
    own = [node for node in module.inside(function) if module.function(node) is function]
    if any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own):
        return "iterator"
    returned = [node.value for node in own if isinstance(node, ast.Return)]
    return something(agreed(kinds.of(value, names) for value in returned)) if all(returned) else ""


def _spoken_to(module: Module, function: Function, name: str) -> Kind:
    """A parameter without an annotation, by the methods that the function calls of it."""
    for node in module.inside(function):
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TEXTUAL
        if called and isinstance(node.func.value, ast.Name) and node.func.value.id == name:  # type: ignore[attr-defined]
            return "" if has_bytes(node) else "str"  # type: ignore[arg-type]
    return ""
