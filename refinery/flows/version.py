"""Which commit is meant when a fix is named to be verified: the one that stands there now, not the one that was once kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from refinery.errors import RepositoryError
from refinery.flows.claim import EVIDENCE
from refinery.repo import message
from refinery.repo.history import Entry, History
from refinery.repo.objects import Header, header
from refinery.repo.repository import Repository


@dataclass(frozen=True, slots=True)
class Version:
    """One commit that says that it is a fix."""

    commit: str
    base: str
    tree: str
    subject: str
    trailers: Mapping[str, tuple[str, ...]]
    branch: str
    state: str
    taken: bool
    """Whether it is below HEAD, and so the user's own code by now."""
    kept: str
    """The commit that was kept and validated; the same one, unless it was rewritten since."""
    says: str = ""
    """What a reader should know about the choice; empty when it is plain."""


def version(text: str, history: History, repository: Repository) -> Version:
    """The commit that a name leads to, where that is the fix or was made from it by amend, rebase or cherry-pick; else the fix as kept."""
    entry = history.resolve_fix(text)
    git = repository.git
    commit = _named(text, entry, repository)
    head = header(git, commit)
    says = ""
    if commit != entry.commit and not _is_one(head):
        says = f"{commit[:12]} is more, or other, than the fix; what is verified is the fix as it was kept, {entry.commit[:12]}"
        commit, head = entry.commit, header(git, entry.commit)
    return Version(
        commit=commit,
        base=head.parents[0],
        tree=head.tree,
        subject=head.message.split("\n", 1)[0],
        trailers=message.trailers(head.message),
        branch=entry.branch,
        state=str(entry.state),
        taken=_below_head(commit, repository),
        kept=entry.commit,
        says=says,
    )


def _named(text: str, entry: Entry, repository: Repository) -> str:
    """What git takes the name for. The slug of a fix stands for its branch, even where a branch of the user's is called so."""
    short = text.removeprefix("refs/heads/").removeprefix("refinery/")
    name = entry.branch if short == entry.slug else text
    try:
        return repository.resolve(name) if name else entry.commit
    except RepositoryError:
        return entry.commit


def _is_one(head: Header) -> bool:
    """A merge, a squash, an undo, or what somebody added on top is not a version of the fix."""
    marks = message.trailers(head.message)
    return len(head.parents) == 1 and message.UNDOES not in marks and bool({EVIDENCE, "Refinery-Gate"} & marks.keys())


def _below_head(commit: str, repository: Repository) -> bool:
    try:
        head = repository.head()
    except RepositoryError:
        return False
    return repository.git.ask("merge-base", "--is-ancestor", commit, head).status == 0
