"""The long run, by `make torture` or `python -m tests.torture [PART ...]`; any harm is told, and ends it with status 1.

The parts are kills, whole, crowd, canaries and disk. From the environment:
`SHARE=0.2` is the share of all changes of files at which a run is killed (1: each), `SEED=1` another draw, `PROCESSES=2`.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.torture import disk, killing
from tests.torture.cage import LANDED, SLOW, tried
from tests.torture.crowd import crowd
from tests.torture.kills import Score, campaigns
from tests.torture.sites import at_home
from tests.torture.vectors import VECTORS
from tests.torture.whole import whole

SHARE = float(os.environ.get("SHARE", "0.2"))
SEED = int(os.environ.get("SEED", "0"))
PROCESSES = int(os.environ.get("PROCESSES", "2"))


def kills() -> list[str]:
    """Runs that are killed before a change of a file, or in the middle of a write."""
    if why := killing.impossible():
        return _skipped("kills", why)
    total = Score()
    for called, score in campaigns(SHARE, PROCESSES, SEED):
        _say(f"  {called}: {score.kills} kills, {len(score.problems)} problems")
        for says in score.problems:  # at once, and not only when all is through
            _say(f"    {says}")
        total.add(score)
    where = ", ".join(f"{name} {count}" for name, count in total.struck.most_common())
    _say(f"kills: {total.kills}, of which struck first at {where}")
    return total.problems


def whole_fixes() -> list[str]:
    """Whole fixes that are killed at any moment."""
    with _folder() as folder:
        died, problems = whole(folder, 40, SEED)
    _say(f"whole fixes: {died} of 40 died before they were through")
    return problems


def crowds() -> list[str]:
    """Eight processes beside a user at work."""
    problems = []
    for number in range(3):
        with _folder() as folder:
            done = crowd(folder, processes=8, each=15)
        _say(f"crowd {number}: {done.fixes} fixes beside {done.commands.total()} of the user's commands, slowest {done.slowest:.2f} s")
        problems += done.problems
    return problems


def canaries() -> list[str]:
    """Each way of running a program by itself, and all at once, against every command."""
    groups = [((name,), SLOW) for name in VECTORS] + [(LANDED, SLOW), (tuple(VECTORS), ())]
    problems = []
    with ProcessPoolExecutor(PROCESSES) as pool:
        for (names, _), found in zip(groups, pool.map(_among, groups), strict=True):
            _say(f"  {_called(names)}: {len(found)} problems")
            problems += found
    _say(f"canaries: {len(VECTORS)} ways, one at a time and all at once")
    return problems


def _among(group: tuple[tuple[str, ...], tuple[str, ...]]) -> list[str]:
    names, left_out = group
    with _folder() as folder:
        at_home(folder / "home")
        found = tried(folder, names, left_out)
    return [f"{_called(names)}: {says}" for says in found]


def _called(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return names[0]
    return "all at once" if names == tuple(VECTORS) else "all among which a fix is accepted"


def disks() -> list[str]:
    """A disk that is filled up to one level after another."""
    if why := disk.impossible():
        return _skipped("disk", why)
    problems, levels = [], range(0, 420, 4)
    with _folder() as folder:
        at_home(folder / "home")
        for level in levels:
            for elsewhere in (False, True):
                state = folder / f"state-{level}" if elsewhere else None
                with disk.disk(folder / f"disk-{level}-{elsewhere}") as place:
                    problems += disk.filled(place, level * 1024, state)
            for later in (False, True):
                with disk.disk(folder / f"accepting-{level}-{later}") as place:
                    problems += disk.accepted(place, level * 1024, later)
    _say(f"disk: {4 * len(levels)} runs, at {len(levels)} levels")
    return problems


PARTS: Mapping[str, Callable[[], list[str]]] = {
    "kills": kills,
    "whole": whole_fixes,
    "crowd": crowds,
    "canaries": canaries,
    "disk": disks,
}


def main(names: list[str]) -> int:
    problems = []
    for name in names or PARTS:
        started = time.monotonic()
        found = PARTS[name]()
        _say(f"{name}: {len(found)} problems, {time.monotonic() - started:.0f} s")
        problems += found
    for says in problems:
        _say(f"PROBLEM {says}")
    return 1 if problems else 0


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        yield Path(os.path.realpath(name))


def _skipped(name: str, why: str) -> list[str]:
    _say(f"{name}: skipped, {why}")
    return []


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
