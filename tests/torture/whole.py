"""A whole `refinery fix`, agents and all, killed at any moment: with its children, or alone."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from refinery.repo.publish import NOTES
from tests.torture import aftermath
from tests.torture.aftermath import Standing
from tests.torture.cage import desk
from tests.torture.sites import at_home, rooms

_FIX = ("fix", "--failing", "--yes", "--seconds", "20", "--json")
_PATIENCE = 20.0
"""Seconds in which the children of a run that was killed must have ended."""


def whole(folder: Path, kills: int, seed: int) -> tuple[int, list[str]]:
    """Kill so many runs; how many died before they were through, and what was wrong afterwards."""
    at_home(folder / "home")
    scratch = folder / "scratch"
    scratch.mkdir()
    os.environ["TMPDIR"] = str(scratch)
    site, spare = folder / "site", folder / "spare"
    site.mkdir()
    root = desk(site)
    subprocess.run(["cp", "-a", str(site), str(spare)], check=True)
    before = aftermath.mine(root)
    started = time.monotonic()
    _finish(_run(root, *_FIX), "without a kill")
    takes = time.monotonic() - started
    goal = _standing(root)
    chance, died, problems = random.Random(seed), 0, []
    for number in range(kills):
        shutil.rmtree(site)
        subprocess.run(["cp", "-a", str(spare), str(site)], check=True)
        moment, alone = chance.uniform(0.05, takes), number % 2 == 1
        running = _run(root, *_FIX)
        if not _killed(running, moment, alone):
            continue
        died += 1
        found = aftermath.differences(before, aftermath.mine(root)) + aftermath.broken(root)
        _finish(_run(root, "history"), "history after a kill")
        found += aftermath.left_behind(root)
        again = _run(root, *_FIX)
        _finish(again, "the same again")
        if (now := _standing(root)) != goal:
            found.append(f"the same again came to {now}, not to {goal}")
        found += aftermath.differences(before, aftermath.mine(root)) + aftermath.broken(root) + aftermath.left_behind(root)
        found += [f"left in the temporary folder: {path.name}" for path in scratch.iterdir()]
        found += [f"process {pid} lives on" for pid in _waited(lambda: _about(folder))]
        problems += [f"fix killed {'alone' if alone else 'with its children'} after {moment:.2f} s: {says}" for says in found]
    return died, problems


def _standing(root: Path) -> tuple[Standing, bool]:
    """Where the fixes are, and whether each has its evidence; that tells how long things took, so its text is not the same twice."""
    now = aftermath.standing(root)
    workspace = rooms(root)
    try:
        evident = all(workspace.note(commit) for _, commit in now.fixes.values())
    finally:
        workspace.close()
    return Standing({name: tip for name, tip in now.refs.items() if name != NOTES}, now.fixes), evident


def _run(root: Path, *words: str) -> subprocess.Popen[str]:
    """The command in a session of its own, by which its children are known."""
    return subprocess.Popen(
        [sys.executable, "-c", "from refinery.cli.main import main; main()", *words],
        cwd=root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _finish(running: subprocess.Popen[str], called: str) -> None:
    said = running.communicate(timeout=300)[1]
    if running.returncode:
        raise AssertionError(f"{called}: status {running.returncode}: {said}")


def _killed(running: subprocess.Popen[str], moment: float, alone: bool) -> bool:
    """Whether it died by our hand."""
    try:
        running.wait(moment)
    except subprocess.TimeoutExpired:
        tree = [running.pid] if alone else _tree(running.pid)
        for sign in (signal.SIGSTOP, signal.SIGKILL):  # all stand still before the first dies
            for pid in tree:
                try:
                    os.kill(pid, sign)
                except ProcessLookupError:
                    continue
    running.communicate()
    if alone:
        _waited(lambda: _members(running.pid))
    return running.returncode == -signal.SIGKILL


def _waited(look: Callable[[], list[int]]) -> list[int]:
    """The processes that are still there when they have had their time."""
    until = time.monotonic() + _PATIENCE
    while (found := look()) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def _stat(pid: str) -> list[str]:
    """State, parent, group, session and more."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _all() -> dict[int, list[str]]:
    found = {int(entry): _stat(entry) for entry in os.listdir("/proc") if entry.isdigit()}
    return {pid: stat for pid, stat in found.items() if stat and stat[0] != "Z"}


def _tree(root: int) -> list[int]:
    """A process and all below it, parents first."""
    found, now = [root], _all()
    for pid in found:  # grows while it is walked
        found.extend(child for child, stat in now.items() if int(stat[1]) == pid)
    return found


def _members(session: int) -> list[int]:
    return [pid for pid, stat in _all().items() if int(stat[3]) == session]


def _about(folder: Path) -> list[int]:
    """Processes that name the folder or stand in it, also those that left the session."""
    return [pid for pid in _all() if pid != os.getpid() and str(folder) in _words(pid)]


def _words(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace") + os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""
