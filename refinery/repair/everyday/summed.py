"""Tables that add up, or gather, what several records have under one key, and in which only the last of them is kept."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import base_of

FAMILY = "accumulation"
NUMBER, LIST, SET, TABLE = "{store}[{key}] += {value}", "{store}[{key}].append({value})", "{store}[{key}].add({value})", "{}"
MADE = {
    "defaultdict(int)": NUMBER, "defaultdict(float)": NUMBER, "defaultdict(Decimal)": NUMBER, "Counter()": NUMBER,
    "defaultdict(list)": LIST, "defaultdict(set)": SET, "{}": TABLE, "dict()": TABLE,
}  # fmt: skip
"""How one adds to what begins so."""
SURE, SHARED, GATHERED = 0.85, 0.6, 0.4
"""How likely something is added to what is made for it; to what several records share, as the data show; and that all are kept then."""


def propose(site: Site) -> Iterator[Mutation]:
    """`sums[each.kind] = each.weight` where `sums` is a `defaultdict(int)`, or where the data have several of a kind."""
    statement = site.statement.node
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or site.module.loop(statement) is None:
        return
    target, value = statement.targets[0], statement.value
    if not isinstance(target, ast.Subscript) or isinstance(target.slice, ast.Slice | ast.Constant):
        return
    store, key, text = site.src(target.value), site.src(target.slice), site.src(value)
    form = MADE.get(_begun(site, store), "")
    says = f"Add to `{short(store)}` what several have under `{short(key, 24)}`"
    if not form or any(site.src(each) == store for each in ast.walk(value) if isinstance(each, ast.Name | ast.Attribute)):
        return
    if form != TABLE:
        yield site.put(statement, form.format(store=store, key=key, value=text), FAMILY, says, SURE)
    elif _shared(site, target.slice) and not isinstance(value, ast.Constant | ast.Dict):
        alone = grouped(site, target.slice)
        summed = f"{store}[{key}] = {store}.get({alone}, 0) + {grouped(site, value)}"
        if not isinstance(value, ast.JoinedStr | ast.List | ast.Tuple):
            yield site.put(statement, summed, FAMILY, says, SHARED)
        yield site.put(statement, f"{store}.setdefault({alone}, []).append({text})", FAMILY, says, GATHERED)


def _begun(site: Site, store: str) -> str:
    """What a store begins as in the function, without the module that what makes it is from."""
    for node in site.module.inside(site.function) if site.function is not None else ():
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        made = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if made is not None and site.src(targets[0]) == store:
            return site.src(made).replace("lambda: 0.0", "float").replace("lambda: 0", "int").removeprefix("collections.")
    return ""


def _shared(site: Site, key: ast.expr) -> bool:
    """Whether the data have several records with the same key."""
    reads = [read[1] for part in (key.elts if isinstance(key, ast.Tuple) else [key]) if (read := base_of(part))]
    return bool(reads) and all(name in site.world.repeated for name in reads)
