"""Results that are not handed back, or handed back too early; awaits that were forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import Function
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FAMILY = "missing return"


def propose(site: Site) -> Iterator[Mutation]:
    """`return` before the last expression or after the last statement; `await` before a coroutine; a `return` moved out of its loop."""
    function, statement = site.function, site.statement.node
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and isinstance(function, ast.AsyncFunctionDef) and not isinstance(site.parent(node), ast.Await):
            known = name_of(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
            if known in site.world.coroutines or (known in ("gather", "sleep", "wait_for") and "asyncio" in site.src(node.func)):
                text = site.src(node)
                new = f"(await {text})" if isinstance(site.parent(node), ast.Attribute | ast.Subscript) else f"await {text}"
                yield site.put(node, new, "missing await", f"Await `{short(text)}`", 0.9)
    if function is None:
        return
    yield from _shown(site, function)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = statement.value
        own = name_of(called.func) == function.name
        known_function = site.world.functions.get(name_of(called.func))
        answers = known_function is not None and any(
            isinstance(node, ast.Return) and node.value is not None for node in ast.walk(known_function[1])
        )
        start = site.module.span(statement)[0]
        last = function.body[-1] is statement
        if own or answers or last:
            looped = own and site.module.loop(statement) is not None  # the rounds behind it would be lost
            prior = 0.45 if looped else 0.7 if own or answers else 0.2
            yield site.between(start, start, "return ", FAMILY, f"Return what `{short(site.src(called.func))}` answers", prior)
        if isinstance(called.func, ast.Attribute):
            target = site.src(called.func.value)
            if called.func.attr in (
                "replace",
                "strip",
                "lower",
                "upper",
                "lstrip",
                "rstrip",
                "union",
                "format",
                "astimezone",
                "removeprefix",
                "title",
            ):
                text = f"{target} = {site.src(called)}"
                yield site.put(statement, text, "result dropped", f"Keep the result of `{called.func.attr}` in `{short(target)}`", 0.8)
        if answers:
            for name in site.locals[:6]:
                text = f"{name} = {site.src(called)}"
                yield site.put(statement, text, "result dropped", f"Keep what `{short(site.src(called.func))}` answers in `{name}`", 0.25)
    if function.body[-1] is statement and not isinstance(statement, ast.Return | ast.Raise):
        returns = any(isinstance(node, ast.Return) and node.value is not None for node in site.module.inside(function))
        for place, name in enumerate(_assigned(function)):
            prior = (0.25 if returns else 0.6) * 0.85**place
            yield site.add(f"return {name}", "after", FAMILY, f"Return `{name}`", prior)
    loop = site.module.loop(statement)
    if isinstance(statement, ast.Return) and loop is not None and loop.body[-1] is statement and not loop.orelse:
        yield _moved_out(site, statement, loop)


def _shown(site: Site, function: Function) -> Iterator[Mutation]:
    """`print(total)` at the end of a function that answers nothing, and whose answer is used; `return` with nothing behind it."""
    statement = site.statement.node
    own = [node for node in site.module.inside(function) if isinstance(node, ast.Return | ast.Yield) and node.value is not None]
    call = statement.value if isinstance(statement, ast.Expr) else None
    if any(site.module.function(node) is function for node in own):
        return
    if isinstance(call, ast.Call) and site.src(call.func) == "print" and len(call.args) == 1 and not call.keywords:
        start, end = site.module.span(statement)
        given = site.src(call.args[0])
        prior = 0.85 if function.name in site.world.answered else 0.5 if site.module.block(statement)[-1] is statement else 0.2
        yield site.between(start, end, f"return {given}", FAMILY, f"Return `{short(given)}`, do not only show it", prior)
    if isinstance(statement, ast.Return) and function.body[-1] is statement:
        for place, name in enumerate(name for name in _assigned(function) if name in site.module.idle.get(function, ())):
            yield site.put(statement, f"return {name}", FAMILY, f"Return `{name}`", 0.8 * 0.85**place)


def _assigned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    names: list[str] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id not in names:
            names.append(node.id)
    return names[:6]


def _moved_out(site: Site, statement: ast.Return, loop: ast.stmt) -> Mutation:
    """The last statement of the loop's body becomes the first after it."""
    start, end = site.module.span(statement)
    text = site.module.text
    line = text.rfind("\n", 0, start) + 1
    loop_start = site.module.span(loop)[0]
    indent = text[text.rfind("\n", 0, loop_start) + 1 : loop_start]
    return site.between(line, end, f"{indent}{text[start:end]}", "early return", "Return after the loop, not in its first round", 0.6)
