"""Texts within Python: the SQL that is handed to a database, and the marks of a test run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.python_constants import sketch_of, text_of
from safety.rules.python_names import (
    BANNED_STRINGS,
)
from safety.rules.python_reading import BLOCK, Reading
from safety.rules.sql import looks_like_sql, sql_dangers


def statement(it: Reading, node: ast.Call, query: ast.expr) -> Iterator[Danger]:
    whole = text_of(query, it.known)
    sketch = sketch_of(query, it.known)
    if sketch is None and isinstance(query, ast.Name):
        sketch = _bound_sketch(it, query.id)
    text = whole if whole is not None else sketch
    if text is None:
        return
    for danger in sql_dangers(text):
        yield danger.at(node.lineno)
    if whole is None and looks_like_sql(text) and "?" in text:
        yield it.found(node, BLOCK, "builds an SQL statement from values, so that a value can become a command; pass them as parameters")


def _bound_sketch(it: Reading, name: str) -> str | None:
    for node in it.all(ast.Assign):
        if any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            sketch = sketch_of(node.value, it.known)
            if sketch is not None and not isinstance(node.value, ast.Constant):
                return sketch
    return None


def text(it: Reading, node: ast.Constant | ast.JoinedStr | ast.BinOp | ast.Call) -> Iterator[Danger]:
    """SQL in a string that is not obviously handed to a database, and marks of a test run."""
    parent = it.parents.get(node)
    if isinstance(parent, (ast.BinOp, ast.JoinedStr, ast.FormattedValue)) or (
        isinstance(parent, ast.Expr) and isinstance(node, ast.Constant)
    ):
        return
    if isinstance(node, ast.BinOp) and not isinstance(node.op, (ast.Add, ast.Mod)):
        return
    if isinstance(node, ast.Call) and not (
        isinstance(node.func, ast.Attribute) and node.func.attr in ("join", "format", "decode", "replace")
    ):
        return
    if isinstance(node, ast.Constant) and not isinstance(node.value, (str, bytes)):
        return
    text = sketch_of(node, it.known)
    if not text:
        return
    if len(text) > 9 and isinstance(node, (ast.Constant, ast.BinOp, ast.JoinedStr, ast.Call)) and looks_like_sql(text):
        in_database_call = (
            isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute) and parent.func.attr.startswith(("execute", "exec_"))
        )
        if not in_database_call:
            yield from (danger.at(node.lineno) for danger in sql_dangers(text))
    if BANNED_STRINGS.search(text):
        yield it.found(node, BLOCK, "behaves differently while it is being tested", text[:80])


def detects_test(it: Reading, node: ast.Compare) -> Iterator[Danger]:
    sides = [node.left, *node.comparators]
    if not any(
        isinstance(s, ast.Constant) and s.value in ("pytest", "_pytest", "unittest", "nose", "doctest", "hypothesis", "py.test")
        for s in sides
    ):
        return
    source = ast.unparse(node)
    if re.search(r"\bmodules\b|\bargv\b|__name__|stack|inspect|frame|executable|environ", source):
        yield it.found(node, BLOCK, "behaves differently while it is being tested")
