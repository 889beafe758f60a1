"""Making a room ready: its folders are there, and belong to whoever the agent runs as."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Protocol

from refinery.suite.sandbox.room import Entrance, Room


class Walls(Protocol):
    """One way to confine."""

    def entrance(self, room: Room) -> Entrance: ...


def entered(walls: Walls, room: Room) -> Entrance:
    """The way into a room that is ready."""
    entrance = walls.entrance(room)
    temporary = room.home / "tmp"
    temporary.mkdir(exist_ok=True)
    if entrance.owner is not None:
        for path in (room.home, temporary):
            os.chown(path, entrance.owner, entrance.owner)
    give(room.tree, entrance.owner, room.trees)
    return entrance


def give(tree: Path, owner: int | None, place: Path | None = None) -> None:
    """Let a tree be that of whoever the agent runs as: somebody else, or us."""
    if owner is not None:
        hand_over(tree, owner, place)
    elif os.geteuid() == 0:  # it may have been handed over by a run behind other walls
        os.chown(tree, 0, 0, follow_symlinks=False)


def hand_over(tree: Path, owner: int, place: Path | None = None) -> None:
    """Let whoever the agent runs as write in its copy, and nobody else; links are not followed.

    What is in the folder stays ours: a file that changes hands looks changed to git, which would then read it anew.
    """
    for above in tree.parents:
        if place is not None and place in (above, *above.parents):
            _open_up(os.fspath(above), os.lstat(above).st_mode, 0o001)
    os.chown(tree, owner, owner, follow_symlinks=False)
    os.chmod(tree, 0o700)
    waiting = [os.fspath(tree)]
    for folder in waiting:  # grows while it is walked
        with os.scandir(folder) as found:
            for entry in found:
                if entry.is_symlink():
                    continue
                mode = entry.stat(follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    waiting.append(entry.path)
                    _open_up(entry.path, mode, 0o007)
                elif stat.S_ISREG(mode):
                    _open_up(entry.path, mode, 0o007 if mode & 0o100 else 0o006)


def _open_up(path: str, mode: int, to_others: int) -> None:
    wanted = stat.S_IMODE(mode) | to_others
    if wanted != stat.S_IMODE(mode):
        os.chmod(path, wanted)
