"""What signals and links add to general experience, with weights chosen on other transcripts: `python -m benchmarks.weights FOLDER...`.

The transcripts are dealt into ten parts by the words of their task. For each part the weights are chosen on the nine others, from a
grid, by how probable they make the labelled step; then the part is diagnosed. Then each group is diagnosed with weights that were chosen
on the other groups alone, and with those that Refinery has. Only talks of agents are looked at.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.diagnosis import share
from benchmarks.labelled import Case, cases, plain
from refinery.signals.causes import causes
from refinery.signals.experience import acts_last, experience, is_talk_of_agents
from refinery.signals.links import flow
from refinery.signals.ranking import BROKE_OFF, FLOOR, STRENGTH, TEMPER, objection
from refinery.signals.registry import read

PARTS = 10
GRID = ((0.4, 0.6, 0.8, 1.0), (0.0, 0.3, 0.6, 0.9), (0.0, 1.0, 2.0, 3.0), (0.0, 0.6, 1.2))
"""Powers of experience and of what a step brought in; what a signal, and breaking off, add to the logarithm."""
FREE = {
    "experience alone": (True, False, False, False),
    "and what each step brought in": (True, True, False, False),
    "and signals": (True, True, True, False),
    "and where it broke off": (True, True, True, True),
}
Weights = tuple[float, ...]
SHIPPED: Weights = (TEMPER, TEMPER, STRENGTH, STRENGTH * BROKE_OFF)


@dataclass(frozen=True, slots=True)
class Seen:
    """A case, and for each step the logarithms that weights are put on."""

    case: Case
    part: int
    steps: tuple[tuple[float, float, float, float], ...]

    def shares(self, weights: Weights) -> list[float]:
        """The logarithm of each step's share of suspicion."""
        scores = [sum(map(float.__mul__, weights, step)) for step in self.steps]
        top = max(scores)
        whole = top + math.log(sum(math.exp(score - top) for score in scores))
        return [score - whole for score in scores]


def main() -> None:
    groups: dict[str, list[Seen]] = {}
    for case in (case for folder in sys.argv[1:] for case in cases(Path(folder))):
        if is_talk_of_agents(case.trace):
            groups.setdefault(case.id.split("/")[0], []).append(_seen(case))
    for name, group in groups.items():
        print(f"{name}: {len(group)} transcripts, each diagnosed with weights that were chosen on others")
        for what, free in FREE.items():
            _report(what, group, list(itertools.product(*(row if each else (0.0,) for row, each in zip(GRID, free, strict=True)))))
        others = [seen for other, seens in groups.items() if other != name for seen in seens]
        _alone("chosen on other groups alone", group, _best(_unlike(others, group)) if others else SHIPPED)
        _alone("as Refinery has them", group, SHIPPED)


def _unlike(others: Sequence[Seen], group: Sequence[Seen]) -> list[Seen]:
    """Without the transcripts that the group holds too, under other labels."""
    tasks = {seen.case.trace.task.strip() for seen in group}
    return [seen for seen in others if seen.case.trace.task.strip() not in tasks]


def _best(train: Sequence[Seen]) -> Weights:
    return max(itertools.product(*GRID), key=lambda weights: sum(seen.shares(weights)[seen.case.step] for seen in train))


def _alone(what: str, group: Sequence[Seen], weights: Weights) -> None:
    named = [shares.index(max(shares)) for seen in group for shares in [seen.shares(weights)]]
    steps = [step == seen.case.step for step, seen in zip(named, group, strict=True)]
    agents = [plain(seen.case.trace.spans[step].agent) == plain(seen.case.agent) for step, seen in zip(named, group, strict=True)]
    print(f"  {what:32} step {share(steps)}   agent {share(agents)}   weights {weights}")


def _report(what: str, group: Sequence[Seen], grid: Sequence[Weights]) -> None:
    table = [{weights: seen.shares(weights)[seen.case.step] for weights in grid} for seen in group]
    steps, agents, total = [], [], 0.0
    for part in range(PARTS):
        train = [row for seen, row in zip(group, table, strict=True) if seen.part != part]
        best = max(grid, key=lambda weights: sum(row[weights] for row in train))
        for seen, row in zip(group, table, strict=True):
            if seen.part == part:
                shares = seen.shares(best)
                named = shares.index(max(shares))
                steps.append(named == seen.case.step)
                agents.append(plain(seen.case.trace.spans[named].agent) == plain(seen.case.agent))
                total += row[best]
    print(f"  {what:32} step {share(steps)}   agent {share(agents)}   mean log share of the labelled step {total / len(group):.3f}")


def _seen(case: Case) -> Seen:
    trace = case.trace
    prior = experience(trace)
    whole = sum(prior.values()) or 1.0
    known = {cause.step: cause for cause in causes(trace, read(trace).found)}
    brought, last = flow(trace).brought, acts_last(trace)
    steps = tuple(
        (
            math.log(prior.get(step, 0.0) / whole + FLOOR),
            math.log1p(len(brought[step])),
            objection(known.get(step)),
            float(last and step == len(trace.spans) - 1),
        )
        for step in range(len(trace.spans))
    )
    part = int(hashlib.sha256(trace.task.encode()).hexdigest(), 16) % PARTS
    return Seen(case, part, steps)


if __name__ == "__main__":
    main()
