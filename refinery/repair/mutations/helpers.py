"""Helpers that the repository has and a place forgot: functions that nothing calls any more, and calls that like values get elsewhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.module import FUNCTIONS, Function, Module
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of, parameters, spoken_of

IDLE = "idle helper"
AS_ELSEWHERE = "as elsewhere"
BY_HAND = "helper for the same"
CLEANING = frozenset({
    "lower", "upper", "casefold", "strip", "split", "splitlines", "replace", "title", "removeprefix", "removesuffix", "findall",
})  # fmt: skip
"""Calls by which a text is read, or brought into a form."""
LONGEST = 60
FEWEST = 8
"""Characters of an expression that is a thing of its own: `x` and `text` are read in many ways."""
MOST = 6
BUILTINS = frozenset({"set", "sorted", "list", "tuple", "int", "float", "str", "len", "round", "sum", "min", "max", "abs", "dict", "bool"})


def propose(site: Site) -> Iterator[Mutation]:
    """What nothing calls is called; what is wrapped in a call elsewhere is wrapped here."""
    if site.function is None or isinstance(site.statement.node, (*FUNCTIONS, ast.ClassDef)):
        return
    yield from _idle(site, site.function)
    yield from _as_elsewhere(site)
    yield from _by_hand(site)


def _by_hand(site: Site) -> Iterator[Mutation]:
    """`line.lower().split()`, where the repository has a function that does the like, and perhaps more."""
    for node in site.statement.nodes:
        parent = site.parent(node)
        if not isinstance(node, ast.Call) or (isinstance(parent, ast.Attribute) and parent.attr in CLEANING):
            continue
        done, base = _cleaned(node)
        if not done or not isinstance(base, ast.Name | ast.Attribute | ast.Subscript):
            continue
        for module, helper in site.world.functions.values():
            shared = _does(site, helper) & done
            if helper is site.function or len(parameters(helper)) != 1 or not shared:
                continue
            for spoken in _spoken(site, module, helper)[:2]:
                new = f"{spoken}({site.src(base)})"
                says = f"Take `{short(new)}`, which does more, not `{short(site.src(node))}`"
                yield site.put(node, new, BY_HAND, says, 0.45 if len(done) > 1 else 0.3)


def _cleaned(node: ast.expr) -> tuple[set[str], ast.expr]:
    """What is done to a text one after the other, and the text."""
    done: set[str] = set()
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLEANING and len(node.args) < 2:
        done.add(node.func.attr)
        node = node.func.value
    return done, node


def _does(site: Site, helper: Function, deeper: bool = True) -> set[str]:
    """What a helper does to texts, by itself or through another one."""
    found: set[str] = set()
    for node in ast.walk(helper):
        if isinstance(node, ast.Call):
            name = name_of(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
            known = site.world.functions.get(name) if deeper else None
            found |= {name} & CLEANING
            if known is not None and known[1] is not helper:
                found |= _does(site, known[1], deeper=False)
    return found


def _spoken(site: Site, module: Module, helper: Function) -> list[str]:
    """How a helper is called here: by its name, or as a method of what is at hand and has other methods of its class."""
    owner = module.parents.get(helper)
    if not isinstance(owner, ast.ClassDef):
        spoken = spoken_of(site.module, module, helper.name) if owner is module.tree else None
        return [spoken] if spoken else []
    methods = {each.name for each in owner.body if isinstance(each, FUNCTIONS)}
    if site.function is not None and site.parent(site.function) is owner:
        return [f"self.{helper.name}"]
    return [f"{name}.{helper.name}" for name in site.locals if name != "self" and site.world.members.get(name, set()) & methods]


def _idle(site: Site, function: Function) -> Iterator[Mutation]:
    """A helper of another file, with what its like are given in this function."""
    given = _given(site, function)
    for name, (module, helper) in site.world.functions.items():
        if module is site.module or name in site.world.called or name.startswith("_"):
            continue
        spoken = spoken_of(site.module, module, name)
        needed = parameters(helper)
        values = [given.get(each) or (each if each in site.locals else "") for each in needed]
        if spoken is None or not needed or not all(values):
            continue
        call = f"{spoken}({', '.join(values)})"
        for node in site.statement.nodes:
            if _stands_alone(site, node):
                says = f"Use `{name}`, which nothing calls, for `{short(site.src(node))}`"
                yield site.put(node, call, IDLE, says, 0.55 if isinstance(site.parent(node), ast.Compare) else 0.4)


def _given(site: Site, function: Function) -> dict[str, str]:
    """What calls of this function give under each name of a parameter."""
    found: dict[str, str] = {}
    for node in site.module.inside(function):
        if isinstance(node, ast.Call) and (known := site.world.functions.get(name_of(node.func))):
            for parameter, argument in zip(parameters(known[1]), node.args, strict=False):
                found.setdefault(parameter, site.src(argument))
            found.update({keyword.arg: site.src(keyword.value) for keyword in node.keywords if keyword.arg})
    return found


def _stands_alone(site: Site, node: ast.expr) -> bool:
    """Whether an expression is the whole of a side, a value or an argument, and is worked out here."""
    parent = site.parent(node)
    worked_out = isinstance(node, ast.BinOp | ast.Call | ast.Subscript | ast.Name | ast.Attribute) and isinstance(
        getattr(node, "ctx", ast.Load()), ast.Load
    )
    return worked_out and (
        isinstance(parent, ast.Compare | ast.Return | ast.keyword)
        or (isinstance(parent, ast.Assign | ast.AugAssign) and parent.value is node)
        or (isinstance(parent, ast.Call) and node in parent.args)
    )


def _as_elsewhere(site: Site) -> Iterator[Mutation]:
    """`text.lower()` is read through `re.findall("[a-z]+", ...)` in another function: so it is here."""
    known = {*site.locals, *site.module.globals}
    given = 0
    for node in site.statement.nodes:
        if not isinstance(node, ast.Call | ast.Attribute | ast.Subscript | ast.BinOp) or len(site.src(node)) < FEWEST:
            continue
        if isinstance(parent := site.parent(node), ast.Call | ast.Attribute) and not (isinstance(parent, ast.Call) and node in parent.args):
            continue
        for around in site.world.around.get(ast.unparse(node), ()):
            names = {part.id for part in ast.walk(ast.parse(around, mode="eval")) if isinstance(part, ast.Name)}
            own = ast.unparse(site.parent(node)) if isinstance(site.parent(node), ast.Call) else ""  # type: ignore[arg-type]
            if around == own or given >= MOST or not names <= {*known, *site.names_at(node), *BUILTINS}:
                continue
            given += 1
            yield site.put(node, around, AS_ELSEWHERE, f"Take `{short(around)}`, as elsewhere, not `{short(site.src(node))}`", 0.45)
