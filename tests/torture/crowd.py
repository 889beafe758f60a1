"""Many Refinery processes at work in one repository, while its user commits, stashes, branches and collects garbage."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from refinery.repo.history import History, State
from refinery.repo.publish import BRANCHES, UNDONE
from tests.refinery.repo.grounds import commit_all, fix, git, make, write
from tests.torture import aftermath
from tests.torture.sites import EVIDENCE, at_home, rooms

ROOT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Crowd:
    """What came of it."""

    fixes: int = 0
    commands: Counter[str] = field(default_factory=Counter)
    """What the user did meanwhile."""
    slowest: float = 0.0
    """Seconds that the user's slowest command took."""
    problems: list[str] = field(default_factory=list)


def crowd(folder: Path, processes: int, each: int) -> Crowd:
    """So many processes keep so many fixes each; the user goes on until all are through."""
    at_home(folder / "home")
    root = make(folder / "project")
    write(root, {"diary.txt": b"day 0\n"})
    commit_all(root, "diary")
    done = Crowd()
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.torture.crowd", str(root), str(number), str(each)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for number in range(processes)
    ]
    for name, work in cycle(_life(root)):
        if all(process.poll() is not None for process in running):
            break
        started = time.monotonic()
        if says := work():
            done.problems.append(f"the user's {name} failed: {says}")
        done.slowest = max(done.slowest, time.monotonic() - started)
        done.commands[name] += 1
    kept: list[str] = []
    for process in running:
        out = process.communicate(timeout=60)[0]
        if process.returncode:
            done.problems.append(f"a process of Refinery's ended with status {process.returncode}")
        kept += out.split()
    done.fixes = len(kept)
    _judge(root, kept, processes * each, done)
    return done


def _life(root: Path) -> Iterator[tuple[str, Callable[[], str]]]:
    """The user's day. Each entry does something, and answers with git's complaint if it has one."""
    days = iter(range(1, 1_000_000))

    def said(*arguments: str) -> str:
        ran = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
        return ran.stderr.strip() if ran.returncode else ""

    def note() -> str:
        with (root / "diary.txt").open("a") as diary:
            diary.write(f"day {next(days)}\n")
        return ""

    yield "add", lambda: note() or said("add", "diary.txt")
    yield "commit", lambda: said("commit", "-q", "-m", "another day")
    yield "gc", lambda: said("gc", "-q", "--prune=now")
    yield "stash", lambda: note() or said("stash", "-q")
    yield "stash pop", lambda: said("stash", "pop", "-q")
    yield "branch", lambda: said("checkout", "-q", "-b", f"day-{next(days)}")
    yield "commit all", lambda: said("commit", "-q", "-a", "-m", "on a branch")
    yield "prune", lambda: said("prune", "--expire=now")
    yield "repack", lambda: said("repack", "-adq")
    yield "status", lambda: said("status")
    yield "pack refs", lambda: said("pack-refs", "--all")


def _judge(root: Path, kept: list[str], expected: int, done: Crowd) -> None:
    found = aftermath.refs(root)
    ours = [tip for name, tip in found.items() if name.startswith((BRANCHES, UNDONE))]
    done.problems += [f"fix {commit} is lost" for commit in kept if commit not in ours]
    if sorted(ours) != sorted(set(kept)) or len(kept) != expected:
        done.problems.append(f"{len(kept)} of {expected} fixes were kept, and there are {len(ours)} refs: {sorted(found)}")
    workspace = rooms(root)
    states = Counter(entry.state for entry in History(workspace).history())
    if states[State.BRANCH] + states[State.UNDONE] != expected:
        done.problems.append(f"the history has {dict(states)}")
    done.problems += [f"fix {commit} has lost its evidence" for commit in kept if workspace.note(commit) != EVIDENCE]
    done.problems += aftermath.untrue(workspace.journal.read(), found)
    workspace.close()
    done.problems += [*aftermath.broken(root), *aftermath.left_behind(root)]
    days = git(root, "show", "HEAD:diary.txt").splitlines()
    if (root / "diary.txt").read_text().splitlines()[: len(days)] != days or len(set(days)) != len(days):
        done.problems.append("the user's diary is not what was written")


def _work(root: Path, number: str, each: int) -> None:
    """One of the crowd: keeps fixes under a name that all share, notes their evidence, and takes every third back and forth."""
    workspace = rooms(root)
    for place in range(each):
        base = workspace.repository.head()
        before = workspace.repository.read(base, "agent/app.py")
        assert before is not None
        commit = fix(workspace, new=f"of-{number}-{place}", message=f"Answer {number} {place}\n\nRefinery-Trace: t\n")
        with workspace.lease(commit.id) as tree:
            assert f"of-{number}-{place}" in (tree / "agent" / "app.py").read_text()
        workspace.keep(commit, "same")
        workspace.attach_note(commit.id, EVIDENCE)
        if place % 3 == 0:
            History(workspace).undo(commit.id)
        if place % 6 == 0:
            History(workspace).redo(commit.id)
        sys.stdout.write(f"{commit.id}\n")
    workspace.close()


if __name__ == "__main__":
    _work(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
