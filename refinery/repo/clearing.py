"""Emptying a working folder of all that is not a commit's, looking again only at what has changed since it was last looked at."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from refinery.repo.objects import SUBMODULE, TreeEntry

_SETTLED = 100_000_000
"""Nanoseconds after which no further change can bear the same time; kernels stamp files in steps of a few milliseconds."""
_SECOND = 1_000_000_000

_Stamp = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found when a folder was cleared last."""

    entries: Mapping[str, TreeEntry]
    folders: Mapping[str, list[str]]
    stamps: Mapping[str, _Stamp]


class Clearing:
    """Clears working folders. A folder whose names changed has a new time, so the others need not be read again."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    def clear(self, tree: Path, entries: Mapping[str, TreeEntry], now: int) -> None:
        """Remove all that is not the commit's, without following links; git itself leaves empty and nested `.git` folders.

        `now` is the file system's own time, in nanoseconds.
        """
        top = os.fspath(tree)
        known = self._known.pop(top, None)  # until it has come to its end, nothing is known
        folders, trusted = _recalled(known, entries) if known else (_folders(entries), {})
        stamps: dict[str, _Stamp] = {}
        waiting = [""]
        while waiting:
            name = waiting.pop()
            place = f"{top}/{name}" if name else top
            found = os.lstat(place)
            stamp = found.st_ino, found.st_mode, found.st_mtime_ns, found.st_ctime_ns
            if trusted.get(name) == stamp:
                waiting.extend(folders[name])
            else:
                _open_up(place, found.st_mode)
                waiting.extend(_scanned(place, f"{name}/" if name else "", entries, folders))
            if found.st_ctime_ns < now - _SETTLED and found.st_ctime_ns % _SECOND:  # a disk that counts in seconds tells too little
                stamps[name] = stamp
        self._known[top] = _Known(entries, folders, stamps)


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that is in it; links are not followed."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    folders = [os.fspath(path)]
    for folder in folders:  # grows while it is walked; each is opened before it is entered
        _open_up(folder, os.lstat(folder).st_mode)
        with os.scandir(folder) as found:
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    os.unlink(entry.path)
    for folder in reversed(folders):
        os.rmdir(folder)


def _scanned(place: str, prefix: str, entries: Mapping[str, TreeEntry], folders: Mapping[str, list[str]]) -> list[str]:
    """Remove from one folder what is not the commit's; the commit's folders in it."""
    kept = []
    with os.scandir(place) as found:
        for entry in found:
            path = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if path in folders:
                    kept.append(path)
                else:
                    remove(Path(entry.path))
            elif path not in entries or path in folders or not (entry.is_symlink() or entry.is_file(follow_symlinks=False)):
                os.unlink(entry.path)
    return kept


def _recalled(known: _Known, entries: Mapping[str, TreeEntry]) -> tuple[Mapping[str, list[str]], dict[str, _Stamp]]:
    """The commit's folders, and what still holds of what was found: nothing above or below a path that differs."""
    old = known.entries
    differ = {path for path, entry in entries.items() if old.get(path) is not entry}  # commits on one base share the rest
    gone = old.keys() - entries.keys()
    trusted = dict(known.stamps)
    for path in differ | gone:
        parts = path.split("/")
        for length in range(len(parts) + 1):
            trusted.pop("/".join(parts[:length]), None)
    moved = gone or any(path not in old or SUBMODULE in (old[path].mode, entries[path].mode) for path in differ)
    return (_folders(entries) if moved else known.folders), trusted


def _folders(entries: Mapping[str, TreeEntry]) -> dict[str, list[str]]:
    """The folders of a commit, each with those directly in it; a submodule is an empty one."""
    found: dict[str, list[str]] = {"": []}
    for path, known in entries.items():
        name = path if known.mode == SUBMODULE else path.rpartition("/")[0]
        while name not in found:
            found[name] = []
            name = name.rpartition("/")[0]
    for name in found:
        if name:
            found[name.rpartition("/")[0]].append(name)
    return found


def _open_up(folder: str, mode: int) -> None:
    if stat.S_IMODE(mode) & 0o700 != 0o700:
        os.chmod(folder, stat.S_IMODE(mode) | 0o700)
