"""At which place of the search the edit stands that undoes a fault, without trying any: a fast look at its order and its reach.

Run: python -m benchmarks.rank FOLDER [--only NAME] [--limit N] [--kept FOLDER]     (folders as for `benchmarks.repair_projects`)
     python -m benchmarks.rank --classics | --written [--every N]     (faults as for `benchmarks.repair`)

The tests run once, as they do on a base, and the search is asked for its candidates. Told of each fault is the place of the
first candidate that makes of the broken files the sound ones (by their syntax trees; what does the same in other words does not count),
the operator that made it, and how long the candidates took to make. `--kept` is a folder in which what the tests showed is kept for the
next time.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import json
import os
import pickle
import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from benchmarks.repair import FAULTS, Fault, Worker, load, mended, of_classics
from benchmarks.repair import diagnose as told
from benchmarks.repair_projects import cloned
from refinery.domain import AgentSpec, Attempt, Cause, Diagnosis, Execution, Hypothesis, Scenario
from refinery.edits.draft import draft
from refinery.flows.complaint import from_suite, trace_of
from refinery.flows.proposal import words_of
from refinery.repair.search import candidates
from refinery.signals.diagnosis import diagnose
from refinery.suite.runner import Runner

ALONE = {"PATH": os.environ.get("PATH", os.defpath), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
WITHIN = (100, 300, 1000)


@dataclass(frozen=True, slots=True)
class Base:
    """A broken project, and what running its tests once showed."""

    name: str
    sources: Mapping[str, str]
    """The files that may be edited, broken."""
    sound: Mapping[str, str]
    diagnosis: Diagnosis
    executions: tuple[Execution, ...]
    attempts: tuple[Attempt, ...]
    red: tuple[Scenario, ...]
    green: tuple[Scenario, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the edit that undoes a fault stands; a place of 0 is none."""

    name: str
    place: int
    made: int
    seconds: float
    hypothesis: Hypothesis | None


def main() -> None:
    """One line a fault, then the totals."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--classics", action="store_true")
    parser.add_argument("--written", action="store_true", help="the faults in benchmarks/faults")
    parser.add_argument("--every", type=int, default=1, help="only every so many of the faults")
    parser.add_argument("--only", default="")
    parser.add_argument("--limit", type=int, default=1500)
    parser.add_argument("--kept", type=Path, help="a folder for what the tests showed")
    chosen = parser.parse_args()
    if not (chosen.folder or chosen.classics or chosen.written):
        parser.error("name a folder, or ask for faults that come with Refinery")
    found = []
    for base in bases(chosen):
        found.append(standing(base, chosen.limit))
        tell(found[-1])
    totals(found)


def bases(chosen: argparse.Namespace) -> Iterator[Base]:
    """The faults that were asked for, each with what its tests showed."""
    folders = sorted(path.parent for path in chosen.folder.glob("*/fault.json")) if chosen.folder else []
    for folder in folders[:: chosen.every]:
        if chosen.only in folder.name:
            yield known(folder, chosen.kept)
    faults = [*(of_classics() if chosen.classics else ()), *(load(FAULTS) if chosen.written else ())]
    worker = Worker()
    try:
        for fault in faults[:: chosen.every]:
            if chosen.only in fault.name and fault.curable:
                yield called(worker, fault)
    finally:
        worker.close()


def called(worker: Worker, fault: Fault) -> Base:
    """A fault whose tests are calls."""
    seen = worker.run(fault.beside | fault.files, fault.setup, fault.visible, trace=True)
    executions = tuple(Execution(test, each.passed, each.lines) for test, each in zip(fault.visible, seen, strict=True))
    words = tuple(each.says for each in seen if not each.passed)
    sound = {path: text for path, text in (fault.files | mended(fault)).items() if path.endswith(".py")}
    return Base(fault.name, fault.files, sound, told(seen), executions, (), (), (), words)


def known(folder: Path, kept: Path | None) -> Base:
    """What the tests showed, from the last time where that is kept and the fault is the same."""
    texts = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in (".py", ".json")]
    mark = hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]
    place = kept / f"{folder.name}-{mark}.pickle" if kept else None
    if place and place.exists():
        return Base(*pickle.loads(place.read_bytes()))  # our own
    base = shown(folder)
    if place:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(pickle.dumps(tuple(getattr(base, each.name) for each in fields(base))))
    return base


def shown(folder: Path) -> Base:
    """Runs the tests of a broken project once, and watches which lines run."""
    fault = json.loads((folder / "fault.json").read_text(encoding="utf-8"))
    with cloned(folder / "sound") as (root, _):
        own = sorted({path.split("/")[0] for path, _, _ in fault["edits"]})
        paths = [path for each in own for path in (sorted((root / each).rglob("*.py")) if (root / each).is_dir() else root.glob("*.py"))]
        sound = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}
        sources = dict(sound)
        for path, good, bad in fault["edits"]:
            sources[path] = sources[path].replace(good, bad)
            (root / path).write_text(sources[path], encoding="utf-8")
        spec = AgentSpec(("pytest", "-q"), timeout_s=5, sandbox="none", interpreter=sys.executable, environment=tuple(ALONE))
        runner = Runner(spec, concurrency=2, environment=ALONE, tests=spec)
        scenarios = runner.tests_in(root).scenarios
        with runner.open(root, coverage=True) as running:
            by_name = {attempt.scenario: attempt for attempt in running.attempts([(each, 0) for each in scenarios])}
            executions = tuple(ran for each in scenarios if (ran := running.execution(each)))
    red = tuple(each for each in scenarios if not by_name[each.id].passed and by_name[each.id].cause is not Cause.SKIPPED)
    green = tuple(each for each in scenarios if by_name[each.id].passed)
    complaint = from_suite([(each, trace_of(by_name[each.id], each)) for each in red])
    diagnosis = diagnose(complaint.trace, failed=True)
    attempts = tuple(by_name[each.id] for each in scenarios)
    return Base(folder.name, sources, sound, diagnosis, executions, attempts, red, green, words_of(complaint, diagnosis, attempts))


def standing(base: Base, limit: int) -> Standing:
    """The place of the edit that undoes the fault among the candidates."""
    wanted = {path: ast.dump(ast.parse(text)) for path, text in base.sound.items()}
    begun = time.process_time()
    made = list(candidates(base.sources, base.diagnosis, base.executions, base.words, limit=limit))
    took = time.process_time() - begun
    for place, hypothesis in enumerate(made, 1):
        if undoes(hypothesis, base.sources, wanted):
            return Standing(base.name, place, len(made), took, hypothesis)
    return Standing(base.name, 0, len(made), took, None)


def undoes(hypothesis: Hypothesis, sources: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether the files are the sound ones then."""
    after = {**sources, **{change.path: change.after or "" for change in draft(hypothesis.edits, sources.get).changes}}
    try:
        return (
            all(text == sources.get(path) or (path in wanted and ast.dump(ast.parse(text)) == wanted[path]) for path, text in after.items())
            and after != sources
        )
    except SyntaxError:
        return False


def tell(found: Standing) -> None:
    """One line."""
    place = f"{found.place:5}" if found.place else "never"
    operator = found.hypothesis.rationale.rpartition("Kind of edit: ")[2].rstrip(".") if found.hypothesis else ""
    says = f"{operator}: {found.hypothesis.change}" if found.hypothesis else ""
    print(f"{place} of {found.made:5} {found.seconds:6.2f} s  {found.name:28} {says}", flush=True)


def totals(found: Sequence[Standing]) -> None:
    """How many stand within the first so many, and the middle one's place among those that stand anywhere."""
    places = [each.place for each in found if each.place]
    within = ", ".join(f"within {most}: {sum(place <= most for place in places)}" for most in WITHIN)
    middle = f"{statistics.median(places):.0f}" if places else "none"
    print(
        f"{len(found)} faults, {within}, at all: {len(places)}; median place {middle}; "
        f"{statistics.median(each.seconds for each in found):.2f} s to make the candidates"
    )


if __name__ == "__main__":
    main()
