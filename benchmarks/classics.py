"""Faults of one line in well-known algorithms: what `benchmarks.repair` and `benchmarks.repair_whole` try them as.

A test is a call; what it must come to is what the sound source says. Half of the calls is not seen by the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CLASSICS = Path(__file__).parent / "classics.yaml"
FILE = "algorithm.py"


@dataclass(frozen=True, slots=True)
class Classic:
    """An algorithm with one bug in it."""

    name: str
    by: str
    """Who wrote the bug: `hand`, or a mutation tool."""
    sound: str
    broken: str
    visible: tuple[tuple[str, object], ...]
    hidden: tuple[tuple[str, object], ...]
    """Calls, with what they must come to."""


def classics(path: Path = CLASSICS) -> Iterator[Classic]:
    """Every bug of every algorithm of a file."""
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        space: dict[str, Any] = {}
        exec(entry["source"], space)  # our own file
        asked = {half: tuple((call, eval(call, space)) for call in entry[half]) for half in ("visible", "hidden")}
        for number, bug in enumerate(entry["bugs"], 1):
            good, bad = bug["edit"]
            if entry["source"].count(good) != 1:
                raise SystemExit(f"{entry['name']}: {good!r} stands {entry['source'].count(good)} times in it")
            broken = entry["source"].replace(good, bad)
            yield Classic(f"{entry['name']}-{number}", bug["by"], entry["source"], broken, asked["visible"], asked["hidden"])


def as_tests(calls: tuple[tuple[str, object], ...]) -> str:
    """The calls as a file of tests for pytest."""
    tests = [f"def test_{number}():\n    assert {call} == {wanted!r}\n" for number, (call, wanted) in enumerate(calls, 1)]
    return "\n\n".join(["from algorithm import *\n", *tests])
