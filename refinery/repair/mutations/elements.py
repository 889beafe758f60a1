"""Collections whose items were taken as they are, or from another end than was looked at."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import name_of

FAMILY = "items as they are"
ONCE = "each once"
OTHER_END = "end that was looked at"
COLLECTIONS = {"set": "{%s}", "frozenset": "frozenset(%s)", "list": "[%s]", "tuple": "tuple(%s)", "sorted": "sorted(%s)"}
MAKERS = ("int", "float", "str", "Decimal", "Fraction", "Path", "PurePath", "UUID", "fromisoformat", "casefold", "lower", "upper", "strip")
MOST = 4


def propose(site: Site) -> Iterator[Mutation]:
    """Each item of a collection goes through what the module makes of single values; of equal items only one is looked at."""
    yield from _other_end(site)
    for node in site.statement.nodes:
        if isinstance(node, ast.GeneratorExp | ast.ListComp):
            for each in node.generators:
                if isinstance(each.iter, ast.Name | ast.Attribute):
                    items = site.src(each.iter)
                    inner = each is not node.generators[0]  # in how many it is found, not how often in all
                    yield site.put(each.iter, f"set({items})", ONCE, f"Look at each of `{short(items)}` once", 0.4 if inner else 0.25)
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in COLLECTIONS):
            continue
        if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.Starred):
            continue
        items = site.src(node.args[0])
        for made in _makers(site):
            text = COLLECTIONS[node.func.id] % f"{made} for item in {items}"
            yield site.put(node, text, FAMILY, f"Take `{made}` of each item of `{short(items)}`", 0.35)


def _other_end(site: Site) -> Iterator[Mutation]:
    """`while queue[0] in done: queue.pop()`: looked at is the one end, taken off is the other."""
    called = getattr(site.statement.node, "value", None)
    outer = site.parent(site.statement.node)
    if not (isinstance(called, ast.Call) and isinstance(called.func, ast.Attribute) and isinstance(outer, ast.While | ast.If)):
        return
    items, taken = site.src(called.func.value), f"{called.func.attr}({', '.join(site.src(each) for each in called.args)})"
    first, last = (f"{items}[{end}]" in site.src(outer.test) for end in ("0", "-1"))
    queue = "deque" in site.module.globals or "collections" in site.module.globals
    new = (
        ("popleft()" if queue else "pop(0)") if taken == "pop()" and first else "pop()" if taken in ("popleft()", "pop(0)") and last else ""
    )
    if new and first != last:
        says = f"Take off the end of `{short(items)}` that was looked at"
        yield site.put(called, f"{items}.{new}", OTHER_END, says, 0.85)


def _makers(site: Site) -> list[str]:
    """What the module makes of one value, the commonest first: `int(item)`, `date.fromisoformat(item)`, `item.lower()`."""
    found: Counter[str] = Counter()
    for node in ast.walk(site.module.tree):
        if not isinstance(node, ast.Call) or node.keywords or name_of(node.func) not in MAKERS:
            continue
        if len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
            found[f"{ast.unparse(node.func)}(item)"] += 1
        elif not node.args and isinstance(node.func, ast.Attribute):
            found[f"item.{node.func.attr}()"] += 1
    return [text for text, _ in found.most_common(MOST)]
