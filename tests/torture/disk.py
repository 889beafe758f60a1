"""A small disk of its own for a repository, to be filled up or made read-only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from refinery.errors import RefineryError
from refinery.repo.history import History, State
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from tests.refinery.repo.grounds import fix, git, make
from tests.torture import aftermath
from tests.torture.sites import EVIDENCE, WIDE, go_on, keep_wide, rooms

_SIZE = 6 * 1024 * 1024
_BLOCK = 4096


def impossible() -> str:
    """Why there can be no disk here; empty when there can."""
    if os.geteuid() != 0:
        return "only root can mount a disk to be filled up"
    done = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, text=True, check=False)
    return f"this system lets nobody mount a disk ({done.stderr.strip()})" if done.returncode else ""


@contextmanager
def disk(place: Path) -> Iterator[Path]:
    """A file system of a few MB, gone afterwards."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "torture", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def read_only(place: Path, whether: bool = True) -> None:
    subprocess.run(["mount", "-o", f"remount,{'ro' if whether else 'rw'},size={_SIZE}", str(place)], check=True)


def filled(place: Path, free: int, state: Path | None) -> list[str]:
    """Keep a fix, take it back and bring it back with so many bytes left on the disk; what is wrong then, and once there is room."""
    root = make(place / "project")
    before = aftermath.mine(root)
    with _full(place, free):
        found = _told(lambda: _work(root, state))
        found += aftermath.differences(before, aftermath.mine(root)) + aftermath.broken(root)
    commit = _work(root, state)
    if aftermath.refs(root).get("refs/heads/refinery/eur") != commit:
        found.append("the same again came to something else")
    found += aftermath.differences(before, aftermath.mine(root)) + aftermath.broken(root) + _untidy(root, state)
    return [f"{free} bytes free, state {'elsewhere' if state else 'on the same disk'}: {says}" for says in found]


def accepted(place: Path, free: int, later: bool) -> list[str]:
    """Accept a fix of several files with so many bytes left on the disk; what is wrong then, and once there is room.

    `later`: onto another commit of the user's, so that the fix becomes a commit that is not in their repository yet.
    """
    root = make(place / "project")
    keep_wide(root)
    if later:
        go_on(root)
    head = git(root, "rev-parse", "HEAD")
    before = aftermath.others(aftermath.mine(root), root, WIDE)
    with _full(place, free):
        found = _told(lambda: _accept(root))
        found += aftermath.differences(before, aftermath.others(aftermath.mine(root), root, WIDE)) + aftermath.broken(root)
    rooms(root).close()
    found += [f"between two steps: {row}" for row in git(root, "status", "--porcelain").splitlines()]
    _accept(root)
    differs = git(root, "diff", "--name-only", "refinery/wide", "HEAD", "--", *WIDE) or git(root, "status", "--porcelain")
    if differs or git(root, "rev-parse", "HEAD^") != head:
        found.append("the same again came to something else")
    found += aftermath.differences(before, aftermath.others(aftermath.mine(root), root, WIDE))
    found += aftermath.broken(root) + aftermath.left_behind(root)
    return [f"accepting{' onto later work' if later else ''} with {free} bytes free: {says}" for says in found]


def _told(work: Callable[[], object]) -> list[str]:
    """What is wrong with how a failure was told."""
    try:
        work()
    except RefineryError as error:
        return [] if error.hint else [f"no hint: {error}"]
    except OSError as error:
        return [f"not told as an error of Refinery's: {error!r}"]
    return []


def _accept(root: Path) -> None:
    workspace = rooms(root)
    try:
        History(workspace).accept("wide")
    finally:
        workspace.close()


def _work(root: Path, state: Path | None) -> str:
    workspace = Workspace(Repository.open(root, state))
    try:
        commit = fix(workspace)
        with workspace.lease(commit.id):
            pass
        workspace.keep(commit, "eur")
        workspace.attach_note(commit.id, EVIDENCE)
        History(workspace).undo("eur")
        History(workspace).redo("eur")
        [entry] = History(workspace).history()
        assert entry.state is State.BRANCH
        return commit.id
    finally:
        workspace.close()


def _untidy(root: Path, state: Path | None) -> list[str]:
    if state:
        os.environ["REFINERY_HOME"] = str(state)
    try:
        return aftermath.left_behind(root)
    finally:
        os.environ.pop("REFINERY_HOME", None)


@contextmanager
def _full(place: Path, free: int) -> Iterator[None]:
    filler = place / "filler"
    room = os.statvfs(place)
    filler.write_bytes(b"\0" * max(0, room.f_bavail * room.f_frsize - free))
    try:
        yield
    finally:
        filler.unlink()
