"""The user's index, changed for a few paths only, under git's own lock and in one rename."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from refinery.errors import RepositoryError
from refinery.repo.environment import Git, decode, encode
from refinery.repo.objects import TreeEntry

_LOCKED = "another git command is running in this work tree, or was killed (index.lock is there)"


@dataclass(frozen=True, slots=True)
class Row:
    """What the index says of one path."""

    entry: TreeEntry
    stage: int
    tag: str
    """As `ls-files -v` prints it: `H` for a plain one."""


class Index:
    """The index of one work tree. Whoever writes holds `index.lock`, so no git command of the user's can come between."""

    def __init__(self, root: Path, private: Path, mark: str) -> None:
        self._private = private
        self._lock = private / "index.lock"
        self._draft = private / "refinery.index"
        self._marker = f"refinery {mark}\n".encode()
        # the user's line-end rules and formats hold for what is written to their index; a filter has been refused before
        places = {"GIT_DIR": str(private), "GIT_WORK_TREE": str(root)}
        self._git = Git(root, places).asking_the_user().ruled(("core.attributesFile", "core.untrackedCache"))

    def rows(self, paths: Iterable[str]) -> dict[str, list[Row]]:
        """What it holds at these paths and below them."""
        found: dict[str, list[Row]] = {}
        for row in self._git.run("ls-files", "-s", "-v", "-z", "--", *paths).split(b"\0")[:-1]:
            head, _, path = row.partition(b"\t")
            tag, mode, blob, stage = head.decode("ascii").split(" ")
            found.setdefault(decode(path), []).append(Row(TreeEntry(mode, blob), int(stage), tag))
        return found

    def lock(self) -> None:
        """Take git's lock. It says whose it is from its first moment on, so that the next run knows it again after a kill."""
        name = self._private / "refinery.lock"
        name.unlink(missing_ok=True)  # a run that was killed may have left it as another name of the lock, not to be emptied
        name.write_bytes(self._marker)
        try:
            os.link(name, self._lock)
        except FileExistsError:
            if not self.locked:
                raise RepositoryError(_LOCKED, hint="wait for it to end, and run the same command again") from None
        except OSError:  # a file system without hard links
            self._lock_plainly()
        finally:
            name.unlink(missing_ok=True)

    @property
    def locked(self) -> bool:
        """Whether the lock is there and ours."""
        try:
            return self._lock.read_bytes() == self._marker
        except OSError:
            return False

    def unlock(self) -> None:
        """Let go, and remove what a killed run left; a lock of somebody else's stays."""
        for name in ("refinery.index", "refinery.index.lock", "refinery.index.plain", "refinery.lock"):
            (self._private / name).unlink(missing_ok=True)
        if self.locked:
            self._lock.unlink()

    def draft(self, entries: Mapping[str, TreeEntry | None]) -> None:
        """Prepare an index that differs from the present one in these paths only. The caller holds the lock."""
        (self._private / "refinery.index.lock").unlink(missing_ok=True)  # of a git of ours that was killed; it would stop this one
        shutil.copyfile(self._private / "index", self._draft)
        _ahead(self._draft)
        git = self._git.at(GIT_INDEX_FILE=str(self._draft))
        zero = "0" * max((len(entry.blob) for entry in entries.values() if entry), default=40)
        told = [
            f"{entry.mode} {entry.blob}\t".encode() + encode(path) + b"\0" if entry else f"0 {zero}\t".encode() + encode(path) + b"\0"
            for path, entry in entries.items()
        ]
        git.run("update-index", "-z", "--index-info", given=b"".join(told))
        there = b"".join(encode(path) + b"\0" for path, entry in entries.items() if entry)
        noted = shutil.copyfile(self._draft, self._private / "refinery.index.plain")
        _ahead(self._draft)
        try:
            git.ask("update-index", "-z", "--stdin", given=there)  # notes sizes and times, or git would look at each file again
            if not self._says(git, entries):
                os.replace(noted, self._draft)
        finally:
            Path(noted).unlink(missing_ok=True)
        os.utime(self._draft)
        _synced(self._draft)

    def adopt(self) -> None:
        """Make the draft the index."""
        os.replace(self._draft, self._private / "index")

    def _says(self, git: Git, entries: Mapping[str, TreeEntry | None]) -> bool:
        rows = git.run("ls-files", "-s", "-z", "--", *entries).split(b"\0")[:-1]
        found = {}
        for row in rows:
            head, _, path = row.partition(b"\t")
            found[decode(path)] = TreeEntry(*head.decode("ascii").split(" ")[:2])
        return found == {path: entry for path, entry in entries.items() if entry}

    def _lock_plainly(self) -> None:
        try:
            descriptor = os.open(self._lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            raise RepositoryError(_LOCKED, hint="wait for it to end, and run the same command again") from None
        with os.fdopen(descriptor, "wb") as file:
            file.write(self._marker)


def _synced(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _ahead(index: Path) -> None:
    """Give an index a time that no file has yet: git looks into files as young as it is, through the user's filters."""
    os.utime(index, (time.time() + 60, time.time() + 60))
