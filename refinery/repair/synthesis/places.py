"""Writes into statements of the user's code what `refinery_terms` needs: a number for each expression in whose place another may stand."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from refinery.repair.replacing.instrument import written
from refinery.repair.synthesis.terms import Span

HELPER = "refinery_terms"
"""The module beside the user's code that is called."""
SIGNS: dict[type[ast.cmpop], str] = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
PLAIN = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.BinOp, ast.BoolOp, ast.Compare, ast.UnaryOp, ast.IfExp, ast.ListComp)


@dataclass(frozen=True, slots=True)
class Place:
    """An expression; its number is its place in the list of all."""

    path: str
    line: int
    """The first line of the statement that it stands in."""
    span: Span


@dataclass(slots=True)
class Written:
    """Files with the calls in them, and what the numbers in these mean."""

    files: dict[str, str] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)


def write(sources: Mapping[str, str], lines: Collection[tuple[str, int]], most: int) -> Written:
    """The Python files that have one of the lines, with calls in the statements that begin there: in the first of them, up to so many."""
    made = Written()
    trees = {}
    for path in dict.fromkeys(path for path, _ in lines):
        try:
            trees[path] = ast.parse(sources[path])
        except (SyntaxError, ValueError, RecursionError):
            continue
    for path, line in lines:
        if path in trees and len(made.places) < most:
            _Statement(path, line, made.places).visit(trees[path])
    made.files |= {path: written(tree, path, HELPER) for path, tree in trees.items()}
    return made


def span_of(node: ast.expr) -> Span:
    """Where an expression stands."""
    return node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


class _Statement(ast.NodeTransformer):
    """Looks for what begins in a line, in functions; what stands outside of them is done once."""

    def __init__(self, path: str, wanted: int, places: list[Place]) -> None:
        self.path = path
        self.wanted = wanted
        self.places = places
        self.line = 0
        self.inside = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        before, self.inside = self.inside, True
        self._block(node.body)
        self.inside = before
        return node

    def _block(self, body: list[ast.stmt]) -> None:
        """What each statement of it becomes, in its place."""
        for place, each in enumerate(body):
            made = self.visit(each)
            assert isinstance(made, ast.stmt)
            body[place] = made

    def _expression(self, node: ast.expr) -> ast.expr:
        made = self.visit(node)
        assert isinstance(made, ast.expr)
        return made

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return node

    def visit(self, node: ast.AST) -> ast.AST:
        if not isinstance(node, ast.expr):
            before, self.line = self.line, node.lineno if isinstance(node, ast.stmt) else self.line
            made: ast.AST = super().visit(node)
            self.line = before
            return made
        if not self.inside or self.line != self.wanted:
            return node
        span, inner = span_of(node), self._base(node)
        if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load) or not self._plain(node):
            return inner
        if isinstance(inner, ast.Compare) and len(inner.ops) == 1 and (sign := SIGNS.get(type(inner.ops[0]))):
            return self._call("pair", span, ast.Constant(sign), inner.left, inner.comparators[0])
        return self._call("here", span, inner)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.value = self._expression(node.value) if node.value else None
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        self._block(node.body)
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        node.guard = self._expression(node.guard) if node.guard else None
        self._block(node.body)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if isinstance(node.func, ast.Attribute):
            node.func.value = self._base(node.func.value)
        node.args = [self._expression(each) for each in node.args]
        for keyword in node.keywords:
            keyword.value = self._expression(keyword.value)
        return node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        node.value = self._base(node.value)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        node.value = self._base(node.value)
        node.slice = self._expression(node.slice)
        return node

    def _base(self, node: ast.expr) -> ast.expr:
        """What is asked for a part of it stays what it is; there may be more inside."""
        made = super().visit(node)
        assert isinstance(made, ast.expr)
        return made

    def _plain(self, node: ast.expr) -> bool:
        number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
        return number or (
            isinstance(node, PLAIN) and not any(isinstance(each, ast.Await | ast.Yield | ast.NamedExpr) for each in ast.walk(node))
        )

    def _call(self, name: str, span: Span, *given: ast.expr) -> ast.expr:
        self.places.append(Place(self.path, self.line, span))
        function = ast.Attribute(ast.Name(HELPER, ast.Load()), name, ast.Load())
        return ast.Call(function, [ast.Constant(len(self.places) - 1), *given], [])
