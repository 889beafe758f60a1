"""What a Python file can do, read from its syntax tree: names are followed, constants worked out, so spelling does not hide a call."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from safety.rules.danger_found import Danger
from safety.rules.python_calls import call
from safety.rules.python_insecure import insecure
from safety.rules.python_loopholes import (
    agreeing_lambda,
    assigns,
    back_door,
    consents,
    fixed_password,
    function,
    gives_up,
    imports,
    swallows,
)
from safety.rules.python_private import handed_out
from safety.rules.python_programs import inside, reference
from safety.rules.python_reading import Reading
from safety.rules.python_strings import detects_test, text
from safety.rules.python_writes import emptied, writes


@lru_cache(maxsize=128)
def python_dangers(text: str, depth: int = 0) -> list[Danger]:
    """What running, importing or calling this Python could do. (Not to be changed by the caller: it is kept for the next question.)"""
    return sorted(_dangers(Reading(text, depth, python_dangers)), key=lambda danger: danger.line)


def _dangers(it: Reading) -> Iterator[Danger]:
    for made in it.all(ast.Call):
        yield from call(it, made)
        yield from writes(it, made, it.dotted(made.func) or "")
        yield from insecure(it, made)
        yield from text(it, made)
    named: list[ast.Attribute | ast.Name] = [*it.all(ast.Attribute), *it.all(ast.Name)]
    for name in named:
        if isinstance(name.ctx, ast.Load):
            yield from reference(it, name)
    for attribute in it.all(ast.Attribute):
        yield from inside(it, attribute)
    for given_back in it.all(ast.Return):
        yield from handed_out(it, given_back)
    for consenting in it.all(ast.keyword):
        yield from consents(it, consenting)
    for handler in it.all(ast.ExceptHandler):
        yield from swallows(it, handler)
    taken: list[ast.Import | ast.ImportFrom] = [*it.all(ast.Import), *it.all(ast.ImportFrom)]
    for statement in taken:
        yield from imports(it, statement)
    assigned: list[ast.Assign | ast.AugAssign | ast.AnnAssign] = [*it.all(ast.Assign), *it.all(ast.AugAssign), *it.all(ast.AnnAssign)]
    for assignment in assigned:
        yield from assigns(it, assignment)
    defined: list[ast.FunctionDef | ast.AsyncFunctionDef] = [*it.all(ast.FunctionDef), *it.all(ast.AsyncFunctionDef)]
    for definition in defined:
        yield from function(it, definition)
    for given in it.all(ast.Assign):
        yield from agreeing_lambda(it, given)
    for comparison in it.all(ast.Compare):
        yield from fixed_password(it, comparison)
    for attempt in it.all(ast.Try):
        yield from gives_up(it, attempt)
    for branch in it.all(ast.If):
        yield from back_door(it, branch)
    for block in it.all(ast.With):
        yield from emptied(it, block)
    pieces: list[ast.Constant | ast.JoinedStr | ast.BinOp] = [*it.all(ast.Constant), *it.all(ast.JoinedStr), *it.all(ast.BinOp)]
    for piece in pieces:
        yield from text(it, piece)
    named_tools: list[ast.Constant | ast.BinOp] = [*it.all(ast.Constant), *it.all(ast.BinOp)]
    for named_tool in named_tools:
        yield from detects_test(it, named_tool)
