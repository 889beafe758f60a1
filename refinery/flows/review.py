"""The guard over what people changed: what it is shown beside a change, and which of its objections refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from refinery.errors import UsageError
from refinery.repo.objects import TreeFile
from refinery.repo.repository import Repository
from safety.changes import ChangeSet, Surroundings
from safety.guard import Guard
from safety.manifests import declared, is_manifest
from safety.verdict import Effect, Finding, Verdict

SPEAKING = (".py", ".yaml", ".yml", ".toml", ".json", ".md", ".txt", ".j2", ".jinja", ".jinja2", ".cfg", ".ini")
READ, READ_TOGETHER = 300_000, 20_000_000
"""Bytes of one file, and of all, that are read beside a change; the smallest files come first."""


def review_range(revisions: str, repository: Repository, guard: Guard) -> Verdict:
    """The guard's verdict on what a range of commits changes, seen from the commit at its base. UsageError when that is nothing."""
    changes = repository.changes(revisions)
    if not len(changes):
        raise UsageError(f"{revisions} changes nothing", hint="name another range: BASE..HEAD")
    return _judged(changes, repository.range(revisions).base, repository, guard)


def review_staged(repository: Repository, guard: Guard, index: Path | None = None) -> Verdict:
    """The guard's verdict on what the next commit would change. UsageError when that is nothing."""
    changes = repository.staged(index)
    if not len(changes):
        raise UsageError("nothing is staged", hint="git add what is to be judged")
    if repository.unborn():
        return guard.judge(changes)
    return _judged(changes, repository.head(), repository, guard)


def for_people(guard: Guard) -> Guard:
    """The same guard for changes that people made: they may work where a fix of Refinery's may not."""
    return replace(guard, policy=replace(guard.policy, editable=("**",)))


def refusing(verdict: Verdict, tolerated: Sequence[str]) -> list[Finding]:
    """What the guard blocks, and nobody tolerates."""
    return [each for each in verdict.findings if each.effect is Effect.BLOCK and each.rule not in tolerated]


def first(findings: Sequence[Finding]) -> str:
    """The first finding in one line, and how many there are beside it."""
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    line = f":{findings[0].line}" if findings[0].line else ""
    return f"{findings[0].rule}: {findings[0].path}{line}: {findings[0].says}{more}"


def _judged(changes: ChangeSet, base: str, repository: Repository, guard: Guard) -> Verdict:
    files = repository.files(base)
    return guard.judge(changes, replace(surroundings(repository, base, files), related=_related(repository, base, files)))


def _related(repository: Repository, base: str, files: Sequence[TreeFile]) -> dict[str, str]:
    """Texts that may speak of what is changed: who imports a deleted file, who fills a prompt in, which scenarios there are."""
    wanted: list[str] = []
    room = READ_TOGETHER
    for each in sorted(files, key=lambda file: file.size):
        if each.path.endswith(SPEAKING) and 0 < each.size <= min(READ, room):
            room -= each.size
            wanted.append(each.path)
    return repository.read_many(base, wanted)


def surroundings(repository: Repository, commit: str, files: Sequence[TreeFile]) -> Surroundings:
    """What a commit says about itself."""
    packages = declared(repository.read_many(commit, [each.path for each in files if is_manifest(each.path)]))
    return Surroundings(
        files=tuple(each.path for each in files),
        declared=packages.runtime,
        dev_declared=packages.development,
        submodules=tuple(each.path for each in files if each.mode == "160000"),
    )
