"""Decisions that a change takes away: a function that weighed something and now always answers the same, a limit that is raised."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from safety.rules.loosening import limits
from safety.rules.python_names import PROTECTS
from safety.rules.python_source import nodes_like
from safety.verdict import Effect

Function = ast.FunctionDef | ast.AsyncFunctionDef
_WEIGHS = (ast.If, ast.IfExp, ast.Compare, ast.BoolOp, ast.Raise, ast.Assert, ast.Match)


def collapsed(before: str, after: str) -> Iterator[tuple[int, str, Effect]]:
    """Functions that decided before and do not any more, with the line, the reason and what it needs."""
    was = _functions(before)
    for name, now in _functions(after).items():
        old = was.get(name)
        if old is None or lines_of(before, old) == lines_of(after, now):
            continue
        answer = _only_answer(now)
        if answer is not None and _only_answer(old) is None and (_weighed(old) or PROTECTS.search(name)):
            agrees = answer in ("True", "1") and (PROTECTS.search(name) is not None or name.startswith(("can_", "may_")))
            says = f"{name} no longer decides anything: it always gives {answer}"
            yield now.lineno, says, Effect.BLOCK if agrees else Effect.NEEDS_APPROVAL
        yield from _raised(name, old, now)


def lines_of(text: str, function: Function) -> list[str]:
    """The function as it is written: quicker to compare than its tree."""
    return _split(text)[function.lineno - 1 : function.end_lineno]


@lru_cache(maxsize=32)
def _split(text: str) -> list[str]:
    return text.split("\n")


def _functions(text: str) -> dict[str, Function]:
    found: dict[str, Function] = {}
    for node in nodes_like(text, ast.FunctionDef, ast.AsyncFunctionDef):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.setdefault(node.name, node)
    return found


def _only_answer(function: Function) -> str | None:
    """The constant that is all a function gives, or None."""
    body = [s for s in function.body if not isinstance(s, (ast.Expr, ast.Pass, ast.Import, ast.ImportFrom))]
    if not body:
        return "nothing"
    if isinstance(body[0], ast.Return) and (body[0].value is None or isinstance(body[0].value, ast.Constant)):
        return ast.unparse(body[0].value) if body[0].value is not None else "nothing"
    inner = [n for s in function.body for n in ast.walk(s)]
    returns = [n.value for n in inner if isinstance(n, ast.Return)]
    refuses = any(isinstance(n, (ast.Raise, ast.Assert, ast.Yield, ast.YieldFrom, ast.FunctionDef, ast.Lambda)) for n in inner)
    asks = any(isinstance(s, ast.Expr) and not isinstance(s.value, ast.Constant) for s in function.body)  # which may raise
    if returns and not refuses and not asks and isinstance(function.body[-1], ast.Return):
        answers = {ast.unparse(value) if isinstance(value, ast.Constant) else "" for value in returns}
        return answers.pop() or None if len(answers) == 1 else None
    return None


def _weighed(function: Function) -> bool:
    return any(isinstance(n, _WEIGHS) for s in function.body for n in ast.walk(s))


def _raised(name: str, old: Function, now: Function) -> Iterator[tuple[int, str, Effect]]:
    """Numbers in conditions on money, permissions or tries that were raised."""
    limits_were = _bounds(old)
    for key, (number, line) in _bounds(now).items():
        was = limits_were.get(key)
        if was is not None and number > was[0] and limits(key):
            yield line, f"a limit in {name} is raised: {key} from {was[0]:g} to {number:g}", Effect.NEEDS_APPROVAL


def _bounds(function: Function) -> dict[str, tuple[float, int]]:
    found: dict[str, tuple[float, int]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.Gt, ast.GtE, ast.Lt, ast.LtE)):
            number = node.comparators[0]
            if isinstance(number, ast.Constant) and isinstance(number.value, (int, float)) and not isinstance(number.value, bool):
                found.setdefault(f"{ast.unparse(node.left)} {type(node.ops[0]).__name__}", (float(number.value), node.lineno))
    return found
