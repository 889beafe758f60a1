"""A test suite in two halves: what a repair may see of it, and what judges the repair.

A function of tests goes to one half, by a hash of its file and name, and its text is taken out of the other half; tables beside it stay.
Where all failures are in one parametrized function, its parameters are shared out. Then, and for tests inherited from a class that both
halves need, the text stands in both, and a conftest lets each half run its own.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

JUDGES = "refinery_judges"
"""Where `benchmarks.repair_projects` puts the hidden half, beside the project's own tests."""
RECORDER = """
import json, os

outcomes = {}


def pytest_runtest_logreport(report):
    if report.failed or report.nodeid not in outcomes or report.skipped:
        outcomes[report.nodeid] = report.outcome


def pytest_sessionfinish():
    with open(os.environ["SEEDED_OUTCOMES"], "w", encoding="utf-8") as file:
        json.dump(outcomes, file)
"""
CONFTEST = '''"""Only these of the tests beside it are run."""

from pathlib import Path

HERE = Path(__file__).parent
KEPT = {kept}


def pytest_collection_modifyitems(config, items):
    mine = [item for item in items if item.path.is_relative_to(HERE / "tests")]
    names = {{item: f"{{item.path.relative_to(HERE).as_posix()}}::{{item.nodeid.partition('::')[2]}}" for item in mine}}
    out = {{item for item, name in names.items() if name not in KEPT}}
    config.hook.pytest_deselected(items=list(out))
    items[:] = [item for item in items if item not in out]
'''


@dataclass(frozen=True, slots=True)
class Halves:
    """The names of the tests of each half."""

    visible: frozenset[str]
    hidden: frozenset[str]

    def named(self) -> tuple[tuple[str, frozenset[str]], ...]:
        return ("visible", self.visible), ("hidden", self.hidden)


def outcomes(root: Path, seconds: float) -> dict[str, str]:
    """What becomes of each test of a project, by its name; nothing at all if that takes longer."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder, "outcomes.json")
        Path(folder, "seeded_recorder.py").write_text(RECORDER, encoding="utf-8")
        environment = {**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1", "SEEDED_OUTCOMES": str(told)}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "seeded_recorder", "--tb=no"]
        try:
            subprocess.run(command, cwd=root, env=environment, capture_output=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return {}
        return dict(json.loads(told.read_text(encoding="utf-8"))) if told.exists() else {}


def halved(tests: Collection[str], failing: Set[str]) -> Halves:
    """A failing test is visible and, where there are two, another one is hidden."""
    units = {test: _unit(test) for test in tests}
    hit = {units[test] for test in failing}
    if len(hit) > 1:
        hides = _hides(set(units.values()), hit)
        hidden = frozenset(test for test in tests if hides[units[test]])
    else:
        hides = _hides(set(units.values()) - hit, set())
        alone = [test for test in tests if units[test] in hit]
        family = _hides(alone, failing) if len(failing) > 1 else dict.fromkeys(alone, False)
        hidden = frozenset(test for test in tests if family.get(test, hides.get(units[test], False)))
    return Halves(frozenset(tests) - hidden, hidden)


def _hides(names: Collection[str], failing: Set[str]) -> dict[str, bool]:
    """Which names the hash hides; if it put all that fail on one side, the last of them changes over."""
    order = {name: hashlib.sha256(name.encode()).digest() for name in names}
    hides = {name: digest[-1] % 2 == 1 for name, digest in order.items()}
    if failing and len({hides[name] for name in failing}) == 1:
        last = max(failing, key=order.__getitem__)
        hides[last] = not hides[last]
    return hides


def write_halves(project: Path, folder: Path, tests: Collection[str], halves: Halves, seconds: float) -> str:
    """Write `sound/` and `hidden/` of a sound project into a folder, and say what is wrong with them, if anything is."""
    shutil.copytree(project, folder / "sound")
    shutil.copytree(project / "tests", folder / "hidden/tests")
    if (project / "tests/__init__.py").exists():
        (folder / "hidden/__init__.py").write_text("", encoding="utf-8")
    _cut(folder / "sound", tests, halves.visible)
    _cut(folder / "hidden", tests, halves.hidden)
    for path in sorted({test.partition("::")[0] for test in tests}):
        file = folder / "hidden" / path
        file.rename(folder / "hidden" / _renamed(path))
    kept = {folder / "sound": halves.visible, folder / "hidden": frozenset(map(_renamed, halves.hidden))}
    wanted = halves.visible | {f"{JUDGES}/{name}" for name in kept[folder / "hidden"]}
    found = _together(folder, seconds)
    if set(found) > wanted:
        for root, names in kept.items():
            lines = "".join(f"    {name!r},\n" for name in sorted(names))
            (root / "conftest.py").write_text(CONFTEST.format(kept=f"{{\n{lines}}}"), encoding="utf-8")
        found = _together(folder, seconds)
    odd = sorted(set(found) ^ wanted) or sorted(name for name, outcome in found.items() if outcome != "passed")
    return f"the halves do not stand apart: {odd[:2]}" if odd else ""


def _together(folder: Path, seconds: float) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as made:
        root = Path(made, "project")
        shutil.copytree(folder / "sound", root)
        shutil.copytree(folder / "hidden", root / JUDGES)
        return outcomes(root, seconds)


def _cut(root: Path, tests: Collection[str], kept: Set[str]) -> None:
    """Take the functions out of the files of tests that are not for this half."""
    stay = {_unit(test) for test in kept}
    gone: dict[str, set[str]] = {}
    for unit in {_unit(test) for test in tests} - stay:
        path, _, name = unit.partition("::")
        gone.setdefault(path, set()).add(name)
    for path, names in gone.items():
        text = (root / path).read_text(encoding="utf-8")
        (root / path).write_text(without(text, names), encoding="utf-8")


def without(text: str, names: Set[str]) -> str:
    """The text of a module without the functions of these names; every other line stays as it is."""
    lines = text.splitlines(keepends=True)
    for first, last, instead in sorted(_places(ast.parse(text), names), reverse=True):
        lines[first - 1 : last] = [instead] if instead else []
    return "".join(lines)


def _places(tree: ast.Module, names: Set[str]) -> Iterator[tuple[int, int, str]]:
    """First and last line of each function, and the line that has to stand there instead where it is all that a class has."""
    for owner in (node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef)):
        out = [node for node in owner.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in names]
        for number, node in enumerate(out):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            bare = len(out) == len(owner.body) and number == 0 and isinstance(owner, ast.ClassDef)
            yield first, node.end_lineno or node.lineno, f"{' ' * node.col_offset}pass\n" if bare else ""


def _unit(test: str) -> str:
    """The function that a test is of: its file and name, without class and parameters."""
    path, _, rest = test.partition("::")
    return f"{path}::{rest.partition('[')[0].rpartition('::')[2]}"


def _renamed(test: str) -> str:
    """A name of its own for a file of hidden tests, since pytest may take two files of one name for one module."""
    path, mark, rest = test.partition("::")
    return str(PurePosixPath(path).with_name(f"test_hidden_{PurePosixPath(path).name}")) + mark + rest


def failing_in(before: Mapping[str, str], after: Mapping[str, str]) -> frozenset[str]:
    """The tests that passed and no longer do."""
    return frozenset(test for test, outcome in before.items() if outcome == "passed" and after.get(test) != "passed")
