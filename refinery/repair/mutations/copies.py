"""Mutable things that are shared by mistake: default arguments, module tables, lists inside lists, lists handed on while they grow."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.edits.draft import spliced
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FAMILY = "shared mutable"
KEPT_AND_CHANGED = 0.5
"""How likely a copy was forgotten of what is put into a table whose items are changed in place."""
MADE: dict[type[ast.AST], str] = {ast.Dict: "dict", ast.DictComp: "dict", ast.List: "list", ast.ListComp: "list", ast.Set: "set"}


def propose(site: Site) -> Iterator[Mutation]:
    """Copies where the original may be changed later."""
    statement = site.statement.node
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from _defaults(site, statement)
    if isinstance(statement, ast.Assign | ast.Return | ast.AnnAssign) and isinstance(
        statement.value, ast.Name | ast.Attribute | ast.Subscript
    ):
        into = [each for each in getattr(statement, "targets", ()) if isinstance(each, ast.Subscript) and _changed_below(site, each)]
        yield from _copied(site, statement.value, KEPT_AND_CHANGED if into else _prior(site, statement.value))
    if isinstance(statement, ast.Assign | ast.Return) and isinstance(statement.value, ast.Tuple | ast.List | ast.Dict):
        held = statement.value.values if isinstance(statement.value, ast.Dict) else statement.value.elts
        for part in held:
            if isinstance(part, ast.Attribute) and _changed(site, part):
                yield from _copied(site, part, 0.35)
                yield from _in_and_out(site, part)
    if isinstance(statement, ast.Expr):
        yield from _fresh(site, statement)
        yield from _in_place(site, statement.value)
    for node in site.statement.nodes:
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Name | ast.Attribute | ast.Subscript):
            yield from _copied(site, node.value, 0.3)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("append", "add", "put", "insert", "appendleft")
        ):
            for argument in node.args[-1:]:
                if isinstance(argument, ast.Name):
                    yield from _copied(site, argument, 0.25)
                elif isinstance(argument, ast.Attribute) and _changed(site, argument):
                    yield from _copied(site, argument, 0.6)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and isinstance(node.left, ast.List) and len(node.left.elts) == 1:
            inner = node.left.elts[0]
            if isinstance(inner, ast.List | ast.BinOp | ast.Dict | ast.ListComp | ast.Set | ast.Call):
                text = f"[{site.src(inner)} for _ in range({site.src(node.right)})]"
                yield site.put(node, text, FAMILY, f"Make each row of `{short(site.src(node))}` a list of its own", 0.95)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fromkeys" and len(node.args) == 2:
            if isinstance(node.args[1], ast.List | ast.Dict | ast.Set):
                text = f"{{key: {site.src(node.args[1])} for key in {site.src(node.args[0])}}}"
                yield site.put(node, text, FAMILY, "Give each key a value of its own", 0.8)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "copy":
            if node.args:  # `copy.copy(x)`
                says = f"Copy `{short(site.src(node.args[0]))}` with all it holds"
                yield site.put(node.func, f"{site.src(node.func.value)}.deepcopy", FAMILY, says, 0.7)
            else:
                yield _deep(site, node, node.func.value, 0.4)
        elif isinstance(node, ast.Call) and name_of(node.func) and ast.unparse(node.func) in ("dict", "list") and len(node.args) == 1:
            yield _deep(site, node, node.args[0], 0.3 if isinstance(node.args[0], ast.Name | ast.Attribute | ast.Subscript) else 0.1)
    if isinstance(statement, ast.For) and isinstance(statement.iter, ast.Call):
        yield from _views(site, statement, statement.iter)
    if isinstance(statement, ast.For) and isinstance(statement.iter, ast.Name | ast.Attribute):
        changes = {
            site.src(node.func.value)
            for part in statement.body
            for node in ast.walk(part)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("remove", "pop", "append", "discard", "clear")
        }
        text = site.src(statement.iter)
        deleted = any(isinstance(node, ast.Delete) for part in statement.body for node in ast.walk(part))
        if text in changes or deleted:
            yield site.put(statement.iter, f"list({text})", FAMILY, f"Go through a copy of `{text}`, which the loop changes", 0.8)


def _views(site: Site, loop: ast.For, call: ast.Call) -> Iterator[Mutation]:
    """`for key in table.keys()` with `del table[key]` in it: keys, values and items are those of the table itself."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in ("keys", "values", "items") or call.args:
        return
    table = site.src(call.func.value)
    for node in site.module.inside(loop):
        taken = isinstance(node, ast.Attribute) and node.attr in ("pop", "popitem", "clear", "setdefault")
        gone = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Del)
        if isinstance(node, ast.Attribute | ast.Subscript) and (taken or gone) and site.src(node.value) == table:
            says = f"Go through a copy of `{short(site.src(call))}`, which the loop changes"
            yield site.put(call, f"list({site.src(call)})", FAMILY, says, 0.85)
            return


def _fresh(site: Site, statement: ast.Expr) -> Iterator[Mutation]:
    """`items.clear()` empties what was handed out before; a new one does not."""
    called = statement.value
    if not (isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute) and called.func.attr == "clear" and not called.args):
        return
    name = site.src(called.func.value)
    given = [
        site.src(node.value)
        for node in site.module.inside(site.function or site.module.tree)
        if isinstance(node, ast.Assign) and node.targets[0] is not None and site.src(node.targets[0]) == name
    ]
    for new in dict.fromkeys([*given, "[]", "{}", "set()"]):
        yield site.put(
            statement, f"{name} = {new}", FAMILY, f"Begin a new `{short(name)}`, and leave the old one alone", 0.6 if new in given else 0.3
        )


def _in_place(site: Site, called: ast.expr) -> Iterator[Mutation]:
    """`items.extend(more)` changes what others hold too; a new list does not."""
    if not (isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute) and len(called.args) == 1):
        return
    owner, given = called.func.value, site.src(called.args[0])
    more = {"extend": f"*{given}", "append": given}.get(called.func.attr)
    if more is None:
        return
    got = isinstance(owner, ast.Call) and isinstance(owner.func, ast.Attribute) and owner.func.attr == "setdefault"
    if got and len(owner.args) == 2:  # type: ignore[attr-defined]
        store, key, start = (site.src(each) for each in (owner.func.value, *owner.args))  # type: ignore[attr-defined]
        new = f"{store}[{key}] = [*{store}.get({key}, {start}), {more}]"
    elif isinstance(owner, ast.Name | ast.Subscript | ast.Attribute):
        new = f"{site.src(owner)} = [*{site.src(owner)}, {more}]"
    else:
        return
    prior = 0.4 if got and called.func.attr == "extend" else 0.12
    yield site.put(called, new, FAMILY, f"Make a new list with `{short(given)}`, and leave the old one alone", prior)


def _deep(site: Site, node: ast.expr, of: ast.expr, prior: float) -> Mutation:
    text = site.src(of)
    says = f"Copy `{short(text)}` with all it holds"
    return Mutation(*site.module.span(node), f"deepcopy({text})", FAMILY, says, prior, imports="copy:deepcopy")


def _in_and_out(site: Site, part: ast.Attribute) -> Iterator[Mutation]:
    """What is put away as it is, and taken up again as it is elsewhere in the class, changes there as well: copied both times."""
    kept, module, owner = site.src(part), site.module, site.parent(site.function) if site.function else None
    if not isinstance(owner, ast.ClassDef):
        return
    stored = [
        node
        for node in module.inside(owner)
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and site.src(node.targets[0]) == kept
    ]
    made = {MADE.get(type(node.value)) or name_of(getattr(node.value, "func", None)) for node in stored} & {"dict", "list", "set"}
    for node in stored:
        if isinstance(node.value, ast.Name | ast.Subscript) and module.function(node) is not site.function and len(made) == 1:
            how = min(made)
            spans = sorted((module.span(part), module.span(node.value)))
            start, end = spans[0][0], spans[1][1]
            moved = [(first - start, last - start, f"{how}({module.text[first:last]})") for first, last in spans]
            new = spliced(module.text[start:end], moved)
            yield site.between(start, end, new, FAMILY, f"Copy `{kept}` where it is put away, and where it is taken up again", 0.5)


def _changed(site: Site, node: ast.Attribute) -> bool:
    """Whether the file changes something of an attribute in place."""
    text = site.src(node)
    for other in site.module.inside(site.module.tree):
        stored = isinstance(other, ast.Subscript) and isinstance(other.ctx, ast.Store | ast.Del)
        called = isinstance(other, ast.Attribute) and other.attr in (
            "append",
            "add",
            "update",
            "pop",
            "clear",
            "extend",
            "remove",
            "insert",
        )
        if (stored or called) and site.src(other.value) == text:  # type: ignore[attr-defined]
            return True
    return False


def _changed_below(site: Site, target: ast.Subscript) -> bool:
    """Whether the file changes what it keeps in a table: `self.rows[key]["seen"] = 1`, or by a variable that was given the item."""
    kept, module = site.src(target.value), site.module
    items = {
        name_of(node.targets[0])
        for node in module.inside(module.tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript) and module.source(node.value.value) == kept
    }
    for node in module.inside(module.tree):
        stored = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del)
        called = isinstance(node, ast.Attribute) and node.attr in ("append", "add", "update", "extend", "insert", "pop", "clear", "remove")
        of = node.value if (stored or called) and isinstance(node, ast.Subscript | ast.Attribute) else None
        if isinstance(of, ast.Subscript) and module.source(of.value) == kept:
            return True
        if isinstance(of, ast.Name) and of.id in items:
            return True
    return False


def _prior(site: Site, value: ast.expr) -> float:
    """Copying is likely right where a table of the module or an attribute is taken over and the function changes things."""
    text = site.src(value)
    if isinstance(value, ast.Name) and value.id in site.module.globals and value.id not in site.locals:
        return 0.6
    if text.startswith("self."):
        return 0.3
    return 0.15


def _copied(site: Site, node: ast.expr, prior: float) -> Iterator[Mutation]:
    text = site.src(node)
    for how, weight in ((f"list({text})", 1.0), (f"dict({text})", 0.95), (f"set({text})", 0.4)):
        yield site.put(node, how, FAMILY, f"Take a copy of `{short(text)}`", prior * weight)
    yield _deep(site, node, node, prior * 0.8)


def _defaults(site: Site, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Mutation]:
    positional = [*function.args.posonlyargs, *function.args.args]
    pairs = list(zip(positional[len(positional) - len(function.args.defaults) :], function.args.defaults, strict=True))
    pairs += [
        (arg, default) for arg, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True) if default is not None
    ]
    for argument, default in pairs:
        if not isinstance(default, ast.List | ast.Dict | ast.Set) and not (isinstance(default, ast.Call) and not default.args):
            continue
        body = function.body
        first = body[1] if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and len(body) > 1 else body[0]
        start, end = site.module.span(default)
        begin = site.module.offset(first.lineno, first.col_offset)
        line_start = site.module.text.rfind("\n", 0, begin) + 1
        indent = site.module.text[line_start:begin]
        if indent.strip():
            continue
        text = site.module.text
        name, value = argument.arg, site.src(default)
        if isinstance(first, ast.If) and site.src(first.test) == f"{name} is None":
            yield site.put(default, "None", FAMILY, f"Make a new `{name}` for each call of `{function.name}`", 0.9)
            continue
        new = f"None{text[end:begin]}{name} = {value} if {name} is None else {name}\n{indent}"
        yield site.between(start, begin, new, FAMILY, f"Make a new `{name}` for each call of `{function.name}`", 0.8)
