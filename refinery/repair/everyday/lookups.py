"""What `get` gives where there is nothing: None, with which nothing can be counted, measured, gone through or filled."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short

FAMILY = "missing key"
NUMBERS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
FILLED = {"append": "[]", "extend": "[]", "insert": "[]", "add": "set()", "update": "{}", "setdefault": "{}"}
COLLECTED = frozenset({"len", "sum", "sorted", "set", "list", "tuple", "enumerate", "reversed"})
COUNTED = frozenset({"int", "float", "round", "abs"})
OF_TEXTS = frozenset({"lower", "upper", "strip", "split", "startswith", "endswith", "replace", "casefold", "title", "format"})
OF_RECORDS = frozenset({"get", "items", "keys", "values", "pop"})


def propose(site: Site) -> Iterator[Mutation]:
    """The default that what is done with the answer asks for."""
    for node in site.statement.nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get"):
            continue
        if len(node.args) != 1 or node.keywords or site.src(node.func.value).endswith(("requests", "client", "session", "http")):
            continue
        outer, end = site.parent(node), site.module.span(node.args[0])[1]
        if isinstance(outer, ast.Attribute) and outer.attr in FILLED:
            start = site.module.span(node.func)[1]
            new = f"setdefault({site.src(node.args[0])}, {FILLED[outer.attr]})"
            says = f"Begin with `{FILLED[outer.attr]}` where there is nothing yet"
            yield site.between(start - len("get"), site.module.span(node)[1], new, FAMILY, says, 0.9)
            continue
        default = _default(outer, node)
        if default:
            says = f"Take `{default}` where `{short(site.src(node.func.value))}` has nothing"
            yield site.between(end, end, f", {default}", FAMILY, says, 0.85)


def _default(outer: ast.AST | None, node: ast.Call) -> str:
    """The nothing with which goes what is done around; empty where None may be meant."""
    if isinstance(outer, ast.BinOp | ast.AugAssign) and isinstance(outer.op, NUMBERS):
        other = outer.value if isinstance(outer, ast.AugAssign) else outer.right if outer.left is node else outer.left
        if isinstance(other, ast.List | ast.ListComp):
            return "[]"
        text = isinstance(other, ast.JoinedStr) or (isinstance(other, ast.Constant) and isinstance(other.value, str))
        return '""' if text else "0"
    if isinstance(outer, ast.Compare):
        if isinstance(outer.ops[0], ast.In | ast.NotIn):
            return "()" if outer.left is not node else ""
        return "0" if isinstance(outer.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE) else ""
    if isinstance(outer, ast.Starred) or (isinstance(outer, ast.For | ast.comprehension) and outer.iter is node):
        return "()"
    if isinstance(outer, ast.Call) and isinstance(outer.func, ast.Name):
        return "()" if outer.func.id in COLLECTED else "0" if outer.func.id in COUNTED else ""
    if isinstance(outer, ast.Attribute):
        return '""' if outer.attr in OF_TEXTS else "{}" if outer.attr in OF_RECORDS else ""
    return ""
