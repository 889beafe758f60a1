"""The only way into the user's repository: one pack, one ref, by compare-and-swap."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from pathlib import Path

from refinery.errors import RefineryError, RepositoryError
from refinery.repo.environment import Answer, Git, disk_failure, failure
from refinery.repo.identity import NEUTRAL
from refinery.repo.repository import Repository
from refinery.repo.shadow import Shadow

BRANCHES = "refs/heads/refinery/"
UNDONE = "refs/refinery/undone/"
PINS = "refs/refinery/pins/"
KEPT = "refs/refinery/fixes/"
"""Every fix that was kept, by its commit: what its evidence is about outlives its branch, an amend, a rebase and a gc."""
NOTES = "refs/notes/refinery"

_OURS = (BRANCHES, "refs/refinery/", NOTES)
_COPY = "tmp_refinery_"
"""Git takes a file of this beginning for garbage, should we be killed."""

STALE = 2.0
"""Seconds after which a lock on a ref of ours is a dead process's; git holds one for milliseconds."""

DEAD = 0.05
"""The same where the journal says that a run was killed."""


class Refs:
    """The refs of Refinery in the user's repository. Nothing is moved without knowing where it stood."""

    def __init__(self, repository: Repository) -> None:
        self._common = repository.common
        signer = {"GIT_COMMITTER_NAME": NEUTRAL.name, "GIT_COMMITTER_EMAIL": NEUTRAL.email}  # for a reflog, where there is one
        self._git = Git(repository.common, {"GIT_DIR": str(repository.common), **signer})

    def find(self, prefix: str) -> dict[str, str]:
        """Our refs under a prefix, and where they stand."""
        out = self._git.line("for-each-ref", "--format=%(objectname) %(refname)", prefix)
        return {name: commit for commit, _, name in (row.partition(" ") for row in out.splitlines())}

    def create(self, name: str, commit: str) -> bool:
        """Make a ref; False when there is one of this name already."""
        return self._update(name, f"create {name}\0{commit}\0")

    def move(self, name: str, commit: str, old: str) -> bool:
        """Move a ref; False when it no longer stood at `old`."""
        return self._update(name, f"update {name}\0{commit}\0{old}\0")

    def delete(self, name: str, old: str) -> bool:
        """Remove a ref; False when it no longer stood at `old`."""
        return self._update(name, f"delete {name}\0{old}\0")

    def _update(self, name: str, order: str) -> bool:
        if not name.startswith(_OURS):
            raise AssertionError(f"{name} is not Refinery's to change")
        answer = self._ask(order)
        if answer.status and ".lock" in answer.error and self._unlock(name):
            answer = self._ask(order)
        if answer.status == 0:
            return True
        if any(mark in answer.error for mark in ("reference already exists", "but expected", "unable to resolve reference")):
            return False
        if "cannot create" in answer.error or "there are still refs under" in answer.error:  # a/b beside a
            raise RepositoryError(
                f"{name} cannot be made: a branch of the repository is in its way",
                hint="rename the branch `refinery`: git branch -m refinery <another name>",
            )
        raise failure(("update-ref",), answer)

    def unlock_dead(self, since: float) -> None:
        """Remove locks that a run left which was killed after `since`. The caller holds the lock on publishing, so none is alive."""
        for prefix in _OURS:
            place = self._common / prefix.rstrip("/")
            own = [self._common / f"{prefix}.lock"] if not prefix.endswith("/") else place.rglob("*.lock")
            for lock in own:
                time.sleep(DEAD)  # a child of the killed run may just be ending
                self._unlock(lock.relative_to(self._common).as_posix().removesuffix(".lock"), age=DEAD)
        self._unlock_packed(since)

    def _unlock_packed(self, since: float) -> None:
        """The lock that git takes to delete a ref. The user's git takes it too: one from before, or that goes away by itself, is theirs."""
        lock = self._common / "packed-refs.lock"
        with contextlib.suppress(OSError):
            taken = lock.stat().st_mtime
            if taken < since - 1:
                return
            until = time.time() + STALE
            while time.time() < min(taken + STALE, until):
                time.sleep(DEAD)
                lock.stat()
            if lock.stat().st_mtime == taken:
                (self._common / "packed-refs.new").unlink(missing_ok=True)
                lock.unlink()

    def _ask(self, order: str) -> Answer:
        return self._git.ask("update-ref", "--stdin", "-z", "--no-deref", given=order.encode())

    def _unlock(self, name: str, age: float = STALE) -> bool:
        lock = self._common / f"{name}.lock"
        with contextlib.suppress(OSError):
            if time.time() - lock.stat().st_mtime > age:
                lock.unlink()
                return True
        return False


class Publisher:
    """Brings commits from the shadow into the user's repository. Its caller holds the lock on publishing."""

    def __init__(self, repository: Repository, shadow: Shadow) -> None:
        self._repository = repository
        self._shadow = shadow
        self._git = repository.git.at(repository.common, GIT_DIR=str(repository.common))
        self._packs = repository.common / "objects" / "pack"

    def pack(self, commit: str, without: str | None) -> tuple[bytes, str]:
        """What the commit adds to another one, and the name that git will give to the pack."""
        revisions = f"{commit}\n" + (f"^{without}\n" if without else "")
        content = self._shadow.git.run("pack-objects", "--revs", "--stdout", "-q", given=revisions.encode())
        width = len(commit) // 2
        return content, content[-width:].hex()

    def store(self, content: bytes, commit: str, without: str | None) -> None:
        """Put the pack into the user's objects, kept until its ref is made, and see that the commit is whole there.

        Git writes and checks it in a folder of ours, as it does itself with what is pushed to it: a kill or a full disk leaves
        nothing half done in the user's, and a `git prune` of the user's finds nothing to take for garbage.
        """
        with self._shadow.workspace() as folder:
            (folder / "pack").mkdir()
            self._shadow.git.at(GIT_OBJECT_DIRECTORY=str(folder)).run("index-pack", "--stdin", "--keep=refinery", given=content)
            try:
                self._move_in(folder / "pack")
            except OSError as error:
                raise disk_failure(error, "publishing the fix") from error
        known = [f"^{without}"] if without else []
        self._git.run("rev-list", "--objects", "--quiet", commit, *known)

    def release(self, name: str) -> None:
        """Let the user's garbage collection treat the pack as any other; a pack that is not whole is removed."""
        keep, pack, index = (self._packs / f"pack-{name}.{kind}" for kind in ("keep", "pack", "idx"))
        try:
            for left in self._packs.glob(f"{_COPY}*"):
                left.unlink(missing_ok=True)
            if not keep.exists() or keep.read_text(encoding="utf-8", errors="replace").strip() not in ("refinery", ""):
                return
            if not index.exists():
                pack.unlink(missing_ok=True)
            keep.unlink(missing_ok=True)
        except OSError as error:
            raise disk_failure(error, "releasing the published pack") from error

    def _move_in(self, folder: Path) -> None:
        self._packs.mkdir(exist_ok=True)
        for kind in ("keep", "pack", "rev", "idx"):  # git's own order: it sees the pack when the last is there
            for file in folder.glob(f"*.{kind}"):
                target = self._packs / file.name
                if kind != "keep" and target.exists():  # the same content has the same name
                    continue
                try:
                    file.rename(target)
                except OSError as error:
                    if error.errno != errno.EXDEV:
                        raise
                    shutil.copy2(file, self._packs / f"{_COPY}{file.name}")  # another file system
                    _sync(self._packs / f"{_COPY}{file.name}")
                    (self._packs / f"{_COPY}{file.name}").rename(target)
        _sync(self._packs)

    def pinned(self, refs: Refs, commit: str, base: str) -> str:
        """Hold the base fast against a garbage collection of the user's, until the branch does."""
        name = f"{PINS}{commit}"
        if not refs.create(name, base) and refs.find(name).get(name) != base:
            raise RepositoryError(f"{name} stands elsewhere", hint=f"git update-ref -d {name}")
        return name


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def forget_pin(refs: Refs, name: str) -> None:
    """Remove a pin, or leave it to the next run when the user's git holds the lock this needs."""
    with contextlib.suppress(RefineryError):
        for pin, base in refs.find(name).items():
            refs.delete(pin, base)


def free_branch(taken: dict[str, str], slug: str) -> str:
    """The first branch name for this slug that is not taken."""
    number = 1
    while True:
        name = f"{BRANCHES}{slug}" + (f"-{number}" if number > 1 else "")
        if not any(each == name or each.startswith(f"{name}/") for each in taken):  # git has no a beside a/b
            return name
        number += 1
