"""Functions that go down into a thing and lose what they find there, or never stop on the way."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS, Function, opening
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.mutations.guards import returned
from refinery.repair.world import name_of, parameters

FAMILY = "recursion"
GATHERED: dict[str, str] = {"list": "{name}.extend({call})", "dict": "{name}.update({call})", "set": "{name}.update({call})"}


def propose(site: Site) -> Iterator[Mutation]:
    """What a call of itself found is given back, or added; a depth that is counted is also asked for."""
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    calls = [node for node in site.statement.nodes if isinstance(node, ast.Call) and _itself(site, node.func, function)]
    if not calls:
        return
    if isinstance(statement, ast.Expr) and statement.value is calls[0]:
        yield from _lost(site, function, statement)
    for call in calls[:1]:
        yield from _unasked(site, function, call)


def _itself(site: Site, called: ast.expr, function: Function) -> bool:
    """Whether a function is called by its name, or as the method of a part: `self.walk(x)`, `child.walk(x)`, `self.left.walk(x)`."""
    if not isinstance(called, ast.Attribute):
        return isinstance(called, ast.Name) and called.id == function.name
    method = isinstance(site.parent(function), ast.ClassDef) and called.attr == function.name and not called.attr.startswith("__")
    return method and isinstance(called.value, ast.Name | ast.Attribute | ast.Subscript) and not name_of(called.value)[:1].isupper()


def _lost(site: Site, function: Function, statement: ast.Expr) -> Iterator[Mutation]:
    own = [node for node in site.module.inside(function) if site.module.function(node) is function]
    values = [node.value for node in own if isinstance(node, ast.Return) and node.value is not None]
    if not values or any(isinstance(node, ast.Yield | ast.YieldFrom) for node in own):
        return
    call = site.src(statement.value)
    held = isinstance(statement.value, ast.Call) and site.src(statement.value.func).count(".") > 1
    more = site.module.loop(statement) is not None or function.body[-1] is not statement
    gathered = list(_gathered(own, values))
    for name, kind in gathered:
        new = GATHERED[kind].format(name=name, call=call) if kind in GATHERED else f"{name} += {call}"
        yield site.put(statement, new, FAMILY, f"Add to `{name}` what `{short(call)}` gives", 0.8)
    ending = max(values, key=lambda value: value.lineno)
    truth = ending.value if isinstance(ending, ast.Constant) else None
    if more and not gathered:
        indent = " " * statement.col_offset
        says = f"Return what `{short(call)}` finds"
        if isinstance(truth, bool):
            sought = not truth
            test = call if sought else f"not {call}"
            yield site.put(statement, f"if {test}:\n{indent}    return {sought}", FAMILY, says, 0.35 if held else 0.8)
        else:
            taken = {node.id for node in own if isinstance(node, ast.Name)}
            name = next(each for each in ("found", "result", "inner", "found_below") if each not in taken)
            for test, prior in ((f"{name} is not None", 0.8), (name, 0.4)):
                new = f"{name} = {call}\n{indent}if {test}:\n{indent}    return {name}"
                yield site.put(statement, new, FAMILY, says, prior / 2 if held else prior)


def _gathered(own: list[ast.AST], values: list[ast.expr]) -> Iterator[tuple[str, str]]:
    """Variables in which a function gathers what it gives back, and of what kind they are."""
    back = {value.id for value in values if isinstance(value, ast.Name)}
    for node in own:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in back:
            made = node.value
            called = name_of(made.func) if isinstance(made, ast.Call) else ""
            kinds = {ast.List: "list", ast.ListComp: "list", ast.Dict: "dict", ast.Set: "set", ast.DictComp: "dict"}
            kind = kinds.get(type(made)) or (called if called in GATHERED else "")
            number = isinstance(made, ast.Constant) and type(made.value) in (int, float)
            counted = any(isinstance(each, ast.AugAssign) and name_of(each.target) == node.targets[0].id for each in own)
            if kind or number or counted:
                yield node.targets[0].id, kind or "number"


def _unasked(site: Site, function: Function, call: ast.Call) -> Iterator[Mutation]:
    """`walk(part, depth - 1)` where nobody ever asks whether the depth is at its end."""
    statement = site.statement.node
    defaults = dict(zip([each.arg for each in function.args.args][::-1], function.args.defaults[::-1], strict=False))
    for name in parameters(function):
        reads = [node for node in site.module.inside(function) if isinstance(node, ast.Name) and node.id == name]
        counted = [site.parent(node) for node in reads]
        if not reads or not all(
            isinstance(each, ast.BinOp) and isinstance(each.op, ast.Sub) and site.src(each.right) == "1" for each in counted
        ):
            continue
        if not any(each in (*call.args, *(keyword.value for keyword in call.keywords)) for each in counted):
            continue
        default = defaults.get(name)
        endless = isinstance(_value(site, default), ast.UnaryOp)
        open_ = isinstance(default, ast.Constant) and default.value is None
        test = f"{name} != 0" if endless else f"{name} > 0"
        for each, prior in ((test, 0.8), (f"{name} > 1" if not endless else f"{name} != 1", 0.3)):
            if open_ or isinstance(statement, ast.Return):
                continue
            start, end = site.module.span(statement)
            indent = " " * statement.col_offset
            body = site.module.text[start:end].replace("\n", "\n    ")
            yield site.between(start, end, f"if {each}:\n{indent}    {body}", FAMILY, f"Go on only while `{each}`", prior)
        first = opening(function)
        stop = f"{name} == 0" if endless or open_ else f"{name} <= 0"
        for place, value in enumerate(returned(site, function)[:3]):
            code = f"if {stop}:\n    return {value}"
            yield site.add(code, "before", FAMILY, f"Stop where `{stop}`", 0.5 * 0.8**place, at=first)


def _value(site: Site, node: ast.expr | None) -> ast.expr | None:
    """What a constant of the file stands for."""
    if not isinstance(node, ast.Name):
        return node
    given = [each.value for each in site.module.tree.body if isinstance(each, ast.Assign) and name_of(each.targets[0]) == node.id]
    return given[0] if given else None
