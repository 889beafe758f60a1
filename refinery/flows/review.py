"""What the guard is shown beside a change: the files it lies among, and what the project declares."""

from __future__ import annotations

from collections.abc import Sequence

from refinery.repo.objects import TreeFile
from refinery.repo.repository import Repository
from safety.changes import ChangeSet, Surroundings
from safety.guard import Guard
from safety.manifests import declared, is_manifest
from safety.verdict import Verdict


def review(changes: ChangeSet, base: str, repository: Repository, guard: Guard) -> Verdict:
    """The guard's verdict on a change somebody else made to a commit."""
    return guard.judge(changes, surroundings(repository, base, repository.files(base)))


def surroundings(repository: Repository, commit: str, files: Sequence[TreeFile]) -> Surroundings:
    """What a commit says about itself."""
    packages = declared(repository.read_many(commit, [each.path for each in files if is_manifest(each.path)]))
    return Surroundings(
        files=tuple(each.path for each in files),
        declared=packages.runtime,
        dev_declared=packages.development,
        submodules=tuple(each.path for each in files if each.mode == "160000"),
    )
