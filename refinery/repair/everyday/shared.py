"""What is put down for one person or place, and asked for without saying for which: it counts for all of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from refinery.repair.everyday.keyed import keys_of
from refinery.repair.module import FUNCTIONS
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import base_of, name_of

FAMILY = "part of a key"
SAME = "same one"
SURE, LIKELY = 0.7, 0.45
"""How likely a name that is at hand and called like a field belongs into a key; and how likely it is asked for where others are."""
MAKERS = frozenset({"set", "frozenset", "Counter", "dict"})
MOST = 2


def propose(site: Site) -> Iterator[Mutation]:
    """One field more in keys where they are made and where they are asked for, and in comparisons of records."""
    if site.function is None or isinstance(site.statement.node, (*FUNCTIONS, ast.ClassDef)):
        return
    for store, key in _made(site):
        yield from _one_more(site, store, key)
    for node in site.statement.nodes:
        if isinstance(node, ast.GeneratorExp | ast.ListComp | ast.SetComp) and node.generators[0].ifs:
            loop = node.generators[0]
            yield from _compared(site, loop.ifs[-1], loop.ifs, loop.target)
        elif isinstance(node, ast.GeneratorExp) and isinstance(node.elt, ast.Compare | ast.BoolOp):
            yield from _compared(site, node.elt, [node.elt], node.generators[0].target)
    loop_around, statement = site.parent(site.statement.node), site.statement.node
    if isinstance(statement, ast.If) and isinstance(loop_around, ast.For):
        yield from _compared(site, statement.test, [statement.test], loop_around.target)


def _made(site: Site) -> Iterator[tuple[str, ast.expr]]:
    """Stores that the statement fills, with the keys, which are made of fields of a record."""
    statement = site.statement.node
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name | ast.Attribute):
        value, name = statement.value, site.src(statement.targets[0])
        if isinstance(value, ast.Call) and name_of(value.func) in MAKERS and len(value.args) == 1:
            value = value.args[0]
        if isinstance(value, ast.SetComp | ast.GeneratorExp | ast.ListComp):
            yield name, value.elt
        elif isinstance(value, ast.DictComp):
            yield name, value.key
    elif isinstance(statement, ast.Assign | ast.AugAssign):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if isinstance(target, ast.Subscript):
            yield site.src(target.value), target.slice
    called = statement.value if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) else None
    if called is not None and isinstance(called.func, ast.Attribute) and called.func.attr in ("add", "append") and len(called.args) == 1:
        yield site.src(called.func.value), called.args[0]


def _one_more(site: Site, store: str, key: ast.expr) -> Iterator[Mutation]:
    """`(each.day, each.hour)` with `each.room` where rooms are gone through and each is asked for."""
    elements = key.elts if isinstance(key, ast.Tuple) else [key]
    reads = [read for each in elements if (read := base_of(each)) and isinstance(read[0], ast.Name)]
    if site.function is None or not reads or len(reads) < len(elements) or len({site.src(read[0]) for read in reads}) > 1:
        return
    asked = [each for each in keys_of(site, site.function, store) if each is not key]
    asked = [each for each in asked if _parts(each) == len(elements) and not isinstance(each, ast.Constant)]
    if not asked:
        return
    record, had = reads[0][0], {read[1] for read in reads}
    for name in _fields(site, asked, had):
        field = _read_like(site, elements[0], record, name)
        changes = [(*site.module.span(key), _with(site, key, field))]
        changes += [(*site.module.span(each), _with(site, each, name)) for each in asked]
        yield site.at_once(sorted(changes), FAMILY, f"Keep `{short(store, 24)}` by `{name}` too, and ask for it", SURE)


def _parts(key: ast.expr) -> int:
    return len(key.elts) if isinstance(key, ast.Tuple) else 1


def _fields(site: Site, around: Sequence[ast.expr], had: set[str]) -> list[str]:
    """Names at hand that are called like a field which such records have beside those that are asked for."""
    beside = set[str]().union(*(site.world.companions.get(name, ()) for name in had)) - had
    names = [frozenset((*site.module.comprehension_names(each), *site.module.local_names(each))) for each in around]
    at_hand = frozenset.intersection(*names) if names else frozenset()
    used = {each.id for key in around for each in ast.walk(key) if isinstance(each, ast.Name)}
    return sorted(beside & at_hand - used)[:MOST]


def _read_like(site: Site, like: ast.expr, record: ast.expr, field: str) -> str:
    """A field of a record, read as another one is."""
    text, owner = site.src(like), site.src(record)
    return f"{owner}.{field}" if isinstance(like, ast.Attribute) else f'{owner}["{field}"]' if "[" in text else f'{owner}.get("{field}")'


def _with(site: Site, key: ast.expr, more: str) -> str:
    text = site.src(key)
    if isinstance(key, ast.Tuple):
        inner = text[1:-1] if text.startswith("(") and site.module.span(key.elts[0])[0] > site.module.span(key)[0] else text
        return f"({more}, {inner})"
    return f"({more}, {text})"


def _compared(site: Site, last: ast.expr, tests: Sequence[ast.expr], target: ast.expr) -> Iterator[Mutation]:
    """`each.day == day` of bookings, where a room is at hand that nobody compares with theirs."""
    had: dict[str, ast.expr] = {}
    for node in (part for test in tests for part in ast.walk(test)):
        for side in (node.left, *node.comparators) if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq) else ():
            read = base_of(side)
            if read is not None and site.src(read[0]) == site.src(target):
                had[read[1]] = side
    if not had or (isinstance(last, ast.BoolOp) and isinstance(last.op, ast.Or)):
        return
    idle = site.module.idle.get(site.function, frozenset()) if site.function else frozenset()
    said = " ".join(map(site.src, tests))
    for name in [each for each in _fields(site, tests, set(had)) if f".{each}" not in said and f'"{each}"' not in said]:
        asked = f"{_read_like(site, next(iter(had.values())), target, name)} == {name}"
        says = f"Ask for the same `{name}` too"
        yield site.put(last, f"{site.src(last)} and {asked}", SAME, says, SURE if name in idle else LIKELY)
