"""bubblewrap: a place with its own files, processes and network, for whoever may make one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from refinery.suite.sandbox import view
from refinery.suite.sandbox.room import FILTER, NOBODY, PORT, Entrance, Room

FOLDERS = ("/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin", "/run/current-system/sw/bin")
TEMPORARY = ("/tmp", "/var/tmp")
HOME = Path("/private/home")
"""What the private folder is called inside: not below /tmp, which is another one there."""


def find(name: str, folders: Iterable[str] = FOLDERS) -> Path | None:
    """A program that only root can have put there. PATH is not asked: it may lead into the repository."""
    for folder in folders:
        path = Path(os.path.realpath(Path(folder, name)))
        if path.is_file() and os.access(path, os.X_OK) and all(_roots(each) for each in (path, *path.parents)):
            return path
    return None


def _roots(path: Path) -> bool:
    found = path.stat()
    return found.st_uid == 0 and not found.st_mode & (stat.S_IWOTH | stat.S_IWGRP * (found.st_gid != 0))


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """Makes the command line that starts something in a room."""

    program: Path
    filter: bytes
    """The filter over system calls."""
    setpriv: Path | None = None
    """Where we are root: what turns root into nobody, inside."""

    def entrance(self, room: Room) -> Entrance:
        return Entrance(
            before=(str(self.program), *self._spaces(room), *self._files(room), *self._person()),
            filter=self.filter,
            home=HOME,
            port=None if room.network else PORT,
            owner=NOBODY if self.setpriv else None,
        )

    def _spaces(self, room: Room) -> Iterator[str]:
        yield from ("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--die-with-parent")
        if not room.network:
            yield "--unshare-net"
        if self.setpriv is None:
            yield "--unshare-user"

    def _files(self, room: Room) -> Iterator[str]:
        system = (*view.system(), *view.etc(room.network))
        visible = view.outermost(path for path in room.visible if not any(view.within(path, each) for each in system))
        written = {room.trees or room.tree: room.trees or room.tree, HOME: room.home}
        yield from ("--proc", "/proc", "--ro-bind", "/proc/sys", "/proc/sys", "--dev", "/dev")
        yield from (*(("--perms", "1777") if self.setpriv else ()), "--tmpfs", "/dev/shm")
        for folder in TEMPORARY:
            yield from ("--bind", str(room.home / "tmp"), folder)
        if self.setpriv:
            yield from _searchable([*system, *visible, *written])
        for path in system:
            yield from _shown(path)
        for path in visible:
            yield from (*_shown(path), *_without_history(path))
        for inside, outside in written.items():
            yield from ("--bind", str(outside), str(inside))
        yield from ("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/")  # the worker goes to the tree, which may be its own alone

    def _person(self) -> Iterator[str]:
        yield from ("--cap-drop", "ALL")
        if self.setpriv:
            yield from ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
        yield from ("--seccomp", FILTER, "--")
        if self.setpriv:
            identity = ("--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups", "--inh-caps=-all", "--no-new-privs")
            yield from (str(self.setpriv), *identity, "--")


def _searchable(paths: Iterable[Path]) -> Iterator[str]:
    """Folders above what is shown are made by root; whoever is nobody inside must be able to walk through them."""
    above = {parent for path in paths for parent in path.parents}
    for folder in sorted(above - {Path("/"), *map(Path, TEMPORARY)}, key=lambda path: len(path.parts)):
        yield from ("--perms", "0755", "--dir", str(folder))


def _shown(path: Path) -> tuple[str, ...]:
    """A path that can be read; a link into the system stays one, which is cheaper."""
    target = os.path.normpath(path.parent / os.readlink(path)) if path.is_symlink() else ""
    if target.startswith("/usr/"):
        return ("--symlink", target, str(path))
    return ("--ro-bind", str(path), str(path))


def _without_history(path: Path) -> tuple[str, ...]:
    """Covers the repository that a folder is the top of."""
    history = path / ".git"
    if history.is_dir():
        return ("--tmpfs", str(history))
    return ("--ro-bind", os.devnull, str(history)) if history.exists() else ()
