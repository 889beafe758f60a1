"""How long the repository takes: `python -m benchmarks.repository [files] [candidates]`.

Makes a repository of so many files in a temporary folder, then commits candidates and switches a folder to each. Goal: both together
under 60 ms at 7,000 files, beyond the first. Processor time, git's with it, is what can be compared on a machine that others use too.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from refinery.repo.history import History
from refinery.repo.identity import Identity
from refinery.repo.message import compose
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from safety.changes import ChangeSet, FileChange

T = TypeVar("T")
AUTHOR = Identity("Bench", "bench@example.org")


def main(files: int = 7000, candidates: int = 40) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        _make(root, files)
        print(f"{files} files, {candidates} candidates; milliseconds")
        repository = _timed("open the repository", lambda: Repository.open(root))
        workspace = _timed("make the shadow", lambda: Workspace(repository))
        head = repository.head()
        _timed("describe its state", repository.describe_state)
        _timed("first lease", lambda: _lease(workspace, head))
        commits, switches, both, busy = [], [], [], []
        path = "p0/q0/f0.py"
        text = repository.read(head, path)
        assert text is not None
        for number in range(candidates):
            start, worked = time.perf_counter(), _processor()
            change = FileChange(path, text, f"{text}# {number}\n")
            message = compose("Try", ["A candidate."], [("Refinery-Candidate", str(number))])
            commit = workspace.commit(head, ChangeSet((change,)), message, AUTHOR)
            middle = time.perf_counter()
            _lease(workspace, commit.id)
            end = time.perf_counter()
            commits.append(middle - start)
            switches.append(end - middle)
            both.append(end - start)
            busy.append(_processor() - worked)
        rows = {"commit a candidate": commits, "switch a folder to it": switches, "both": both, "both, processor time": busy}
        for what, seconds in rows.items():
            low, high = min(seconds), sorted(seconds)[int(len(seconds) * 0.95)]
            print(f"{what:28} median {statistics.median(seconds) * 1000:7.1f}   least {low * 1000:7.1f}   95 % {high * 1000:7.1f}")
        _timed("keep it", lambda: workspace.keep(commit, "bench"))
        _timed("note its evidence", lambda: workspace.attach_note(commit.id, "evidence\n" * 100))
        history = History(workspace)
        _timed("history", history.history)
        _timed("undo", lambda: history.undo("bench"))
        workspace.close()


def _processor() -> float:
    """Seconds that this process and its ended children have worked."""
    return sum(os.times()[:4])


def _lease(workspace: Workspace, commit: str) -> None:
    with workspace.lease(commit):
        pass


def _timed(what: str, work: Callable[[], T]) -> T:
    start = time.perf_counter()
    result = work()
    print(f"{what:28}        {(time.perf_counter() - start) * 1000:7.1f}")
    return result


def _make(root: Path, files: int) -> None:
    chance = random.Random(0)
    for number in range(files):
        folder = root / f"p{number % 350}" / f"q{number % 7}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"f{number}.py").write_text("".join(f"x{chance.random()} = {number}\n" for _ in range(60)))
    who = ("-c", f"user.name={AUTHOR.name}", "-c", f"user.email={AUTHOR.email}", "-c", "gc.auto=0")
    for arguments in (("init", "-q"), ("add", "-A"), (*who, "commit", "-q", "-m", "first"), ("repack", "-adq")):
        subprocess.run(("git", *arguments), cwd=root, check=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
