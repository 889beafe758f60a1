"""One Python file being read: what its names stand for, which of them are known, and what is a temporary path."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar, cast

from safety.rules.danger_found import Danger
from safety.rules.python_constants import Constant, constants_of, text_of
from safety.rules.python_source import nodes_like, parents_of
from safety.verdict import Effect

BLOCK, ASK = Effect.BLOCK, Effect.NEEDS_APPROVAL
DEEPEST = 3
_TAKES = ("getattr", "builtins.getattr", "functools.partial", "partial")
_ADDS = frozenset({"append", "extend", "add", "update", "insert", "write"})
Node = TypeVar("Node", bound=ast.AST)


class Reading:
    """What is known of one file while it is read."""

    def __init__(self, text: str, depth: int, again: Callable[[str, int], list[Danger]]) -> None:
        self.source, self.depth, self.again = text, depth, again
        self.known: dict[str, Constant | list[Constant]] = constants_of(text)
        self.names: dict[str, str] = {}
        self.parents = parents_of(text)
        self.temporary: set[str] = set()
        self.imported: set[str] = set()
        self.bound: dict[str, list[ast.expr]] = {}
        """What each name is given, wherever that is."""
        self._learn()

    def all(self, kind: type[Node]) -> list[Node]:
        return cast("list[Node]", nodes_like(self.source, kind))

    @cached_property
    def drawn(self) -> dict[str, list[ast.expr]]:
        """What flows into each name otherwise than by assignment: what a loop goes through, what is added to it."""
        found: dict[str, list[ast.expr]] = {}
        loops: list[ast.For | ast.AsyncFor | ast.comprehension] = [
            *self.all(ast.For),
            *self.all(ast.AsyncFor),
            *self.all(ast.comprehension),
        ]
        for loop in loops:
            for target in loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(loop.iter)
        for more in self.all(ast.AugAssign):
            if isinstance(more.target, ast.Name):
                found.setdefault(more.target.id, []).append(more.value)
        for call in self.all(ast.Call):
            if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.attr in _ADDS:
                found.setdefault(call.func.value.id, []).extend(call.args)
        for put in self.all(ast.Assign):
            if isinstance(put.targets[0], ast.Subscript) and isinstance(put.targets[0].value, ast.Name):
                found.setdefault(put.targets[0].value.id, []).append(put.value)
        return found

    def _learn(self) -> None:
        for node in nodes_like(self.source, ast.Import, ast.ImportFrom):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.names[alias.asname or alias.name.split(".")[0]] = alias.name if alias.asname else alias.name.split(".")[0]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    module = "os" if node.module in ("posix", "nt") else node.module
                    self.names[alias.asname or alias.name] = f"{module}.{alias.name}"
        self.imported = set(self.names)
        binders = nodes_like(self.source, ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.withitem)
        for round_ in range(2):
            for node in binders:
                targets: list[ast.expr] = []
                if isinstance(node, ast.Assign):
                    targets, value = node.targets, node.value
                elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
                    targets, value = [node.target], node.value
                elif isinstance(node, ast.withitem) and node.optional_vars is not None:
                    targets, value = [node.optional_vars], node.context_expr
                else:
                    continue
                dotted = self.dotted(value) or ""
                if round_ == 0:
                    for target in targets:
                        if isinstance(target, ast.Name):
                            self.bound.setdefault(target.id, []).append(value)
                for target in targets:
                    for one in target.elts if isinstance(target, ast.Tuple) else [target]:
                        if not isinstance(one, ast.Name):
                            continue
                        if self.is_temporary(value):
                            self.temporary.add(one.id)
                        elif isinstance(value, ast.Call) and (self.dotted(value.func) or "").startswith("pathlib.Path"):
                            self.names.setdefault(one.id, "pathlib.Path")
                        elif (
                            dotted
                            and dotted != one.id
                            and (isinstance(value, ast.Call) or one.id not in self.names)
                            and (not isinstance(value, ast.Call) or self.module_of(value) or self.dotted(value.func) in _TAKES)
                        ):
                            self.names[one.id] = dotted

    def dotted(self, node: ast.expr, depth: int = 0) -> str | None:
        """The full name of what an expression refers to: `o.system` after `import os as o`, `getattr(os, "sys" + "tem")`."""
        if depth > 20:
            return None
        if isinstance(node, ast.Name):
            return self.names.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            base = self.dotted(node.value, depth + 1)
            # `posix` and `nt` are what `os` is made of
            return f"{'os' if base in ('posix', 'nt') else base}.{node.attr}" if base else None
        if isinstance(node, ast.Call):
            module = self.module_of(node)
            if module:
                return module
            name = self.dotted(node.func, depth + 1)
            if name in ("getattr", "builtins.getattr") and len(node.args) >= 2:
                base, attribute = self.dotted(node.args[0], depth + 1), text_of(node.args[1], self.known)
                return f"{base}.{attribute}" if base and attribute else None
            if name in ("operator.attrgetter", "operator.methodcaller") and node.args:
                return None
            if name and name.startswith("pathlib.Path"):
                return "pathlib.Path"
            if name in ("functools.partial", "partial") and node.args:
                return self.dotted(node.args[0], depth + 1)
            return None
        if isinstance(node, ast.Subscript):
            key = text_of(node.slice, self.known)
            base_node = node.value
            if key is None:
                return None
            if isinstance(base_node, ast.Attribute) and base_node.attr == "__dict__":
                base = self.dotted(base_node.value, depth + 1)
                return f"{base}.{key}" if base else None
            if isinstance(base_node, ast.Call):
                name = self.dotted(base_node.func, depth + 1)
                if name == "vars" and base_node.args:
                    base = self.dotted(base_node.args[0], depth + 1)
                    return f"{base}.{key}" if base else None
                if name in ("globals", "locals", "vars"):
                    return "builtins" if key == "__builtins__" else self.names.get(key, key)
            base = self.dotted(base_node, depth + 1)
            if base in ("sys.modules", "__builtins__", "builtins"):
                return key if base == "sys.modules" else f"builtins.{key}"
        return None

    def module_of(self, node: ast.Call) -> str | None:
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = self.names.get(name, name)
        if name.rsplit(".", 1)[-1] in ("__import__", "import_module") and node.args:
            module = text_of(node.args[0], self.known)
            return module if module else None
        return None

    def is_temporary(self, node: ast.expr) -> bool:
        """Whether an expression is a path that this very program made as a temporary one."""
        if isinstance(node, ast.Name):
            return node.id in self.temporary
        if isinstance(node, ast.Attribute):
            return self.is_temporary(node.value)
        if isinstance(node, ast.Call):
            name = self.dotted(node.func) or ""
            if name.startswith(("tempfile.mk", "tempfile.Temporary", "tempfile.NamedTemporary", "tempfile.Spooled", "tempfile.gettempdir")):
                return True
            return name.endswith(("path.join", "Path", "fspath", "str")) and bool(node.args) and self.is_temporary(node.args[0])
        if isinstance(node, ast.BinOp):
            return self.is_temporary(node.left)
        return (
            isinstance(node, ast.JoinedStr)
            and bool(node.values)
            and isinstance(node.values[0], ast.FormattedValue)
            and self.is_temporary(node.values[0].value)
        )

    def same(self, node: ast.AST) -> str:
        """What makes a danger the same one elsewhere: a call with further options is the same call."""
        if isinstance(node, ast.Call):
            return f"{ast.unparse(node.func)}({ast.unparse(node.args[0])[:200] if node.args else ''})"
        return ast.unparse(node)

    def keywords(self, node: ast.Call) -> list[tuple[str, ast.expr]]:
        """The named arguments of a call, with those that come as a dictionary."""
        found: list[tuple[str, ast.expr]] = []
        for keyword in node.keywords:
            if keyword.arg:
                found.append((keyword.arg, keyword.value))
                continue
            given = self.bound.get(keyword.value.id, [])[:3] if isinstance(keyword.value, ast.Name) else [keyword.value]
            for one in given:
                if isinstance(one, ast.Dict):
                    pairs = zip(one.keys, one.values, strict=True)
                    found += [(str(key.value), value) for key, value in pairs if isinstance(key, ast.Constant)]
                elif isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "dict":
                    found += [(k.arg, k.value) for k in one.keywords if k.arg]
        return found

    def enclosing(self, node: ast.AST, *kinds: type[ast.AST]) -> ast.AST | None:
        """The nearest node of such a kind around this one."""
        at = self.parents.get(node)
        while at is not None and not isinstance(at, kinds):
            at = self.parents.get(at)
        return at

    def chain(self, node: ast.Call) -> list[str]:
        """The methods called before and after this call in one expression: `delete(X).where(...)`."""
        names: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, (ast.Call, ast.Attribute)):
            if isinstance(inner, ast.Attribute):
                names.append(inner.attr)
                inner = inner.value
            else:
                inner = inner.func
        at: ast.AST | None = self.parents.get(node)
        while isinstance(at, (ast.Attribute, ast.Call)):
            if isinstance(at, ast.Attribute):
                names.append(at.attr)
            elif node in at.args:
                break
            at = self.parents.get(at)
        return names

    def found(self, node: ast.AST, effect: Effect, says: str, key: str = "", *, alone: bool = False) -> Danger:
        source = key or self.same(node)
        return Danger(f"python {says}: {source[:300]}", getattr(node, "lineno", 1), says, effect, alone)
