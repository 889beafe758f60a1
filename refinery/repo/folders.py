"""Private folders that each hold one commit's files, used again and again while a search runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from refinery.errors import OutsideError
from refinery.repo.clearing import Clearing, remove
from refinery.repo.environment import disk_failure
from refinery.repo.locks import Lock
from refinery.repo.shadow import Shadow

_SPARE = 8
"""Free folders that are kept for the next run."""

_MOST = 1000


class Folders:
    """A pool of folders. Each has a lock that dies with its holder, so a killed run's folder is simply free again."""

    def __init__(self, place: Path, shadow: Shadow) -> None:
        self.place = place
        self._shadow = shadow
        self._choosing = threading.Lock()
        self._clearing = Clearing()

    @contextmanager
    def lease(self, commit: str) -> Iterator[Path]:
        """A folder that holds exactly the commit's files, for the time of the block."""
        try:
            with self._choosing:  # or a thread that looks while others change places sees none free
                lock, folder = self._free(commit)
        except OSError as error:
            raise disk_failure(error, "making a working folder") from error
        try:
            yield self._filled(folder, commit)
        finally:
            lock.release()

    def trim(self) -> None:
        """Remove free folders beyond a few."""
        for name in self._names()[_SPARE:]:
            lock = Lock.take(self.place / f"{name}.lock")
            if lock is None:
                continue
            try:
                remove(self.place / str(name))
            finally:
                lock.release()

    def _free(self, commit: str) -> tuple[Lock, Path]:
        self.place.mkdir(parents=True, exist_ok=True)
        names = self._names()
        names.sort(key=lambda name: self._holds(name) != commit)
        for name in [*names, *(each for each in range(_MOST) if each not in names)]:
            lock = Lock.take(self.place / f"{name}.lock")
            if lock is not None:
                return lock, self.place / str(name)
        raise OutsideError(f"all {_MOST} working folders are in use", hint="end other runs of refinery in this repository")

    def _names(self) -> list[int]:
        if not self.place.is_dir():
            return []
        return sorted(int(entry.name) for entry in self.place.iterdir() if entry.name.isdigit())

    def _holds(self, name: int) -> str:
        try:
            return (self.place / str(name) / "commit").read_text(encoding="ascii")
        except OSError:
            return ""

    def _filled(self, folder: Path, commit: str) -> Path:
        try:
            return self._switched(folder, commit)
        except OSError as error:
            raise disk_failure(error, "filling a working folder") from error

    def _switched(self, folder: Path, commit: str) -> Path:
        tree = folder / "tree"
        if tree.is_symlink() or not tree.is_dir():
            remove(tree)
            tree.mkdir(parents=True)
        (folder / "commit").unlink(missing_ok=True)
        (folder / "index.lock").unlink(missing_ok=True)
        now = folder.lstat().st_ctime_ns  # that the mark was just taken away has set it
        self._clearing.clear(tree, self._shadow.entries(commit), now)
        git = self._shadow.git.at(tree, GIT_INDEX_FILE=str(folder / "index"), GIT_WORK_TREE=str(tree))
        git.run("read-tree", "--reset", "-u", commit)
        (folder / "commit").write_text(commit, encoding="ascii")
        return tree
