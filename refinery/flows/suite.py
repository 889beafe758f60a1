"""Run the scenarios of a commit, as they stand in that commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from refinery.domain import Scenario, SuiteResult
from refinery.errors import ConfigError, UsageError
from refinery.repo.repository import Repository
from refinery.suite.scenarios import load
from refinery.workbench import Workbench
from safety.globs import matches


def scenarios_at(repository: Repository, commit: str, patterns: Sequence[str]) -> tuple[Scenario, ...]:
    """The scenarios that a commit holds; files of the work tree that are not committed do not count."""
    paths = [file.path for file in repository.files(commit) if any(matches(file.path, pattern) for pattern in patterns)]
    texts = repository.read_many(commit, paths)
    return load(lambda path: texts[path] if path in texts else repository.read(commit, path), sorted(texts))


def run_suite(bench: Workbench, at: str, names: Sequence[str] = (), trials: int | None = None) -> SuiteResult:
    """Run the scenarios of the commit `at`, all or those named, in a throw-away copy of it."""
    commit = bench.repository.resolve(at)
    scenarios = chosen(scenarios_at(bench.repository, commit, bench.scenarios), names, bench.scenarios)
    with bench.workspace.lease(commit) as tree:
        result = bench.runner.run(tree, scenarios, trials or bench.trials, bench.say)
    return replace(result, notes=(*bench.notes, *result.notes, *bench.repository.describe_state()))


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
