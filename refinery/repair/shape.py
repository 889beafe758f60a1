"""What a candidate looks like to Python: the same as another one, not Python at all, or pointless."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from itertools import pairwise

SAME_MEANS_NOTHING = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.BitXor, ast.BitAnd, ast.BitOr)
ONCE = ("sorted", "set", "list", "tuple", "str", "int", "float", "bool", "abs")
"""Functions whose second call in a row changes nothing."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The top-level statement that was changed, without its layout."""

    dump: str
    pointless: int
    """Expressions in it that compare, join or subtract a thing with itself."""


def shape_of(text: str, line: int) -> Shape | None:
    """The shape of the statement around a line. None when the text does not compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `x is 1` warns; it is a candidate like others
            tree = ast.parse(text)
            compile(tree, "<candidate>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return None
    around = [node for node in tree.body if node.lineno <= line <= (node.end_lineno or node.lineno)]
    return Shape(ast.dump(around[0]), pointless(around[0])) if around else Shape(text, 0)


def pointless(tree: ast.AST) -> int:
    """How many expressions say nothing: `a == a`, `a and a`, `a - a`, `b if c else b`, `a = a`, `a + 0`."""
    return sum(says_nothing(node) for node in ast.walk(tree))


def says_nothing(node: ast.AST) -> bool:
    """Whether an expression or statement has no effect, or only one value."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        return any(_same(one, other) for one, other in pairwise(sides)) or all(isinstance(s, ast.Constant) for s in sides)
    if isinstance(node, ast.BoolOp):
        texts = [ast.dump(value) for value in node.values]
        return len(set(texts)) < len(texts) or isinstance(node.values[0], ast.Constant)
    if isinstance(node, ast.BinOp):
        return (isinstance(node.op, SAME_MEANS_NOTHING) and _same(node.left, node.right)) or _neutral(node)
    if isinstance(node, ast.IfExp):
        return _same(node.body, node.orelse)
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return ast.dump(node.targets[0]).replace("Store()", "Load()") == ast.dump(node.value)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
        if node.func.id in ("min", "max") and len(node.args) == 2:
            return _same(node.args[0], node.args[1])
        inner = node.args[0]
        twice = isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == node.func.id
        return twice and node.func.id in ONCE and len(node.args) == 1 and not node.keywords
    return isinstance(node, ast.If | ast.While) and isinstance(node.test, ast.Constant) and node.test.value is not True


def _neutral(node: ast.BinOp) -> bool:
    """`a + 0`, `a - 0`, `a * 1`, `a / 1`."""
    nothing = 0 if isinstance(node.op, ast.Add | ast.Sub) else 1 if isinstance(node.op, ast.Mult | ast.Div) else None
    right = node.right.value if isinstance(node.right, ast.Constant) else None
    return nothing is not None and type(right) is int and right == nothing


def _same(one: ast.AST, other: ast.AST) -> bool:
    return type(one) is type(other) and ast.dump(one) == ast.dump(other)
