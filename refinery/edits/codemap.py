"""A map of the files of a repository: what is defined where, who imports and calls it, which files name each other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Symbol:
    """A function, method, class or constant."""

    path: str
    name: str
    """`Class.method`, as one would say it."""
    kind: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a name is used."""

    path: str
    line: int
    within: str
    """The function or class around it; empty at the top of the file."""
    text: str


@dataclass(frozen=True)
class CodeMap:
    """Made of texts, without running any of it. What does not parse is searched and read like any text."""

    sources: Mapping[str, str] = field(repr=False)

    @cached_property
    def _trees(self) -> dict[str, ast.Module]:
        found: dict[str, ast.Module] = {}
        for path, text in self.sources.items():
            if path.endswith(".py"):
                try:
                    found[path] = ast.parse(text)
                except (SyntaxError, ValueError, RecursionError):
                    continue
        return found

    @cached_property
    def _modules(self) -> dict[str, str]:
        """Paths by dotted name, from every folder on: `src/desk/app.py` is `src.desk.app`, `desk.app` and `app`."""
        found: dict[str, str] = {}
        for path in sorted(self._trees, key=lambda path: (path.count("/"), path)):
            parts = PurePosixPath(path).with_suffix("").parts
            parts = parts[:-1] if parts[-1] == "__init__" else parts
            for start in range(len(parts)):
                found.setdefault(".".join(parts[start:]), path)
        return found

    def symbols(self, path: str) -> tuple[Symbol, ...]:
        """What a file defines, in order."""
        return tuple(_symbols(path, self._trees[path], "")) if path in self._trees else ()

    def imports(self, path: str) -> frozenset[str]:
        """The files of the repository that a file imports."""
        tree = self._trees.get(path)
        if tree is None:
            return frozenset()
        package = PurePosixPath(path).parent.parts
        named = (name for node in ast.walk(tree) for name in _imported(node, package))
        return frozenset(found for name in named if (found := self._modules.get(name)) and found != path)

    def importers(self, path: str) -> frozenset[str]:
        """The files that import a file."""
        return frozenset(other for other in self._trees if path in self._imported_by[other])

    @cached_property
    def _imported_by(self) -> dict[str, frozenset[str]]:
        return {path: self.imports(path) for path in self._trees}

    def named(self, path: str) -> frozenset[str]:
        """Files that a file mentions by name, or that mention it: prompts, settings, data."""
        text = self.sources.get(path, "")
        return frozenset(
            other
            for other, content in self.sources.items()
            if other != path and (_mentions(text, other, path) or _mentions(content, path, other))
        )

    def related(self, path: str) -> frozenset[str]:
        """Files one step away."""
        return self.imports(path) | self.importers(path) | self.named(path)

    def uses(self, name: str) -> tuple[Use, ...]:
        """Where a function, class, attribute, key or setting is used by its bare name; its definition is no use of it."""
        bare = name.rpartition(".")[2]
        return tuple(use for path, tree in self._trees.items() for use in _uses(path, tree, bare, self.sources[path].split("\n")))

    def affected(self, paths: Iterable[str]) -> frozenset[str]:
        """Every file that a change of these can reach: who imports them, and so on, and who names a file that is no code."""
        found: set[str] = set()
        ahead = list(paths)
        while ahead:
            path = ahead.pop()
            near = self.importers(path) if path.endswith(".py") else self.named(path)
            ahead += sorted(near - found)
            found |= near
        return frozenset(found)


def _symbols(path: str, node: ast.AST, around: str) -> Iterator[Symbol]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition):
            name = f"{around}.{child.name}" if around else child.name
            kind = "class" if isinstance(child, ast.ClassDef) else "method" if around else "function"
            yield Symbol(path, name, kind, child.lineno, child.end_lineno or child.lineno)
            yield from _symbols(path, child, name)
        elif isinstance(child, ast.Assign | ast.AnnAssign) and isinstance(node, ast.Module):
            for target in child.targets if isinstance(child, ast.Assign) else [child.target]:
                if isinstance(target, ast.Name):
                    yield Symbol(path, target.id, "constant", child.lineno, child.end_lineno or child.lineno)


def _imported(node: ast.AST, package: tuple[str, ...]) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package[: len(package) - node.level + 1] if node.level else ()
        base = ".".join((*above, node.module) if node.module else above)
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)


def _mentions(text: str, path: str, by: str) -> bool:
    """Whether a text names a file: by its whole name, or in code by the name without what follows the dot, in quotation marks."""
    name = PurePosixPath(path)
    if name.suffix == ".py":
        return False
    if name.name in text:
        return True
    return by.endswith(".py") and re.search(rf"""["']{re.escape(name.stem)}["']""", text) is not None


def _uses(path: str, tree: ast.Module, name: str, lines: list[str]) -> Iterator[Use]:
    stack: list[tuple[ast.AST, str]] = [(tree, "")]
    seen: set[int] = set()
    while stack:
        node, within = stack.pop(0)
        hit = (
            (isinstance(node, ast.Name) and node.id == name)
            or (isinstance(node, ast.Attribute) and node.attr == name)
            or (isinstance(node, ast.keyword) and node.arg == name)
            or (isinstance(node, ast.Constant) and node.value == name)
        )
        line = getattr(node, "lineno", 0)
        if hit and line not in seen:
            seen.add(line)
            yield Use(path, line, within, lines[line - 1].strip()[:160])
        inner = (f"{within}.{node.name}" if within else node.name) if isinstance(node, Definition) else within
        stack += [(child, inner) for child in ast.iter_child_nodes(node)]
