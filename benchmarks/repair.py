"""Repair without a model on hand-written faults: share fixed, share fixed wrongly (by tests kept apart), seconds, candidates.

Run: python -m benchmarks.repair [FOLDER] [--only NAME] [--limit N]     (faults under benchmarks/faults/, one YAML file a kind)
     python -m benchmarks.repair --classics [--every N]     (bugs of one line in well-known algorithms, see `benchmarks.classics`)

A file holds faults, each with its own files, or sound repositories (see `benchmarks.repair_whole`) with edits that break them.
What is looked at, in which order, and what is taken for a cure is as in `refinery.flows.propose`; there is no guard and no gate.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from typing import Any

import yaml

from benchmarks.classics import FILE, classics
from refinery.domain import Attempt, Cause, Diagnosis, Edit, Execution, Hypothesis, Layer, Place, Quote, Scenario, Signal
from refinery.edits.draft import draft
from refinery.flows.apart import apart, numbers_of
from refinery.flows.cures import Cures, joined
from refinery.flows.neighbours import Neighbourhood, Seen, harmless, neighbours
from refinery.flows.screen import Screened
from refinery.flows.weighed import changed, weighed
from refinery.repair.pairs import FLOOR
from refinery.repair.search import candidates

SAME_HASHES = {**os.environ, "PYTHONHASHSEED": "0"}
"""What a program prints of a set must not differ from run to run."""
VERBOSE = "-v" in sys.argv
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
    beside: dict[str, str] = field(default_factory=dict)
    """Files that are there and not searched: tests."""
    hidden_setup: str = ""


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
    size: float = 0.0
    """Changed lines, as a multiple of those of the fix that the fault's author made."""


class Worker:
    """The process that runs tests; ended with the benchmark."""

    def __init__(self) -> None:
        script = Path(__file__).parent / "faults_worker.py"
        command = [sys.executable, "-P", str(script)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=SAME_HASHES)

    def run(self, files: dict[str, str], setup: str, tests: tuple[str, ...], trace: bool = False, show: bool = False) -> list[Outcome]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        request = {"files": files, "setup": setup, "tests": list(tests), "trace": trace, "show": show}
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
    parser.add_argument("folder", nargs="?", type=Path, default=FAULTS)
    parser.add_argument("--only", default="")
    parser.add_argument("--limit", type=int, default=1000)
    parser.add_argument("--classics", action="store_true", help="bugs in well-known algorithms instead of a folder")
    parser.add_argument("--every", type=int, default=1, help="only every so many of the faults")
    parser.add_argument("-v", action="store_true", help="name all cures that were compared, the chosen one first")
    chosen = parser.parse_args()
    worker = Worker()
    results: list[Result] = []
    try:
        faults = of_classics() if chosen.classics else load(chosen.folder)
        for fault in faults[:: chosen.every]:
            if chosen.only in fault.name:
                results.append(solve(worker, fault, chosen.limit))
                tell(results[-1])
    finally:
        worker.close()
    totals(results)


def load(folder: Path) -> list[Fault]:
    """All faults, in order of file and place."""
    entries = [(path.stem, entry) for path in sorted(folder.glob("*.yaml")) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]
    return [fault for kind, entry in entries for fault in (broken(entry) if "repository" in entry else [single(entry, kind)])]


def of_classics() -> list[Fault]:
    """Algorithms with one bug each; who wrote the bug is the kind."""
    return [
        Fault(
            name=each.name,
            kind=each.by,
            layer="code",
            curable=True,
            files={FILE: each.broken},
            setup="from algorithm import *",
            visible=tuple(f"{call} == {wanted!r}" for call, wanted in each.visible),
            hidden=tuple(f"{call} == {wanted!r}" for call, wanted in each.hidden),
            fix=(Edit(FILE, "", each.sound),),
        )
        for each in classics()
    ]


def single(entry: dict[str, Any], kind: str) -> Fault:
    """A fault with its own files."""
    return Fault(
        name=entry["name"],
        kind=kind,
        layer=entry.get("layer", "code"),
        curable=entry.get("curable", True),
        files=entry["files"],
        setup=entry["setup"],
        visible=tuple(entry["visible"]),
        hidden=tuple(entry["hidden"]),
        fix=tuple(Edit(*part) for part in entry.get("fix", ())),
        beside=entry.get("beside", {}),
    )


def broken(entry: dict[str, Any]) -> Iterator[Fault]:
    """The faults of a repository."""
    module, _, name = entry["python"].partition(":")
    setup = f"from {module} import {name} as answer_"
    for fault in entry["faults"]:
        files = dict(entry["files"])
        for path, good, bad in fault["edits"]:
            if files[path].count(good) != 1:
                raise SystemExit(f"{fault['name']}: the text to break stands {files[path].count(good)} times in {path}")
            files[path] = files[path].replace(good, bad)
        yield Fault(
            name=fault["name"],
            kind=fault["layer"],
            layer=fault["layer"],
            curable=True,
            files=files,
            setup=setup,
            visible=tuple(f"answer_({asked!r}) == {wanted!r}" for _, asked, wanted in entry["visible"]),
            hidden=tuple(f"answer_({asked!r}) == {wanted!r}" for _, asked, wanted in (*entry["hidden"], *fault.get("hidden", ()))),
            fix=tuple(Edit(path, "", entry["files"][path]) for path in dict.fromkeys(path for path, _, _ in fault["edits"])),
            hidden_setup=entry.get("hidden_setup", ""),
        )


def solve(worker: Worker, fault: Fault, limit: int) -> Result:
    """The candidate that the search would keep, judged by the hidden tests."""
    base = worker.run(fault.beside | fault.files, fault.setup, fault.visible, trace=True)
    sound(worker, fault, base)
    executions = [Execution(test, outcome.passed, outcome.lines) for test, outcome in zip(fault.visible, base, strict=True)]
    before = {test: outcome.says for test, outcome in zip(fault.visible, base, strict=True) if not outcome.passed}
    ended = [
        Attempt(test, 0, False, cause=Cause.EXIT if ": expected " not in says else Cause.CHECKS, error=says)
        for test, says in before.items()
    ]
    cures: Cures[Hypothesis] = Cures(frozenset(before), executions, ended)
    started = time.perf_counter()
    first = 0.0

    def look(hypothesis: Hypothesis) -> Screened:
        files, red = fault.beside | applied(fault.files, hypothesis.edits), tuple(before)
        by_test = dict(zip(red, worker.run(files, fault.setup, red), strict=True))
        turned = frozenset(test for test in before if by_test[test].passed)
        others = tuple(test for test in fault.visible if test not in before) if turned else ()
        by_test |= dict(zip(others, worker.run(files, fault.setup, others), strict=True)) if others else {}
        broke = frozenset(test for test in others if not by_test[test].passed)
        moved = frozenset(test for test in before if test not in turned and by_test[test].says != before[test])
        return Screened(turned, broke, moved)

    def kept() -> Hypothesis | None:
        if found := believable(worker, fault, cures.take_whole(), before):
            return found
        for what, seen in cures.some:
            if cures.alone(tuple(draft(what.edits, fault.files.get).changes), seen):
                return what
        for (one, _), (other, _) in cures.pairs():
            both = joined(one, other)
            if both and not draft(both.edits, fault.files.get).misfits:
                seen = look(both)
                if seen.promising and seen.turned == cures.red:
                    return both
        return None

    def result(hypothesis: Hypothesis | None) -> Result:
        took = time.perf_counter() - started
        if hypothesis is None:
            return Result(fault, None, False, cures.looked, took, first * 1000)
        return judged(worker, fault, hypothesis, cures.looked, took, first)

    words = [outcome.says for outcome in base if not outcome.passed]
    for hypothesis in candidates(fault.files, diagnose(base), executions, words, limit=limit):
        first = first or time.perf_counter() - started
        if hypothesis.confidence < FLOOR:
            continue
        cures.saw(hypothesis, look(hypothesis))
        if (cures.compared or cures.joined) and (found := kept()):
            return result(found)
    return result(kept())


def believable(worker: Worker, fault: Fault, found: list[Hypothesis], before: dict[str, str]) -> Hypothesis | None:
    """The first of several cures, by how they go about inputs nearby; None where none may be believed."""
    name, cases = called(fault)
    if not found or not cases:
        return found[0] if found else None
    red, green = ([each for test, each in cases if (test in before) is failing] for failing in (True, False))
    files = [fault.files, *(applied(fault.files, each.edits) for each in found)]

    def watched(inputs: Sequence[object]) -> list[list[Seen]]:
        shown = tuple(f"{name}(*{each!r})" for each in inputs)
        runs = (worker.run(each, fault.setup, shown, show=True) for each in files)
        return [[Seen((outcome.says,), not outcome.passed) for outcome in run] for run in runs]

    around = neighbours(red, green)
    base, *own = watched(around.inputs)
    left = harmless(base, own, around)
    texts = {fault.files[edit.path] for each in found for edit in each.edits if edit.path in fault.files}
    far = apart(red, green, numbers_of(texts), {repr(each) for each in around.inputs})
    around = Neighbourhood((*around.near, *far), around.own)
    base, *own = watched(around.inputs)
    seen = [own[number] for number in left]
    changes = [changed(base, each) for each in seen]
    made = weighed([found[number].confidence for number in left], changes, seen, len(before))
    if VERBOSE:
        for place in made.order:
            print("      ", found[left[place]].confidence, found[left[place]].change)
    return found[left[made.order[0]]] if made.order and made.believed else None


def called(fault: Fault) -> tuple[str, list[tuple[str, Scenario]]]:
    """The function that most tests call with plain values, and those tests with these values as inputs."""
    calls: dict[str, list[tuple[str, Scenario]]] = {}
    for test in fault.visible:
        tree = ast.parse(test, mode="eval").body
        call = tree.left if isinstance(tree, ast.Compare) else tree
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.keywords:
            with contextlib.suppress(ValueError):
                given = [ast.literal_eval(each) for each in call.args]
                calls.setdefault(call.func.id, []).append((test, Scenario(test, given, ())))
    return max(calls.items(), key=lambda each: len(each[1]), default=("", []))


def judged(worker: Worker, fault: Fault, kept: Hypothesis, tried: int, seconds: float, first: float) -> Result:
    """What is kept, by the tests that it was not made for."""
    setup = f"{fault.setup}\n{fault.hidden_setup}"
    outcomes = worker.run(fault.beside | applied(fault.files, kept.edits), setup, (*fault.visible, *fault.hidden))
    right = all(outcome.passed for outcome in outcomes)
    return Result(fault, kept, right, tried, seconds, first * 1000, lines(fault.files, applied(fault.files, kept.edits)) / reference(fault))


def reference(fault: Fault) -> int:
    """Changed lines of the author's fix."""
    return max(1, lines(fault.files, fault.files | mended(fault)))


def mended(fault: Fault) -> dict[str, str]:
    """The files as their author mended them."""
    whole = not any(edit.old for edit in fault.fix)
    return {edit.path: edit.new for edit in fault.fix} if whole else applied(fault.files, fault.fix)


def lines(before: dict[str, str], after: dict[str, str]) -> int:
    """Lines that come or go, the greater number of the two."""
    come = go = 0
    for path in before.keys() | after.keys():
        for line in unified_diff(before.get(path, "").splitlines(), after.get(path, "").splitlines(), lineterm="", n=0):
            come += line.startswith("+") and not line.startswith("+++")
            go += line.startswith("-") and not line.startswith("---")
    return max(come, go)


def sound(worker: Worker, fault: Fault, base: list[Outcome]) -> None:
    """A fault counts only if it fails a visible test, and its reference fix passes all."""
    if all(outcome.passed for outcome in base) or not any(outcome.passed for outcome in base):
        raise SystemExit(f"{fault.name}: the visible tests must fail in part: {[outcome.says for outcome in base]}")
    if fault.curable:
        setup = f"{fault.setup}\n{fault.hidden_setup}"
        outcomes = worker.run(fault.beside | fault.files | mended(fault), setup, (*fault.visible, *fault.hidden))
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
        small = sum(result.size <= 2 for result in group if result.kept)
        kept = sum(result.kept is not None for result in group)
        print(
            f"{kind}: fixed {len(fixed)}/{len(curable)} ({len(fixed) / len(curable):.0%}), wrong {len(wrong)}/{len(group)} "
            f"({len(wrong) / len(group):.0%}), median {seconds:.2f} s, median candidates to the fix {tried:.0f}; "
            f"fixed at another layer than its author did (*) {len(elsewhere)}; "
            f"kept patches of at most twice the author's size {small}/{kept}"
        )


if __name__ == "__main__":
    main()
