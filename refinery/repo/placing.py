"""Files of the user's work tree, exchanged so that nothing is ever overwritten: the old file steps aside, and comes back if need be."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from refinery.errors import RepositoryError

_MISSING = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One file, by the hashes of its bytes before and after; empty where there is no file."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Content:
    """What is to stand in a file."""

    data: bytes
    permissions: int


class Placing:
    """The exchange of a few files, which can be finished or taken back at any point, by anyone who knows the steps."""

    def __init__(self, root: Path, mark: str, steps: tuple[Step, ...], folders: tuple[str, ...]) -> None:
        self._root = root
        self._steps = steps
        self._folders = folders
        self._name = f".refinery-{mark}"

    def put(self, contents: Mapping[str, Content]) -> None:
        """Exchange the files. Raises when one is no longer what it was; `take_back` is then due."""
        for number, step in enumerate(self._steps):
            if step.after:
                target, fresh, _, _ = self._names(number, step)
                target.parent.mkdir(parents=True, exist_ok=True)
                _write(fresh, contents[step.path])
        for number, step in enumerate(self._steps):
            target, fresh, aside, _ = self._names(number, step)
            if step.before:
                os.rename(target, aside)
                if digest(aside) != step.before:
                    raise RepositoryError(f"{step.path} was changed just now", hint="run the same command again when nothing writes to it")
            if step.after:
                _appear(fresh, target, step.path)
        for folder in {(self._root / step.path).parent for step in self._steps}:
            with contextlib.suppress(OSError):
                _sync(folder)

    def take_back(self) -> tuple[str, ...]:
        """Bring every file back that still has the bytes we gave it; what somebody else wrote stays. Says what could not be done."""
        said = [self._back(number, step) for number, step in enumerate(self._steps)]
        for folder in sorted(self._folders, key=len, reverse=True):
            with contextlib.suppress(OSError):
                (self._root / folder).rmdir()
        return tuple(filter(None, said))

    def clear(self) -> tuple[str, ...]:
        """Remove what had stepped aside. Says what was left because somebody had written to it."""
        said = []
        for number, step in enumerate(self._steps):
            target, fresh, aside, _ = self._names(number, step)
            fresh.unlink(missing_ok=True)
            said.append(_forget(aside, step.before))
            if not step.after:
                self._prune(target.parent)
        return tuple(filter(None, said))

    def _back(self, number: int, step: Step) -> str:
        target, fresh, aside, out = self._names(number, step)
        fresh.unlink(missing_ok=True)  # never complete without being `target`, or else nobody's loss: its bytes are in the commit
        said = ""
        if step.after and digest(target) == step.after and (aside.exists() or not step.before):
            os.rename(target, out)
        if os.path.lexists(out):
            if digest(out) != step.after:  # written to just as it was moved
                said = _return(out, target)
            else:
                out.unlink()
        if os.path.lexists(aside):
            said = said or (_return(aside, target) if not os.path.lexists(target) else _forget(aside, step.before))
        return said

    def _names(self, number: int, step: Step) -> tuple[Path, Path, Path, Path]:
        target = self._root / step.path
        fresh, aside, out = (target.with_name(f"{self._name}-{number}.{kind}") for kind in ("new", "old", "out"))
        return target, fresh, aside, out

    def _prune(self, folder: Path) -> None:
        """As git does: a folder whose last file went goes too."""
        while folder != self._root and folder.is_relative_to(self._root):
            try:
                folder.rmdir()
            except FileNotFoundError:
                pass  # a run that was killed had come so far
            except OSError:
                return
            folder = folder.parent


def digest(path: Path) -> str:
    """The hash of a regular file's bytes; empty when nothing is there, and no hash at all for what is not a file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return _MISSING
    except OSError:
        return "not a file"
    with os.fdopen(descriptor, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest() if stat.S_ISREG(os.fstat(descriptor).st_mode) else "not a file"


def _write(path: Path, content: Content) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.data)
        file.flush()
        os.fchmod(descriptor, content.permissions)
        os.fsync(descriptor)


def _appear(path: Path, target: Path, name: str) -> None:
    """Give a file its name, unless somebody has taken that in the meantime."""
    try:
        _named(path, target)
    except FileExistsError:
        raise RepositoryError(f"{name} was made just now by something else", hint="move it away, and run the same command again") from None


def _return(path: Path, target: Path) -> str:
    """The same for a file that goes back to its place."""
    try:
        _named(path, target)
    except FileExistsError:
        return f"{path} holds what {target.name} was before; the file now there is newer"
    return ""


def _named(path: Path, target: Path) -> None:
    try:
        os.link(path, target, follow_symlinks=False)
    except FileExistsError:
        if not os.path.samefile(path, target):
            raise
        path.unlink()  # a kill came between the two
    except OSError:  # a file system without hard links
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        os.rename(path, target)
    else:
        path.unlink()


def _forget(path: Path, known: str) -> str:
    """Remove a file whose bytes are in git; one that has others is left."""
    found = digest(path)
    if found == known:
        path.unlink(missing_ok=True)
    return "" if found in (known, _MISSING) else f"{path} was written to as it was exchanged; it is left for you to look at"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
