"""What a function does on its way in and does not undo on its way out: a thing is put on a stack, and stays there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FAMILY = "not undone"
OPPOSITE = {"append": "pop()", "add": "discard({0})", "push": "pop()", "appendleft": "popleft()"}


def propose(site: Site) -> Iterator[Mutation]:
    """The opposite of a call, at a later place of its block; likeliest right behind where the function calls itself."""
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef, ast.Return, ast.Raise, ast.Continue, ast.Break)):
        return
    outer = site.parent(statement)
    for name in ("body", "orelse"):
        block = getattr(outer, name, None)
        if not isinstance(block, list) or statement not in block:
            continue
        deeper = any(isinstance(node, ast.Call) and name_of(node.func) == function.name for node in site.module.inside(statement))
        for earlier in block[: block.index(statement)]:
            for code in _opposite(site, function, earlier):
                says = f"Do `{short(code)}` afterwards, since `{short(site.src(earlier))}` was done"
                yield site.add(code, "after", FAMILY, says, 0.55 if deeper else 0.18)


def _opposite(site: Site, function: Function, earlier: ast.stmt) -> Iterator[str]:
    if isinstance(earlier, ast.Expr) and isinstance(earlier.value, ast.Call) and isinstance(earlier.value.func, ast.Attribute):
        called = earlier.value
        verb, owner = earlier.value.func.attr, site.src(earlier.value.func.value)
        text = site.module.source(function)
        if verb in OPPOSITE and len(called.args) == 1 and not any(f"{owner}.{undo}" in text for undo in ("pop", "remove(", "discard(")):
            yield f"{owner}.{OPPOSITE[verb].format(site.src(called.args[0]))}"
    elif isinstance(earlier, ast.AugAssign) and isinstance(earlier.op, ast.Add | ast.Sub):
        sign = "-=" if isinstance(earlier.op, ast.Add) else "+="
        code = f"{site.src(earlier.target)} {sign} {site.src(earlier.value)}"
        if not isinstance(earlier.target, ast.Name) and code not in site.module.source(function):
            yield code
