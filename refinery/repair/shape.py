"""What a candidate looks like to Python: the same as another one, not Python at all, or pointless."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import CodeType

from refinery.repair.clashes import clashes
from refinery.repair.kinds import Kinds
from refinery.repair.module import Module

SAME_MEANS_NOTHING = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.BitXor, ast.BitAnd, ast.BitOr)
ONCE = ("sorted", "set", "list", "tuple", "str", "int", "float", "bool", "abs")
"""Functions whose second call in a row changes nothing."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The top-level statement that was changed, as Python understands it."""

    meaning: str
    """The same for two that differ in layout, brackets or the writing of constants alone."""
    pointless: int
    """Expressions around the change that compare, join or subtract a thing with itself, beyond those that there were."""


def shape_of(module: Module, after: str, kinds: Kinds | None = None) -> Shape | None:
    """The shape of what a candidate makes of a file. None when that does not compile.

    With `kinds`, what does with a thing what its kind does not bear is pointless as well.

    Only the top-level statement in which the change lies is compiled, where there is one: the others are what they were.
    """
    before = module.text.split("\n")
    lines = after.split("\n")
    same = _common(before, lines)
    end = _common(before[same:][::-1], lines[same:][::-1])
    old, new = len(before) - end, len(lines) - end
    """Behind the last line that differs."""
    for node in module.tree.body:
        first, last = min(each.lineno for each in (node, *getattr(node, "decorator_list", ()))), node.end_lineno or node.lineno
        if first <= same + 1 and old <= last:
            part = "\n".join(lines[first - 1 : last + len(lines) - len(before)])
            tree = _compiled(part)
            if tree is None:
                return None
            span = (same + 2 - first, new + 1 - first)
            found = pointless(tree[0], span)
            more = found and found - pointless(node, (same + 1, old))
            if kinds and more <= 0 and (worse := clashes(tree[0], span, module.path, "", kinds)):
                more = max(more, worse - clashes(node, (same + 1, max(old, same + 1)), module.path, "", kinds))
            return Shape(f"{first} {tree[1]}", more)
    whole = _compiled(after)
    return Shape(f"0 {whole[1]}", pointless(whole[0]) - pointless(module.tree)) if whole else None


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    return next(
        (place for place, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), min(len(before), len(after))
    )


def _compiled(text: str) -> tuple[ast.Module, str] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `x is 1` warns; it is a candidate like others
            tree = ast.parse(text)
            return tree, repr(_meaning(compile(tree, "<candidate>", "exec", dont_inherit=True)))
    except (SyntaxError, ValueError, RecursionError):
        return None


def _meaning(code: CodeType) -> tuple[object, ...]:
    """What a piece of code does, without where it stands."""
    constants = tuple(_meaning(each) if isinstance(each, CodeType) else repr(each) for each in code.co_consts)
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    given = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags, code.co_name)
    return code.co_code, code.co_exceptiontable, constants, names, given


def pointless(tree: ast.AST, lines: tuple[int, int] | None = None) -> int:
    """How many expressions say nothing: `a == a`, `a and a`, `a - a`, `b if c else b`, `a = a`, `a + 0`.

    With `lines`, the first and the last, statements that lie elsewhere are passed over.
    """
    found, waiting = 0, [tree]
    while waiting:
        node = waiting.pop()
        if lines and isinstance(node, ast.stmt) and not (node.lineno <= lines[1] and lines[0] <= (node.end_lineno or node.lineno)):
            continue
        found += says_nothing(node)
        waiting.extend(ast.iter_child_nodes(node))
    return found


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
