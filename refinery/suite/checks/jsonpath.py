"""A small JSONPath: `$`, `.name`, `['name']`, `[0]`, `[-1]`, `.*`, `[*]` and `..name`; nothing that computes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.trace import Json

STEP = re.compile(
    r"""\.\.(?P<deep>[^\s.\[\]'"*]+) | \.(?P<name>[^\s.\[\]'"*]+) | \[(?P<index>-?\d+)\] | \[(?P<quote>['"])(?P<quoted>.*?)(?P=quote)\]
      | (?P<every>\.\*|\[\*\])""",
    re.VERBOSE,
)


def problem(path: str) -> str:
    """What is wrong with a path; empty when nothing is."""
    if not path.startswith("$"):
        return f"the path {path!r} does not start with $"
    place = 1
    while place < len(path):
        step = STEP.match(path, place)
        if not step:
            return f"the path {path!r} cannot be read from {path[place:]!r} on; it may hold .name, ['name'], [0], [*] and ..name"
        place = step.end()
    return ""


def find(path: str, value: Json) -> list[Json]:
    """Every value that the path leads to, in order."""
    found = [value]
    for step in STEP.finditer(path, 1):
        found = [inner for outer in found for inner in _step(step, outer)]
    return found


def _step(step: re.Match[str], value: Json) -> Iterator[Json]:
    if step["index"] is not None:
        index = int(step["index"])
        if isinstance(value, list) and -len(value) <= index < len(value):
            yield value[index]
    elif step["every"] is not None:
        yield from _inside(value)
    elif step["deep"] is not None:
        yield from _everywhere(step["deep"], value)
    else:
        name = step["name"] if step["name"] is not None else step["quoted"]
        if isinstance(value, dict) and name in value:
            yield value[name]


def _inside(value: Json) -> Iterator[Json]:
    if isinstance(value, list):
        yield from value
    elif isinstance(value, dict):
        yield from value.values()


def _everywhere(name: str, value: Json) -> Iterator[Json]:
    if isinstance(value, dict) and name in value:
        yield value[name]
    for inner in _inside(value):
        yield from _everywhere(name, inner)
