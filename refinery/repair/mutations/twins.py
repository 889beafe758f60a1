"""What a function does on one side and not on the other: a statement without its twin, a call that only one of two like things gets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import combinations

from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import base_of, name_of

FAMILY = "missing twin"
ONE_SIDED = "one-sided call"
WORD = re.compile(r"[A-Za-z_]\w*")
MOST = 60
"""Statements of a function that are compared."""
UNEVEN = {"+=": "-=", "-=": "+="}


def propose(site: Site) -> Iterator[Mutation]:
    """Twins of statements, under the renaming that other twins of the function show; calls for the other of two like things."""
    function, statement = site.function, site.statement.node
    if function is None or isinstance(statement, (*FUNCTIONS, ast.ClassDef)):
        return
    if isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign) and not _docstring(statement):
        yield from _without_twin(site, function, statement)
    if isinstance(statement, ast.If | ast.While):
        yield from _half(site, function, statement.test)
    for node in site.statement.nodes:
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from _mirrored(site, node)
    yield from _one_sided(site, function)
    if isinstance(statement, ast.Return | ast.Assign) and statement.value is not None:
        yield from _idle(site, function, statement.value)


def _without_twin(site: Site, function: Function, statement: ast.stmt) -> Iterator[Mutation]:
    text = site.src(statement)
    if "\n" in text:
        return
    known = _simple(site, function)
    for renaming in _renamings(known):
        twin = _renamed(text, renaming)
        if twin != text and twin not in known and _sound(twin):
            yield site.add(twin, "after", FAMILY, f"Do `{short(twin)}` too, as is done for its twin", 0.5)
            yield site.put(statement, twin, FAMILY, f"Do `{short(twin)}` instead of `{short(text)}`", 0.3)


def _half(site: Site, function: Function, test: ast.expr) -> Iterator[Mutation]:
    """`top < bottom` where the function elsewhere asks the like of left and right too."""
    text = site.src(test)
    bare = f"({text})" if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else text
    for renaming in (*_renamings(_simple(site, function)), *_asked_together(site, function)):
        for part in test.values if isinstance(test, ast.BoolOp) else [test]:
            twin = _renamed(site.src(part), renaming)
            if isinstance(part, ast.Compare) and twin not in text and _sound(twin):
                yield site.put(test, f"{bare} and {twin}", FAMILY, f"Ask for `{short(twin)}` too, as is done for its twin", 0.45)
                yield site.put(test, f"{bare} or {twin}", FAMILY, f"Let `{short(twin)}` pass too, as its twin does", 0.25)


def _mirrored(site: Site, node: ast.Compare) -> Iterator[Mutation]:
    """`a.start < b.end` is half of what makes two spans meet: the other half asks the same of b and a."""
    left, right = base_of(node.left), base_of(node.comparators[0])
    if not isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE) or left is None or right is None or left[1] == right[1]:
        return
    (one, other), text = (site.src(left[0]), site.src(right[0])), site.src(node)
    if one == other or not (one.isidentifier() and other.isidentifier()):
        return
    sign = text[len(site.src(node.left)) : len(text) - len(site.src(node.comparators[0]))]
    twin = f"{other}{site.src(node.left)[len(one) :]}{sign}{one}{site.src(node.comparators[0])[len(other) :]}"
    outer = site.parent(node)
    if twin in site.src(outer if isinstance(outer, ast.expr) else node):
        return
    new = f"{text} and {twin}"
    inside = isinstance(outer, ast.BoolOp | ast.UnaryOp)
    yield site.put(node, f"({new})" if inside else new, FAMILY, f"Ask for `{short(twin)}` too, its other half", 0.45)


def _asked_together(site: Site, function: Function) -> Iterator[dict[str, str]]:
    """The names of two like parts of one condition, each for the other."""
    for node in site.module.inside(function):
        for one, other in combinations(node.values, 2) if isinstance(node, ast.BoolOp) else ():
            first, second = (WORD.findall(site.src(part)) for part in (one, other))
            if WORD.sub("_", site.src(one)) == WORD.sub("_", site.src(other)) and len({*first, *second}) == 2 * len(first):
                yield dict(zip(first, second, strict=True))
                yield dict(zip(second, first, strict=True))


def _renamed(text: str, renaming: dict[str, str]) -> str:
    return WORD.sub(lambda match: renaming.get(match[0], match[0]), text)


def _sound(code: str) -> bool:
    """Whether it is still code: a renaming that makes None of a name does not hold for fields and for what is given a value."""
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def _simple(site: Site, function: Function) -> list[str]:
    nodes = [each for each in site.module.inside(function) if isinstance(each, ast.Expr | ast.Assign | ast.AugAssign | ast.Return)]
    return [text for node in nodes[:MOST] if not _docstring(node) and "\n" not in (text := site.src(node))]


def _renamings(texts: list[str]) -> list[dict[str, str]]:
    """How one statement becomes another that differs by its names alone; the renamings that agree are put together."""
    found: list[dict[str, str]] = []
    bare = [(WORD.sub("_", text), WORD.findall(text)) for text in texts]
    for place, (form, words) in enumerate(bare):
        for other, theirs in bare[place + 1 :]:
            if form != other or words == theirs or len(words) < 2 or len(words) != len(theirs):
                continue
            renaming = {one: two for one, two in zip(words, theirs, strict=True) if one != two}
            clear = len(set(renaming.values())) == len(renaming) and not set(renaming) & set(renaming.values())
            same = sum(one == two for one, two in zip(words, theirs, strict=True))
            if clear and (same or len(renaming) == 1 or len(words) > len(renaming)):
                found += [renaming, {two: one for one, two in renaming.items()}]
    joined: list[dict[str, str]] = []
    for renaming in found:
        for each in joined:
            agree = all(each.get(one, two) == two for one, two in renaming.items())
            if agree and not set(renaming) & set(each.values()) and not set(renaming.values()) & set(each):
                each.update(renaming)
                break
        else:
            joined.append(dict(renaming))
    return joined[:4]


def _one_sided(site: Site, function: Function) -> Iterator[Mutation]:
    """`f(a)` and `b` in one statement, or a function of one argument that is not asked about a thing of the kind it is asked about."""
    asked: dict[str, set[str]] = {}
    for node in site.module.inside(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and len(node.args) == 1 and not node.keywords:
            known = site.world.functions.get(node.func.id)
            if known is not None or node.func.id in ("len", "abs", "str", "int", "float", "set", "sorted"):
                asked.setdefault(node.func.id, set()).add(site.src(node.args[0]))
    here = {name_of(node.func) for node in site.statement.nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    for name in list(asked)[:4]:
        for node in site.statement.nodes:
            parent = site.parent(node)
            readable = isinstance(node, ast.Name | ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Load)
            own = isinstance(parent, ast.Call) and (parent.func is node or name_of(parent.func) == name)
            if not readable or own or isinstance(parent, ast.Attribute) or (isinstance(parent, ast.Subscript) and parent.value is node):
                continue
            text = site.src(node)
            if text == name or text in site.world.functions:
                continue
            builtin = name not in site.world.functions
            prior = (0.35 if name in here else 0.2) * (0.5 if builtin else 1.0) * (1.2 if text in asked[name] else 1.0)
            yield site.put(node, f"{name}({text})", ONE_SIDED, f"Take `{name}` of `{short(text)}` here too", prior)


def _idle(site: Site, function: Function, value: ast.expr) -> Iterator[Mutation]:
    """A function of the file that nothing calls, and that can be asked about what is at hand."""
    called = {name_of(node.func) for node in site.module.inside(site.module.tree) if isinstance(node, ast.Call)}
    for name, (module, helper) in site.world.functions.items():
        if module is not site.module or name in called or helper is function or name.startswith("_") or name == function.name:
            continue
        needed = [argument.arg for argument in helper.args.args if argument.arg not in ("self", "cls")]
        if not needed or not set(needed) <= set(site.locals):
            continue
        call = f"{name}({', '.join(needed)})"
        text = grouped(site, value)
        for new in (f"{text} // {call}", f"{text} / {call}", f"{text} - {call}", f"{text} + {call}", f"{text} * {call}", call):
            yield site.put(value, new, "idle helper", f"Use `{name}`, which nothing calls, for `{short(new)}`", 0.22)


def _docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
