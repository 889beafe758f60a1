"""Which lines are suspicious: by what failing and passing runs executed, by stack traces, and by the words of the failure."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from refinery.domain import Execution, Place
from refinery.repair.wording import IDENTIFIER, telling

UNSEEN = 0.2
"""The score of a line of which nothing is known because no failing run was traced."""
CODE = re.compile(r"\s*[^\s#]")


@dataclass(frozen=True, slots=True)
class Suspicion:
    """How suspicious a line is, 0 to 1."""

    path: str
    line: int
    score: float


def localise(
    executions: Sequence[Execution],
    places: Sequence[Place],
    sources: Mapping[str, str],
    words: Collection[str],
) -> tuple[Suspicion, ...]:
    """Suspicious lines of the Python sources, worst first.

    Ochiai over the executions, combined as independent evidence with stack frames (innermost project frame first) and with rare
    words of the failure that stand in the line. Lines that no failing run executed are left out, unless a frame names them.
    """
    python = {path: text.split("\n") for path, text in sources.items() if path.endswith(".py")}
    spectrum = _ochiai(executions, python) or {
        (path, number): UNSEEN for path, lines in python.items() for number, line in enumerate(lines, 1) if CODE.match(line)
    }
    frames = _frames(places, python)
    hits = _words(words, python, {path for path, _ in (*spectrum, *frames)})
    found = [
        Suspicion(path, line, 1 - (1 - 0.8 * spectrum.get((path, line), 0.0)) * (1 - 0.6 * frames.get((path, line), 0.0)) * (1 - hit))
        for path, line in spectrum.keys() | frames.keys()
        for hit in [0.35 * hits.get((path, line), 0.0)]
    ]
    return tuple(sorted(found, key=lambda suspicion: (-suspicion.score, suspicion.path, suspicion.line)))


def _ochiai(executions: Sequence[Execution], python: Mapping[str, list[str]]) -> dict[tuple[str, int], float]:
    failing = [execution for execution in executions if not execution.passed and any(execution.lines.values())]
    passing = [execution for execution in executions if execution.passed]
    if not failing:
        return {}
    in_failing: dict[tuple[str, int], int] = defaultdict(int)
    in_passing: dict[tuple[str, int], int] = defaultdict(int)
    for group, counts in ((failing, in_failing), (passing, in_passing)):
        for execution in group:
            for path, lines in execution.lines.items():
                if path in python:
                    for line in lines:
                        counts[path, line] += 1
    return {key: hits / math.sqrt(len(failing) * (hits + in_passing.get(key, 0))) for key, hits in in_failing.items()}


def _frames(places: Sequence[Place], python: Mapping[str, list[str]]) -> dict[tuple[str, int], float]:
    found: dict[tuple[str, int], float] = {}
    weight = 1.0
    for place in places:
        path = _project_path(place.path, python)
        if path is None or not 1 <= place.line <= len(python[path]):
            continue
        found[path, place.line] = max(found.get((path, place.line), 0.0), weight)
        for line in _function_lines(python[path], place.line):
            found[path, line] = max(found.get((path, line), 0.0), 0.35 * weight)
        weight *= 0.75
    return found


def _project_path(path: str, python: Mapping[str, list[str]]) -> str | None:
    """The source that a trace's path means: the longest one that it ends with."""
    plain = path.replace("\\", "/")
    if plain in python:
        return plain
    return max((own for own in python if plain.endswith("/" + own)), key=len, default=None)


def _function_lines(lines: list[str], line: int) -> range:
    """The function around a line, by indentation."""
    depth = len(lines[line - 1]) - len(lines[line - 1].lstrip())
    first = line
    while first > 1:
        text = lines[first - 1]
        own = len(text) - len(text.lstrip())
        if text.strip() and own < depth:
            depth = own
            if text.lstrip().startswith(("def ", "async def ")):
                break
        if text.strip() and own == 0 and first != line:
            break
        first -= 1
    last = line
    while last < len(lines) and (not lines[last].strip() or len(lines[last]) - len(lines[last].lstrip()) > depth):
        last += 1
    return range(first, last + 1)


def _words(words: Collection[str], python: Mapping[str, list[str]], paths: set[str]) -> dict[tuple[str, int], float]:
    wanted = telling(words)
    stands: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for path in paths:
        for number, line in enumerate(python[path], 1):
            for word in wanted.intersection(IDENTIFIER.findall(line)):
                stands[word].append((path, number))
    found: dict[tuple[str, int], float] = defaultdict(float)
    for where in stands.values():
        for key in where:
            found[key] += 1 / math.sqrt(len(where))
    return {key: min(score, 1.0) for key, score in found.items()}
