"""Suspicion carried backwards along the data: to the constants, defaults and signatures that suspicious code reads."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from refinery.repair.localise import Suspicion
from refinery.repair.module import FUNCTIONS, Module, Statement

CARRIED = 0.9
"""What a definition inherits from the code that reads it."""


def statements(
    modules: Mapping[str, Module], suspicions: Sequence[Suspicion], orphans: Collection[str] = ()
) -> list[tuple[float, Module, Statement]]:
    """Every statement with a suspicion, worst first: its own lines', or that of the code which reads what it defines.

    `orphans` are keys that are read and never put into a record: whatever makes a record may be what lacks them.
    """
    starved = 0.0
    lines: dict[str, dict[int, float]] = defaultdict(dict)
    for suspicion in suspicions:
        lines[suspicion.path][suspicion.line] = suspicion.score
    scores: dict[tuple[str, int], float] = {}
    read: dict[str, float] = defaultdict(float)
    for path, module in modules.items():
        for place, statement in enumerate(module.statements):
            score = max((lines[path].get(line, 0.0) for line in range(statement.first, statement.last + 1)), default=0.0)
            scores[path, place] = score
            for node in statement.nodes if score else ():
                if isinstance(node, ast.Name):
                    read[node.id] = max(read[node.id], score)
                elif isinstance(node, ast.Attribute):
                    read[node.attr] = max(read[node.attr], score)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in orphans:
                    starved = max(starved, score)
                elif isinstance(node, ast.Call):
                    for keyword in node.keywords:
                        read[keyword.arg or ""] = max(read[keyword.arg or ""], score)
    for path, module in modules.items():
        inner = _bodies(module, lines[path])
        for place, statement in enumerate(module.statements):
            carried = CARRIED * _carried(module, statement.node, read, inner)
            if scores[path, place] and starved and any(isinstance(node, ast.Dict) and len(node.keys) > 1 for node in statement.nodes):
                carried = max(carried, CARRIED * starved)
            scores[path, place] = max(scores[path, place], carried)
    found = [
        (scores[path, place], module, statement)
        for path, module in modules.items()
        for place, statement in enumerate(module.statements)
        if scores[path, place] > 0
    ]
    return sorted(found, key=lambda item: (-item[0], item[1].path, item[2].first))


def _bodies(module: Module, lines: Mapping[int, float]) -> dict[ast.AST, float]:
    """The suspicion of each function: that of its worst line."""
    return {
        node: max((lines.get(line, 0.0) for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)), default=0.0)
        for node in ast.walk(module.tree)
        if isinstance(node, FUNCTIONS)
    }


def _carried(module: Module, node: ast.stmt, read: Mapping[str, float], inner: Mapping[ast.AST, float]) -> float:
    if isinstance(node, FUNCTIONS):
        has_defaults = bool(node.args.defaults or any(node.args.kw_defaults))
        return inner[node] * (1.0 if has_defaults else 0.6)
    if not isinstance(node, ast.Assign | ast.AnnAssign) or isinstance(module.parents.get(node), FUNCTIONS):
        return 0.0
    if not isinstance(module.parents.get(node), ast.Module | ast.ClassDef):
        return 0.0
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return max((read.get(target.id, 0.0) for target in targets if isinstance(target, ast.Name)), default=0.0)
