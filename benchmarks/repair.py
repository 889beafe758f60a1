"""Repair without a model on hand-written faults: share fixed, share fixed wrongly (by tests kept apart), seconds, candidates.

Run: python -m benchmarks.repair [--only NAME] [--limit N]     (faults under benchmarks/faults/, one YAML file a kind)
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from refinery.domain import Diagnosis, Edit, Execution, Hypothesis, Layer, Place, Quote, Signal
from refinery.edits.draft import draft
from refinery.repair.pairs import FLOOR
from refinery.repair.search import candidates

SAME_HASHES = {**os.environ, "PYTHONHASHSEED": "0"}
"""What a program prints of a set must not differ from run to run."""
FAULTS = Path(__file__).parent / "faults"


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken program, the tests one has, the tests one does not see, and the fix its author made."""

    name: str
    kind: str
    layer: str
    curable: bool
    files: dict[str, str]
    setup: str
    visible: tuple[str, ...]
    hidden: tuple[str, ...]
    fix: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What running one test came to."""

    passed: bool
    says: str
    frames: tuple[Place, ...]
    lines: dict[str, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Result:
    """What the search came to on one fault."""

    fault: Fault
    kept: Hypothesis | None
    right: bool
    tried: int
    seconds: float
    first_ms: float


class Worker:
    """The process that runs tests; ended with the benchmark."""

    def __init__(self) -> None:
        script = Path(__file__).parent / "faults_worker.py"
        command = [sys.executable, "-P", str(script)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=SAME_HASHES)

    def run(self, files: dict[str, str], setup: str, tests: tuple[str, ...], trace: bool = False) -> list[Outcome]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        request = {"files": files, "setup": setup, "tests": list(tests), "trace": trace}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answers = json.loads(self.process.stdout.readline())
        return [
            Outcome(
                answer["passed"],
                answer["says"],
                tuple(Place(path, line) for path, line in answer["frames"]),
                {path: frozenset(lines) for path, lines in answer["lines"].items()},
            )
            for answer in answers
        ]

    def close(self) -> None:
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait(timeout=10)


def main() -> None:
    """Prints one line a fault and the totals."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--limit", type=int, default=400)
    chosen = parser.parse_args()
    worker = Worker()
    results: list[Result] = []
    try:
        for fault in load():
            if chosen.only in fault.name:
                results.append(solve(worker, fault, chosen.limit))
                tell(results[-1])
    finally:
        worker.close()
    totals(results)


def load() -> list[Fault]:
    """All faults, in order of file and place."""
    return [
        Fault(
            name=entry["name"],
            kind=path.stem,
            layer=entry.get("layer", "code"),
            curable=entry.get("curable", True),
            files=entry["files"],
            setup=entry["setup"],
            visible=tuple(entry["visible"]),
            hidden=tuple(entry["hidden"]),
            fix=tuple(Edit(*part) for part in entry.get("fix", ())),
        )
        for path in sorted(FAULTS.glob("*.yaml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def solve(worker: Worker, fault: Fault, limit: int) -> Result:
    """The first candidate above the floor that passes every visible test, judged by the hidden ones."""
    base = worker.run(fault.files, fault.setup, fault.visible, trace=True)
    sound(worker, fault, base)
    executions = [Execution(test, outcome.passed, outcome.lines) for test, outcome in zip(fault.visible, base, strict=True)]
    failing = [test for test, outcome in zip(fault.visible, base, strict=True) if not outcome.passed]
    ordered = (*failing, *(test for test in fault.visible if test not in failing))
    started = time.perf_counter()
    tried, first = 0, 0.0
    words = [outcome.says for outcome in base if not outcome.passed]
    for hypothesis in candidates(fault.files, diagnose(base), executions, words, limit=limit):
        first = first or time.perf_counter() - started
        if hypothesis.confidence < FLOOR:
            continue
        tried += 1
        outcomes = worker.run(applied(fault.files, hypothesis.edits), fault.setup, ordered)
        if all(outcome.passed for outcome in outcomes):
            seconds = time.perf_counter() - started
            hidden = worker.run(applied(fault.files, hypothesis.edits), fault.setup, fault.hidden)
            return Result(fault, hypothesis, all(outcome.passed for outcome in hidden), tried, seconds, first * 1000)
    return Result(fault, None, False, tried, time.perf_counter() - started, first * 1000)


def sound(worker: Worker, fault: Fault, base: list[Outcome]) -> None:
    """A fault counts only if it fails a visible test, and its reference fix passes all."""
    if all(outcome.passed for outcome in base) or not any(outcome.passed for outcome in base):
        raise SystemExit(f"{fault.name}: the visible tests must fail in part: {[outcome.says for outcome in base]}")
    if fault.curable:
        outcomes = worker.run(applied(fault.files, fault.fix), fault.setup, (*fault.visible, *fault.hidden))
        if not all(outcome.passed for outcome in outcomes):
            raise SystemExit(f"{fault.name}: the reference fix fails: {[outcome.says for outcome in outcomes]}")


def diagnose(base: list[Outcome]) -> Diagnosis:
    """What any signal would say of a failed test: what was expected, and where it was raised. The layer is always said to be code."""
    failed = [outcome for outcome in base if not outcome.passed]
    signals = tuple(
        Signal("failed-check", "0", 0, outcome.says, (Quote("0", outcome.says),), Layer.CODE, "wrong-answer", 0.5, places=outcome.frames)
        for outcome in failed
    )
    places = tuple(dict.fromkeys(place for outcome in failed for place in outcome.frames))
    return Diagnosis("t", failed[0].says, "", Layer.CODE, "wrong-answer", "", 0, "0", 0.5, signals=signals, places=places)


def applied(files: dict[str, str], edits: tuple[Edit, ...]) -> dict[str, str]:
    """The files with the edits in them."""
    drafted = draft(edits, files.get)
    if drafted.misfits:
        raise SystemExit(f"an edit does not fit: {drafted.misfits}")
    return files | {change.path: change.after or "" for change in drafted.changes}


def tell(result: Result) -> None:
    """One line."""
    elsewhere = result.kept is not None and result.kept.layer.value != result.fault.layer
    verdict = (
        "fixed*"
        if result.right and elsewhere
        else "fixed"
        if result.right
        else "WRONG"
        if result.kept
        else "refused"
        if not result.fault.curable
        else "open"
    )
    says = result.kept.change if result.kept else ""
    print(
        f"{verdict:8}{result.fault.name:34}{result.tried:5} tried {result.seconds:7.2f} s  first {result.first_ms:5.0f} ms  {says}",
        flush=True,
    )


def totals(results: list[Result]) -> None:
    """Shares and medians by kind."""
    for kind in (*dict.fromkeys(result.fault.kind for result in results), "all"):
        group = [result for result in results if kind in ("all", result.fault.kind)]
        curable = [result for result in group if result.fault.curable]
        fixed = [result for result in curable if result.right]
        wrong = [result for result in group if result.kept and not result.right]
        if not curable:
            continue
        elsewhere = [result for result in fixed if result.kept and result.kept.layer.value != result.fault.layer]
        seconds = statistics.median(result.seconds for result in group)
        tried = statistics.median(result.tried for result in fixed) if fixed else 0
        print(
            f"{kind}: fixed {len(fixed)}/{len(curable)} ({len(fixed) / len(curable):.0%}), wrong {len(wrong)}/{len(group)} "
            f"({len(wrong) / len(group):.0%}), median {seconds:.2f} s, median candidates to the fix {tried:.0f}; "
            f"fixed at another layer than its author did (*) {len(elsewhere)}"
        )


if __name__ == "__main__":
    main()
