"""The fixes that were kept: found again, shown, taken back and brought back, in any order and after any restart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from refinery.domain import Commit
from refinery.errors import RefineryError, RepositoryError
from refinery.repo import message
from refinery.repo.condition import checked_out
from refinery.repo.inverse import inverse
from refinery.repo.locks import held
from refinery.repo.objects import Header, headers
from refinery.repo.publish import BRANCHES, UNDONE
from refinery.repo.workspace import Workspace

_SCANNED = 1000
"""Fixes looked for in the history of HEAD, newest first."""


class State(StrEnum):
    """Where a fix is."""

    BRANCH = "branch"
    """On a branch of its own, waiting to be merged."""
    MERGED = "merged"
    """Part of what is checked out."""
    UNDO_OFFERED = "undo-offered"
    """Part of what is checked out, with a branch beside it that takes it back."""
    UNDONE = "undone"
    """Taken back; `redo` brings it again."""
    ELSEWHERE = "elsewhere"
    """Kept once; now on no branch of ours and not below HEAD (merged elsewhere, squashed, or its branch deleted)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept fix."""

    commit: str
    subject: str
    state: State
    branch: str
    """Its branch, without refs/heads/; empty when it has none."""
    slug: str
    base: str
    message: str
    trailers: Mapping[str, tuple[str, ...]]
    at: int
    """The date in its commit, Unix time in seconds."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A fix with its change as a patch."""

    entry: Entry
    patch: str
    note: str | None
    """The evidence kept beside it."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing or redoing came to."""

    commit: str
    """The fix that it was about."""
    branch: str
    """A branch to merge, or the one that is back; empty when a branch was put away."""
    says: str
    """What was done, and the next step where there is one."""


class History:
    """The kept fixes of one repository."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._refs = workspace.refs
        self._git = workspace.shadow.git
        self._lock = workspace.repository.state / "publish.lock"

    def history(self) -> tuple[Entry, ...]:
        """Every fix that was ever kept and can still be read, newest first."""
        branches = {tip: name for name, tip in reversed(self._refs.find(BRANCHES).items())}
        undone = {tip: name for name, tip in self._refs.find(UNDONE).items()}
        merged = self._merged()
        journal = {row.subject: row for row in self._workspace.journal.read().rows if row.operation == "keep" and row.phase == "done"}
        known = headers(self._git, self._there(dict.fromkeys((*merged, *branches, *undone, *journal))))
        takers = _takers(known)
        found = []
        for commit, head in known.items():
            marks = message.trailers(head.message)
            ours = commit in journal or any(key.startswith(message.MARK) for key in marks)
            if message.UNDOES in marks or not head.parents or not ours:
                continue
            if commit not in merged and commit not in branches and commit not in undone:
                holder = self._holder(commit)
                if holder:
                    branches[commit] = holder
            branch = branches.get(commit, "").removeprefix("refs/heads/")
            kept_as = (
                branch or undone.get(commit, "").removeprefix(UNDONE) or (journal[commit].details["branch"] if commit in journal else "")
            )
            state = _state(commit, merged, branches, undone, takers)
            subject = head.message.split("\n", 1)[0]
            slug = kept_as.removeprefix("refinery/")
            at = int(head.date.split()[0])
            found.append(Entry(commit, subject, state, branch, slug, head.parents[0], head.message, marks, at))
        order = {commit: row.number for commit, row in journal.items()}
        return tuple(sorted(found, key=lambda entry: (order.get(entry.commit, -1), entry.at), reverse=True))

    def resolve_fix(self, text: str) -> Entry:
        """The fix that is named by its branch, its slug, or its commit id or the beginning of one."""
        entries = self.history()
        short = text.removeprefix("refs/heads/").removeprefix("refinery/")
        matches = [entry for entry in entries if short and short == entry.slug]
        if not matches and re.fullmatch(r"[0-9a-f]{4,64}", text):
            matches = [entry for entry in entries if entry.commit.startswith(text)]
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise RepositoryError(
                f"{text!r} names several fixes", hint="name one by its commit: " + ", ".join(each.commit[:12] for each in matches)
            )
        raise RepositoryError(f"there is no fix {text!r}", hint="`refinery history` lists the fixes that were kept")

    def show(self, text: str) -> Shown:
        """A fix, its patch and its evidence."""
        entry = self.resolve_fix(text)
        patch = self._git.run(
            "diff-tree", "-p", "--no-commit-id", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", entry.base, entry.commit
        )
        return Shown(entry, patch.decode("utf-8", "surrogateescape"), self._workspace.note(entry.commit))

    def undo(self, text: str) -> Undone:
        """Take a fix back: put its branch away, or offer a branch that reverses it where it has been merged."""
        entry = self.resolve_fix(text)
        if entry.state is State.UNDONE:
            return Undone(entry.commit, "", "it was undone before; nothing was to do")
        if entry.state is State.BRANCH:
            self._put_away(entry.commit, entry.branch)
            return Undone(entry.commit, "", f"branch {entry.branch} is put away; `refinery redo {entry.slug}` brings it back")
        if entry.state is State.ELSEWHERE:
            raise RepositoryError(
                f"fix {entry.commit[:12]} is neither below HEAD nor on a branch of Refinery's",
                hint="check out the branch that contains it, and undo it there",
            )
        return self._offer(entry.commit, entry, "undo")

    def redo(self, text: str) -> Undone:
        """Bring a fix back that was undone."""
        entry = self.resolve_fix(text)
        away = {tip: name for name, tip in self._refs.find(UNDONE).items()}
        if entry.state is State.UNDONE and entry.commit in away and not self._taker(entry.commit):
            branch = self._bring_back(entry.commit, away[entry.commit])
            return Undone(entry.commit, branch, f"branch {branch} is back")
        if entry.state is State.UNDO_OFFERED:
            taker = self._taker(entry.commit, merged=False)
            branch = self._branch_of(taker)
            self._put_away(taker, branch)
            return Undone(entry.commit, "", f"branch {branch}, which would have undone it, is put away; the fix stays")
        if entry.state is State.UNDONE:
            return self._offer(self._taker(entry.commit), entry, "redo")
        return Undone(entry.commit, entry.branch, "it is not undone; nothing was to do")

    def _offer(self, reversed_commit: str, entry: Entry, verb: str) -> Undone:
        """A branch on HEAD that reverses a commit below it; the work tree is not looked at."""
        workspace = self._workspace
        author = workspace.repository.author()
        head = workspace.repository.head()
        parent = headers(self._git, (reversed_commit,))[reversed_commit].parents[0]
        entries = inverse(workspace.shadow, parent, reversed_commit, head)
        text = message.compose(
            f"{verb.capitalize()}: {entry.subject}",
            [
                f"This takes back what commit {reversed_commit} changed, and nothing else."
                if verb == "undo"
                else f"This brings fix {entry.commit} back."
            ],
            [(message.UNDOES, reversed_commit)],
        )
        commit: Commit = workspace.commit_entries(head, entries, text, author)
        branch = workspace.keep(commit, f"{verb}-{entry.slug or entry.commit[:12]}")
        return Undone(
            entry.commit, branch, f"branch {branch} {'takes it back' if verb == 'undo' else 'brings it back'}: git merge {branch}"
        )

    def _put_away(self, commit: str, branch: str) -> None:
        name = f"refs/heads/{branch}"
        where = checked_out(self._workspace.repository.common, name)
        if where:
            raise RepositoryError(f"branch {branch} is checked out in {where}", hint="switch to another branch first: git switch -")
        self._swap("undo", commit, name, f"{UNDONE}{branch.removeprefix('refinery/')}")

    def _bring_back(self, commit: str, away: str) -> str:
        name = self._swap("redo", commit, away, f"{BRANCHES}{away.removeprefix(UNDONE)}")
        return name.removeprefix("refs/heads/")

    def _swap(self, operation: str, commit: str, old: str, new: str) -> str:
        """The fix gets its new name before it loses the old one, so that it always has one; the name it got."""
        journal, refs = self._workspace.journal, self._refs
        with held(self._lock):
            new, taken = self._free(new, commit)
            journal.write(operation, "intent", commit, **{"from": old, "to": new})
            try:
                moved = (taken == commit or refs.create(new, commit)) and refs.delete(old, commit)
            except RefineryError:
                if taken is None:
                    refs.delete(new, commit)
                journal.write(operation, "abandoned", commit, **{"from": old, "to": new})
                raise
            if not moved:
                if taken is None:
                    refs.delete(new, commit)
                journal.write(operation, "abandoned", commit, **{"from": old, "to": new})
                raise RepositoryError(
                    f"{old} no longer stands at the fix", hint="somebody committed to it; `git log` shows what is there now"
                )
            journal.write(operation, "done", commit, **{"from": old, "to": new})
            return new

    def _free(self, wanted: str, commit: str) -> tuple[str, str | None]:
        """The name, or one with a number where another fix has taken it meanwhile; and whether the fix stands there already."""
        name, number = wanted, 1
        while (found := self._refs.find(name)) not in ({}, {name: commit}):  # also what stands below it: git has no a beside a/b
            number += 1
            name = f"{wanted}-{number}"
        return name, found.get(name)

    def _merged(self) -> dict[str, None]:
        """Commits of ours below HEAD, newest first."""
        try:
            head = self._workspace.repository.head()
        except RepositoryError:
            return {}
        asked = ("rev-list", f"--max-count={_SCANNED}", "-E", f"--grep=^{message.MARK}[A-Za-z-]+: ", head)
        return dict.fromkeys(self._git.line(*asked).split())

    def _taker(self, commit: str, merged: bool = True) -> str:
        """The commit that reverses this one in the end: one that is merged, or one that is offered. Empty when there is none."""
        below = self._merged()
        offered = self._refs.find(BRANCHES).values()
        known = headers(self._git, dict.fromkeys((*below, *offered)))
        takers = _takers(known)
        current = commit
        while True:
            following = [taker for taker in takers.get(current, ()) if taker in below]
            if not following:
                break
            current = following[0]
        if merged:
            return current if current != commit else ""
        return next((taker for taker in takers.get(current, ()) if taker not in below), "")

    def _branch_of(self, commit: str) -> str:
        return next(name.removeprefix("refs/heads/") for name, tip in self._refs.find(BRANCHES).items() if tip == commit)

    def _holder(self, commit: str) -> str:
        """The branch of ours on which somebody went on from the fix; empty when there is none."""
        out = self._workspace.repository.git.line("for-each-ref", "--format=%(refname)", f"--contains={commit}", BRANCHES)
        return out.split("\n")[0]

    def _there(self, commits: Iterable[str]) -> list[str]:
        """Those that can still be read; a fix whose branch was deleted may have been collected."""
        given = "".join(f"{commit}\n" for commit in commits)
        rows = self._git.run("cat-file", "--batch-check=%(objecttype) %(objectname)", given=given.encode()).decode().splitlines()
        return [row.removeprefix("commit ") for row in rows if row.startswith("commit ")]


def _takers(known: Mapping[str, Header]) -> dict[str, list[str]]:
    """Which commits reverse which, newest first."""
    found: dict[str, list[str]] = {}
    for commit, head in known.items():
        for taken in message.trailers(head.message).get(message.UNDOES, ()):
            found.setdefault(taken, []).append(commit)
    return found


def _state(
    commit: str, merged: Mapping[str, None], branches: Mapping[str, str], undone: Mapping[str, str], takers: Mapping[str, list[str]]
) -> State:
    if commit in merged:
        current, taken = commit, False
        while True:  # an undo, a redo of it, an undo of that ...
            following = [taker for taker in takers.get(current, ()) if taker in merged]
            if not following:
                break
            current, taken = following[0], not taken
        offered = any(taker in branches for taker in takers.get(current, ()))
        return State.UNDONE if taken else State.UNDO_OFFERED if offered else State.MERGED
    if commit in branches:
        return State.BRANCH
    return State.UNDONE if commit in undone else State.ELSEWHERE
