"""How often the diagnosis without a model names the agent and the step that people named: `python -m benchmarks.diagnosis FOLDER`.

FOLDER holds transcripts in JSON files and a `labels.jsonl` with `id`, `mistake_agent` and `mistake_step` (Who&When's form), or
`*_labels.jsonl` with `trajectory_id` and `failures` (AgentRx's form). Agents are compared without case and without " (...)".
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adapters.files import read
from adapters.trace import Json, Span, Trace
from refinery.domain import Diagnosis
from refinery.signals.diagnosis import diagnose
from refinery.signals.experience import experience


@dataclass(frozen=True, slots=True)
class Case:
    """One transcript with what people say of it."""

    id: str
    trace: Trace
    agent: str
    step: int
    also: frozenset[int] = frozenset()
    """Other steps that are labelled as failures."""


def main() -> None:
    folder = Path(sys.argv[1])
    verbose = "-v" in sys.argv
    groups: dict[str, list[Case]] = {}
    for case in cases(folder):
        groups.setdefault(case.id.split("/")[0], []).append(case)
    for name, group in groups.items():
        told = [_timed(case) for case in group]
        _report(name, group, told)
        if verbose:
            for case, (seen, _) in zip(group, told, strict=True):
                mark = "*" if seen.step == case.step else "a" if plain(seen.agent) == plain(case.agent) else " "
                said = f"said {seen.step!s:>4} {seen.agent[:26]:26} {seen.category:16} {seen.confidence}"
                print(f"  {mark} {case.id:28} label {case.step:3} {case.agent[:26]:26} {said}")


def cases(folder: Path) -> Iterator[Case]:
    """Every labelled transcript under the folder."""
    for line in _lines(folder / "labels.jsonl"):
        name = str(line["id"])
        yield Case(name, _trace(folder / f"{name}.json"), str(line["mistake_agent"]), _int(line["mistake_step"]))
    for path in sorted(folder.glob("*_labels.jsonl")):
        group = path.stem.removesuffix("_labels")
        for line in _lines(path):
            file = folder / str(line.get("trajectory_file", f"{group}/{line['trajectory_id']}.json")).replace("/dev/", "/")
            failures, root = line["failures"], line["root_cause"]
            if not file.exists() or not isinstance(failures, list) or not isinstance(root, dict):
                continue
            known = {str(one["failure_id"]): one for one in failures if isinstance(one, dict)}
            first = known.get(str(root["failure_id"]), next(iter(known.values())))
            also = frozenset(_int(one["step_number"]) - 1 for one in known.values())
            yield Case(f"{group}/{line['trajectory_id']}", _trace(file), str(first["failed_agent"]), _int(first["step_number"]) - 1, also)


def _trace(file: Path) -> Trace:
    return read(file).traces[0]


def _int(value: Json) -> int:
    return int(str(value))


def plain(agent: str) -> str:
    """An agent's name without case and without " (...)"."""
    return re.sub(r"\s*\(.*\)", "", agent).strip().lower()


def _timed(case: Case) -> tuple[Diagnosis, float]:
    start = time.perf_counter()
    seen = diagnose(case.trace, failed=True)
    return seen, time.perf_counter() - start


def _report(name: str, group: list[Case], told: list[tuple[Diagnosis, float]]) -> None:
    count = len(group)
    right = [(plain(seen.agent) == plain(case.agent), seen.step == case.step) for case, (seen, _) in zip(group, told, strict=True)]
    listed = [case.step in {seen.step, *(one.step for one in seen.alternatives)} for case, (seen, _) in zip(group, told, strict=True)]
    also = [seen.step in case.also for case, (seen, _) in zip(group, told, strict=True) if case.also]
    print(f"{name}: {count} transcripts")
    print(f"  diagnosis     agent {_share(a for a, _ in right)}   step {_share(s for _, s in right)}")
    print(f"                step among it and its alternatives {_share(listed)}")
    if also:
        print(f"                step among all labelled failures {_share(also)}")
    guesses = [_guess(case.trace) for case in group]
    hits = [
        (plain(one.agent) == plain(case.agent), case.trace.step_of(one.id) == case.step) for one, case in zip(guesses, group, strict=True)
    ]
    print(f"  without signals (general experience alone)  agent {_share(a for a, _ in hits)}   step {_share(s for _, s in hits)}")
    frequent = [_frequent(case.trace) for case in group]
    last = [next((s.agent for s in reversed(case.trace.spans) if s.agent), "") for case in group]
    steps = Counter(case.step for case in group).most_common(1)[0]
    print(
        f"  floors        most frequent speaker {_share(plain(f) == plain(c.agent) for f, c in zip(frequent, group, strict=True))}"
        f"   last speaker {_share(plain(f) == plain(c.agent) for f, c in zip(last, group, strict=True))}"
        f"   constant step {steps[0]} {steps[1] / count:.1%}"
    )
    for low, high in ((0.0, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 1.01)):
        sure = [s for (_, s), (seen, _) in zip(right, told, strict=True) if low <= seen.confidence < high]
        if sure:
            print(f"  confidence {low:.1f}-{min(high, 1):.1f}: step right {_share(sure)}")
    times = [seconds for _, seconds in told]
    print(f"  {statistics.median(times) * 1000:.1f} ms median, {max(times) * 1000:.1f} ms at most")


def _guess(trace: Trace) -> Span:
    """The step that experience alone suspects most."""
    known = experience(trace)
    return trace.spans[max(known, key=lambda step: (known[step], -step))] if known else trace.spans[-1]


def _frequent(trace: Trace) -> str:
    """The most frequent speaker that is neither the user nor a terminal."""
    names = [
        span.agent for span in trace.spans if "terminal" not in span.agent.lower() and span.agent not in ("human", "user", "system", "tool")
    ]
    return Counter(names).most_common(1)[0][0] if names else ""


def _share(hits: Iterator[bool] | list[bool]) -> str:
    every = list(hits)
    return f"{sum(every)}/{len(every)} = {sum(every) / max(1, len(every)):.1%}"


def _lines(path: Path) -> list[dict[str, Json]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()] if path.exists() else []


if __name__ == "__main__":
    main()
