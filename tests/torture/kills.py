"""Kills an operation at one change of a file after another, in one repository after another, and looks at what is left."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.refinery.repo.grounds import Picture, git
from tests.torture import aftermath, killing
from tests.torture.aftermath import Standing
from tests.torture.sites import OPERATIONS, SHAPES, Operation, at_home, rooms


@dataclass(frozen=True, slots=True)
class Blow:
    """One kill: which change of a file it comes before, and whether a write there is first carried out by half."""

    at: int
    torn: bool = False
    again: int = 0
    """The next command is killed too, at this change; 0 when it is let live."""


@dataclass(slots=True)
class Score:
    """What a number of kills came to."""

    kills: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    """Kinds of changes at which they fell."""
    problems: list[str] = field(default_factory=list)

    def add(self, other: Score) -> None:
        self.kills += other.kills
        self.struck.update(other.struck)
        self.problems.extend(other.problems)


class Site:
    """A repository that is put back as it was before each kill."""

    def __init__(self, shape: str, operation: str, ground: Path) -> None:
        self._called = f"{operation} in {shape}"
        self._operation: Operation = OPERATIONS[operation]
        self._ground, self._spare = ground / "site", ground / "spare"
        self._ground.mkdir(parents=True)
        os.environ.pop("REFINERY_HOME", None)
        self._place = SHAPES[shape](self._ground / "project")
        self._operation.prepare(self._place)
        subprocess.run(["cp", "-a", str(self._ground), str(self._spare)], check=True)
        self._before: Picture = self._mine()
        self._refs = aftermath.refs(self._place)
        self._stations: list[Standing] = [self._standing()]
        self._known = set(self._untrue())
        for step in self._operation.steps:
            _done(killing.run(lambda step=step: step(self._place)), self._called)  # type: ignore[misc]
            self._stations.append(self._standing())
        self._restore()
        self.changes = killing.run(lambda: self._operation(self._place)).seen
        """How many changes of files the operation makes when it is let live."""

    def strike(self, blow: Blow) -> Score:
        """Kill it once, and see."""
        self._restore()
        outcome = killing.run(lambda: self._operation(self._place), blow.at, blow.torn)
        if not outcome.killed:
            return Score()
        score = Score(1, Counter([outcome.at.split()[0].replace("half", "half a write")]))
        found = self._sound()
        if blow.again:
            second = killing.run(lambda: aftermath.standing(self._place), blow.again)
            score.kills += second.killed
            found += [f"after a second kill at {second.at}: {says}" for says in self._sound()]
        after = self._standing()
        if after not in self._stations:
            found.append(f"it stands between two steps: {_parted(self._stations, after)}")
        told = [says for says in self._untrue() if "is torn" not in says]  # a row is whole or none, and the next one takes its place
        found += [*self._sound(), *aftermath.left_behind(self._place), *told]
        again = killing.run(lambda: self._operation(self._place))
        if again.status:
            found.append(f"the same command again ended with status {again.status}")
        final = self._standing()
        if final != self._stations[-1]:
            found.append(f"the same command again came to something else: {_parted(self._stations[-1:], final)}")
        found += [*self._sound(), *aftermath.left_behind(self._place), *self._untrue()]
        score.problems = [f"{self._called}, {blow}, {outcome.at}: {says}" for says in dict.fromkeys(found)]
        return score

    def _restore(self) -> None:
        shutil.rmtree(self._ground)
        subprocess.run(["cp", "-a", str(self._spare), str(self._ground)], check=True)

    def _standing(self) -> Standing:
        return aftermath.standing(self._place, self._operation.changes)

    def _mine(self) -> Picture:
        return aftermath.others(aftermath.mine(self._place), self._place, self._operation.changes)

    def _sound(self) -> list[str]:
        """What of the user's is different, and what is broken."""
        found = aftermath.differences(self._before, self._mine())
        now = aftermath.refs(self._place)
        may = (*aftermath.REFINERYS, *((git(self._place, "symbolic-ref", "HEAD"),) if self._operation.changes else ()))
        moved = [name for name, tip in self._refs.items() if not name.startswith(may) and now.get(name) != tip]
        return found + [f"the user's {name} was moved" for name in moved] + aftermath.broken(self._place)

    def _untrue(self) -> list[str]:
        workspace = rooms(self._place)
        try:
            said = aftermath.untrue(workspace.journal.read(), aftermath.refs(self._place))
        finally:
            workspace.close()
        return [each for each in said if each not in getattr(self, "_known", ())]


def pairs() -> Iterator[tuple[str, str]]:
    """Every shape with every operation that is possible in it."""
    for name, operation in OPERATIONS.items():
        for shape in operation.shapes:
            yield shape, name


def campaign(shape: str, operation: str, share: float, seed: int = 0) -> Score:
    """Kill one operation at a share of its changes, spread evenly; every third time the next command as well."""
    chance = random.Random(f"{shape} {operation} {seed}")
    score = Score()
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        ground = Path(os.path.realpath(folder))
        at_home(ground / "home")
        site = Site(shape, operation, ground / "ground")
        place = chance.random() / share
        while place < site.changes:
            again = chance.randint(1, 12) if chance.random() < 1 / 3 else 0
            score.add(site.strike(Blow(int(place) + 1, chance.random() < 0.5, again)))
            place += 1 / share
    return score


def campaigns(share: float, processes: int, seed: int = 0) -> Iterator[tuple[str, Score]]:
    """All of them, several at a time."""
    with ProcessPoolExecutor(processes) as pool:
        waiting = {f"{name}, {shape}": pool.submit(campaign, shape, name, share, seed) for shape, name in pairs()}
        for called, running in waiting.items():
            yield called, running.result()


def _done(outcome: killing.Outcome, called: str) -> None:
    if outcome.status:
        raise AssertionError(f"{called}: without any kill it ended with status {outcome.status}")


def _parted(expected: list[Standing], found: Standing) -> str:
    nearest = min(expected, key=lambda each: len(_parts(each) ^ _parts(found)))
    return str(sorted(_parts(nearest) ^ _parts(found), key=str))


def _parts(standing: Standing) -> set[object]:
    return {*standing.refs.items(), *standing.fixes.items(), *standing.files}


if __name__ == "__main__":
    done = campaign(sys.argv[1], sys.argv[2], float(sys.argv[3]))
    print(json.dumps({"kills": done.kills, "problems": done.problems}))  # noqa: T201  read by the test that runs it
