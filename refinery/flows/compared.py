"""Several cures held against each other: by how they go about inputs near those of the scenarios, or near what the tests call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from adapters.trace import Json
from refinery.flows.apart import apart, numbers_of
from refinery.flows.neighbours import Neighbour, Neighbourhood, Seen, harmless, neighbours, witnessed
from refinery.flows.reproduce import Reproduction
from refinery.flows.screen import Screen, in_order
from refinery.flows.variations import probe_for, told
from refinery.flows.weighed import Weighed, changed, telling, weighed
from safety.changes import ChangeSet

LONGEST = 20.0
"""Seconds that all runs on farther inputs may take, as those on near ones tell; of a slow agent fewer are tried, or none."""

Read = Callable[[Sequence[str]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Split:
    """An input, or a piece of test code, on which cures part, with what they answer, and which of them by number."""

    input: Json
    answers: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Cures by number, weighed against each other, without those that crash, or upset what is right, on inputs nearby."""

    weighed: Weighed
    runs: int = 0
    split: Split | None = None
    """Where they part most evenly; None where nobody knows such an input."""


@dataclass(slots=True)
class _Watched:
    """What the base and each cure came to, on the same inputs."""

    base: list[Seen]
    cures: list[list[Seen]]
    runs: int = 0

    def complete(self, inputs: int) -> bool:
        """Whether every run could be had."""
        return all(len(each) == inputs for each in (self.base, *self.cures))


def compare(
    cures: Sequence[ChangeSet],
    scores: Sequence[float],
    reasoned: Collection[int],
    shown: Reproduction,
    screen: Screen,
    read: Read,
    doubtful: Collection[int] = (),
) -> Compared:
    """Weighs cures by `scores` alone where nothing can be run. `reasoned` are those a model thought of, `doubtful` those of kinds that are
    not believed by themselves, by number."""
    agent, red = screen.runner.agent, shown.voices
    alone = weighed(scores, [0.0 for _ in cures], [[Seen((number,), False)] for number in range(len(cures))], red, doubtful)
    if not cures or agent.network or agent.http:  # what acts on the world is not run on inputs nobody asked for
        return Compared(alone)
    tests = any(each.test for each in shown.red)
    began = screen.bench.clock()
    around, watched, code = _tests(cures, shown, screen, read) if tests else _inputs(cures, shown, screen)
    if not around.inputs or not watched.complete(len(around.inputs)):
        return Compared(alone, watched.runs)
    left = harmless(watched.base, watched.cures, around, reasoned)
    watched.cures = [watched.cures[number] for number in left]
    if not tests and len(left) > 1:
        pace = (screen.bench.clock() - began) / max(1, watched.runs)
        room = int(LONGEST / max(pace * (1 + len(left)), 1e-6))
        farther = _farther([cures[number] for number in left], shown, around)[:room]
        more = _watched([cures[number] for number in left], [each.input for each in farther], screen)
        watched.runs += more.runs
        if more.complete(len(farther)):
            place = len(around.near)
            around = Neighbourhood((*around.near, *farther), around.own)
            watched.base[place:place] = more.base
            for own, other in zip(watched.cures, more.cures, strict=True):
                own[place:place] = other
    changes = [changed(watched.base, own) for own in watched.cures]
    unsure = [place for place, number in enumerate(left) if number in doubtful]
    made = weighed([scores[number] for number in left], changes, watched.cures, red, unsure)
    asked = code if tests else around.inputs
    split = _split(made, watched.cures, asked) if made.rivals or made.believed else _from_base(made, watched, asked, around)
    named = replace(made, order=tuple(left[place] for place in made.order), rivals=tuple(left[place] for place in made.rivals))
    answers = tuple((answer, tuple(left[place] for place in places)) for answer, places in split.answers) if split else ()
    return Compared(named, watched.runs, Split(split.input, answers) if split else None)


def _farther(cures: Sequence[ChangeSet], shown: Reproduction, around: Neighbourhood) -> tuple[Neighbour, ...]:
    texts = {change.before or "" for changes in cures for change in changes}
    return apart(shown.red, shown.green, numbers_of(texts), {repr(each) for each in around.inputs})


def _split(made: Weighed, found: Sequence[Sequence[Seen]], inputs: Sequence[Json]) -> Split | None:
    """The input whose right answer would tell most, with what the best of each behaviour says to it."""
    place = telling(made, [own[: len(inputs)] for own in found])
    if place is None:
        return None
    said: dict[str, list[int]] = {}
    for number in (made.order[0], *made.rivals):
        said.setdefault(_answer(found[number][place]), []).append(number)
    return Split(inputs[place], tuple((answer, tuple(numbers)) for answer, numbers in said.items()))


def _from_base(made: Weighed, watched: _Watched, inputs: Sequence[Json], around: Neighbourhood) -> Split | None:
    """An input to which a lone cure gives another answer than the base, and nobody has said that one is wrong; near what fails first."""
    if not made.order:
        return None
    base, own = watched.base, watched.cures[made.order[0]]
    near = sorted(range(len(around.near)), key=lambda place: not around.near[place].red)
    place = next((place for place in near if _answer(own[place]) != _answer(base[place])), None)
    return None if place is None else Split(inputs[place], ((_answer(own[place]), (made.order[0],)), (_answer(base[place]), ())))


def _answer(seen: Seen) -> str:
    first, *rest = seen.behaviour
    if isinstance(first, tuple):  # what a test's code came to, and the error that ended it
        return "; ".join([*map(str, first), *(f"raises {each}" for each in rest if each)])
    return str(first)


def _watched(cures: Sequence[ChangeSet], inputs: Sequence[Json], screen: Screen) -> _Watched:
    base, *own = _each(cures, lambda changes: witnessed(screen.behaves(changes, inputs)), screen)
    return _Watched(base, own, len(inputs) * (1 + len(own)))


def _each(cures: Sequence[ChangeSet], watch: Callable[[ChangeSet], list[Seen]], screen: Screen) -> list[list[Seen]]:
    """What is seen of the base and of each cure, several at once."""
    with closing(in_order(watch, (ChangeSet(()), *cures), screen.bench.limits.workers)) as looks:
        return [seen for _, seen in looks]


def _inputs(cures: Sequence[ChangeSet], shown: Reproduction, screen: Screen) -> tuple[Neighbourhood, _Watched, tuple[str, ...]]:
    around = neighbours(shown.red, shown.green)
    return around, _watched(cures, around.inputs, screen), ()


def _tests(cures: Sequence[ChangeSet], shown: Reproduction, screen: Screen, read: Read) -> tuple[Neighbourhood, _Watched, tuple[str, ...]]:
    homes = dict.fromkeys(each.test.partition("::")[0] for each in shown.red if each.test)
    probe = probe_for(shown.red, shown.green, read(tuple(homes)))
    if probe is None:
        return Neighbourhood((), ()), _Watched([], []), ()
    base, *own = _each(cures, lambda changes: told(made) if (made := screen.probed(changes, probe)) else [], screen)
    return probe.around, _Watched(base, own, 1 + len(own)), probe.shown
