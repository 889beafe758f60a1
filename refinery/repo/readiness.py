"""Whether a commit can be brought into the user's work tree without touching anything of theirs; every objection at once."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from refinery.errors import RepositoryError
from refinery.repo import condition
from refinery.repo.conversion import Conversion, conversions
from refinery.repo.indexing import Index, Row
from refinery.repo.objects import SUBMODULE, SYMLINK, TreeEntry, header
from refinery.repo.placing import Content, Step
from refinery.repo.repository import Repository
from refinery.repo.shadow import Shadow

_SKIPPED = "it is outside of your sparse checkout, or marked as one that git need not look at"


@dataclass(frozen=True, slots=True)
class Move:
    """Everything that bringing a commit to HEAD's branch will write; nothing of it has been written."""

    branch: str
    """Full name of the branch that HEAD is on."""
    old: str
    new: str
    before: Mapping[str, TreeEntry | None]
    after: Mapping[str, TreeEntry | None]
    steps: tuple[Step, ...]
    contents: Mapping[str, Content]
    folders: tuple[str, ...]
    """That have to be made, and are gone again when it is taken back."""


def planned(repository: Repository, shadow: Shadow, new: str, ours: Index | None = None) -> Move:
    """What to write so that HEAD's branch goes from where it is to `new`, its child. Raises with all that is in the way.

    `ours` is the index under a lock of our own.
    """
    branch = _attached(repository, ours)
    old = repository.head()
    if header(shadow.git, new).parents != (old,):
        raise RepositoryError("HEAD moved just now; nothing was changed", hint="run the same command again")
    entries, wanted = shadow.entries(old), shadow.entries(new)
    paths = [path for path in sorted(entries.keys() | wanted.keys()) if entries.get(path) != wanted.get(path)]
    ways = conversions(repository, shadow, paths)
    rows = (ours or Index(repository.root, repository.private, "")).rows(paths)
    before, after = {path: entries.get(path) for path in paths}, {path: wanted.get(path) for path in paths}
    tree = _Tree(repository.root, rows, repository.git.configured().get("core.filemode", "true") != "false")
    says = [f"{path}: {each}" for path in paths for each in tree.objections(path, before[path], after[path], ways[path])]
    if says:
        raise RepositoryError(
            "; ".join(says) + "; nothing was changed",
            hint="commit or move away what is yours, or merge by hand; Refinery overwrites nothing",
        )
    steps, contents = [], {}
    for path in paths:
        standing, entry = repository.root / path, after[path]
        data = b"" if entry is None else ways[path].checked_out(entry.blob)
        steps.append(Step(path, _hash(standing.read_bytes()) if before[path] else "", _hash(data) if entry else ""))
        if entry:
            contents[path] = Content(data, _permissions(standing, entry, before[path], tree.modes))
    return Move(branch, old, new, before, after, tuple(steps), contents, _missing_folders(repository.root, after))


def _attached(repository: Repository, ours: Index | None) -> str:
    """The branch, where HEAD is on one and nobody else is at work on it."""
    says = list(condition.operations(repository.private))
    if ours and ours.locked:
        says = [each for each in says if "index.lock" not in each]
    branch = condition.branch(repository.private)
    for lock in (repository.private / "HEAD.lock", repository.common / f"{branch}.lock"):
        if lock.exists():
            says.append(f"another git command is running, or was killed ({lock.name} is there)")
    elsewhere = [place for place in condition.work_trees_on(repository.common, branch) if place != repository.private] if branch else []
    if elsewhere:
        says.append(f"the branch is checked out in another work tree too ({elsewhere[0]})")
    if says:
        raise RepositoryError(f"{'; '.join(says)}; nothing was changed", hint="finish that, and run the same command again")
    return branch


@dataclass(frozen=True, slots=True)
class _Tree:
    """Work tree and index as they stand."""

    root: Path
    rows: Mapping[str, list[Row]]
    modes: bool
    """Whether the file system's executable bits mean anything."""

    def objections(self, path: str, before: TreeEntry | None, after: TreeEntry | None, way: Conversion) -> Iterator[str]:
        """Why one path cannot be written."""
        if {entry.mode for entry in (before, after) if entry} & {SYMLINK, SUBMODULE}:
            yield "it is, or would become, a symbolic link or a submodule"
        elif path.rpartition("/")[2] == ".gitattributes":
            yield "it says how other files are checked out"
        elif way.objection:
            yield way.objection
        else:
            yield from self._staged(path, before)
            yield from self._standing(path, before, way)

    def _staged(self, path: str, before: TreeEntry | None) -> Iterator[str]:
        found = self.rows.get(path, [])
        if [row.entry for row in found] != ([before] if before else []) or any(row.stage for row in found):
            yield "you have staged changes of it"
        elif any(row.tag != "H" for row in found):
            yield _SKIPPED
        if any(other.startswith(f"{path}/") for other in self.rows):
            yield "you have staged a folder of that name"

    def _standing(self, path: str, before: TreeEntry | None, way: Conversion) -> Iterator[str]:
        parts = path.split("/")
        for length in range(1, len(parts)):
            above = self.root.joinpath(*parts[:length])
            if os.path.lexists(above) and (above.is_symlink() or not above.is_dir()):
                yield f"{'/'.join(parts[:length])} is not a folder in your work tree"
                return
        target = self.root / path
        try:
            about = target.lstat()
        except FileNotFoundError:
            if before:
                yield "you have deleted it, and not committed that"
            return
        if before is None:
            yield "something is there that git does not know (untracked or ignored)"
        elif not stat.S_ISREG(about.st_mode):
            yield "it is not a plain file in your work tree"
        elif not way.same(target.read_bytes(), before.blob):
            yield "you have changed it, and not committed that"
        elif self.modes and bool(about.st_mode & 0o100) != (before.mode == "100755"):
            yield "you have changed its mode, and not committed that"


def _permissions(standing: Path, entry: TreeEntry, before: TreeEntry | None, modes: bool) -> int:
    """The file's own where its mode stays; otherwise what git would give it."""
    if before and (before.mode == entry.mode or not modes):
        return stat.S_IMODE(standing.stat().st_mode)
    mask = _umask()
    return (0o777 if entry.mode == "100755" and modes else 0o666) & ~mask


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _missing_folders(root: Path, after: Mapping[str, TreeEntry | None]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for path, entry in after.items():
        parts = path.split("/")
        for length in range(1, len(parts) if entry else 1):
            folder = "/".join(parts[:length])
            if not os.path.lexists(root / folder):
                found[folder] = None
    return tuple(found)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
