"""Writes into functions of the user's code what `refinery_values` needs: a number for each expression that may come to something else."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

HELPER = "refinery_values"
"""The module beside the user's code that is called."""
FOUND = """
__import__("sys").path.append(__import__("os").path.join(__import__("os").path.dirname(__import__("os").path.abspath(__file__)), "{up}"))
import refinery_values
"""
SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
PLAIN = (ast.Constant, ast.Lambda, ast.Starred, ast.JoinedStr, ast.GeneratorExp, ast.Yield, ast.YieldFrom, ast.Slice)


@dataclass(frozen=True, slots=True)
class Site:
    """An expression or a statement in a function; its number is its place in the list of all."""

    path: str
    line: int
    """The first line of the statement that it stands in, or is."""


@dataclass(slots=True)
class Instrumented:
    """Files with the calls in them, and what the numbers in these mean."""

    files: dict[str, str] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)


def instrument(sources: Mapping[str, str], tests: Mapping[str, str] | None = None, around: str = "") -> Instrumented:
    """The Python files with calls in their functions, those that do not parse left out. In `tests`, each test is decorated with what
    `around` says, and nothing else is changed."""
    made = Instrumented()
    for path, text in sources.items():
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        _Functions(path, made.sites).visit(tree)
        made.files[path] = _written(tree, path)
    for path, text in (tests or {}).items():
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
                node.decorator_list.append(ast.parse(around, mode="eval").body)
        made.files[path] = _written(tree, path)
    return made


def _written(tree: ast.Module, path: str) -> str:
    """The file, with the helper imported from the top of the tree, wherever its own imports are looked for."""
    place = 0
    while place < len(tree.body) and _stays_first(tree.body[place]):
        place += 1
    up = "/".join([".."] * path.count("/")) or "."
    tree.body[place:place] = ast.parse(FOUND.format(up=up)).body
    return ast.unparse(ast.fix_missing_locations(tree))


def _stays_first(node: ast.stmt) -> bool:
    told = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return told or (isinstance(node, ast.ImportFrom) and node.module == "__future__")


class _Functions(ast.NodeTransformer):
    """Looks for functions; what stands outside of them is done once, before anything can be tried."""

    def __init__(self, path: str, sites: list[Site]) -> None:
        self.path = path
        self.sites = sites

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.body = self.block(node.body)
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.body = self.block(node.body)
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

    def block(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Statements of a function, with those inside them."""
        return [self.statement(node) for node in body]

    def statement(self, node: ast.stmt) -> ast.stmt:
        """A statement, itself or under a condition."""
        inside = _Expressions(self, node.lineno)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            made = self.visit(node)
            assert isinstance(made, ast.stmt)
            return made
        if isinstance(node, ast.Global | ast.Nonlocal | ast.Import | ast.ImportFrom | ast.Delete):
            return node
        inside.head(node)
        for name in ("body", "orelse", "finalbody"):
            if isinstance(block := getattr(node, name, None), list):
                setattr(node, name, self.block(block))
        for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
            part.body = self.block(part.body)
        if isinstance(node, ast.Continue | ast.Break | ast.Raise) or (
            isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant | ast.Yield | ast.YieldFrom)
        ):
            return ast.If(self.call("goes", node.lineno), [node], [])
        return node

    def call(self, name: str, line: int, *given: ast.expr) -> ast.expr:
        """A call of the helper, with a number of its own."""
        self.sites.append(Site(self.path, line))
        function = ast.Attribute(ast.Name(HELPER, ast.Load()), name, ast.Load())
        return ast.Call(function, [ast.Constant(len(self.sites) - 1), *given], [])


class _Expressions(ast.NodeTransformer):
    """Expressions of one statement, inner ones first."""

    def __init__(self, functions: _Functions, line: int) -> None:
        self.functions = functions
        self.line = line

    def head(self, node: ast.stmt) -> None:
        """What a statement works out itself."""
        for name in ("value", "test", "iter", "exc", "subject"):
            inner = getattr(node, name, None)
            if isinstance(inner, ast.expr):
                setattr(node, name, self.visit(inner))
        for item in getattr(node, "items", ()):
            item.context_expr = self.visit(item.context_expr)
        for case in getattr(node, "cases", ()):
            case.guard = case.guard and self.condition(self.visit(case.guard))
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Return) and node.value is not None:
            node.value = self.other(node.value)
        elif isinstance(node, ast.If | ast.While | ast.Assert):
            node.test = self.condition(node.test)
        elif isinstance(node, ast.For):
            node.iter = self.other(_listed(node.iter))

    def other(self, node: ast.expr) -> ast.expr:
        """An expression that may come to something else; plain ones are edited, not worked out."""
        if isinstance(node, PLAIN) or (isinstance(node, ast.Call) and _ours(node.func)):
            return node
        if _sign(node):
            return self.condition(node)
        return self.functions.call("value", self.line, node)

    def condition(self, node: ast.expr) -> ast.expr:
        """An expression that may hold, or not. What is compared is told."""
        if isinstance(node, ast.Call) and _ours(node.func):
            return node
        if isinstance(node, ast.Compare) and (sign := _sign(node)):
            return self.functions.call("compared", self.line, ast.Constant(sign), node.left, node.comparators[0])
        return self.functions.call("holds", self.line, node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        node.body = self.other(self.visit(node.body))
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        node.values = [self.condition(each) for each in node.values] if self._decides(node) else [self.other(each) for each in node.values]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        node.test = self.condition(node.test)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        node.ifs = [self.condition(each) for each in node.ifs]
        if not node.is_async:
            node.iter = self.other(node.iter)
        return node

    def visit_ListComp(self, node: ast.ListComp) -> ast.AST:
        self.generic_visit(node)
        node.elt = self.other(node.elt)
        return node

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.AST:
        self.generic_visit(node)
        node.elt = self.other(node.elt)
        return node

    def visit_DictComp(self, node: ast.DictComp) -> ast.AST:
        self.generic_visit(node)
        node.value = self.other(node.value)
        return node

    def visit_Dict(self, node: ast.Dict) -> ast.AST:
        self.generic_visit(node)
        node.values = [self.other(value) if key is not None else value for key, value in zip(node.keys, node.values, strict=True)]
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        node.args = [self.other(each) for each in node.args]
        for keyword in node.keywords:
            keyword.value = self.other(keyword.value) if keyword.arg else keyword.value
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        node.left, node.right = self.other(node.left), self.other(node.right)
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.slice, ast.Slice):
            for name in ("lower", "upper"):
                if inner := getattr(node.slice, name):
                    setattr(node.slice, name, self.other(inner))
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        return node

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.AST:
        node.value = self.other(self.visit(node.value))
        return node

    def _decides(self, node: ast.BoolOp) -> bool:
        """`a or b` may be a value too; then what it comes to matters, not only whether it holds."""
        return any(
            isinstance(each, ast.Compare) or (isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.Not)) for each in node.values
        )


def _sign(node: ast.expr) -> str:
    """How two things are compared; empty where it is not that."""
    return SIGNS.get(type(node.ops[0]), "") if isinstance(node, ast.Compare) and len(node.ops) == 1 else ""


def _ours(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == HELPER


def _listed(node: ast.expr) -> ast.expr:
    """`range(...)` as a list, so that it can be turned round."""
    name = getattr(getattr(node, "func", None), "id", "")
    return ast.Call(ast.Name("list", ast.Load()), [node], []) if name in ("range", "enumerate", "zip", "reversed") else node
