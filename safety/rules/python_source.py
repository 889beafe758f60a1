"""Python text as a syntax tree, read once for all rules."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator
from functools import lru_cache

from safety.rules.kinds import Kind, kind_of

NOTEBOOK_SHELL = "_shell_of_notebook"
"""Stands for a shell escape of a notebook, which its reader runs and nobody else."""


@lru_cache(maxsize=64)
def tree_of(text: str) -> ast.Module | None:
    """The syntax tree, or None where there is none (`syntax` says so). Never changed by those who read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=64)
def parents_of(text: str) -> dict[ast.AST, ast.AST]:
    """Every node of the tree but its root, as `ast.walk` gives them, with the node around it. (Not to be changed by the caller.)"""
    tree = tree_of(text)
    parents: dict[ast.AST, ast.AST] = {}
    todo: list[ast.AST] = [tree] if tree is not None else []
    for node in todo:
        for name in node._fields:  # as ast.iter_child_nodes does, at a third of its price
            value = getattr(node, name, None)
            for child in value if isinstance(value, list) else (value,):
                if isinstance(child, ast.AST):
                    parents[child] = node
                    todo.append(child)
    return parents


def nodes_of(text: str) -> Iterator[ast.AST]:
    """Every node of the tree; none where there is no tree."""
    tree = tree_of(text)
    if tree is not None:
        yield tree
        yield from parents_of(text)


@lru_cache(maxsize=64)
def _by_type(text: str) -> dict[type[ast.AST], list[ast.AST]]:
    groups: dict[type[ast.AST], list[ast.AST]] = {}
    for node in nodes_of(text):
        groups.setdefault(type(node), []).append(node)
    return groups


def nodes_like(text: str, *kinds: type[ast.AST]) -> list[ast.AST]:
    """The nodes of the given types, type by type: quicker than to ask every node what it is."""
    groups = _by_type(text)
    return [node for kind in kinds for node in groups.get(kind, ())]


def python_of(path: str, text: str | None) -> str | None:
    """The Python of a file: the file, or the code cells of a notebook; None if it has none."""
    if text is None:
        return None
    kind = kind_of(path, text)
    if kind is Kind.PYTHON:
        return _of_start_file(text) if path.endswith(".pth") else text
    if kind is Kind.NOTEBOOK:
        return _of_notebook(text)
    return None


def _of_start_file(text: str) -> str:
    """A `.pth` file: lines that begin with import are run, others are paths."""
    return "\n".join(line if line.startswith(("import ", "import\t")) else "" for line in text.splitlines())


@lru_cache(maxsize=8)
def _of_notebook(text: str) -> str | None:
    try:
        book = json.loads(text)
        cells = [cell for cell in book["cells"] if cell.get("cell_type") == "code"]
        sources = [cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"]) for cell in cells]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return "\n\n".join(re.sub(r"(?m)^([ \t]*)([!%])(.*)$", _magic, source) for source in sources)


def _magic(match: re.Match[str]) -> str:
    """A shell escape or a magic, as the call that it is."""
    indent, sign, rest = match.groups()
    if sign == "%" and not re.match(r"%?(?:bash|sh|system|sx|pip|conda|mamba|uv)\b", rest):
        return indent + "pass"
    command = re.sub(r"^%?(?:bash|sh|system|sx)\b *", "", rest)
    return f"{indent}{NOTEBOOK_SHELL}({command!r})"
