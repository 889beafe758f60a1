"""Functions made by functions: wrappers that lose the result or the name of what they wrap, and values bound too late."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from weakref import WeakKeyDictionary

from refinery.repair.module import FUNCTIONS, Function, Module
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of, parameters

FAMILY = "wrapper"
BOUND = "bound too late"

_wrappers: WeakKeyDictionary[Module, list[Function]] = WeakKeyDictionary()

AT_ONCE = frozenset({
    "sorted", "map", "filter", "min", "max", "sum", "any", "all", "reduce", "sort", "next", "sub", "takewhile", "dropwhile", "groupby",
    "apply", "nlargest", "nsmallest", "list", "tuple", "set", "dict", "assertRaises", "run", "call", "timeit",
})  # fmt: skip
"""What calls a function while it has it: the values around it are still those of this round."""


def propose(site: Site) -> Iterator[Mutation]:
    """The result handed on, the name kept, the value of this round held fast."""
    statement, function = site.statement.node, site.function
    if isinstance(statement, FUNCTIONS) and function is not None:
        yield from _named(site, statement, function)
    if isinstance(statement, FUNCTIONS):
        yield from _made_in_a_loop(site, statement)
    elif function is not None:
        yield from _lost(site, function)
        yield from _told(site)
    for node in site.statement.nodes:
        if isinstance(node, ast.Lambda):
            yield from _late(site, node)


def _wrapped(site: Site, wrapper: Function) -> str:
    """The name by which a function that is given back calls what its maker was given; empty where it is no wrapper."""
    maker = site.module.function(wrapper)
    if maker is None:
        return ""
    given = set(parameters(maker))
    back = any(isinstance(node, ast.Return) and name_of(node.value) == wrapper.name for node in site.module.inside(maker))
    called = [
        node.func.id
        for node in site.module.inside(wrapper)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in given
    ]
    return called[0] if back and called else ""


def _named(site: Site, wrapper: Function, maker: Function) -> Iterator[Mutation]:
    """A wrapper without `functools.wraps` goes by its own name, not by that of what it wraps."""
    wrapped = _wrapped(site, wrapper)
    one = len(parameters(maker)) == 1 or wrapped in ("func", "function", "fn", "f")
    if wrapped and one and not wrapper.decorator_list:
        short_name = "wraps" in site.module.globals
        start = site.module.span(wrapper)[0]
        new = f"@{'' if short_name else 'functools.'}wraps({wrapped})\n{' ' * wrapper.col_offset}"
        told = site.clues.any_of(wrapper.name.lower(), "__name__", "__doc__")
        made = site.between(start, start, new, FAMILY, f"Keep the name of `{wrapped}`", 0.95 if told else 0.6)
        yield replace(made, imports="" if short_name or "functools" in site.module.globals else "functools")


def _told(site: Site) -> Iterator[Mutation]:
    """Where an answer speaks of a wrapper by its name, what was wrapped is meant; the wrapper was made long before."""
    if site.module not in _wrappers:
        inner = [node for node in site.module.inside(site.module.tree) if isinstance(node, FUNCTIONS) and site.module.function(node)]
        _wrappers[site.module] = [node for node in inner if _wrapped(site, node)]
    for wrapper in _wrappers[site.module]:
        maker = site.module.function(wrapper)
        if maker is not None and site.clues.says(wrapper.name):
            yield from _named(site, wrapper, maker)


def _lost(site: Site, wrapper: Function) -> Iterator[Mutation]:
    """`function(*args)` in a wrapper that answers nothing."""
    statement = site.statement.node
    value = getattr(statement, "value", None)
    call = value.value if isinstance(value, ast.Await) else value
    if not isinstance(statement, ast.Expr | ast.Assign) or not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        return
    if call.func.id != _wrapped(site, wrapper):
        return
    own = [node for node in site.module.inside(wrapper) if site.module.function(node) is wrapper]
    if any(isinstance(node, ast.Yield) or (isinstance(node, ast.Return) and node.value is not None) for node in own):
        return
    start, last = site.module.span(statement)[0], wrapper.body[-1]
    says = f"Give back what `{call.func.id}` gives"
    if isinstance(statement, ast.Expr) and last.end_lineno == statement.end_lineno and site.module.loop(statement) is None:
        yield site.between(start, start, "return ", FAMILY, says, 0.9)
        return
    name = name_of(statement.targets[0]) if isinstance(statement, ast.Assign) else "result"
    changes = [(start, start, f"{name} = ")] if isinstance(statement, ast.Expr) else []
    begin, end = site.module.span(last)
    ending = (begin, end, f"return {name}") if isinstance(last, ast.Return) else (end, end, f"\n{' ' * last.col_offset}return {name}")
    yield site.at_once([*changes, ending], FAMILY, says, 0.9)


def _late(site: Site, node: ast.Lambda) -> Iterator[Mutation]:
    """A function that is kept beyond its round of a loop sees what the loop's variable is in the end."""
    if _called_at_once(site, node) or node.args.kwarg:
        return
    names = _of_the_round(site, node, node)
    if names:
        start, end = site.module.span(node)[0] + len("lambda"), site.module.span(node.body)[0]
        given = _behind_all(site, node.args)
        behind = given or start
        colon = site.module.text.index(":", behind, end)
        held = ", ".join(f"{name}={name}" for name in names)
        yield site.between(behind, colon, f", {held}" if given else f" {held}", BOUND, _says(names), 0.9)


def _made_in_a_loop(site: Site, function: Function) -> Iterator[Mutation]:
    names = _of_the_round(site, function, function)
    if names and not function.args.kwarg and not function.args.vararg and _kept(site, function):
        given = _behind_all(site, function.args)
        at = given or site.module.text.index("(", site.module.span(function)[0]) + 1
        held = ", ".join(f"{name}={name}" for name in names)
        yield site.between(at, at, f", {held}" if given else held, BOUND, _says(names), 0.85)


def _behind_all(site: Site, arguments: ast.arguments) -> int:
    """Where the last parameter ends; 0 where there is none."""
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *([arguments.vararg] if arguments.vararg else [])]
    values = [*arguments.defaults, *(each for each in arguments.kw_defaults if each is not None)]
    return max([0, *(site.module.span(each)[1] for each in given), *(site.module.span(each)[1] for each in values)])


def _says(names: list[str]) -> str:
    return f"Hold fast what `{short(', '.join(names))}` is in this round"


def _of_the_round(site: Site, node: ast.AST, inner: ast.Lambda | Function) -> list[str]:
    """Names that a function reads and that the loop or the comprehension around it binds anew each time."""
    bound: set[str] = set()
    maker = site.module.function(node)
    for outer in site.module.above(node):
        if outer is maker:
            break
        if isinstance(outer, ast.For | ast.AsyncFor):
            bound |= {part.id for part in site.module.inside(outer) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
        elif isinstance(outer, ast.ListComp | ast.SetComp | ast.DictComp):
            bound |= {part.id for each in outer.generators for part in ast.walk(each.target) if isinstance(part, ast.Name)}
    if not bound:
        return []
    arguments = inner.args
    own = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    body = inner.body if isinstance(inner.body, list) else [inner.body]
    names = [part for each in body for part in ast.walk(each) if isinstance(part, ast.Name)]
    own |= {part.id for part in names if isinstance(part.ctx, ast.Store)}
    return list(dict.fromkeys(part.id for part in names if part.id in bound - own))


def _called_at_once(site: Site, node: ast.Lambda) -> bool:
    """Whether what a function is given to is done with it in the same round."""
    outer = site.parent(node)
    while isinstance(outer, ast.keyword | ast.Tuple | ast.IfExp):
        if isinstance(outer, ast.keyword) and outer.arg in ("key", "default"):
            return True
        outer = site.parent(outer)
    return isinstance(outer, ast.Call) and (outer.func is node or name_of(outer.func) in AT_ONCE)


def _kept(site: Site, function: Function) -> bool:
    """Whether a function is put somewhere, and not only called in its round."""
    loop = site.module.loop(function)
    for node in site.module.inside(loop) if loop is not None else ():
        if isinstance(node, ast.Name) and node.id == function.name and isinstance(node.ctx, ast.Load):
            outer = site.parent(node)
            if not (isinstance(outer, ast.Call) and (outer.func is node or name_of(outer.func) in AT_ONCE)):
                return True
    return bool(function.decorator_list)
