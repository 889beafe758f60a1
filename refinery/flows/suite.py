"""The scenarios of a commit, as they stand in that commit: found, run, and brought in from other tools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from refinery.domain import Scenario, SuiteResult
from refinery.errors import ConfigError, UsageError
from refinery.repo.repository import Repository
from refinery.suite.imports.files import read
from refinery.suite.names import slug
from refinery.suite.scenarios import load
from refinery.suite.unfinished import Unfinished
from refinery.suite.writing import write
from refinery.workbench import Workbench
from safety.globs import matches


@dataclass(frozen=True, slots=True)
class Written:
    """A scenario file that was made."""

    path: Path
    scenarios: int


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import wrote, and what it could not take over."""

    written: tuple[Written, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """What a commit can be tried with."""

    scenarios: tuple[Scenario, ...]
    notes: tuple[str, ...] = ()
    """What is no scenario, and why."""


def suite_at(bench: Workbench, commit: str, patterns: Sequence[str] = (), *, tests: bool = True) -> Suite:
    """The scenarios of a commit, and where the settings name a test suite each of its tests, as they stand there.

    Raises ConfigError where the tests cannot be listed, and where scenarios ask for an agent that nobody has described.
    """
    written = scenarios_at(bench.repository, commit, patterns or bench.scenarios)
    if written and bench.runner.tests_alone:
        says = f"{written[0].path} asks an agent, and refinery.toml does not say how to run it"
        raise ConfigError(says, hint="set `command`, `python` or `http` under [agent]; for tests alone, take the file out of `scenarios`")
    if bench.runner.tests is None or not tests:
        return Suite(written)
    with bench.workspace.lease(commit) as tree:
        found = bench.runner.tests_in(tree)
    known = {scenario.id: scenario for scenario in written}
    if same := [each.id for each in found.scenarios if each.id in known]:
        raise ConfigError(f"{known[same[0]].path}: the scenario {same[0]!r} has the name of a test", hint="give it another one")
    return Suite((*written, *found.scenarios), found.notes)


def scenarios_at(repository: Repository, commit: str, patterns: Sequence[str]) -> tuple[Scenario, ...]:
    """The scenarios that a commit holds; files of the work tree that are not committed do not count."""
    paths = [file.path for file in repository.files(commit) if any(matches(file.path, pattern) for pattern in patterns)]
    texts = repository.read_many(commit, paths)
    return load(lambda path: texts[path] if path in texts else repository.read(commit, path), sorted(texts))


def scenarios_added(repository: Repository, base: str, commit: str, patterns: Sequence[str]) -> tuple[Scenario, ...]:
    """The scenarios that a commit brings in files of its own. What it makes of its base's scenarios does not count."""
    fresh = {change.path: change.after for change in repository.changes(base, commit) if change.created and change.after is not None}
    return load(
        lambda path: fresh.get(path) or repository.read(commit, path),
        [path for path in sorted(fresh) if any(matches(path, pattern) for pattern in patterns)],
    )


def run_suite(
    bench: Workbench, at: str, names: Sequence[str] = (), trials: int | None = None, tags: Sequence[str] = (), resume: bool = False
) -> SuiteResult:
    """Run the scenarios of the commit `at`, all or those named or tagged, in a throw-away copy of it.

    What was done is written down as it goes; `resume` takes up a run of the same commit, agent and scenarios that was interrupted.
    """
    commit = bench.repository.resolve(at)
    suite = suite_at(bench, commit)
    scenarios = tagged(chosen(suite.scenarios, names, bench.scenarios), tags)
    unfinished = Unfinished(bench.repository.state / "suite.jsonl", commit, bench.runner.agent, scenarios, bench.runner.tests)
    done = unfinished.done() if resume else {}
    if not done:
        unfinished.begin()
    with bench.workspace.lease(commit) as tree:
        result = bench.runner.run(tree, scenarios, trials or bench.trials, bench.say, done, unfinished.add)
    if not result.unmade:
        unfinished.end()
    return replace(result, notes=(*bench.notes, *suite.notes, *result.notes, *bench.repository.describe_state()))


def chosen(scenarios: tuple[Scenario, ...], names: Sequence[str], patterns: Sequence[str]) -> tuple[Scenario, ...]:
    """The scenarios with these ids; all when none is named. Raises when there are none or one is unknown."""
    if not scenarios:
        raise ConfigError(
            f"the commit holds no scenarios that match {', '.join(patterns)}",
            hint="write one (see `scenarios.md` in the manual) and commit it",
        )
    known = {scenario.id: scenario for scenario in scenarios}
    if unknown := [name for name in names if name not in known]:
        raise UsageError(f"no scenario is called {unknown[0]}", hint="refinery suite list shows them all")
    return tuple(known[name] for name in names) if names else scenarios


def tagged(scenarios: tuple[Scenario, ...], tags: Sequence[str]) -> tuple[Scenario, ...]:
    """Those that carry one of these tags; all when none is named. Raises UsageError when none does."""
    found = tuple(each for each in scenarios if not tags or set(tags) & set(each.tags))
    if not found:
        raise UsageError(f"no scenario is tagged {' or '.join(tags)}", hint="refinery suite list --json shows the tags")
    return found


def bring_in(
    files: Sequence[Path], root: Path, patterns: Sequence[str], check: str = "contains", answer: str = "", into: Path | None = None
) -> Brought:
    """Write the test cases of other tools' files as scenario files below `root`. Nothing is overwritten; UsageError says so first."""
    if into and len(files) > 1:
        raise UsageError("--into names one file, and several are imported", hint="import them one by one, or leave --into out")
    targets = [into or root / "scenarios" / f"{slug(file.stem)}.yaml" for file in files]
    if taken := [target for target in targets if target.exists()] or [each for each in targets if targets.count(each) > 1]:
        raise UsageError(f"{taken[0]} is there already, and nothing is overwritten", hint="name another file with --into")
    found = [read(file, check, answer) for file in files]
    written, notes = [], []
    for file, target, imported in zip(files, targets, found, strict=True):
        notes += [f"{file}: {note}" for note in imported.notes]
        if not imported.scenarios:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as out:
            out.write(write(*imported.scenarios))
        written.append(Written(target, len(imported.scenarios)))
        inside = target.resolve().relative_to(root.resolve()).as_posix() if target.resolve().is_relative_to(root.resolve()) else ""
        if not any(matches(inside, pattern) for pattern in patterns):
            notes.append(f"{target} matches none of the suite's patterns ({', '.join(patterns)}), so it is not run from there")
    return Brought(tuple(written), tuple(notes))
