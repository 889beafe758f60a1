"""A copy of a commit's files that looks like the user's work tree: what git does not know there is lent to it by links."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from refinery.repo.environment import decode
from refinery.repo.objects import listing
from refinery.repo.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Copy:
    """Where a hook may look at a commit before there is one."""

    tree: Path
    index: Path
    variables: dict[str, str]
    """That make git, run there by a hook, take the copy for the work tree."""

    def untouched(self, workspace: Workspace, commit: str) -> bool:
        """Whether its index still says what the commit says."""
        git = workspace.repository.git.at(GIT_INDEX_FILE=str(self.index))
        rows = git.run("ls-files", "-s", "-z").split(b"\0")[:-1]
        found = {}
        for row in rows:
            head, _, path = row.partition(b"\t")
            found[decode(path)] = head.decode("ascii").split(" ")[:2]
        return found == {path: [entry.mode, entry.blob] for path, entry in listing(workspace.shadow.git, commit).items()}


@contextmanager
def lent(workspace: Workspace, commit: str) -> Iterator[Copy]:
    """The copy, for the time of the block. What a hook writes there is gone afterwards."""
    repository = workspace.repository
    with workspace.lease(commit) as tree, workspace.shadow.workspace() as folder:
        for path in _unknown(workspace):
            place = tree / path
            if place.parent.is_dir() and not os.path.lexists(place):
                place.symlink_to(repository.root / path)
        index = folder / "index"
        shutil.copyfile(tree.parent / "index", index)
        variables = {
            "GIT_DIR": str(repository.private),
            "GIT_WORK_TREE": str(tree),
            "GIT_INDEX_FILE": str(index),
            "REFINERY_ACCEPTING": str(repository.root),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(workspace.shadow.folder / "objects"),
        }
        yield Copy(tree, index, variables)


def _unknown(workspace: Workspace) -> list[str]:
    """What the user has beside the commit's files, such as installed packages; a folder of nothing else is one of them."""
    out = workspace.repository.git.run("ls-files", "--others", "--directory", "--no-empty-directory", "-z")
    return [decode(path).rstrip("/") for path in out.split(b"\0")[:-1]]
