"""Values that may be missing: None, an empty list, a zero divisor, a key that is not there."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import Function
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import base_of, called, text_of

FAMILY = "missing value"
RISK = "a missing value is passed over where it may deserve an error"


def propose(site: Site) -> Iterator[Mutation]:
    """Guards where the evidence or the code makes a missing value likely."""
    none = site.clues.any_of("nonetype", "none has no", "'none'") or bool(site.clues.errors & {"AttributeError", "TypeError"})
    empty = bool(site.clues.errors & {"IndexError", "ValueError", "StopIteration"})
    key = "KeyError" in site.clues.errors
    zero = "ZeroDivisionError" in site.clues.errors
    bases: dict[str, ast.expr] = {}
    for node in site.statement.nodes:
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Load):
            if isinstance(node.value, ast.Name | ast.Attribute | ast.Subscript):
                bases.setdefault(site.src(node.value), node.value)
            yield from _read(site, node, key, empty, none)
        elif isinstance(node, ast.Call):
            yield from _taken_out(site, node, key)
            for argument in _handed(node) if none else ():
                bases.setdefault(site.src(argument), argument)
                yield from _missing_argument(site, node, argument)
            yield from _call(site, node, empty, none)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
            yield from _division(site, node, 0.6 if zero else 0.04)
    iterated = site.statement.node
    if isinstance(iterated, ast.For) and isinstance(iterated.iter, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
        text = site.src(iterated.iter)
        yield site.put(
            iterated.iter, f"{text} or ()", FAMILY, f"Take `{short(text)}` as empty when it is missing", 0.5 if none else 0.06, RISK
        )
    for text, base in bases.items():
        if text not in ("self", "cls") and text.split(".")[0] not in _modules(site):
            yield from _guarded(site, text, base, none, empty)
    if zero or empty:
        for name in site.locals[:6]:
            yield from _early(site, f"not {name}", f"`{name}` is empty", 0.35)


def _read(site: Site, node: ast.Attribute | ast.Subscript, key: bool, empty: bool, none: bool) -> Iterator[Mutation]:
    text = site.src(node)
    record = base_of(node)
    if isinstance(node, ast.Subscript) and record is not None:
        named = record[1] in site.clues.named
        prior = (0.6 if named else 0.35) if key else 0.08
        base = site.src(record[0])
        written = site.src(node.slice)
        for default, weight in _defaults(site, record[1]):
            yield site.put(
                node, f"{base}.get({written}{default})", "missing key", f"Read `{record[1]}` with a default", prior * weight, RISK
            )
        if none:
            says = f"Allow for `{short(base)}` being None"
            yield site.put(node, f"({text} if {base} is not None else None)", FAMILY, says, 0.5, RISK)
    elif isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
        base, index = site.src(node.value), site.src(node.slice)
        if index in ("0", "-1"):
            says = f"Take `None` when `{short(base)}` is empty"
            yield site.put(node, f"({text} if {base} else None)", "empty list", says, 0.35 if empty else 0.05, RISK)
        elif key:
            yield site.put(
                node, f"{base}.get({index})", "missing key", f"Read `{short(index)}` from `{short(base)}` if it is there", 0.35, RISK
            )
            yield site.put(node, f"{base}.get({index}, 0)", "missing key", f"Count a missing `{short(index)}` as 0", 0.35, RISK)
    elif isinstance(node, ast.Attribute) and none and not isinstance(node.value, ast.Call) and not _is_method(site, node):
        base = site.src(node.value)
        yield site.put(node, f"({text} if {base} is not None else None)", FAMILY, f"Allow for `{short(base)}` being None", 0.3, RISK)


def _defaults(site: Site, key: str) -> Iterator[tuple[str, float]]:
    seen = [repr(value) for value, _ in site.world.roles.get(key, {}).items() if isinstance(value, str | int | float)] if key else []
    yield "", 0.9
    for value in ('""', "0", "[]", "{}", "False"):
        yield f", {value}", 0.7 if value in ('""', "0") else 0.5
    for value in seen[:2]:
        yield f", {value}", 0.45


def _call(site: Site, node: ast.Call, empty: bool, none: bool) -> Iterator[Mutation]:
    if isinstance(node.func, ast.Name) and node.func.id in ("max", "min") and len(node.args) == 1 and not node.keywords:
        inner = _as_argument(site, node.args[0])
        for default in ("0", "None"):
            says = f"Let `{node.func.id}` of nothing be {default}"
            new = f"{node.func.id}({inner}, default={default})"
            yield site.put(node, new, "empty list", says, 0.45 if empty else 0.05, RISK)
    if isinstance(node.func, ast.Name) and node.func.id == "next" and len(node.args) == 1:
        inner = _as_argument(site, node.args[0])
        yield site.put(
            node,
            f"next({inner}, None)",
            "empty list",
            "Answer None when nothing is found",
            0.45 if "stopiteration" in site.clues.text else 0.05,
            RISK,
        )
    if isinstance(node.func, ast.Attribute) and node.func.attr == "get" and none:
        parent = site.parent(node)
        empties = {"items": "{}", "get": "{}", "values": "{}", "keys": "{}", "lower": '""', "strip": '""', "split": '""', "upper": '""'}
        if isinstance(parent, ast.Attribute) and parent.attr in empties:
            text = site.src(node)
            yield site.put(node, f"({text} or {empties[parent.attr]})", FAMILY, f"Allow for `{short(text)}` being None", 0.55, RISK)
    if (
        len(node.args) == 1
        and none
        and isinstance(node.func, ast.Name)
        and node.func.id in ("len", "sum", "sorted", "list", "iter", "enumerate")
    ):
        argument = site.src(node.args[0])
        yield site.put(node.args[0], f"{argument} or ()", FAMILY, f"Take `{short(argument)}` as empty when it is missing", 0.45, RISK)


def _taken_out(site: Site, node: ast.Call, key: bool) -> Iterator[Mutation]:
    """`records.pop(key)` where the key need not be there; numbers are places in a list, which has no such default."""
    if not (isinstance(node.func, ast.Attribute) and node.func.attr == "pop" and len(node.args) == 1 and not node.keywords):
        return
    if isinstance(node.args[0], ast.Constant | ast.UnaryOp) and text_of(node.args[0]) is None:
        return
    end = site.module.span(node.args[0])[1]
    what = f"`{short(site.src(node.args[0]), 24)}`"
    prior = 0.65 if key else 0.06
    yield site.between(
        end, end, ", None", "missing key", f"Take {what} out of `{short(site.src(node.func.value))}` if it is there", prior, RISK
    )


def _handed(node: ast.Call) -> list[ast.expr]:
    """Arguments that could be None: names, fields, items, and what `get` answers."""
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    return [argument for argument in given if isinstance(argument, ast.Name | ast.Attribute | ast.Subscript) or _gets(argument)]


def _gets(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and len(node.args) == 1


def _missing_argument(site: Site, node: ast.Call, argument: ast.expr) -> Iterator[Mutation]:
    """`f(x)` where x is None: the call is left out, or something empty is handed over in its place."""
    text, whole = site.src(argument), site.src(node)
    used = not isinstance(site.parent(node), ast.Expr)
    if used and "\n" not in whole and not isinstance(site.parent(node), ast.Attribute):
        says = f"Answer None instead of calling `{short(site.src(node.func), 24)}` when `{short(text, 24)}` is None"
        yield site.put(node, f"({whole} if {text} is not None else None)", FAMILY, says, 0.35, RISK)
    for empty, kind, prior in (('""', "an empty text", 0.3), ("0", "0", 0.2), ("()", "nothing", 0.2), ("{}", "an empty record", 0.12)):
        says = f"Hand {kind} to `{short(site.src(node.func), 24)}` when `{short(text, 24)}` is missing"
        yield site.put(argument, f"{text} or {empty}", FAMILY, says, prior, RISK)


def _as_argument(site: Site, node: ast.expr) -> str:
    """The argument's text as one of several: a bare generator needs brackets then."""
    text = site.src(node)
    return f"({text})" if isinstance(node, ast.GeneratorExp) and not text.startswith("(") else text


def _division(site: Site, node: ast.BinOp, prior: float) -> Iterator[Mutation]:
    text, by = site.src(node), site.src(node.right)
    yield site.put(node, f"({text} if {by} else 0)", "zero divisor", f"Answer 0 when `{short(by)}` is 0", prior, RISK)
    if isinstance(site.parent(node), ast.Return | ast.Assign):
        yield site.put(node, f"{text} if {by} else None", "zero divisor", f"Answer None when `{short(by)}` is 0", prior * 0.6, RISK)
        yield site.put(node, f"{text} if {by} else 0.0", "zero divisor", f"Answer 0.0 when `{short(by)}` is 0", prior * 0.5, RISK)


def _guarded(site: Site, text: str, base: ast.expr, none: bool, empty: bool) -> Iterator[Mutation]:
    statement = site.statement.node
    prior = 0.55 if none else 0.08
    if isinstance(statement, ast.If | ast.While):
        test = site.src(statement.test)
        inner = f"({test})" if isinstance(statement.test, ast.BoolOp) and isinstance(statement.test.op, ast.Or) else test
        if text not in _guards(site, statement.test):
            yield site.put(statement.test, f"{text} is not None and {inner}", FAMILY, f"Ask first whether `{short(text)}` is there", prior)
            yield site.put(statement.test, f"{text} is None or {inner}", FAMILY, f"Take a missing `{short(text)}` the same way", prior)
            yield site.put(statement.test, f"{text} and {inner}", FAMILY, f"Ask first whether `{short(text)}` holds something", prior * 0.9)
            yield site.put(
                statement.test, f"not {grouped(site, base)} or {inner}", FAMILY, f"Take an empty `{short(text)}` the same way", prior * 0.8
            )
    if none:
        yield from _early(site, f"{text} is None", f"`{text}` is None", 0.55)
    if empty or none:
        yield from _early(site, f"not {text}", f"`{text}` is empty", 0.4 if empty else 0.2)


def _early(site: Site, condition: str, reason: str, prior: float) -> Iterator[Mutation]:
    """Leaving before the statement: with what the function returns elsewhere, or with the next item of a loop."""
    function = site.function
    if function is None or isinstance(site.statement.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    if site.module.loop(site.statement.node) is not None:
        yield site.add(f"if {condition}:\n    continue", "before", FAMILY, f"Skip an item when {reason}", prior * 0.9, RISK)
    for place, value in enumerate(returned(site, function)):
        code = f"if {condition}:\n    return {value}".rstrip()
        yield site.add(code, "before", FAMILY, f"Return {f'`{value}`' if value else 'early'} when {reason}", prior * 0.9**place, RISK)


def returned(site: Site, function: Function) -> tuple[str, ...]:
    """What a function could answer in a special case: its other simple returns, and the empty value of its kind."""
    values: list[str] = []
    kinds: list[str] = []
    for node in site.module.inside(function):
        if isinstance(node, ast.Return) and site.module.function(node) is function and node.value is not None:
            value = node.value
            if isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or) and isinstance(value.values[-1], ast.Constant):
                values.append(site.src(value.values[-1]))
            elif isinstance(value, ast.Constant) or (
                isinstance(value, ast.List | ast.Dict | ast.Tuple) and not any(ast.iter_child_nodes(value))
            ):
                values.append(site.src(value))
            elif isinstance(value, ast.List | ast.ListComp) or (isinstance(value, ast.Call) and called(value) in ("sorted", "list")):
                kinds.append("[]")
            elif isinstance(value, ast.Dict | ast.DictComp):
                kinds.append("{}")
            elif isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Call) and called(value) in ("join", "format", "str")):
                kinds.append('""')
            elif isinstance(value, ast.BinOp) or (isinstance(value, ast.Call) and called(value) in ("sum", "len", "round", "int", "float")):
                kinds.append("0")
            elif isinstance(value, ast.Compare | ast.BoolOp):
                kinds.append("False")
    annotation = site.src(function.returns) if function.returns is not None else ""
    for word, value_text in (("list", "[]"), ("dict", "{}"), ("str", '""'), ("float", "0.0"), ("int", "0"), ("bool", "False")):
        if annotation.startswith(word):
            kinds.append(value_text)
    rest = ["None", *(argument.arg for argument in function.args.args if argument.arg not in ("self", "cls"))][:3]
    return tuple(dict.fromkeys((*values, *kinds, *rest)))[:5]


def _guards(site: Site, test: ast.expr) -> set[str]:
    values = test.values if isinstance(test, ast.BoolOp) else [test]
    return {site.src(value) for value in values}


def _is_method(site: Site, node: ast.expr) -> bool:
    parent = site.parent(node)
    return isinstance(parent, ast.Call) and parent.func is node


def _modules(site: Site) -> set[str]:
    return {
        (alias.asname or alias.name).split(".")[0] for node in site.module.tree.body if isinstance(node, ast.Import) for alias in node.names
    }
