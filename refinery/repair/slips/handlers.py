"""Names that code knows by what it does with them: it has a function for each, compares with each, reads each from one place."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence

from refinery.repair.module import FUNCTIONS, Module
from refinery.repair.world import name_of, text_of

Known = tuple[str, tuple[str, ...]]
"""What the names are, in a sentence, and these."""


def handled(modules: Sequence[Module]) -> Iterator[Known]:
    """All groups of such names, however few."""
    made = {node.name for module in modules for node in module.inside(module.tree) if isinstance(node, FUNCTIONS)}
    asked: dict[str, dict[str, None]] = defaultdict(dict)
    for module in modules:
        for node in module.inside(module.tree):
            if isinstance(node, ast.Dict) and module.function(node) is not None and all(_acts(each, made) for each in node.values):
                asked[f"the keys in line {node.lineno} of {module.path}"].update(dict.fromkeys(_texts(node.keys)))
            elif isinstance(node, ast.JoinedStr) and (start := _beginning(node)):
                names = sorted(name.removeprefix(start) for name in made if name.startswith(start))
                asked[f"what has a function `{start}…`"].update(dict.fromkeys(names))
            elif isinstance(node, ast.Match):
                asked[f"the cases in line {node.lineno} of {module.path}"].update(dict.fromkeys(_cases(node)))
            else:
                for name, text in _said(module, node, made):
                    asked[name][text] = None
    yield from ((where, tuple(names)) for where, names in asked.items())


def _acts(value: ast.expr, made: set[str]) -> bool:
    return isinstance(value, ast.Lambda) or (isinstance(value, ast.Name | ast.Attribute) and name_of(value) in made)


def _beginning(node: ast.JoinedStr) -> str:
    """`on_` of `f"on_{name}"`, by which a function is found."""
    if len(node.values) != 2 or not isinstance(node.values[1], ast.FormattedValue):
        return ""
    start = text_of(node.values[0]) or ""
    return start if start.endswith("_") and start.isidentifier() else ""


def _cases(node: ast.Match) -> Iterator[str]:
    for case in node.cases:
        for part in ast.walk(case.pattern):
            if isinstance(part, ast.MatchValue):
                yield from _texts([part.value])


def _said(module: Module, node: ast.AST, made: set[str]) -> Iterator[tuple[str, str]]:
    """What one name is compared with, what is read from one table, and what one function is called with."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.In):
        right = node.comparators[0]
        whole = right.elts if isinstance(right, ast.Tuple | ast.List | ast.Set) else [right]
        texts = _texts(whole)
        if not isinstance(node.ops[0], ast.In) or right not in whole:
            yield from ((f"what `{name_of(node.left)}` is compared with", text) for text in texts if name_of(node.left))
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and (text := text_of(node.slice)):
        yield f"what is read of `{name_of(node.value)}` in {module.path}", text
    elif isinstance(node, ast.Call) and node.args and (text := text_of(node.args[0])):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            yield f"what is read of `{name_of(node.func.value)}` in {module.path}", text
        elif name_of(node.func) in made:
            yield f"what `{name_of(node.func)}` is called with", text


def _texts(nodes: Sequence[ast.expr | None]) -> list[str]:
    return [text for node in nodes if (text := text_of(node))]
