"""Methods and functions that are named where their answer is meant: a method is always true, and equal to nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from refinery.repair.mutation import Mutation, Site, short
from refinery.repair.world import parameters

FAMILY = "missing call"
OF_TEXTS = frozenset({
    "lower", "upper", "strip", "lstrip", "rstrip", "casefold", "isdigit", "isalpha", "isnumeric", "isdecimal", "isalnum", "isupper",
    "islower", "isspace", "splitlines", "total_seconds", "is_file", "is_dir", "isoformat", "is_absolute", "toordinal", "isoweekday",
    "most_common", "as_posix", "hexdigest",
})  # fmt: skip
"""Methods of the standard library that are called without anything."""
AMBIGUOUS = frozenset({"items", "keys", "values", "exists", "weekday", "date", "readlines", "title", "copy", "count"})
"""Such that fields of other things are called as well."""


def propose(site: Site) -> Iterator[Mutation]:
    """`order.is_paid()` for `order.is_paid`, where a method of the repository or of a text is meant."""
    for node in site.statement.nodes:
        if not isinstance(node, ast.Attribute | ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        prior = _answer_wanted(site, node)
        if isinstance(node, ast.Attribute) and node.attr in AMBIGUOUS and node.attr not in site.world.functions:
            prior = prior if site.clues.any_of("method", "not iterable", "not subscriptable") else prior / 3
        if prior and (_method(site, node) if isinstance(node, ast.Attribute) else _function(site, node)):
            end = site.module.span(node)[1]
            yield site.between(end, end, "()", FAMILY, f"Call `{short(site.src(node))}`, do not only name it", prior)


def _method(site: Site, node: ast.Attribute) -> bool:
    name = node.attr
    if name.startswith("__") or name in site.world.stored or any(name in names for names in site.world.fields.values()):
        return False
    known = site.world.functions.get(name)
    if known is None:
        return name in OF_TEXTS | AMBIGUOUS
    return isinstance(known[0].parents.get(known[1]), ast.ClassDef) and not known[1].decorator_list and _asks_for_nothing(known[1])


def _function(site: Site, node: ast.Name) -> bool:
    known = site.world.functions.get(node.id)
    if known is None or known[0] is not site.module or node.id in site.names_at(node):
        return False
    return known[0].parents.get(known[1]) is site.module.tree and not known[1].decorator_list and _asks_for_nothing(known[1])


def _asks_for_nothing(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    needed = len(parameters(function)) - len(function.args.defaults) - sum(each is not None for each in function.args.kw_defaults)
    return needed <= 0 and isinstance(function, ast.FunctionDef)


def _answer_wanted(site: Site, node: ast.expr) -> float:
    """How likely the answer is meant where a function is named: little where functions are kept, nothing where they are handed on."""
    outer = site.parent(node)
    if isinstance(outer, ast.Compare):
        beside = [outer.left, *outer.comparators]
        nothing = any(isinstance(each, ast.Constant) and each.value is None for each in beside)
        return 0.0 if nothing or isinstance(outer.ops[0], ast.Is | ast.IsNot) else 0.9
    if isinstance(outer, ast.If | ast.While | ast.IfExp | ast.Assert) and outer.test is node:
        return 0.9
    if isinstance(outer, ast.comprehension):
        return 0.9
    if isinstance(outer, ast.BoolOp):
        return 0.7
    if isinstance(outer, ast.BinOp | ast.UnaryOp | ast.FormattedValue | ast.For | ast.AugAssign | ast.Starred):
        return 0.9
    if isinstance(outer, ast.Subscript | ast.Attribute) and outer.value is node:
        return 0.9 if isinstance(outer, ast.Subscript) or not outer.attr.startswith("_") else 0.0
    if isinstance(outer, ast.Return | ast.Assign | ast.AnnAssign | ast.Dict | ast.ListComp | ast.GeneratorExp | ast.SetComp):
        return 0.4
    if isinstance(outer, ast.Call) and outer.func is not node and isinstance(outer.func, ast.Name):
        return 0.7 if outer.func.id in ("len", "int", "str", "float", "bool", "sum", "list", "set", "print", "round", "abs") else 0.0
    return 0.0
