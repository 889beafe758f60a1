"""Whatever state a repository is in: a fix is accepted and taken back exactly, or not at all, and nothing else is touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from refinery.errors import RepositoryError
from refinery.repo.accepting import PLAINLY
from refinery.repo.history import History
from safety.changes import ChangeSet, FileChange
from tests.refinery.repo.grounds import FILES, change, git, open_workspace, sound
from tests.refinery.repo.states import STATES
from tests.refinery.repo.test_accept import EUR, kept
from tests.refinery.repo.test_states import release, users

APP, NEW = "agent/app.py", "agent/new.py"
QUIETLY = ("--no-optional-locks", "--no-replace-objects")

REFUSED: Mapping[str, str] = {
    "dirty in the same file": "you have changed it",
    "staged in the same file": "you have staged changes of it",
    "intended and deleted": "you have deleted it",
    "untracked where the fix makes a file": "something is there that git does not know",
    "assumed unchanged and skipped": "marked as one that git need not look at",
    "detached": "HEAD is detached",
    "mid-merge": "a merge is in progress",
    "mid-merge, resolved": "a merge is in progress",
    "mid-rebase": "a rebase is in progress",
    "mid-rebase, interactive": "a rebase is in progress",
    "mid-cherry-pick": "a cherry-pick is in progress",
    "mid-revert": "a revert is in progress",
    "mid-am": "`git am` is in progress",
    "mid-bisect": "a bisection is in progress",
    "in a submodule": "you have changed it",
    "linked work tree, in a folder below": "you have changed it",
    "sparse cone": "outside of your sparse checkout",
    "sparse index": "outside of your sparse checkout",
    "locks of the user's git": r"index\.lock is there",
    "attributes and required filters": "passes it through the filter",
    "commits are to be signed": "could not be signed",
}
"""The states in which nothing is brought to the branch, and what is said then; in all others it is."""

REFUSED_BACK = {
    **REFUSED,
    "untracked where the fix makes a file": "you have changed it",
    "mid-revert": "nothing of the fix is left in HEAD",
}
"""The same where the state comes about after the fix was accepted: what it made is tracked then, and a revert of it goes through."""

ELSEWHERE = ("in a submodule", "shallow", "borrows objects", "partial clone", "sha256")
"""States whose repository is another than the one in which the fix was accepted before."""


@pytest.mark.parametrize("state", STATES)
def test_a_fix_is_accepted_exactly_or_not_at_all(root: Path, state: str) -> None:
    place = STATES[state](root) or root
    keep(place)
    if brought(root, place, "accept", REFUSED.get(state)):
        assert brought(root, place, "undo", None)


@pytest.mark.parametrize("state", [state for state in STATES if state not in ELSEWHERE])
def test_an_accepted_fix_is_taken_back_exactly_or_not_at_all(root: Path, state: str) -> None:
    keep(root)
    assert brought(root, root, "accept", None)
    brought(root, STATES[state](root) or root, "undo", REFUSED_BACK.get(state))


def keep(place: Path) -> None:
    workspace = open_workspace(place)
    new = FileChange(NEW, None, "NEW = 1\n", "100755", "100755")
    kept(workspace, ChangeSet((*change(workspace, APP, "usd", "eur"), new)))
    workspace.close()


def brought(root: Path, place: Path, operation: str, refusal: str | None) -> bool:
    """Do it, or see it refused with nothing changed; whether it was done."""
    top = Path(git(place, "rev-parse", "--show-toplevel"))
    before = Found.at(top, root)
    workspace = open_workspace(place)
    history = History(workspace)
    try:
        if refusal:
            with pytest.raises(RepositoryError, match=refusal) as caught:
                history.accept("eur") if operation == "accept" else history.undo("eur", here=PLAINLY)
            assert caught.value.hint
        else:
            done = history.accept("eur") if operation == "accept" else history.undo("eur", here=PLAINLY)
            assert git(top, "rev-parse", "HEAD") == done.made
    finally:
        workspace.close()
    after = Found.at(top, root)
    if refusal:
        assert after == before
    else:
        assert after.others == before.others
        assert git(top, "--no-replace-objects", "rev-parse", "HEAD^") == before.head
        fixed(top, operation == "accept")
    release(root)
    open_workspace(place).close()  # what locks of the user's kept from being cleared up is cleared up by the next command
    sound(top)
    return not refusal


def fixed(top: Path, whether: bool) -> None:
    """The files of the fix stand in the commit and in the work tree as they should."""
    wanted = {APP: EUR if whether else FILES[APP], NEW: b"NEW = 1\n" if whether else None}
    for path, content in wanted.items():
        assert ((top / path).read_bytes() if (top / path).exists() else None) == content
        assert git(top, "ls-tree", "HEAD", path) == git(top, "ls-files", "--format=%(objectmode) blob %(objectname)\t%(path)", path)
    modes = git(top, "config", "core.fileMode") != "false"
    assert not whether or bool((top / NEW).stat().st_mode & 0o100) == modes
    assert git(top, *QUIETLY, "status", "--porcelain", APP, NEW) == ""


@dataclass(frozen=True, slots=True)
class Found:
    """All that stands in a repository."""

    files: Mapping[str, tuple[str, int, int]]
    refs: frozenset[str]
    index: frozenset[str]
    status: str
    head: str
    branch: str

    @classmethod
    def at(cls, top: Path, root: Path) -> Found:
        files = users(top, root)  # before git looks at the files, which may freshen what it has noted of them
        status = git(top, *QUIETLY, "status", "--porcelain", "--ignored", ok=False)  # a required filter that fails lets git tell nothing
        refs = git(top, "for-each-ref", "--format=%(refname) %(objectname)")
        index, head = git(top, "ls-files", "--stage", "-v"), git(top, "rev-parse", "HEAD")
        branch = git(top, "symbolic-ref", "--quiet", "HEAD", ok=False)
        return cls(files, frozenset(refs.splitlines()), frozenset(index.splitlines()), status, head, branch)

    @property
    def others(self) -> tuple[object, ...]:
        """What has no part in a commit of these two files."""
        ends = (f"/{APP}", f"/{NEW}", "/index", "/logs/HEAD", f"/{self.branch}")
        files = {name: about for name, about in self.files.items() if not name.endswith(ends) and "/sharedindex." not in name}
        refs = {row for row in self.refs if not row.startswith(f"{self.branch} ")}
        return files, refs, {row for row in self.index if not row.endswith((APP, NEW))}, self.status
