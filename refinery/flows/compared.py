"""Several cures held against each other: by how they go about inputs near those of the scenarios, or near what the tests call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from refinery.flows.neighbours import Neighbourhood, Seen, believed, neighbours, witnessed
from refinery.flows.reproduce import Reproduction
from refinery.flows.screen import Screen
from refinery.flows.variations import probe_for, told
from safety.changes import ChangeSet

CLOSE = 0.1
"""How much more one must be believed than another that behaves otherwise, unless it was much the likelier from the start."""
LIKELIER = 1.25
APART = 0.1
"""The share of inputs nearby on which two cures must differ for it to matter which is kept."""

Read = Callable[[Sequence[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Compared:
    """The cures by number, the most believable first, without those that crash, or upset what is right, on inputs nearby."""

    order: tuple[int, ...]
    runs: int = 0
    undecided: tuple[int, ...] = ()
    """The first and others that are as believable, and behave otherwise where nobody can say what is right."""


def compare(
    cures: Sequence[ChangeSet], scores: Sequence[float], reasoned: Collection[int], shown: Reproduction, screen: Screen, read: Read
) -> Compared:
    """In the order in which they came where there is nothing by which to tell them apart. `reasoned` are those a model thought of."""
    as_found = tuple(range(len(cures)))
    agent = screen.runner.agent
    if not cures or agent.network or agent.http:  # what acts on the world is not run on inputs nobody asked for
        return Compared(as_found)
    around, seen, runs = _tests(cures, shown, screen, read) if any(each.test for each in shown.red) else _inputs(cures, shown, screen)
    if not seen or any(len(each) != len(around.inputs) for each in seen):
        return Compared(as_found, runs)
    belief = believed(scores, seen[0], seen[1:], around, reasoned)
    order = tuple(sorted(belief, key=lambda number: (-belief[number], number)))
    return Compared(order, runs, _undecided(order, belief, scores, seen[1:], len(around.near)))


def _inputs(cures: Sequence[ChangeSet], shown: Reproduction, screen: Screen) -> tuple[Neighbourhood, list[list[Seen]], int]:
    around = neighbours(shown.red, shown.green)
    seen = [witnessed(screen.behaves(changes, around.inputs)) for changes in (ChangeSet(()), *cures)]
    return around, seen, len(around.inputs) * len(seen)


def _tests(cures: Sequence[ChangeSet], shown: Reproduction, screen: Screen, read: Read) -> tuple[Neighbourhood, list[list[Seen]], int]:
    homes = dict.fromkeys(each.test.partition("::")[0] for each in shown.red if each.test)
    probe = probe_for(shown.red, shown.green, read(tuple(homes)))
    if probe is None:
        return Neighbourhood((), ()), [], 0
    seen = []
    for changes in (ChangeSet(()), *cures):
        attempt = screen.probed(changes, probe)
        seen.append(told(attempt) if attempt else [])
    return probe.around, seen, len(seen)


def _undecided(
    order: Sequence[int], belief: Mapping[int, float], scores: Sequence[float], seen: Sequence[Sequence[Seen]], near: int
) -> tuple[int, ...]:
    if len(order) < 2 or not near:
        return ()
    first = order[0]
    rivals = [
        other
        for other in order[1:]
        if belief[first] - belief[other] < CLOSE
        and scores[first] < LIKELIER * scores[other]
        and sum(seen[first][place].behaviour != seen[other][place].behaviour for place in range(near)) >= max(1.0, APART * near)
    ]
    return (first, *rivals) if rivals else ()
