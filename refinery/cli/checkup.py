"""What a run needs, looked at one by one; every gap comes with the way to close it."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from adapters.trace import Json
from refinery.errors import RefineryError

if TYPE_CHECKING:
    from refinery.domain import AgentSpec

OURS = ("adapters", "knowledge", "safety", "refinery")
ROOM = 200_000_000
"""Bytes of free disk below which a run may not get through."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was looked at."""

    name: str
    state: str
    """`ok`, `warn` or `bad`."""
    says: str
    mend: str = ""


def shape(row: Row) -> dict[str, Json]:
    return {"name": row.name, "state": row.state, "says": row.says, "mend": row.mend or None}


def examine() -> tuple[Row, ...]:
    """Everything, from the machine to the agent; what cannot be looked at because an earlier thing is missing is left out."""
    return (_python(), _packages(), _git(), *_repository())


def _python() -> Row:
    version = ".".join(map(str, sys.version_info[:3]))
    return Row("python", "ok", f"{version} at {sys.executable}")


def _packages() -> Row:
    """Whether the top-level names are ours, and not those of another package."""
    import importlib.util

    here = Path(__file__).resolve().parents[2]
    strangers = []
    for name in OURS:
        found = importlib.util.find_spec(name)
        place = Path(found.origin).resolve().parents[1] if found and found.origin else None
        if place != here:
            strangers.append(name)
    if strangers:
        return Row(
            "packages",
            "bad",
            f"another package has taken the name {', '.join(strangers)}",
            "install Refinery as a tool, in isolation: pipx install agent-refinery",
        )
    return Row("packages", "ok", f"agent-refinery {metadata.version('agent-refinery')}")


def _git() -> Row:
    from refinery.repo.environment import Git

    path = shutil.which("git")
    if path is None:
        return Row("git", "bad", "git is not installed", "install git 2.34 or newer")
    version = Git(Path.cwd()).line("version").removeprefix("git version ")
    number = tuple(int(part) for part in version.split()[0].split(".")[:2])
    if number < (2, 34):
        return Row("git", "bad", f"git {version} is too old", "install git 2.34 or newer")
    return Row("git", "ok", f"{version} at {path}")


def _repository() -> Iterator[Row]:
    from refinery import wiring
    from refinery.flows.suite import scenarios_at

    looking_at = "repository"
    try:
        with wiring.repository() as found:
            head = found.head()
            yield Row("repository", "ok", f"{found.root} at {head[:12]}")
            for remark in found.describe_state():
                yield Row("work tree", "ok", remark)
            author = found.identity()
            yield Row("identity", "ok", str(author)) if author else _no_identity()
            yield _state(found.state)
            looking_at = "settings"
            stated = wiring.settings(found)
            yield Row("settings", "ok", str(found.root / wiring.FILE))
            looking_at = "scenarios"
            scenarios = scenarios_at(found, head, stated.scenarios)
            if scenarios:
                yield Row("scenarios", "ok", f"{len(scenarios)} in {head[:12]}")
            elif not stated.tests:
                yield _no_scenarios(stated.scenarios)
            yield _model(stated.provider)
            looking_at = "sandbox"
            described = stated.tests or stated.agent
            if described and not described.http:
                yield _sandbox(described, found.state)
        looking_at = "tests"
        if stated.tests:
            yield from _tests()
        looking_at = "agent"
        if stated.agent or not stated.tests:
            yield from _agent()
    except RefineryError as error:
        yield Row(looking_at, "bad", str(error), error.hint)


def _no_identity() -> Row:
    from refinery.repo.identity import HOW_TO_SET

    return Row("identity", "bad", "git does not know who you are, and fixes are committed in your name", HOW_TO_SET)


def _no_scenarios(patterns: tuple[str, ...]) -> Row:
    says = f"no committed file matches {', '.join(patterns)}"
    return Row("scenarios", "warn", says, "write one and commit it, or let `refinery fix TRACE --expect ...` write the first")


def _state(folder: Path) -> Row:
    place = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(place).free
    if free < ROOM:
        return Row(
            "disk", "bad", f"{free // 1_000_000} MB are free at {folder}", "free some, or move the state: REFINERY_HOME=/some/folder"
        )
    return Row("disk", "ok", f"{free // 1_000_000_000} GB are free at {folder}")


def _model(provider: str) -> Row:
    from refinery.config import Surrounding

    if provider == "none":
        return Row("model", "ok", "none: rules and search work without one")
    name = f"{provider.upper()}_API_KEY"
    if not Surrounding.read().variables.get(name):
        return Row("model", "bad", f"there is no key for {provider}", f'set {name}, or provider = "none" under [model]')
    return Row("model", "ok", f"{provider}, a key is set (not tried)")


def _sandbox(agent: AgentSpec, state: Path) -> Row:
    """What the agent is kept from while it runs. It is tested anew, whatever is remembered."""
    from refinery import wiring
    from refinery.suite.sandbox.ground import Level, establish

    (state / wiring.SANDBOX).unlink(missing_ok=True)
    ground = establish(agent.sandbox, state / wiring.SANDBOX)
    if ground.level is Level.NONE:
        return Row("sandbox", "warn", ground.says, 'take sandbox = "none" out of [agent]')
    opened = [f"it may read {', '.join(agent.readable)}"] if agent.readable else []
    opened += ["it may use the network"] if agent.network else []
    says = "; ".join((f"{ground.level}, and it passed its test", *opened))
    if ground.lacks:
        return Row("sandbox", "warn", f"{says}; it is not the strongest, because {ground.lacks}", ground.remedy)
    return Row(
        "sandbox", "warn" if agent.network else "ok", says, "take network = true out of [agent] if it can do without" * agent.network
    )


def _tests() -> Iterator[Row]:
    """List the user's own tests, and run the first of them."""
    from refinery import wiring
    from refinery.domain import Cause
    from refinery.flows.suite import suite_at

    with wiring.workbench() as bench:
        head = bench.repository.head()
        suite = suite_at(bench, head)
        tests = [each for each in suite.scenarios if each.test]
        with bench.workspace.lease(head) as tree, bench.runner.open(tree) as running:
            attempt = running.attempt(tests[0], 0)
    said = "; ".join((f"{len(tests)} test{'s' if len(tests) > 1 else ''} in {head[:12]}", *suite.notes))
    if attempt.passed or attempt.cause in (Cause.CHECKS, Cause.EXIT, Cause.SKIPPED):
        yield Row("tests", "ok", f"{said}; {tests[0].id} ran in {attempt.latency_s:.2f} s")
    else:
        yield Row("tests", "bad", f"{said}; {tests[0].id}: {attempt.says}", "run it by hand")


def _agent() -> Iterator[Row]:
    """Start the agent once on its first scenario."""
    from refinery import wiring
    from refinery.domain import Cause
    from refinery.flows.suite import scenarios_at
    from refinery.suite.sandbox.ground import Level

    with wiring.workbench() as bench:
        head = bench.repository.head()
        scenarios = scenarios_at(bench.repository, head, bench.scenarios)
        if not scenarios:
            return
        with bench.workspace.lease(head) as tree, bench.runner.open(tree) as running:
            attempt = running.attempt(scenarios[0], 0)
        if attempt.passed or attempt.cause is Cause.CHECKS:
            deaf = not bench.runner.agent.http and bench.runner.ground.level is Level.LANDLOCK and not bench.runner.agent.network
            none = "its spans cannot be received" if deaf else "it sends no spans (OTEL_EXPORTER_OTLP_ENDPOINT is set while it runs)"
            traced = "it sends spans" if attempt.trace_id else none
            yield Row("agent", "ok", f"answers {scenarios[0].id} in {attempt.latency_s:.2f} s; {traced}")
        else:
            yield Row("agent", "bad", f"{scenarios[0].id}: {attempt.says}", _way_out(attempt.error, bench.runner.agent.interpreter))


def _way_out(error: str, python: str) -> str:
    """What to do about an agent that does not run."""
    missing = re.search(r"No module named '?([\w.]+)", error)
    if missing:
        return f"it runs under {python}: install {missing[1]} there, or name another Python with `interpreter` under [agent]"
    return "run it by hand with the scenario's input"
