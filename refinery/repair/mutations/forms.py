"""Things brought into a common form on one side and left as they are on the other: what is stored, and what is looked for among it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from refinery.repair.module import Module, Scope
from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import name_of

FAMILY = "one-sided form"
CLEANING = frozenset({"lower", "upper", "casefold", "strip", "lstrip", "rstrip", "title", "replace", "removeprefix", "removesuffix"})
"""Methods of a text that give the same text in another form."""
CASES = frozenset({"lower", "upper", "casefold"})
READING = frozenset({"str", "int", "float", "tuple", "frozenset"})
PUTS = frozenset({"add", "append", "setdefault", "appendleft"})
ASKS = frozenset({"get", "pop", "index", "count", "discard", "remove"})
PLAIN = ("", "")

Form = tuple[str, str]
"""What is written before and behind a thing to bring it into its form."""


@dataclass(slots=True)
class Forms:
    """How the items, or the keys, of one collection are written where they are put in and where they are asked for."""

    put: set[Form] = field(default_factory=set)
    asked: set[Form] = field(default_factory=set)


_known: WeakKeyDictionary[Module, dict[tuple[Scope, str], Forms]] = WeakKeyDictionary()


def propose(site: Site) -> Iterator[Mutation]:
    """The form of the one side given to the other."""
    if site.function is None:
        return
    if site.module not in _known:
        _known[site.module] = _collected(site)
    known = _known[site.module]
    for node in (site.statement.node, *site.statement.nodes):
        for name, item, put in _used(site, node):
            here = known.get((_scope(site.module, node, name), name), Forms())
            own = _form(site, item)
            theirs = (here.asked if put else here.put) - {PLAIN}
            if own == PLAIN and len(theirs) == 1 and not isinstance(item, ast.Constant):
                yield _formed(site, item, min(theirs), 0.6 if put else 0.75)
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = (node.left, node.comparators[0])
            for side, other in (sides, sides[::-1]):
                form = _given_form(site, other) if isinstance(other, ast.Name) else _form(site, other)
                if isinstance(side, ast.Name) and isinstance(other, ast.Name) and _given_form(site, side) != PLAIN:
                    continue
                if form != PLAIN and _form(site, side) == PLAIN and not isinstance(side, ast.Constant | ast.Call):
                    yield _formed(site, side, form, 0.7 if isinstance(other, ast.Name) else 0.5)


def _given_form(site: Site, name: ast.Name) -> Form:
    """The letter case that a variable was brought into."""
    inside = site.module.inside(site.function) if site.function else ()
    made = [each.value for each in inside if isinstance(each, ast.Assign) and any(site.src(target) == name.id for target in each.targets)]
    cases = {_case(each) for each in made}
    return min(cases) if len(cases) == 1 else PLAIN


def _case(node: ast.expr) -> Form:
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLEANING:
        if node.func.attr in CASES:
            return ("", f".{node.func.attr}()")
        node = node.func.value
    return PLAIN


def _formed(site: Site, node: ast.expr, form: Form, prior: float) -> Mutation:
    text = grouped(site, node) if form[0] == "" else site.src(node)
    new = f"{form[0]}{text}{form[1]}"
    return site.put(node, new, FAMILY, f"Take `{short(new)}`, as on the other side, not `{short(site.src(node), 24)}`", prior)


def _collected(site: Site) -> dict[tuple[Scope, str], Forms]:
    found: dict[tuple[Scope, str], Forms] = defaultdict(Forms)
    for node in site.module.inside(site.module.tree):
        for name, item, put in _used(site, node):
            forms = found[_scope(site.module, node, name), name]
            (forms.put if put else forms.asked).add(_form(site, item))
    return found


def _scope(module: Module, node: ast.AST, name: str) -> Scope:
    """The function to which a name belongs; the file for those of the file and of objects."""
    function = module.function(node)
    return module.tree if function is None or "." in name or name in module.globals else function


def _used(site: Site, node: ast.AST) -> Iterator[tuple[str, ast.expr, bool]]:
    """Collections with an item or a key that is put in (true) or asked for (false)."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
        yield from _of(site, node.comparators[0], node.left, False)
    elif isinstance(node, ast.Subscript):
        yield from _of(site, node.value, node.slice, not isinstance(node.ctx, ast.Load))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        if node.func.attr in PUTS | ASKS:
            yield from _of(site, node.func.value, node.args[0], node.func.attr in PUTS)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        made = node.value
        while isinstance(made, ast.Call) and len(made.args) == 1 and name_of(made.func) in ("set", "list", "frozenset", "sorted", "dict"):
            made = made.args[0]
        item = made.key if isinstance(made, ast.DictComp) else getattr(made, "elt", None)
        if isinstance(item, ast.expr):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from _of(site, target, item, True)


def _of(site: Site, collection: ast.expr, item: ast.expr, put: bool) -> Iterator[tuple[str, ast.expr, bool]]:
    if isinstance(collection, ast.Name | ast.Attribute) and not isinstance(item, ast.Slice):
        yield site.src(collection), item, put


def _form(site: Site, node: ast.expr) -> Form:
    """The form that an expression gives to something; none for what is plain, or is something else."""
    text, inner = site.src(node), node
    while isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr in CLEANING:
        inner = inner.func.value
    if inner is not node:
        return ("", text[len(site.src(inner)) :]) if text.startswith(site.src(inner)) else PLAIN
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        name = name_of(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
        if name in READING or (name in site.world.functions and not site.src(node.func).startswith("self.")):
            return f"{site.src(node.func)}(", ")"
    return PLAIN
