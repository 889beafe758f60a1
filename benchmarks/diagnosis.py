"""How often the diagnosis names the agent and the step that people named: `python -m benchmarks.diagnosis FOLDER [-v]`.

FOLDER holds transcripts in JSON files and a `labels.jsonl` with `id`, `mistake_agent` and `mistake_step` (Who&When's form), or
`*_labels.jsonl` with `trajectory_id` and `failures` (AgentRx's form), or runs of tau-bench with the calls that were expected.
Steps are compared exactly, agents without case and without " (...)". Intervals are exact, at 95 %.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from adapters.trace import Span, Trace
from benchmarks.labelled import Case, Course, cases, courses, plain, same_kind
from refinery.domain import Diagnosis
from refinery.signals.diagnosis import diagnose
from refinery.signals.divergence import RULE
from refinery.signals.experience import experience
from refinery.stats import clopper_pearson


def main() -> None:
    folder = Path(sys.argv[1])
    groups: dict[str, list[Case]] = {}
    for case in cases(folder):
        groups.setdefault(case.id.split("/")[0], []).append(case)
    for name, group in groups.items():
        told = [_timed(case) for case in group]
        report(name, group, [seen for seen, _ in told])
        _compare(group)
        _time([seconds for _, seconds in told])
        if "-v" in sys.argv:
            _each(group, [seen for seen, _ in told])
    if runs := list(courses(folder)):
        _courses(runs)


def report(name: str, group: Sequence[Case], told: Sequence[Diagnosis]) -> None:
    """What a set of diagnoses is worth, whoever made them."""
    agents = [plain(seen.agent) == plain(case.agent) for case, seen in zip(group, told, strict=True)]
    steps = [seen.step == case.step for case, seen in zip(group, told, strict=True)]
    off = [abs(seen.step - case.step) if seen.step is not None else 10**6 for case, seen in zip(group, told, strict=True)]
    listed = [[seen.step, *(one.step for one in seen.alternatives)] for seen in told]
    print(f"{name}: {len(group)} transcripts")
    print(f"  agent {share(agents)}")
    print(f"  step  {share(steps)}   within 1: {share(far <= 1 for far in off)}   within 3: {share(far <= 3 for far in off)}")
    print(f"  both  {share(a and s for a, s in zip(agents, steps, strict=True))}")
    print(f"  step among the first 3 {share(case.step in each[:3] for case, each in zip(group, listed, strict=True))}")
    if any(case.also for case in group):
        print(f"  step among all labelled failures {share(seen.step in case.also for case, seen in zip(group, told, strict=True))}")
    if any(case.category for case in group):
        kinds = [same_kind(case.category, seen.category) for case, seen in zip(group, told, strict=True)]
        unclear = sum(seen.category == "unclear" for seen in told)
        print(f"  kind of failure {share(kinds)}   ({unclear} are said to be unclear)")
    for low, high in ((0.0, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 1.01)):
        sure = [right for right, seen in zip(steps, told, strict=True) if low <= seen.confidence < high]
        if sure:
            print(f"  confidence {low:.1f}-{min(high, 1):.1f}: step right {share(sure)}")


def share(hits: Iterable[bool]) -> str:
    """A proportion with its interval."""
    every = list(hits)
    bounds = clopper_pearson(sum(every), len(every))
    return f"{sum(every)}/{len(every)} = {sum(every) / max(1, len(every)):.1%} [{bounds.low:.0%}, {bounds.high:.0%}]"


def _compare(group: Sequence[Case]) -> None:
    """What one gets without looking into the transcripts."""
    guesses = [_guess(case.trace) for case in group]
    right = [plain(one.agent) == plain(case.agent) for one, case in zip(guesses, group, strict=True)]
    hits = [case.trace.step_of(one.id) == case.step for one, case in zip(guesses, group, strict=True)]
    print(f"  general experience alone: agent {share(right)}   step {share(hits)}")
    frequent = [_frequent(case.trace) for case in group]
    last = [next((span.agent for span in reversed(case.trace.spans) if span.agent), "") for case in group]
    step, times = Counter(case.step for case in group).most_common(1)[0]
    print(
        f"  floors: most frequent speaker {share(plain(f) == plain(c.agent) for f, c in zip(frequent, group, strict=True))}"
        f"   last speaker {share(plain(f) == plain(c.agent) for f, c in zip(last, group, strict=True))}"
        f"   constant step {step} {times / len(group):.1%}"
    )


def _courses(runs: Sequence[Course]) -> None:
    """Runs of which the expected calls are known: is the first call that diverged found?"""
    print(f"tau-bench: {len(runs)} failed runs")
    told = [diagnose(run.trace, failed=True, wanted=run.wanted) for run in runs]
    wrong = [(run, seen) for run, seen in zip(runs, told, strict=True) if run.first is not None]
    left = [(run, seen) for run, seen in zip(runs, told, strict=True) if run.missing]
    fine = [(run, seen) for run, seen in zip(runs, told, strict=True) if run.first is None and not run.missing]
    print(f"  expected calls given: first wrong call {share(seen.step == run.first for run, seen in wrong)}")
    print(f"    an expected call is missing: told, with its name {share(_names(seen, run.missing) for run, seen in left)}")
    print(f"    every call was right: no wrong call told {share(not _sure(seen) for _, seen in fine)}")
    pairs = [run for run in runs if run.first is not None and run.passing]
    seen_so = [diagnose(run.trace, failed=True, passing=run.passing) for run in pairs]
    print(f"  only runs given that passed: first wrong call {share(s.step == run.first for run, s in zip(pairs, seen_so, strict=True))}")
    alone = [diagnose(run.trace, failed=True).step == run.first for run in runs if run.first is not None]
    print(f"  nothing given: first wrong call {share(alone)}")
    good = {trace.id: replace(trace, attributes={}) for run in runs for trace in run.passing}  # without the mark that says so
    print(f"  runs that passed, and nothing said of them: called failed {share(diagnose(trace).found for trace in good.values())}")


def _names(seen: Diagnosis, missing: tuple[str, ...]) -> bool:
    return any(signal.rule == RULE and signal.says.startswith(missing) for signal in seen.signals)


def _sure(seen: Diagnosis) -> bool:
    return any(signal.rule == RULE and signal.category in ("wrong-argument", "unwanted-call") for signal in seen.signals)


def _timed(case: Case) -> tuple[Diagnosis, float]:
    start = time.process_time()
    seen = diagnose(case.trace, failed=True)
    return seen, time.process_time() - start


def _time(seconds: Sequence[float]) -> None:
    print(f"  {statistics.median(seconds) * 1000:.1f} ms of CPU time a trace (median), {max(seconds) * 1000:.1f} ms at most")


def _each(group: Sequence[Case], told: Sequence[Diagnosis]) -> None:
    for case, seen in zip(group, told, strict=True):
        mark = "*" if seen.step == case.step else "a" if plain(seen.agent) == plain(case.agent) else " "
        said = f"said {seen.step!s:>4} {seen.agent[:26]:26} {seen.category:16} {seen.confidence}"
        print(f"  {mark} {case.id:28} label {case.step:3} {case.agent[:26]:26} {said}")


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


if __name__ == "__main__":
    main()
