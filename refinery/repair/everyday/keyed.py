"""Keys under which results are kept: a key has to hold everything that what is kept under it was made of."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from refinery.edits.draft import spliced
from refinery.repair.module import FUNCTIONS, Function
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of, parameters, text_of

FAMILY = "part of a key"
THROWN = "thrown away"
MOST = 2


def propose(site: Site) -> Iterator[Mutation]:
    """A parameter more in what a key is made of."""
    function = site.function
    if function is None or isinstance(site.statement.node, (*FUNCTIONS, ast.ClassDef)):
        return
    yield from _thrown_away(site)
    idle = [name for name in parameters(function) if name in site.module.idle.get(function, ())]
    for node in site.statement.nodes if idle else ():
        if isinstance(node, ast.Dict):
            yield from _field(site, node, idle)
        elif isinstance(node, ast.List | ast.Tuple | ast.JoinedStr) and not (
            isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store)
        ):
            inside = isinstance(site.parent(node), ast.FormattedValue | ast.Subscript)
            own = [each for each in _parts(node) if each in parameters(function)]
            for name in idle[:MOST] if own and not inside else ():
                says = f"Put `{name}` with what `{short(site.src(node))}` is made of"
                yield site.put(node, _with(site, node, name, parameters(function)), FAMILY, says, 0.65)
    yield from _kept(site, function)


def _field(site: Site, node: ast.Dict, idle: list[str]) -> Iterator[Mutation]:
    """`{"size": size}` where a parameter that nothing reads would be a field as well."""
    named = [each for key, each in zip(node.keys, node.values, strict=True) if isinstance(each, ast.Name) and text_of(key) == each.id]
    has = {text_of(key) for key in node.keys}
    for name in [each for each in idle[:MOST] if named and each not in has]:
        end = site.module.span(node.values[-1])[1]
        yield site.between(end, end, f', "{name}": {name}', FAMILY, f"Put `{name}` into `{short(site.src(node))}`", 0.6)


def _thrown_away(site: Site) -> Iterator[Mutation]:
    """`rooms.get(floor, []).append(room)` puts it into a list that nobody has."""
    statement = site.statement.node
    changed = statement.value.func if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) else None
    got = changed.value if isinstance(changed, ast.Attribute) else None
    if not (isinstance(got, ast.Call) and isinstance(got.func, ast.Attribute) and got.func.attr == "get" and len(got.args) == 2):
        return
    if isinstance(got.args[1], ast.List | ast.Dict | ast.Set | ast.Call):
        end = site.module.span(got.func)[1]
        says = f"Keep what `{short(site.src(got.func.value))}` has not yet, before it is added to"
        yield site.between(end - len("get"), end, "setdefault", THROWN, says, 0.9)


def _kept(site: Site, function: Function) -> Iterator[Mutation]:
    """`kept[key] = make(a, b)` where the key is made of `a` alone."""
    statement = site.statement.node
    if not (isinstance(statement, ast.Assign) and isinstance(target := statement.targets[0], ast.Subscript)):
        return
    store, key = site.src(target.value), target.slice
    uses = [each for each in keys_of(site, function, store) if site.src(each) == site.src(key)]
    given = [statement.value, *_given(site, function, statement.value)]
    calls = [each for value in given for each in ast.walk(value) if isinstance(each, ast.Call)]
    if len(uses) < 2 or not calls or not isinstance(key, ast.Name | ast.Tuple | ast.JoinedStr):
        return
    made = next((each for each in site.module.inside(function) if isinstance(each, ast.Assign) and isinstance(key, ast.Name)
                 and site.src(each.targets[0]) == key.id), None)  # fmt: skip
    known = parameters(function)
    value = made.value if made is not None else key
    held, read = _reads(site, function, value), _reads(site, function, statement.value)
    called = {each.func.id for each in calls if isinstance(each.func, ast.Name)}
    missing = [name for name in known if name in read - held - called and name not in store.split(".")]
    if not held & set(known) or not missing or not isinstance(value, ast.Name | ast.Tuple | ast.List | ast.JoinedStr):
        return
    new = site.src(value)
    for name in missing[:MOST] if not isinstance(value, ast.Name) else ():
        yield (
            site.put(value, _with(site, value, name, known), FAMILY, f"Keep it by `{name}` too", 0.65)
            if made
            else _all(site, uses, _with(site, value, name, known), name)
        )
    if isinstance(value, ast.Name):
        names = sorted({new, *missing}, key=lambda name: known.index(name) if name in known else -1)
        whole = f"({', '.join(names)})"
        yield site.put(value, whole, FAMILY, f"Keep it by `{whole}`", 0.65) if made else _all(site, uses, whole, ", ".join(missing))


def _given(site: Site, function: Function, node: ast.expr) -> list[ast.expr]:
    """What a variable of a function is given."""
    found = [each for each in site.module.inside(function) if isinstance(each, ast.Assign)]
    return [each.value for each in found if isinstance(node, ast.Name) and site.src(each.targets[0]) == node.id]


def _all(site: Site, uses: Sequence[ast.expr], new: str, name: str) -> Mutation:
    """The key replaced wherever the store is asked by it."""
    spans = sorted(site.module.span(each) for each in uses)
    start, end = spans[0][0], spans[-1][1]
    text = spliced(site.module.text[start:end], [(first - start, last - start, new) for first, last in spans])
    return site.between(start, end, text, FAMILY, f"Keep it by `{name}` too", 0.65)


def keys_of(site: Site, function: Function, store: str) -> Iterator[ast.expr]:
    """By what a store is asked in a function."""
    for node in site.module.inside(function):
        if isinstance(node, ast.Subscript) and site.src(node.value) == store:
            yield node.slice
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn) and site.src(node.comparators[0]) == store:
            yield node.left
        elif isinstance(node, ast.Call) and node.args and site.src(node.func) in (f"{store}.get", f"{store}.setdefault"):
            yield node.args[0]


def _reads(site: Site, function: Function, node: ast.expr) -> set[str]:
    """The names that an expression reads, and those that they were made of."""
    found = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    made = site.module.made_of(function)
    return found.union(*(made.get(name, ()) for name in found))


def _parts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.JoinedStr):
        return [name_of(each.value) for each in node.values if isinstance(each, ast.FormattedValue) and isinstance(each.value, ast.Name)]
    return [each.id for each in getattr(node, "elts", []) if isinstance(each, ast.Name)]


def _with(site: Site, node: ast.expr, name: str, known: Collection[str]) -> str:
    """The parts of a key with one more, in the order of the parameters."""
    start, end = site.module.span(node)
    text, order = site.module.text[start:end], list(known)
    if isinstance(node, ast.JoinedStr):
        quote = text.find(text[-1])
        signs = [each.value for each in node.values if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        sign = next((each for each in signs if len(each) == 1 and not each.isalnum() and each not in "{}\\"), ":")
        return f"{text[: quote + 1]}{{{name}}}{sign}{text[quote + 1 :]}"
    for each in getattr(node, "elts", []):
        if isinstance(each, ast.Name) and each.id in order and order.index(each.id) > order.index(name):
            place = site.module.span(each)[0] - start
            return f"{text[:place]}{name}, {text[place:]}"
    last = site.module.span(node.elts[-1])[1] - start if isinstance(node, ast.List | ast.Tuple) else len(text)
    return f"{text[:last]}, {name}{text[last:]}"
