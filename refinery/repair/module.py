"""One Python file as the search sees it: its syntax tree, the places of its nodes, and what is in scope where."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

Function: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef"
Scope: TypeAlias = "Function | ast.Module"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
FILLING = frozenset({"add", "append", "extend", "insert", "update", "setdefault", "discard", "remove", "pop", "clear"})
"""Methods that fill what they belong to, or empty it."""
LONGEST_INGREDIENT = 48


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement without the statements inside it."""

    node: ast.stmt
    first: int
    last: int
    """The last line of its head; of a simple statement its end."""
    nodes: tuple[ast.expr, ...]
    """All expressions of the head, outer before inner."""


def opening(function: Function) -> ast.stmt:
    """The first statement of a function behind what it says of itself."""
    return function.body[1] if ast.get_docstring(function) is not None and len(function.body) > 1 else function.body[0]


class Module:
    """A parsed file. SyntaxError when it does not parse."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.tree = ast.parse(text)
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._ascii = text.isascii()
        self._inside: dict[ast.AST, tuple[ast.AST, ...]] = {}
        self._uses: dict[Function, Mapping[str, set[str]]] = {}
        self._made: dict[Function, Mapping[str, set[str]]] = {}
        self._ingredients: dict[Function, Mapping[str, ast.expr]] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        for node in self.inside(self.tree):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node

    def offset(self, line: int, column: int) -> int:
        """The character at a line (from 1) and a column in UTF-8 bytes, as `ast` counts."""
        start = self._starts[line - 1]
        if self._ascii:
            return start + column
        text = self.text[start : self._starts[line] - 1]
        return start + len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))

    def span(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg | ast.excepthandler) -> tuple[int, int]:
        """Where a node begins and ends, in characters."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def line(self, number: int) -> str:
        """The text of a line, from 1."""
        return self.text[self._starts[number - 1] : self._starts[number] - 1] if number < len(self._starts) else ""

    def source(self, node: ast.expr | ast.stmt | ast.keyword | ast.arg) -> str:
        """The node as it is written."""
        start, end = self.span(node)
        return self.text[start:end]

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around a node, from inside out."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def function(self, node: ast.AST) -> Function | None:
        """The function a node stands in; a function stands in what is around it."""
        return next((outer for outer in self.above(node) if isinstance(outer, FUNCTIONS)), None)

    def loop(self, node: ast.AST) -> ast.For | ast.AsyncFor | ast.While | None:
        """The innermost loop around a statement, within its function."""
        for outer in self.above(node):
            if isinstance(outer, ast.For | ast.AsyncFor | ast.While):
                return outer
            if isinstance(outer, FUNCTIONS):
                return None
        return None

    def block(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements among which one stands, itself included."""
        for name in ("body", "orelse", "finalbody"):
            block = getattr(self.parents.get(statement), name, None)
            if isinstance(block, list) and statement in block:
                return block
        return [statement]

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """All statements, in order."""
        found = [_statement(node) for node in self.inside(self.tree) if isinstance(node, ast.stmt)]
        return tuple(sorted(found, key=lambda statement: (statement.first, statement.node.col_offset)))

    @cached_property
    def globals(self) -> tuple[str, ...]:
        """Names bound at the top of the file, imports and definitions included."""
        return tuple(dict.fromkeys(name for node in self.tree.body for name in _bound(node)))

    @cached_property
    def idle(self) -> Mapping[Scope, frozenset[str]]:
        """Names that nothing reads, or that are only filled: imports and, by function, its parameters and variables and those of the
        functions around it. Something that used them may be gone."""
        found: dict[Scope, frozenset[str]] = {}
        loaded = {node.id for node in self.inside(self.tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        brought = {name for node in self.tree.body if isinstance(node, ast.Import | ast.ImportFrom) for name in _bound(node)}
        package = self.path.rpartition("/")[2] == "__init__.py"
        found[self.tree] = frozenset() if package else frozenset(brought - loaded)
        for function, bound in self._locals.items():
            own = {node.id for node in self.inside(function) if isinstance(node, ast.Name) and self._read(node)}
            idle = frozenset(name for name, _ in bound if name not in own and not name.startswith("_") and name not in ("self", "cls"))
            outer = self.function(function)
            found[function] = idle | found.get(outer, frozenset()) if outer else idle
        return found

    def _read(self, node: ast.Name) -> bool:
        """Whether what a name holds is asked for, not only filled: `seen.add(one)` and `seen[one] = two` ask for nothing."""
        above = self.parents.get(node)
        if isinstance(above, ast.Subscript) and above.value is node:
            return isinstance(above.ctx, ast.Load)
        call = self.parents.get(above) if isinstance(above, ast.Attribute) and above.attr in FILLING else None
        filled = isinstance(call, ast.Call) and call.func is above and isinstance(self.parents.get(call), ast.Expr)
        return isinstance(node.ctx, ast.Load) and not filled

    @cached_property
    def _locals(self) -> dict[Function, tuple[tuple[str, int], ...]]:
        return {node: tuple(_locals_of(node)) for node in self.inside(self.tree) if isinstance(node, FUNCTIONS)}

    def local_names(self, node: ast.AST) -> tuple[str, ...]:
        """Names of the functions around that are bound before the node, nearest function first, latest binding first."""
        line = getattr(node, "lineno", 0)
        loop_end = max((getattr(outer, "end_lineno", 0) for outer in self.above(node) if isinstance(outer, ast.For | ast.While)), default=0)
        names: list[str] = []
        function = self.function(node)
        while function is not None:
            bound = self._locals[function]
            names += [name for name, at in sorted(bound, key=lambda item: -item[1]) if at < line or (loop_end and at <= loop_end)]
            function = self.function(function)
        return tuple(dict.fromkeys(names))

    def comprehension_names(self, node: ast.AST) -> tuple[str, ...]:
        """Names that the comprehensions and lambdas around an expression bind."""
        names: list[str] = []
        for outer in self.above(node):
            if isinstance(outer, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
                names += [name.id for part in outer.generators for name in ast.walk(part.target) if isinstance(name, ast.Name)]
            elif isinstance(outer, ast.Lambda):
                names += [argument.arg for argument in outer.args.args]
            elif isinstance(outer, ast.stmt):
                break
        return tuple(names)

    @cached_property
    def _expressions(self) -> dict[ast.AST, tuple[tuple[str, int], ...]]:
        found: dict[ast.AST, dict[str, int]] = {}
        for node in self.inside(self.tree):
            if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Load) and _is_path(node):
                parent = self.parents.get(node)
                if isinstance(parent, ast.Call) and parent.func is node:
                    continue
                text = self.source(node)
                if len(text) <= LONGEST_INGREDIENT and "\n" not in text:
                    found.setdefault(self.function(node) or self.tree, {}).setdefault(text, node.lineno)
        return {scope: tuple(texts.items()) for scope, texts in found.items()}

    def expressions(self, node: ast.AST) -> tuple[str, ...]:
        """Fields and items (`row["a"]`, `self.x.y`) that the function reads and whose first name is bound at the node."""
        bound = {*self.local_names(node), *self.globals, *self.comprehension_names(node)}
        own = self._expressions.get(self.function(node) or self.tree, ())
        return tuple(text for text, _ in own if _head(text) in bound)

    def ingredients(self, function: Function) -> Mapping[str, ast.expr]:
        """Calls, items, fields and sums that a function reads, by how they are written."""
        if function not in self._ingredients:
            found: dict[str, ast.expr] = {}
            for node in self.inside(function):
                made = isinstance(node, ast.Call | ast.BinOp) or (
                    isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Load)
                )
                if not made or not isinstance(node, ast.expr) or (node.end_lineno or node.lineno) != node.lineno:
                    continue
                parent = self.parents.get(node)
                used = not isinstance(parent, ast.Expr | ast.Raise) and not (isinstance(parent, ast.Call) and parent.func is node)
                if used and len(text := self.source(node)) <= LONGEST_INGREDIENT:
                    found.setdefault(text, node)
            self._ingredients[function] = found
        return self._ingredients[function]

    def inside(self, node: ast.AST) -> tuple[ast.AST, ...]:
        """The node and all below it, as `ast.walk` gives them, walked once."""
        if node not in self._inside:
            self._inside[node] = tuple(ast.walk(node))
        return self._inside[node]

    def uses(self, function: Function) -> Mapping[str, set[str]]:
        """How a function uses each name: as a base, an index, a number, an argument of what."""
        if function not in self._uses:
            found: dict[str, set[str]] = {}
            for node in self.inside(function):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                    found.setdefault(node.id, set()).update(_use(node, self.parents.get(node)))
            self._uses[function] = found
        return self._uses[function]

    def made_of(self, function: Function) -> Mapping[str, set[str]]:
        """The names that each variable of a function was made of, where it has a value of its own; sums of others do not count."""
        if function not in self._made:
            found: dict[str, set[str]] = {}
            for node in self.inside(function):
                if not isinstance(node, ast.Assign) or len(node.targets) > 1 or isinstance(node.value, ast.BinOp):
                    continue
                if isinstance(target := node.targets[0], ast.Name):
                    read = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
                    found.setdefault(target.id, set()).update(read)
            self._made[function] = found
        return self._made[function]

    def qualified(self, function: ast.AST | None) -> str:
        """`Class.method`, as one would say it; the file's name outside of functions."""
        names: list[str] = []
        node = function
        while node is not None:
            if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                names.append(node.name)
            node = self.parents.get(node)
        return ".".join(reversed(names)) or self.path.rsplit("/", 1)[-1]


def head(node: ast.stmt) -> Iterator[ast.expr]:
    """The expressions of a statement that are not in statements inside it."""
    stack: list[ast.AST] = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]
    while stack:
        current = stack.pop(0)
        if isinstance(current, ast.expr):
            yield current
        if isinstance(current, ast.ExceptHandler):
            continue
        if isinstance(current, ast.match_case):
            stack.extend([current.guard] if current.guard else [])
            continue
        stack.extend(child for child in ast.iter_child_nodes(current) if not isinstance(child, ast.stmt))


def _statement(node: ast.stmt) -> Statement:
    body = getattr(node, "body", None)
    last = node.end_lineno or node.lineno
    if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
        last = max(node.lineno, body[0].lineno - 1)
    return Statement(node, node.lineno, last, tuple(head(node)))


def bound(statement: Statement) -> Iterator[str]:
    """The names to which a statement gives a value, without those inside it."""
    for node in statement.nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _bound(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.split(".")[0]
    else:
        for child in ast.walk(node):
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
                yield child.id


def _locals_of(function: Function) -> Iterator[tuple[str, int]]:
    arguments = function.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
        if argument is not None:
            yield argument.arg, function.lineno
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.name, node.lineno
            continue
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp | ast.Lambda):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name, node.lineno
        stack.extend(ast.iter_child_nodes(node))


def _use(node: ast.Name, parent: ast.AST | None) -> Iterator[str]:
    if isinstance(parent, ast.Subscript):
        yield "base" if parent.value is node else "index"
    elif isinstance(parent, ast.Attribute):
        yield "object"
    elif isinstance(parent, ast.Call):
        yield ast.unparse(parent.func)
    elif isinstance(parent, ast.BinOp | ast.AugAssign | ast.Compare):
        yield "number"
    elif isinstance(parent, ast.For | ast.comprehension):
        yield "iterated"


def _is_path(node: ast.expr) -> bool:
    while True:
        readable = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant | ast.Name)
        if not isinstance(node, ast.Attribute | ast.Subscript) or (isinstance(node, ast.Subscript) and not readable):
            return isinstance(node, ast.Name)
        node = node.value


def _head(text: str) -> str:
    for place, letter in enumerate(text):
        if letter in ".[":
            return text[:place]
    return text
