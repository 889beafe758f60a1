"""Repair of well-tested packages from PyPI with a bug that a mutation tool of others put in: share fixed, share wrong, seconds, size.

Run: python -m benchmarks.seeded [--package NAME] [--count N] [--seed S] [--seconds N] [--reports DIR] [--cache DIR] [--into DIR]

Source distributions are fetched with pip, and cosmic-ray makes the mutants, from a virtual environment of its own (both in --cache,
which may be used again). Lines are drawn with the seed, one mutant a line, in turn from each package, until N are found that some of the
package's tests fail for. The tests are split by `benchmarks.halves`: one half the tool sees, the other judges what it keeps. With --into
the faults are only written, for `python -m benchmarks.repair_projects DIR`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.halves import failing_in, halved, outcomes, write_halves
from benchmarks.repair_projects import tried
from benchmarks.repair_whole import tell, totals, write

TOOL = "cosmic-ray==8.7.0"
CONFIG = """[cosmic-ray]
module-path = "{source}"
timeout = 10.0
excluded-modules = []
test-command = "true"

[cosmic-ray.distributor]
name = "local"
"""


@dataclass(frozen=True, slots=True)
class Package:
    """A package of pure Python that needs no other, and brings tests whose names stay the same from run to run."""

    name: str
    version: str
    source: str
    tests: str = "tests"
    """The folder or the file of tests; in the project they stand in `tests/`."""


PACKAGES = (
    Package("inflection", "0.5.1", "inflection", "test_inflection.py"),
    Package("schema", "0.7.8", "schema", "test_schema.py"),
    Package("parse", "1.22.4", "parse"),
    Package("cachetools", "8.0.2", "src/cachetools"),
    Package("tabulate", "0.10.0", "tabulate", "test"),
    Package("boltons", "26.2.0", "boltons"),
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change that the mutation tool offers."""

    path: str
    line: int
    operator: str
    occurrence: int


@dataclass(slots=True)
class Bed:
    """A sound package with what its tests come to, and the mutants that are left to try."""

    package: Package
    project: Path
    before: dict[str, str]
    seconds: float
    """How long the tests may take with a mutant; one that takes longer is left out."""
    mutants: list[Mutant]
    made: int = 0
    tried: int = 0
    left_out: list[str] = field(default_factory=list)


def main() -> None:
    """Make the faults, then one line each and the totals."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--package", choices=[each.name for each in PACKAGES])
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", default="60")
    parser.add_argument("--model", default="none", help="none, anthropic or openai; the environment says where it is")
    parser.add_argument("--reports", type=Path, help="a folder in which what `refinery fix` reported is kept")
    parser.add_argument("--cache", type=Path, help="a folder for what is fetched, to be used again")
    parser.add_argument("--into", type=Path, help="write the faults into this folder, and stop")
    chosen = parser.parse_args()
    plug_ins_compiled()
    with tempfile.TemporaryDirectory() as made:
        into = chosen.into or Path(made, "faults")
        packages = [each for each in PACKAGES if chosen.package in (None, each.name)]
        folders = seeded(packages, chosen.count, chosen.seed, chosen.cache or Path(made, "cache"), into)
        if not chosen.into:
            results = []
            for folder in folders:
                results.append(tried(folder, chosen))
                tell(results[-1])
            totals(results)
            share = {word: sum(each.verdict == word for each in results) / len(results) for word in ("fixed", "WRONG")}
            print(f"fixed {share['fixed']:.0%}, kept wrongly {share['WRONG']:.0%}")


def plug_ins_compiled() -> None:
    """Let pytest keep its compiled copies of installed plug-ins, as it has wherever it was run before: behind the sandbox it cannot."""
    with tempfile.TemporaryDirectory() as empty:
        write(Path(empty), {"test_nothing.py": "def test_nothing():\n    pass\n"})
        writes = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        subprocess.run([sys.executable, "-m", "pytest", "-q"], cwd=empty, env=writes, capture_output=True, check=True)


def seeded(packages: list[Package], count: int, seed: int, cache: Path, into: Path) -> list[Path]:
    """The folders of so many faults, in turn from each package."""
    tool = installed(cache.absolute())
    beds = [bedded(each, tool, seed, cache.absolute()) for each in packages]
    folders: list[Path] = []
    turn = 0
    while len(folders) < count and any(bed.mutants for bed in beds):
        bed = beds[turn % len(beds)]
        turn += 1
        found = next(faults(bed, tool, into), None)
        if found:
            folders.append(found)
    for bed in beds:
        reasons = {why: bed.left_out.count(why) for why in dict.fromkeys(bed.left_out)}
        print(f"{bed.package.name}: {bed.made} faults of {bed.tried} mutants drawn, left out {reasons}", file=sys.stderr)
    if not folders:
        raise SystemExit("no mutant was found that some of the tests fail for")
    return sorted(folders)


def installed(cache: Path) -> Path:
    """The mutation tool's command."""
    home = cache / "tool"
    if not (home / "bin/cosmic-ray").exists():
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([home / "bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check", TOOL], check=True)
    return home / "bin/cosmic-ray"


def bedded(package: Package, tool: Path, seed: int, cache: Path) -> Bed:
    """A package's source and tests as a project, tried once, and its mutants in the order in which they are drawn."""
    project = laid_out(package, fetched(package, cache), cache / "projects" / package.name)
    began = time.monotonic()
    before = outcomes(project, 600)
    took = time.monotonic() - began
    if "passed" not in before.values():
        raise SystemExit(f"{package.name} {package.version}: no test passes")
    drawn = random.Random(f"{seed} {package.name}")
    lines: dict[tuple[str, int], list[Mutant]] = {}
    for mutant in offered(package, tool, project, cache):
        lines.setdefault((mutant.path, mutant.line), []).append(mutant)
    mutants = [drawn.choice(each) for each in lines.values()]
    drawn.shuffle(mutants)
    return Bed(package, project, before, 10 + 3 * took, mutants)


def fetched(package: Package, cache: Path) -> Path:
    """The folder of an unpacked source distribution."""
    folder = cache / f"{package.name}-{package.version}"
    if not folder.exists():
        with tempfile.TemporaryDirectory() as made:
            command = ["download", "-q", "--disable-pip-version-check", "--no-deps", "--no-binary", ":all:", "-d", made]
            subprocess.run([sys.executable, "-m", "pip", *command, f"{package.name}=={package.version}"], check=True)
            archive = next(Path(made).glob("*.tar.gz"))
            with tarfile.open(archive) as packed:
                packed.extractall(Path(made, "whole"), filter="data")
            shutil.copytree(next(Path(made, "whole").iterdir()), folder)
    return folder


def laid_out(package: Package, unpacked: Path, project: Path) -> Path:
    """The package and its tests in a folder, and none of the settings that ask for plug-ins."""
    shutil.rmtree(project, ignore_errors=True)
    source = unpacked / package.source
    shutil.copytree(source, project / source.name)
    for path in (project / source.name).rglob("*.py"):
        path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    tests = unpacked / package.tests
    if tests.is_dir():
        shutil.copytree(tests, project / "tests")
    else:
        write(project, {f"tests/{tests.name}": tests.read_text(encoding="utf-8")})
    write(project, {"conftest.py": "", "pytest.ini": "[pytest]\n"})
    return project


def offered(package: Package, tool: Path, project: Path, cache: Path) -> list[Mutant]:
    """Every mutant of a package, in a stable order."""
    listed = cache / "mutants" / f"{package.name}-{package.version}.jsonl"
    if not listed.exists():
        with tempfile.TemporaryDirectory() as made:
            config, session = Path(made, "config.toml"), Path(made, "session.sqlite")
            config.write_text(CONFIG.format(source=Path(package.source).name), encoding="utf-8")
            subprocess.run([tool, "init", config, session], cwd=project, check=True)
            dumped = subprocess.run([tool, "dump", session], cwd=project, check=True, capture_output=True, text=True).stdout
        write(listed.parent, {listed.name: dumped})
    items = [item for line in listed.read_text(encoding="utf-8").splitlines() for item in json.loads(line)[0]["mutations"]]
    found = [Mutant(item["module_path"], item["start_pos"][0], item["operator_name"], item["occurrence"]) for item in items]
    return sorted(found, key=lambda mutant: (mutant.path, mutant.line, mutant.operator, mutant.occurrence))


def faults(bed: Bed, tool: Path, into: Path) -> Iterator[Path]:
    """The mutants of a package that some of its tests fail for, each as a folder."""
    while bed.mutants:
        mutant = bed.mutants.pop()
        bed.tried += 1
        folder = into / f"{bed.package.name}-{bed.made + 1:02}"
        if why := fault(bed, mutant, tool, folder):
            shutil.rmtree(folder, ignore_errors=True)
            bed.left_out.append(why.partition(":")[0])
            print(f"{mutant.path}:{mutant.line} {mutant.operator}: {why}", file=sys.stderr)
            continue
        bed.made += 1
        yield folder


def fault(bed: Bed, mutant: Mutant, tool: Path, folder: Path) -> str:
    """Write a mutant into a folder, or say why it is none to be repaired."""
    with tempfile.TemporaryDirectory() as made:
        broken = Path(made, "project")
        shutil.copytree(bed.project, broken)
        subprocess.run([tool, "apply", mutant.path, mutant.operator, str(mutant.occurrence)], cwd=broken, check=True, capture_output=True)
        good, bad = (root.joinpath(mutant.path).read_text(encoding="utf-8") for root in (bed.project, broken))
        if good == bad:
            return "changes nothing"
        after = outcomes(broken, bed.seconds)
    sound = [test for test, outcome in bed.before.items() if outcome == "passed"]
    failing = failing_in(bed.before, after)
    if not after:
        return "its tests take too long"
    if not failing:
        return "no test fails"
    if len(failing) == len(sound):
        return "every test fails"
    halves = halved(sound, failing)
    shutil.rmtree(folder, ignore_errors=True)
    if why := write_halves(bed.project, folder, list(bed.before), halves, bed.seconds * 2):
        return why
    told = {
        "edits": [[mutant.path, *edit(good, bad)]],
        "by": bed.package.name,
        "mutant": {"operator": mutant.operator, "line": mutant.line, "package": f"{bed.package.name} {bed.package.version}"},
        "tests": {name: {"all": len(half), "failing": len(half & failing)} for name, half in halves.named()},
    }
    write(folder, {"fault.json": json.dumps(told, indent=1) + os.linesep})
    return ""


def edit(good: str, bad: str) -> tuple[str, str]:
    """A text that stands once in the good one, and what the bad one has in its place: whole lines, as few as do."""
    before, after = good.splitlines(keepends=True), bad.splitlines(keepends=True)
    same = range(min(len(before), len(after)))
    first = next((at for at in same if before[at] != after[at]), len(same))
    rest = next((at for at in same if before[-1 - at] != after[-1 - at] or at >= len(same) - first), len(same) - first)
    while True:
        here, there = (lines[first : len(lines) - rest] for lines in (before, after))
        if good.count("".join(here)) == 1:
            return "".join(here), "".join(there)
        first, rest = max(0, first - 1), max(0, rest - 1)


if __name__ == "__main__":
    main()
