"""Lists, sets and tables: what is done in place gives nothing, sets have no order, tables are gone through by their keys."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.edits.draft import spliced
from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

IN_PLACE = "done in place"
UNORDERED = "order of a set"
PLACES = "place of a double"
BY_COUNT = "keys for counts"
NONE_OF = "all of nothing"
SILENT = frozenset({"sort", "reverse", "append", "extend", "insert", "add", "update", "discard", "clear", "appendleft", "shuffle"})
"""Methods that change something and give nothing."""
OF_LISTS = frozenset({"sort", "reverse", "append", "extend", "appendleft", "shuffle"})
"""Those of them that hardly anything else has, and then gives something."""
TABLES = frozenset({"dict", "Counter", "defaultdict", "OrderedDict"})


def propose(site: Site) -> Iterator[Mutation]:
    """What was meant, where the form shows that it was forgotten what the thing is."""
    yield from _given_back(site)
    for node in site.statement.nodes:
        if isinstance(node, ast.Call):
            yield from _in_order(site, node)
            yield from _by_count(site, node)
            yield from _any_at_all(site, node)
            if isinstance(node.func, ast.Attribute) and node.func.attr == "sort":
                yield from _sorted_copy(site, node, node.func)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) and len(node.generators) == 1:
            yield from _numbered(site, node, node.generators[0])
    loop = site.statement.node
    if isinstance(loop, ast.For):
        yield from _numbered(site, loop, loop)
        if isinstance(loop.iter, ast.Call) and name_of(loop.iter.func) == "set" and loop.iter.args:
            yield _once(site, loop.iter)


def _silent(site: Site, node: ast.expr | None) -> bool:
    """Whether an expression is a call that changes something in place and gives nothing."""
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SILENT
    return called and node.func.attr not in site.world.functions  # type: ignore[union-attr]


def _given_back(site: Site) -> Iterator[Mutation]:
    """`items = items.append(x)` loses the items; `return items.append(x)` gives None."""
    statement = site.statement.node
    value = getattr(statement, "value", None) if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Return) else None
    if not isinstance(value, ast.Call) or not isinstance(value.func, ast.Attribute) or not _silent(site, value):
        return
    shuffled = value.func.attr == "shuffle"
    changed = site.src(value.args[0]) if shuffled and value.args else site.src(value.func.value)
    call = site.src(value)
    says = f"Change `{short(changed)}` in place: `{value.func.attr}` gives nothing"
    sure = 1.0 if value.func.attr in OF_LISTS or "nonetype" in site.clues.text or "nothing" in site.clues.symptoms else 0.5
    if isinstance(statement, ast.Return):
        yield site.add(f"{call}\nreturn {changed}", "instead", IN_PLACE, says, 0.85 * sure)
    elif isinstance(statement, ast.Assign):
        target = site.src(statement.targets[0])
        if target == changed:
            yield site.put(statement, call, IN_PLACE, says, 0.95 * sure)
        elif changed.isidentifier() and value.func.attr != "sort":
            yield site.add(f"{call}\n{target} = {changed}", "instead", IN_PLACE, says, 0.7 * sure)


def _sorted_copy(site: Site, node: ast.Call, func: ast.Attribute) -> Iterator[Mutation]:
    """`for x in items.sort()`: what gives a sorted list is `sorted`."""
    if isinstance(site.parent(node), ast.Expr) or "sort" in site.world.functions or node.args:
        return
    given = "".join(f", {site.src(each.value) if each.arg is None else f'{each.arg}={site.src(each.value)}'}" for each in node.keywords)
    new = f"sorted({site.src(func.value)}{given})"
    yield site.put(node, new, IN_PLACE, f"Give `{short(site.src(func.value))}` sorted: `sort` gives nothing", 0.85)


def _once(site: Site, node: ast.Call) -> Mutation:
    of = node.args[0]
    text = f"({site.src(of)})" if isinstance(of, ast.GeneratorExp) and not site.src(of).startswith("(") else site.src(of)
    says = f"Take each of `{short(site.src(of))}` once, in their order"
    return site.put(node, f"dict.fromkeys({text})", UNORDERED, says, 0.6)


def _in_order(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`list(set(items))` is in any order; `dict.fromkeys` keeps that of the first times."""
    joins = isinstance(node.func, ast.Attribute) and node.func.attr == "join"
    if not (joins or (isinstance(node.func, ast.Name) and node.func.id in ("list", "tuple", "enumerate"))) or len(node.args) != 1:
        return
    inner = node.args[0]
    if isinstance(inner, ast.Call) and site.src(inner.func) == "set" and len(inner.args) == 1:
        yield _once(site, inner)
    elif isinstance(inner, ast.SetComp):
        start, end = site.module.span(inner)
        new = f"dict.fromkeys({site.module.text[start + 1 : end - 1]})"
        yield site.put(inner, new, UNORDERED, f"Take each of `{short(site.src(inner))}` once, in their order", 0.6)


def _numbered(site: Site, node: ast.expr | ast.stmt, loop: ast.For | ast.comprehension) -> Iterator[Mutation]:
    """`items.index(item)` in a loop through the items is the place of the first one that is equal: `enumerate` counts."""
    items, item = site.src(loop.iter), loop.target
    if not isinstance(item, ast.Name) or not isinstance(loop.iter, ast.Name | ast.Attribute):
        return
    asked = f"{items}.index({item.id})"
    if asked not in site.src(node):
        return
    calls = [each for each in ast.walk(node) if isinstance(each, ast.Call) and site.src(each) == asked]
    taken = {each.id for each in site.module.inside(site.function or site.module.tree) if isinstance(each, ast.Name)}
    name = next((each for each in ("index", "place", "number", "i") if each not in taken), "item_index")
    spans = [(*site.module.span(each), name) for each in calls]
    spans += [(*site.module.span(item), f"{name}, {item.id}"), (*site.module.span(loop.iter), f"enumerate({items})")]
    start, end = site.module.span(node)
    new = spliced(site.module.text[start:end], sorted((first - start, last - start, text) for first, last, text in spans))
    yield site.between(start, end, new, PLACES, f"Count the places in `{short(items)}`: `index` finds the first of equals", 0.85)


def _by_count(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`max(counts)` of a table is the greatest key, not that with the greatest value."""
    if name_of(node.func) not in ("max", "min", "sorted", "nlargest", "nsmallest") or not node.args or node.keywords:
        return
    table = node.args[-1]
    items = isinstance(table, ast.Call) and isinstance(table.func, ast.Attribute) and table.func.attr == "items"
    of = table.func.value if items and isinstance(table, ast.Call) and isinstance(table.func, ast.Attribute) else table
    if not isinstance(of, ast.Name | ast.Attribute) or not (items or _is_table(site, site.src(of))):
        return
    end = site.module.span(table)[1]
    key = "lambda item: item[1]" if items else f"{site.src(of)}.get"
    prior = (0.4 if items else 0.7) if name_of(node.func) != "sorted" else 0.3
    yield site.between(end, end, f", key={key}", BY_COUNT, f"Choose by what `{short(site.src(of))}` holds, not by its keys", prior)


def _is_table(site: Site, name: str) -> bool:
    """Whether a name is given a table of numbers: one that is written or counted here, or by a function of the file."""
    scope = site.function or site.module.tree
    for node in site.module.inside(scope):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if site.src(target) == name and _makes_table(site, node.value):
                return True
    return False


def _makes_table(site: Site, value: ast.expr, deep: bool = True) -> bool:
    if isinstance(value, ast.Dict | ast.DictComp):
        return True
    if not isinstance(value, ast.Call):
        return False
    called = name_of(value.func)
    if called in TABLES:
        return True
    known = site.world.functions.get(called) if deep else None
    if known is None:
        return False
    module, function = known
    if function.returns is not None and module.source(function.returns).split("[")[0] in {*TABLES, "Mapping"}:
        return True
    given = {module.source(each.value) for each in module.inside(function) if isinstance(each, ast.Return) and each.value is not None}
    made = [each for each in module.inside(function) if isinstance(each, ast.Assign) and module.source(each.targets[0]) in given]
    return len(given) == 1 and any(_makes_table(site, each.value, deep=False) for each in made)


def _any_at_all(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`all(...)` of nothing is true: where there is none, it may not be meant."""
    parent = site.parent(node)
    inner = node.args[0] if name_of(node.func) == "all" and len(node.args) == 1 else None
    if not isinstance(inner, ast.GeneratorExp | ast.ListComp) or not isinstance(parent, ast.Return | ast.Assign | ast.If | ast.IfExp):
        return
    items = inner.generators[0].iter
    counted = isinstance(items, ast.Call) and isinstance(items.func, ast.Name)  # `zip`, `range`
    if isinstance(items, ast.Name | ast.Attribute | ast.Subscript | ast.Call) and not counted:
        text = site.src(items)
        asked = text if isinstance(parent, ast.If | ast.IfExp) else f"bool({text})"
        yield site.put(node, f"{asked} and {site.src(node)}", NONE_OF, f"Ask first whether there is any of `{short(text)}`", 0.4)
