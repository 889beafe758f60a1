"""What a change reaches: the functions it touches, what calls, imports or names them, and the scenarios whose runs go through it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from refinery.domain import Execution, Impact
from refinery.edits.codemap import CodeMap, Symbol
from refinery.edits.hunks import edits_between
from refinery.suite.impact import touching
from safety.changes import FileChange

_IMPORT = re.compile(r"\s*(from|import)\b")
MOST = 6
"""Users of one kind that are named; the others are counted."""


def impact_of(changes: Sequence[FileChange], sources: Mapping[str, str], executions: Sequence[Execution]) -> Impact:
    """By reading the files and the lines that were seen to run; what is only found while running (by name, by reflection) stays unseen."""
    code = CodeMap(sources)
    touched: list[str] = []
    users: list[str] = []
    for change in changes:
        inside, outside = _touched(change, code)
        touched += [*(f"{each.name} in {change.path}" for each in inside), *([change.path] if outside else [])]
        python = change.path.endswith(".py")
        near = (code.importers if python else code.named)(change.path)
        calls = [call for each in inside for call in _calls(each, code, near)]
        users += _some(calls)
        users += _some(
            [f"{path} imports {change.path}" if python else f"{path} names {change.path}, or is named there" for path in sorted(near)]
        )
    paths = [change.path for change in changes]
    runs = touching(changes, executions) if executions else None
    return Impact(
        touched=tuple(dict.fromkeys(touched)),
        users=tuple(dict.fromkeys(users)),
        files=len(code.affected(paths) - set(paths)),
        scenarios=None if runs is None else tuple(sorted(runs)),
        of=len(executions),
    )


def told(impact: Impact) -> str:
    """The same in a sentence or three."""
    parts = [f"it touches {', '.join(impact.touched)}"]
    parts.append("; ".join(impact.users) if impact.users else "nothing else in the repository is seen to use that")
    if impact.scenarios is None:
        parts.append("which scenarios go through it cannot be told, so all are run")
    else:
        names = ", ".join(impact.scenarios[:MOST]) + (f" and {len(impact.scenarios) - MOST} more" if len(impact.scenarios) > MOST else "")
        parts.append(f"{len(impact.scenarios)} of {impact.of} scenarios go through it" + (f": {names}" if names else ""))
    return "; ".join(parts)


def _touched(change: FileChange, code: CodeMap) -> tuple[list[Symbol], bool]:
    """The innermost functions around what is changed, and whether something outside of functions is changed too; imports do not count."""
    functions = [each for each in code.symbols(change.path) if each.kind in ("function", "method")]
    before = change.before or ""
    inside: list[Symbol] = []
    outside = change.before is None or not change.path.endswith(".py")
    for edit in edits_between(change.path, before, change.after or "") if change.before is not None else ():
        first = before.count("\n", 0, edit.at or 0) + 1
        last = first + max(0, len(edit.old.splitlines()) - 1)
        around = [each for each in functions if each.first <= first and last <= each.last]
        if around:
            inside.append(max(around, key=lambda each: each.first))
        elif not all(_IMPORT.match(line) or not line.strip() for line in (*edit.old.splitlines(), *edit.new.splitlines())):
            outside = True
    return list(dict.fromkeys(inside)), outside or not inside


def _calls(symbol: Symbol, code: CodeMap, near: frozenset[str]) -> Iterator[str]:
    """Its uses in its own file and in those that import that; a name means something else elsewhere."""
    for use in code.uses(symbol.name):
        if use.path in {*near, symbol.path}:
            yield f"{use.within or 'the top'} in {use.path}, line {use.line}, uses {symbol.name}"


def _some(users: Sequence[str]) -> list[str]:
    return [*users[:MOST], *([f"and {len(users) - MOST} more"] if len(users) > MOST else [])]
