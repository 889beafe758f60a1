"""What a function does on its way in and does not undo on its way out: a thing is put on a stack, and stays there."""

from __future__ import annotations

import ast
import re
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
    yield from _with_the_other(site, function, statement)
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
            code = OPPOSITE[verb].format(site.src(called.args[0]))
            yield f"{owner}.{code.replace('discard(', 'remove(') if '.remove(' in text else code}"
    elif isinstance(earlier, ast.AugAssign) and isinstance(earlier.op, ast.Add | ast.Sub):
        sign = "-=" if isinstance(earlier.op, ast.Add) else "+="
        code = f"{site.src(earlier.target)} {sign} {site.src(earlier.value)}"
        if not isinstance(earlier.target, ast.Name) and code not in site.module.source(function):
            yield code


def _with_the_other(site: Site, function: Function, statement: ast.stmt) -> Iterator[Mutation]:
    """What was put into two things at once is taken out of the one, and stays in the other."""
    call = statement.value if isinstance(statement, ast.Assign | ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in ("pop", "popleft")):
        return
    items, text = site.src(call.func.value), site.module.source(function)
    what = site.src(statement.targets[0]) if isinstance(statement, ast.Assign) else ""
    for put in site.module.inside(function):
        first = put.value if isinstance(put, ast.Expr) else None
        if not (isinstance(first, ast.Call) and site.src(first.func) == f"{items}.append" and len(first.args) == 1 and what.isidentifier()):
            continue
        block, one = site.module.block(put), site.src(first.args[0])  # type: ignore[arg-type]
        at = block.index(put)  # type: ignore[arg-type]
        for near in (*block[max(0, at - 1) : at], *block[at + 1 : at + 2]):
            found = re.fullmatch(rf"([\w.]+)(?:\.add\({re.escape(one)}\)|\[{re.escape(one)}\] = True)", site.src(near))
            if found and not re.search(rf"{re.escape(found[1])}(?:\.(?:discard|remove|clear)\(|\[\w+\] = False)", text):
                code = f"{found[1]}.discard({what})" if "add(" in found[0] else f"{found[1]}[{what}] = False"
                yield site.add(code, "after", FAMILY, f"Take `{what}` out of `{found[1]}` too", 0.5)
