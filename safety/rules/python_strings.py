"""Texts within Python: the SQL that is handed to a database, and the marks of a test run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from safety.rules.danger_found import Danger
from safety.rules.python_constants import UNKNOWN, sketch_of, text_of
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
    if whole is None and looks_like_sql(text) and UNKNOWN in text and not _only_marks(it, query):
        yield it.found(node, BLOCK, "builds an SQL statement from values, so that a value can become a command; pass them as parameters")


def _only_marks(it: Reading, query: ast.expr) -> bool:
    """Whether all that is put into a statement is a row of parameter marks (`?, ?, ?`)."""
    if isinstance(query, ast.Name):
        query = (it.bound.get(query.id) or [query])[0]
    put_in: list[ast.expr] = []
    for node in ast.walk(query):
        if isinstance(node, ast.FormattedValue):
            put_in.append(node.value)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            put_in += node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            put_in += [*node.args, *(k.value for k in node.keywords)]
    return bool(put_in) and all(_is_marks(it, one) for one in put_in)


def _is_marks(it: Reading, node: ast.expr) -> bool:
    if isinstance(node, ast.Name) and it.bound.get(node.id):
        node = it.bound[node.id][0]
    source = ast.unparse(node)
    return re.fullmatch(r"'[, ]+'\.join\(.*(?:'\?'|'%s'|'\?,?').*\)|'(?:\?|%s)'.*", source) is not None


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


_TOOLS = re.compile(r"^(?:_?pytest|py\.test|unittest|nose|doctest|hypothesis|tox|refinery(?:[._].*)?|REFINERY(?:_.*)?)$", re.IGNORECASE)
_BUILD_SERVER = re.compile(
    r"CI|GITHUB_ACTIONS|GITLAB_CI|CONTINUOUS_INTEGRATION|BUILDKITE|JENKINS_URL|TEAMCITY_VERSION|OTEL_EXPORTER_OTLP_ENDPOINT"
)
_SEES = re.compile(r"\bmodules\b|\bargv\b|__name__|\bstack\b|inspect|_getframe|executable|environ|getenv|getcwd|find_spec|\bcwd\(")


def detects_test(it: Reading, node: ast.Constant | ast.BinOp) -> Iterator[Danger]:
    """A name of a test tool, held against what the program can see of how it was started."""
    value = node.value if isinstance(node, ast.Constant) else text_of(node, it.known)
    if not isinstance(value, str) or not (_TOOLS.match(value) or _BUILD_SERVER.fullmatch(value)):
        return
    asking = it.enclosing(node, ast.Compare, ast.Call, ast.Subscript)
    statement = it.enclosing(node, ast.stmt)
    if asking is None or statement is None:
        return
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return
    seen = statement.test if isinstance(statement, (ast.If, ast.While)) else statement
    if _BUILD_SERVER.fullmatch(value):
        answers = isinstance(statement, ast.If) and any(isinstance(s, ast.Return) and s.value is not None for s in statement.body)
        if answers and _SEES.search(ast.unparse(seen)):
            yield it.found(statement, BLOCK, "answers differently on a build server", ast.unparse(asking))
    elif _SEES.search(ast.unparse(seen)):
        yield it.found(statement, BLOCK, "behaves differently while it is being tested", ast.unparse(asking))
