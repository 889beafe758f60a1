"""What is done for its effect and has none: lines without their ends, work that nobody takes, calls that are handed a list at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, grouped, short
from refinery.repair.world import name_of

LINES, LAZY = "line ends", "never done"
TOGETHER = frozenset({"gather", "wait_for_all", "chain", "product", "zip_longest"})


def propose(site: Site) -> Iterator[Mutation]:
    """Line ends, lists made of what is lazy, groups of what is in order, and stars."""
    statement = site.statement.node
    value = getattr(statement, "value", None)
    if isinstance(statement, ast.Expr) and (isinstance(value, ast.GeneratorExp) or _maps(value)) and isinstance(value, ast.expr):
        inner = site.src(value)[1:-1] if isinstance(value, ast.GeneratorExp) else ""
        new = f"[{inner}]" if inner else f"list({site.src(value)})"
        yield site.put(value, new, LAZY, f"Do `{short(site.src(value))}`, which nobody goes through", 0.9)
    for node in site.statement.nodes:
        if isinstance(node, ast.Call) and len(node.args) >= 1:
            yield from _written(site, node)
            yield from _grouped(site, node)
            yield from _starred(site, node)


def _maps(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("map", "filter")


def _written(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`write(line)` for each line, and `writelines`, write no ends of lines."""
    if not isinstance(node.func, ast.Attribute) or len(node.args) != 1:
        return
    given = node.args[0]
    if node.func.attr == "writelines" and not isinstance(given, ast.GeneratorExp) and "\\n" not in site.src(given):
        new = f'line + "\\n" for line in {site.src(given)}'
        yield site.put(given, new, LINES, "End each line that is written", 0.65)
    elif node.func.attr == "write" and "\\n" not in site.src(given) and not isinstance(site.parent(node), ast.Assign | ast.Return):
        looped = site.module.loop(site.statement.node) is not None
        prior = 0.5 if looped else 0.25
        if isinstance(given, ast.JoinedStr | ast.Constant) and site.src(given)[-1:] in "'\"" and site.src(given)[:1] not in "bB":
            end = site.module.span(given)[1] - 1
            yield site.between(end, end, "\\n", LINES, "End the line that is written", prior)
        elif not isinstance(given, ast.Constant):
            yield site.put(given, f'{grouped(site, given)} + "\\n"', LINES, "End the line that is written", prior)


def _grouped(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`groupby` puts together only what stands side by side."""
    if name_of(node.func) != "groupby" or not isinstance(node.func, ast.Name | ast.Attribute):
        return
    if not (isinstance(node.func, ast.Name) or site.src(node.func.value) == "itertools"):
        return
    items = node.args[0]
    key = node.args[1] if len(node.args) > 1 else next((each.value for each in node.keywords if each.arg == "key"), None)
    if "sorted(" not in site.src(items):
        how = f", key={site.src(key)}" if key is not None else ""
        yield site.put(items, f"sorted({site.src(items)}{how})", "order", "Bring into order what is put into groups", 0.75)


def _starred(site: Site, node: ast.Call) -> Iterator[Mutation]:
    """`gather(tasks)` is handed one list, and wants each of its items."""
    only, named = node.args[0], name_of(node.func) in TOGETHER and isinstance(node.func, ast.Name | ast.Attribute)
    if named and len(node.args) == 1 and isinstance(only, ast.Name | ast.ListComp | ast.GeneratorExp | ast.List | ast.Attribute):
        text = site.src(only)
        new = f"*({text})" if isinstance(only, ast.GeneratorExp) and not text.startswith("(") else f"*{text}"
        yield site.put(only, new, "missing star", f"Hand over each of `{short(text)}`", 0.85)
