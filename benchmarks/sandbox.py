"""What a hostile agent achieves behind each kind of walls, and what the walls cost: `python -m benchmarks.sandbox [RUNS]`.

The table: X = it could be done, by the agent's word; what was looked at from outside stands below. `+` and `-`: what an honest agent
needs works, or does not. Run it as root and as an ordinary user: the walls are made differently. The costs are medians of RUNS (20) runs
taken in turn; with others at work on the machine only their differences say something.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from adapters.trace import Json
from refinery.domain import AgentSpec, Expectation, Scenario
from refinery.errors import ConfigError
from refinery.suite.confinement import Limits
from refinery.suite.runner import Runner
from refinery.suite.sandbox import landlock, selftest
from refinery.suite.sandbox.ground import Ground, Landlocked, Level, Machine, choose
from tests.refinery.suite.sandbox.attacks import ATTEMPTS, LEGITIMATE
from tests.refinery.suite.sandbox.bait import Bait
from tests.refinery.suite.sandbox.conftest import hostile

SCENARIO = Scenario("a", None, (Expectation("no-error", True),))
TIGHT = Limits(memory_bytes=1 << 30, file_bytes=100 << 20, processes=64)
ENVIRONMENT = {"PATH": os.defpath}
WORST = ("write the system", "write the interpreter", "write the kernel's settings", "end a process")
"""Not tried without walls: it might work."""


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    grounds = dict(_grounds())
    print(f"as {'root' if os.geteuid() == 0 else 'an ordinary user'}\n")
    _table(grounds)
    _costs(grounds, runs)


def _grounds() -> list[tuple[str, Ground]]:
    found = [("none", choose("none", Machine.here()))]
    if landlock.version():
        found.append(("landlock", Ground(Level.LANDLOCK, Landlocked(landlock.version()))))
        apart = Ground(Level.APART, Landlocked(landlock.version(), apart=True))
        if not selftest.failures(apart.walls, None, ()):
            found.append(("+ network", apart))
    try:
        found.append(("bubblewrap", choose("strong", Machine.here())))
    except ConfigError as error:
        print(f"no strong sandbox: {error} ({error.hint})")
    return found


def _agent(function: str) -> AgentSpec:
    return AgentSpec(python=f"attacks:{function}", interpreter=sys.executable, timeout_s=60)


def _table(grounds: dict[str, Ground]) -> None:
    columns, seen = {}, {}
    for name, ground in grounds.items():
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            (folder / "machine").mkdir()
            with closing(Bait(folder / "machine")) as bait:
                skipped: list[Json] = list(WORST) if ground.level is Level.NONE else []
                told: dict[str, Json] = {**bait.told(), "skip": skipped}
                done = _answers(Runner(_agent("answer"), 1, environment=ENVIRONMENT, walls=ground, limits=TIGHT), folder / "tree", told)
                work = _answers(Runner(_agent("work"), 1, environment=ENVIRONMENT, walls=ground, limits=TIGHT), folder / "other", told)
                seen[name] = bait.taken()
        columns[name] = {attempt: "?" if attempt in skipped else "." if why else "X" for attempt, why in done.items()}
        columns[name] |= {attempt: "-" if why else "+" for attempt, why in work.items()}
    print(f"{'':40}" + "".join(f"{name:>12}" for name in columns))
    for attempt in (*ATTEMPTS, *LEGITIMATE):
        print(f"{attempt:40}" + "".join(f"{column[attempt]:>12}" for column in columns.values()))
    for name, taken in seen.items():
        print(f"seen from outside, {name}: {len(taken)} things were taken")


def _answers(runner: Runner, tree: Path, given: Json) -> dict[str, str]:
    with runner.open(hostile(tree)) as bench:
        attempt = bench.attempt(replace(SCENARIO, input=given), 0)
    found: dict[str, str] = json.loads(attempt.output)
    return found


def _costs(grounds: dict[str, Ground], runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name in grounds:
            for tree in ("base", "one"):
                (place / name / tree).mkdir(parents=True)
                (place / name / tree / "agent.py").write_text("def answer(given): return 'ok'\n")
        agent = AgentSpec(python="agent:answer", interpreter=os.path.realpath(sys.executable))
        ways = {name: Runner(agent, 1, environment=ENVIRONMENT, walls=ground) for name, ground in grounds.items()}
        print(f"\n{'median ms':40}" + "".join(f"{name:>12}" for name in ways))
        _row("start a worker, one attempt, end it", {name: _opening(way, place / name) for name, way in ways.items()}, runs)
        _row("an attempt more", {name: _trying(way, place / name) for name, way in ways.items()}, 5 * runs)
        _row("the same, borne by a nursery", {name: _bearing(way, place / name) for name, way in ways.items()}, runs)
        _row("the test of the walls", {name: _testing(ground) for name, ground in grounds.items()}, max(3, runs // 4))


def _row(label: str, ways: dict[str, tuple[Callable[[], object], Callable[[], object]]], runs: int) -> None:
    """Each way in turn, again and again, so that a busy moment meets all of them."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for step in range(runs + 1):
        for name, (work, _) in ways.items():
            began = time.perf_counter()
            work()
            if step:
                taken[name].append(time.perf_counter() - began)
    for _, end in ways.values():
        end()
    print(f"{label:40}" + "".join(f"{statistics.median(each) * 1000:12.1f}" for each in taken.values()))


def _opening(runner: Runner, place: Path) -> tuple[Callable[[], object], Callable[[], object]]:
    def once() -> None:
        with runner.open(place / "one") as bench:
            assert bench.attempt(SCENARIO, 0).passed

    return once, lambda: None


def _trying(runner: Runner, place: Path) -> tuple[Callable[[], object], Callable[[], object]]:
    opened = runner.open(place / "one")
    bench = opened.__enter__()
    return lambda: bench.attempt(SCENARIO, 0), lambda: opened.__exit__(None, None, None)


def _bearing(runner: Runner, place: Path) -> tuple[Callable[[], object], Callable[[], object]]:
    warmed = runner.warmed(place / "base", place)
    return _opening(warmed.__enter__(), place)[0], lambda: warmed.__exit__(None, None, None)


def _testing(ground: Ground) -> tuple[Callable[[], object], Callable[[], object]]:
    return lambda: selftest.failures(ground.walls, None, (), serves=ground.level in (Level.APART, Level.BUBBLEWRAP)), lambda: None


if __name__ == "__main__":
    main()
