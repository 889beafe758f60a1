"""Which scenarios a change can touch, by the lines that their runs were seen to execute."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher

from refinery.domain import Execution
from safety.changes import FileChange

Functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def touching(changes: Iterable[FileChange], executions: Sequence[Execution]) -> frozenset[str] | None:
    """The scenarios, by id, whose runs executed what is changed; None where that cannot be told, so that all have to be run.

    It can be told for Python alone: a prompt or a setting is read, and reading is not seen. Within a file the functions count that
    the change touches; a change outside of functions touches every run in which the file was loaded. A changed file that no run
    executes may be used in ways that were not seen.
    """
    found: set[str] = set()
    for change in changes:
        if not change.path.endswith(".py"):
            return None
        lines = changed_lines(change.before or "", change.after or "")
        users = {each.scenario for each in executions if _ran(each.lines.get(change.path, frozenset()), lines)}
        if not users and not any(each.lines.get(change.path) for each in executions):
            return None
        found |= users
    return frozenset(found)


def changed_lines(before: str, after: str) -> frozenset[int] | None:
    """The lines before the change, from 1, whose execution means that it matters: the bodies of the functions around it.

    None: all lines of the file, since something outside of functions is changed, or it cannot be parsed.
    """
    try:
        tree = ast.parse(before)
    except (SyntaxError, ValueError, RecursionError):
        return None
    bodies: list[range] = [_body(node) for node in ast.walk(tree) if isinstance(node, Functions)]
    found: set[int] = set()
    for line in _edited(before, after):
        around = [body for body in bodies if line in body]
        if not around:
            return None
        innermost = min(around, key=len)
        found.update(innermost)
    return frozenset(found)


def _edited(before: str, after: str) -> Iterator[int]:
    """Lines that go or are replaced, and for lines that only come the two between which they come."""
    old, new = before.splitlines(), after.splitlines()
    for kind, start, end, *_ in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "insert":
            yield from (start, start + 1)
        elif kind != "equal":
            yield from range(start + 1, end + 1)


def _body(node: Functions) -> range:
    """From the first statement on: the line of `def` itself runs whenever the file is loaded."""
    body = node.body if isinstance(node, ast.Lambda) else node.body[0]
    return range(body.lineno, (node.end_lineno or body.lineno) + 1)


def _ran(executed: frozenset[int], lines: frozenset[int] | None) -> bool:
    return bool(executed) if lines is None else bool(executed & lines)
