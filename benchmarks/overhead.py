"""What `fix` costs beside the agent: python -m benchmarks.overhead [FILES]

Makes a repository of 5,000 files with a small faulty agent, fixes it without a model, and prints how long no agent run was going
on (from the repository to the published branch). Aim: under 2 s.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from refinery import wiring
from refinery.flows.failing import fix_failing
from refinery.suite.runner import Runner

AGENT = """PLANS = {"pro": {"amount": 45, "currency": "EUR"}, "team": {"amount": 90, "currency": "GBP"}}


def look_up(plan):
    record = PLANS[plan]
    return {"amount": record["amount"]}


def answer(question):
    found = look_up(question["plan"])
    return f"{found['amount']} {found.get('currency', 'USD')}"
"""
SCENARIOS = """- {id: pro, input: {plan: pro}, expect: [{equals: 45 EUR}]}
- {id: team, input: {plan: team}, expect: [{equals: 90 GBP}]}
- {id: amount, input: {plan: pro}, expect: [{contains: "45"}]}
"""


def lay_out(root: Path, files: int) -> None:
    for number in range(files):
        path = root / "vendor" / f"area{number % 50}" / f"module{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"VALUE = {number}\n" * 40)
    (root / "desk").mkdir()
    (root / "scenarios").mkdir()
    (root / "desk" / "__init__.py").write_text("")
    (root / "desk" / "agent.py").write_text(AGENT)
    (root / "scenarios" / "prices.yaml").write_text(SCENARIOS)
    (root / "refinery.toml").write_text(
        f"[agent]\npython = 'desk.agent:answer'\ninterpreter = '{sys.executable}'\n[scope]\neditable = ['desk/**']\n"
    )
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=Bench", "-c", "user.email=b@example.com", "commit", "-qm", "base"]):
        subprocess.run(["git", "-C", str(root), *command], check=True)
    for key, value in (("user.name", "Bench"), ("user.email", "b@example.com")):
        subprocess.run(["git", "-C", str(root), "config", key, value], check=True)


@dataclass
class Busy:
    """Counts the time in which at least one agent is running."""

    seconds: float = 0.0
    running: int = 0
    since: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self.lock:
            if self.running == 0:
                self.since = time.perf_counter()
            self.running += 1
        try:
            yield
        finally:
            with self.lock:
                self.running -= 1
                if self.running == 0:
                    self.seconds += time.perf_counter() - self.since


BUSY = Busy()


@dataclass(frozen=True, slots=True)
class Watched(Runner):
    """A runner that tells when it is busy."""

    @contextmanager
    def open(self, tree: Path, coverage: bool = False) -> Iterator[Any]:
        with Runner.open(self, tree, coverage) as bench:
            yield WatchedBench(bench, BUSY)


def watched(runner: Runner) -> Watched:
    return Watched(**{each.name: getattr(runner, each.name) for each in fields(Runner)})


@dataclass(frozen=True)
class WatchedBench:
    inner: Any
    busy: Busy

    def attempt(self, *arguments: Any) -> Any:
        with self.busy():
            return self.inner.attempt(*arguments)

    def attempts(self, pairs: Sequence[Any], *arguments: Any) -> Iterator[Any]:
        with self.busy():
            made = list(self.inner.attempts(pairs, *arguments))
        yield from made

    def execution(self, scenario: Any) -> Any:
        return self.inner.execution(scenario)

    def notes(self) -> Any:
        return self.inner.notes()


def main() -> None:
    files = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory(prefix="refinery-overhead-") as folder:
        root = Path(folder)
        lay_out(root, files)
        for name in ("first fix (nothing warm)", "second fix (warm)"):
            BUSY.seconds = 0.0
            start = time.perf_counter()
            with wiring.workbench(root) as bench:
                runners: dict[str, Any] = {each: watched(getattr(bench, each)) for each in ("runner", "scratch", "unwatched")}
                (report,) = list(fix_failing(replace(bench, **runners), tries=1))
            total = time.perf_counter() - start
            assert report.kept, report.says
            steps = ", ".join(f"{item.step} {item.seconds:.2f}" for item in report.bill.items)
            outside = total - BUSY.seconds
            print(f"{files} files, {name}: {total:.2f} s in all, {BUSY.seconds:.2f} s in agent runs, {outside:.2f} s outside ({steps})")


if __name__ == "__main__":
    main()
