"""What a change reaches: the functions it touches, what calls, imports or names them, and the scenarios whose runs go through it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from refinery.domain import Execution, Impact
from refinery.edits.codemap import CodeMap, Symbol
from refinery.suite.impact import changed_lines, touching
from safety.changes import FileChange

MOST = 6
"""Users of one kind that are named; the others are counted."""


def impact_of(changes: Sequence[FileChange], sources: Mapping[str, str], executions: Sequence[Execution]) -> Impact:
    """By reading the files and the lines that were seen to run; what is only found while running (by name, by reflection) stays unseen."""
    code = CodeMap(sources)
    touched: list[str] = []
    users: list[str] = []
    for change in changes:
        inside = _functions(change, code)
        touched += [f"{each.name} in {change.path}" for each in inside] or [change.path]
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


def _functions(change: FileChange, code: CodeMap) -> list[Symbol]:
    """The innermost functions around what is changed; none where it lies outside of functions."""
    lines = changed_lines(change.before or "", change.after or "") if change.path.endswith(".py") else None
    return [
        each
        for each in code.symbols(change.path)
        if lines and each.kind in ("function", "method") and _body(each) & lines and each.last in lines
    ]


def _body(symbol: Symbol) -> set[int]:
    return set(range(symbol.first + 1, symbol.last + 1)) or {symbol.first}


def _calls(symbol: Symbol, code: CodeMap, near: frozenset[str]) -> Iterator[str]:
    """Its uses in its own file and in those that import that; a name means something else elsewhere."""
    for use in code.uses(symbol.name):
        if use.path in {*near, symbol.path}:
            yield f"{use.within or 'the top'} in {use.path}, line {use.line}, uses {symbol.name}"


def _some(users: Sequence[str]) -> list[str]:
    return [*users[:MOST], *([f"and {len(users) - MOST} more"] if len(users) > MOST else [])]
