"""What cannot be right by the kinds of its parts: a record divided by a number, a method that a text does not have, nothing as a value."""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from refinery.repair.kinds import GONE_THROUGH, KEYED, Kind, Kinds, Names, annotated, is_builtin
from refinery.repair.module import FUNCTIONS
from refinery.repair.world import parameters

MEMBERS: Mapping[Kind, frozenset[str]] = {
    "str": frozenset(dir(str)) | frozenset(dir(bytes)),
    "number": frozenset().union(*(dir(each) for each in (int, float, complex, Decimal, Fraction))), "match": frozenset(dir(re.Match)),
    "list": frozenset(dir(list)) | frozenset(dir(deque)), "tuple": frozenset(dir(tuple)) | frozenset({"_replace", "_asdict"}),
    "set": frozenset(dir(set)), "None": frozenset(dir(None)), "coroutine": frozenset({"close", "send", "throw"}),
}  # fmt: skip
"""What can be read of each kind. Dictionaries and iterators come in too many forms."""
ARITHMETIC: Mapping[type[ast.operator], frozenset[Kind]] = {
    ast.Add: frozenset({"str", "number", "list", "tuple"}), ast.Sub: frozenset({"number", "set"}),
    ast.Mult: frozenset({"str", "number", "list", "tuple"}), ast.Div: frozenset({"number"}), ast.FloorDiv: frozenset({"number"}),
    ast.Pow: frozenset({"number"}), ast.Mod: frozenset({"number", "str"}), ast.LShift: frozenset({"number"}),
    ast.RShift: frozenset({"number"}), ast.BitAnd: frozenset({"number", "set", "iterator"}),
    ast.BitOr: frozenset({"number", "set", "dict", "iterator", "record"}), ast.BitXor: frozenset({"number", "set", "iterator"}),
}  # fmt: skip
"""The kinds that an operator works on. A view of a dictionary is a set too."""
ORDERED = frozenset({"str", "number", "list", "tuple", "set"})
SINGLE = frozenset({"number", "None", "coroutine", "function", "module", "match"})
"""What cannot be gone through."""
WHOLE = frozenset({"len", "sum", "sorted", "list", "set", "tuple", "frozenset", "reversed", "any", "all", "enumerate", "iter", "next"})
FIGURES = frozenset({"abs", "round"})
READ = frozenset({"int", "float"})


def clashes(tree: ast.AST, lines: tuple[int, int], path: str, inside: str, kinds: Kinds) -> int:
    """How many expressions of the statements in these lines do with something what its kind does not bear.

    `inside` is the qualified name of the class or function around the tree, empty at the top of a file.
    """
    found = 0
    waiting: list[tuple[ast.AST, str]] = [(tree, inside)]
    while waiting:
        node, name = waiting.pop()
        if isinstance(node, ast.stmt) and not (_first(node) <= lines[1] and lines[0] <= (node.end_lineno or node.lineno)):
            continue
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            name = f"{name}.{node.name}" if name else node.name
        if isinstance(node, ast.stmt):
            names = kinds.names(path, name) or kinds.names(path, "")
            found += reading(node, names, kinds) + _unfit(node, names, kinds, kinds.needs.get((path, name), {}))
        waiting.extend((child, name) for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr))
    return found


def reading(node: ast.stmt, names: Names, kinds: Kinds) -> int:
    """How many clashes there are in one statement, without the statements inside it."""
    return _Reading(kinds).statement(node, names)


def _unfit(node: ast.stmt, names: Names, kinds: Kinds, needs: Mapping[str, frozenset[str]]) -> bool:
    """Whether a name is given what cannot be read as it is read elsewhere in the function."""
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    if not isinstance(target, ast.Name):
        return False
    kind, asked = kinds.of(node.value, names), needs.get(target.id, frozenset())  # type: ignore[attr-defined]
    if not kind or kind == names.get(target.id) or kind == "None":
        return False
    keyed = KEYED in asked and kind not in ("dict", "record", "match")
    members = asked - {KEYED, GONE_THROUGH}
    return keyed or (GONE_THROUGH in asked and kind in SINGLE) or (kind in MEMBERS and not members <= MEMBERS[kind])


def _first(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min(node.lineno, *(each.lineno for each in decorators)) if decorators else node.lineno


class _Reading:
    """One look at a statement, without the statements inside it."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self.found = 0

    def statement(self, node: ast.stmt, names: Names) -> int:
        kind = self.kinds.of
        if isinstance(node, ast.AugAssign):
            self.found += not _grows(node.op, kind(node.target, names), kind(node.value, names))
        elif isinstance(node, ast.For):
            self.found += kind(node.iter, names) in SINGLE
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple | ast.List):
            self.found += kind(node.value, names) in SINGLE
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self.found += _differ(annotated(node.annotation), kind(node.value, names))
        for child in ast.iter_child_nodes(node):
            if (
                isinstance(child, ast.expr)
                and child is not getattr(node, "annotation", None)
                and child is not getattr(node, "returns", None)
            ):
                self.expression(child, names, called=isinstance(node, ast.Expr))
            elif not isinstance(child, ast.stmt | ast.expr):
                self.below(child, names)
        return self.found

    def below(self, node: ast.AST, names: Names) -> None:
        if isinstance(node, ast.arg):
            return
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.expression(child, names)
            elif not isinstance(child, ast.stmt):
                self.below(child, names)

    def expression(self, node: ast.expr, names: Names, called: bool = False) -> None:
        """`called`: its value is not used."""
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            inner = dict(names)
            for part in node.generators:
                self.found += self.kinds.of(part.iter, inner) in SINGLE
                inner.update(self.kinds.bound(part.target, part.iter, inner))
            names = inner
        elif isinstance(node, ast.Lambda):
            names = {**names, **{each.arg: "" for each in ast.walk(node.args) if isinstance(each, ast.arg)}}
            self.expression(node.body, names, called=True)
            return
        self.found += self.clash(node, names, called)
        if isinstance(node, ast.Await):
            called = True
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.expression(child, names, called and isinstance(node, ast.Await))
            else:
                self.below(child, names)

    def clash(self, node: ast.expr, names: Names, called: bool) -> bool:
        kind = self.kinds.of
        if isinstance(node, ast.BinOp):
            return not _fits(node.op, kind(node.left, names), kind(node.right, names))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd | ast.Invert):
            return kind(node.operand, names) not in ("number", "")
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            pairs = zip(node.ops, sides, sides[1:], strict=False)
            return any(not _comparable(op, kind(one, names), kind(other, names)) for op, one, other in pairs)
        if isinstance(node, ast.Attribute):
            owner = kind(node.value, names)
            return owner in MEMBERS and node.attr not in MEMBERS[owner]
        if isinstance(node, ast.Subscript):
            return not _subscribed(kind(node.value, names), node.slice, kind(node.slice, names))
        if isinstance(node, ast.Call):
            return (not called and self.kinds.gives_nothing(node, names)) or self.handed(node, names)
        return False

    def handed(self, node: ast.Call, names: Names) -> bool:
        """Whether a function is given what it cannot take."""
        given = [self.kinds.of(each, names) for each in node.args if not isinstance(each, ast.Starred)]
        if len(given) < len(node.args) or not given:
            return False
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if isinstance(node.func, ast.Name) and is_builtin(name, names):
            if name in WHOLE or (name in ("max", "min") and len(given) == 1):
                return given[0] in SINGLE
            if name in ("max", "min"):
                return len({each for each in given if each}) > 1 or bool({"dict", "record", "iterator", *SINGLE} - {"number"} & {*given})
            if name in FIGURES | READ:
                return given[0] in {"list", "tuple", "dict", "record", "set", "iterator"} | (SINGLE - {"number"}) | (
                    {"str"} if name in FIGURES else set()
                )
            return False
        if isinstance(node.func, ast.Attribute) and name == "join" and self.kinds.of(node.func.value, names) == "str":
            return given[0] in SINGLE
        own = self.kinds.called(node, names)
        if own is None:
            return False
        wanted = {each.arg: annotated(each.annotation) for each in (*own.args.posonlyargs, *own.args.args)}
        return any(_differ(wanted.get(each, ""), got) for each, got in zip(parameters(own), given, strict=False))


def _fits(op: ast.operator, left: Kind, right: Kind) -> bool:
    """Whether an operator works on two kinds."""
    known = {left, right} - {""}
    if isinstance(op, ast.Mod) and left in ("str", ""):
        return True
    if isinstance(op, ast.Div) and right == "str" and left == "":
        return True  # a path, and what stands in it
    if isinstance(op, ast.BitOr) and known == {"None"}:
        return True  # a type, or nothing
    takes = ARITHMETIC.get(type(op))
    if takes is None:
        return True
    if not known <= takes:
        return False
    if isinstance(op, ast.Mult):
        return len(known - {"number"}) < 2
    return len(known) < 2 or known <= {"set", "iterator"} or known <= {"dict", "record"}


def _grows(op: ast.operator, left: Kind, right: Kind) -> bool:
    """The same for `+=`: a list takes in whatever can be gone through."""
    return (isinstance(op, ast.Add) and left in ("list", "") and right not in SINGLE) or _fits(op, left, right)


def _comparable(op: ast.cmpop, left: Kind, right: Kind) -> bool:
    if isinstance(op, ast.In | ast.NotIn):
        return right not in SINGLE and not (right == "str" and left not in ("str", ""))
    if isinstance(op, ast.Is | ast.IsNot):
        return True
    if isinstance(op, ast.Eq | ast.NotEq):
        return (
            not left or not right or left == right or "None" in (left, right) or {left, right} in ({"set", "iterator"}, {"dict", "record"})
        )
    return {left, right} - {""} <= ORDERED and (not left or not right or left == right)


def _subscribed(kind: Kind, place: ast.expr, key: Kind) -> bool:
    if kind == "match":
        return True
    if kind in SINGLE or kind in ("set", "iterator"):
        return False
    if kind in ("str", "list", "tuple"):
        return key in ("number", "") or isinstance(place, ast.Slice)
    return not (kind == "dict" and isinstance(place, ast.Slice))


def _differ(wanted: Kind, given: Kind) -> bool:
    """Whether something else is given than what is wanted; a list does for a tuple, and nothing for everything."""
    return (
        bool(wanted and given)
        and wanted != given
        and given != "None"
        and {wanted, given} not in ({"list", "tuple"}, {"list", "iterator"}, {"dict", "record"})
    )
