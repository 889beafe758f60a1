"""What others put through a helper of the repository, taken as it is; and what a helper gives, worked out by hand and not to the full."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias
from weakref import WeakKeyDictionary

from refinery.repair.module import FUNCTIONS, Function, Module
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import base_of, parameters, spoken_of

FAMILY = "helper for the same"
THROUGH = "put through"
TAKING_ALL = frozenset({"sum", "max", "min", "len", "any", "all", "sorted"})
SHORT = 2
"""Statements of a function that works something out at once, with what it says of itself."""
_READ = (ast.Load, type(None))
_COMPREHENDED = (ast.GeneratorExp, ast.ListComp, ast.SetComp)
_OPERANDS = (
    ast.Compare, ast.Call, ast.BinOp, ast.Assign, ast.Return, ast.For, ast.comprehension, ast.IfExp, ast.keyword, ast.Lambda,
)  # fmt: skip
MOST = 6

_Reading: TypeAlias = tuple[ast.AST, str, str, str]
_seen: WeakKeyDictionary[Module, list[_Reading]] = WeakKeyDictionary()


def propose(site: Site) -> Iterator[Mutation]:
    """Helpers of one thing, called on a field or on the whole record."""
    if site.function is None or isinstance(site.statement.node, (*FUNCTIONS, ast.ClassDef)):
        return
    yield from _on_record(site)
    yield from _through(site)


def _on_record(site: Site) -> Iterator[Mutation]:
    """`sum(part["cm"] for part in pipe["parts"])`, where a function of a pipe goes through its parts too, and takes more of each."""
    for node in site.statement.nodes:
        if not isinstance(node, ast.Call | ast.BinOp | ast.Subscript | ast.Attribute) or not isinstance(getattr(node, "ctx", None), _READ):
            continue
        for record, read in _records(node).items():
            for module, helper in site.world.functions.values():
                spoken = spoken_of(site.module, module, helper.name) if module.parents.get(helper) is module.tree else None
                if spoken is None or helper is site.function or len(parameters(helper)) != 1 or not _works_out(helper, node):
                    continue
                known = _records(helper).get(parameters(helper)[0], set())
                more = read < known if _summed(node) is None else read <= known and len(known) > 0
                if more and _stands_for(site, node):
                    new = f"{spoken}({record})"
                    says = f"Take `{new}`, which does more, not `{short(site.src(node))}`"
                    yield site.put(node, new, FAMILY, says, 0.5 if _summed(node) else 0.4)


def _records(node: ast.AST) -> dict[str, set[str]]:
    """Names that an expression reads fields of, with the fields."""
    found: dict[str, set[str]] = {}
    for part in ast.walk(node):
        record = base_of(part) if isinstance(part, ast.Subscript | ast.Attribute | ast.Call) else None
        if record is not None and isinstance(record[0], ast.Name):
            found.setdefault(record[0].id, set()).add(record[1])
    return found


def _summed(node: ast.AST) -> str | None:
    """What a call does with all items of something: `sum`, `max`."""
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TAKING_ALL
    goes_through = called and isinstance(node.args[:1], list) and any(isinstance(each, _COMPREHENDED) for each in node.args[:1])  # type: ignore[attr-defined]
    return node.func.id if goes_through else None  # type: ignore[attr-defined]


def _works_out(helper: Function, node: ast.expr) -> bool:
    """Whether a function gives at once what is worked out as the node is: a sum for a sum, something calculated for a calculation."""
    last = helper.body[-1]
    if len(helper.body) > SHORT or not isinstance(last, ast.Return) or last.value is None:
        return False
    inner = [last.value, *(each for each in ast.iter_child_nodes(last.value) if isinstance(each, ast.Call))]
    if _summed(node):
        return any(_summed(each) == _summed(node) for each in inner)
    return isinstance(node, ast.BinOp | ast.Subscript | ast.Attribute) and isinstance(last.value, ast.BinOp)


def _stands_for(site: Site, node: ast.expr) -> bool:
    """Whether something is calculated with the node, and all of it."""
    parent = site.parent(node)
    if _summed(node):
        return not (isinstance(parent, ast.Call) and parent.func is node)
    calculated = isinstance(parent, ast.GeneratorExp | ast.ListComp) and parent.elt is node
    return calculated or (isinstance(parent, ast.AugAssign) and parent.value is node)


def _through(site: Site) -> Iterator[Mutation]:
    """What others put through a helper of one thing is put through it here too: the same field, or another one of the same table."""
    given = 0
    for node in site.statement.nodes:
        parent = site.parent(node)
        record = base_of(node) if isinstance(node, ast.Subscript | ast.Attribute | ast.Call) else None
        if record is None or not isinstance(getattr(node, "ctx", None), _READ) or not isinstance(parent, _OPERANDS):
            continue
        if isinstance(parent, ast.comprehension) and parent.iter is not node:
            continue
        for spoken, prior in _put_through(site, node, record[1], root(record[0])):
            holds = isinstance(parent, ast.Compare) and isinstance(parent.ops[0], ast.In | ast.NotIn) and node in parent.comparators
            if given < MOST and not (isinstance(parent, ast.Call) and parent.func is node):
                given += 1
                new = f"{spoken}({site.src(node)})"
                yield site.put(node, new, THROUGH, f"Put `{short(site.src(node))}` through `{spoken}`, as elsewhere", prior + 0.1 * holds)


def _put_through(site: Site, node: ast.expr, key: str, table: str) -> Iterator[tuple[str, float]]:
    """Helpers of one thing that are given this field elsewhere, or other fields of its table; with how usual that is."""
    same: Counter[str] = Counter()
    alike: set[str] = set()
    for other, field, of, outer in _readings(site):
        if other is node:
            continue
        helper = outer if outer in site.world.functions else ""
        if field == key:
            same[helper] += 1
        elif table and of == table and helper:
            alike.add(helper)
    for helper, count in same.items():
        if helper:
            yield helper, 0.25 + 0.25 * count / (count + same[""])
    for helper in sorted(alike - same.keys()):
        yield helper, 0.3


def _readings(site: Site) -> list[_Reading]:
    """Every reading of a field in the file: the node, the field, the name of its table, and of the function that it alone is given to."""
    if site.module not in _seen:
        found: list[_Reading] = []
        for node in site.module.inside(site.module.tree):
            read = base_of(node) if isinstance(node, ast.Subscript | ast.Attribute | ast.Call) else None
            if read is None or not isinstance(getattr(node, "ctx", None), _READ):
                continue
            outer = site.module.parents.get(node)
            alone = isinstance(outer, ast.Call) and outer.args == [node] and not outer.keywords and isinstance(outer.func, ast.Name)
            found.append((node, read[1], root(read[0]), outer.func.id if alone else ""))  # type: ignore[union-attr]
        _seen[site.module] = found
    return _seen[site.module]


def root(node: ast.expr) -> str:
    """The name of the table of which a record is read: `CITIES` for `CITIES[x["in"]]`."""
    return node.value.id if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) else ""
