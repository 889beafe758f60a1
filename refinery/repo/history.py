"""What becomes of the fixes that were kept: shown, taken back and brought back, in any order and after any restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from refinery.domain import Commit
from refinery.errors import RefineryError, RepositoryError
from refinery.repo import message, twins
from refinery.repo.accepting import PLAINLY, Accepting, Wishes
from refinery.repo.condition import checked_out
from refinery.repo.entries import Entries, Entry, State
from refinery.repo.inverse import carry, forward, inverse
from refinery.repo.journal import Reading
from refinery.repo.locks import held
from refinery.repo.objects import TreeEntry, header
from refinery.repo.publish import BRANCHES, UNDONE
from refinery.repo.shown import Shown, note_of, paths_of, shown
from refinery.repo.workspace import Workspace

__all__ = ["Entry", "History", "Shown", "State", "Undone"]


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing or redoing came to."""

    commit: str
    """The fix that it was about."""
    branch: str
    """A branch to merge, or the one that is back; empty when a branch was put away."""
    says: str
    """What was done, and the next step where there is one."""
    made: str = ""
    """The commit that is now at the current branch; empty when that was not touched."""
    notes: tuple[str, ...] = ()
    """What the user should know beside it."""


class History:
    """The kept fixes of one repository."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._refs = workspace.refs
        self._entries = Entries(workspace)
        self._accepting = Accepting(workspace)

    @property
    def recovered(self) -> tuple[str, ...]:
        """What an earlier run that was killed had left, one sentence each; it is cleared away."""
        return self._workspace.recovered

    def journal(self) -> Reading:
        """Everything that was done to the repository, as it was written down before and after."""
        return self._workspace.journal.read()

    def history(self) -> tuple[Entry, ...]:
        """Every fix that was ever kept and can still be read, newest first."""
        return self._entries.all()

    def resolve_fix(self, text: str) -> Entry:
        """The fix that is named by its branch, its slug, its commit or the beginning of one, or a commit that brought it."""
        return self._entries.named(text)

    def matching(self, text: str) -> tuple[Shown, ...]:
        """All fixes that a name may mean: none, or several where a commit holds several."""
        return tuple(shown(self._workspace, entry, text) for entry in self._entries.matching(text))

    def noted(self, commit: str) -> bool:
        """Whether evidence is kept beside this very commit."""
        return self._workspace.note(commit) is not None

    def show(self, text: str) -> Shown:
        """A fix, its patch and its evidence; named by a commit that was made from it, also how the two differ."""
        return shown(self._workspace, self.resolve_fix(text), text)

    def paths(self, entry: Entry) -> tuple[str, ...]:
        """The files that a fix changes."""
        return paths_of(self._workspace, entry)

    def note(self, entry: Entry) -> str | None:
        """The evidence kept beside a fix."""
        return note_of(self._workspace, entry)

    def accept(self, text: str, wishes: Wishes = PLAINLY) -> Undone:
        """Bring a fix to the branch that is checked out, with the files it changes; refuses rather than overwrite anything."""
        entry = self.resolve_fix(text)
        name = entry.slug or entry.commit[:12]
        if entry.state in (State.MERGED, State.UNDO_OFFERED):
            return Undone(entry.commit, entry.branch, "it is part of what is checked out already; nothing was to do")
        if entry.state is State.UNDONE:
            again = f"refinery redo --here {name}" if entry.event else f"refinery redo {name} && refinery accept {name}"
            raise RepositoryError(f"fix {name} was undone", hint=f"bring it back: {again}")
        git = self._workspace.shadow.git
        version = entry.tip if entry.tip and len(header(git, entry.tip).parents) == 1 else entry.commit
        base = header(git, version).parents[0]
        notes = self._there_already(entry, base, version)
        done = self._accepting.fix(version, base, entry.names, wishes)
        if done is None:
            return Undone(entry.commit, entry.branch, "HEAD has all that it changes already; nothing was to do", notes=notes)
        return Undone(
            entry.commit,
            entry.branch,
            f"accepted into {done.branch} as {done.commit[:12]}; `refinery undo --here {name}` takes it back",
            done.commit,
            (*notes, *done.notes),
        )

    def _there_already(self, entry: Entry, base: str, version: str) -> tuple[str, ...]:
        """A word on a fix whose edit HEAD has before it is accepted."""
        missing = carry(self._workspace.shadow, base, version, self._workspace.repository.head())
        edited = twins.edited(self._workspace, entry)
        if not edited or edited & {*missing.entries, *missing.conflicts}:
            return ()
        others = twins.accepted(self._workspace, entry, self.history())
        by = f", accepted with {twins.named(others)}" if others else ""
        return (f"its edit was there already{by}; what else belongs to this fix, such as its scenarios, is all there is to add",)

    def undo(self, text: str, here: Wishes | None = None) -> Undone:
        """Take a fix back: put its branch away, or offer a branch that reverses it where it has been merged.

        `here` makes the reversal a commit on the branch that is checked out instead, as accepting does.
        """
        entry = self.resolve_fix(text)
        if entry.state is State.UNDONE:
            return Undone(entry.commit, "", "it was undone before; nothing was to do")
        if entry.state is State.BRANCH:
            self._put_away(entry.tip or entry.commit, entry.branch)
            return Undone(entry.commit, "", f"branch {entry.branch} is put away; `refinery redo {entry.slug}` brings it back")
        if entry.state is State.ELSEWHERE:
            raise RepositoryError(
                f"fix {entry.commit[:12]} is neither below HEAD nor on a branch of Refinery's",
                hint="check out the branch that contains it, and undo it there",
            )
        return self._here(entry, "undo", here) if here else self._offered(entry, "undo")

    def redo(self, text: str, here: Wishes | None = None) -> Undone:
        """Bring a fix back that was undone; `here` as with undo."""
        entry = self.resolve_fix(text)
        if entry.state is State.UNDONE and entry.event is None:
            branch = self._bring_back(entry.tip, self._entries.refs().undone[entry.tip])
            return Undone(entry.commit, branch, f"branch {branch} is back")
        if entry.state is State.UNDO_OFFERED:
            refs = self._entries.refs()
            taker = self._entries.offered(entry, refs)
            branch = refs.branches[taker].removeprefix("refs/heads/")
            self._put_away(taker, branch)
            return Undone(entry.commit, "", f"branch {branch}, which would have undone it, is put away; the fix stays")
        if entry.state is State.UNDONE:
            return self._here(entry, "redo", here) if here else self._offered(entry, "redo")
        return Undone(entry.commit, entry.branch, "it is not undone; nothing was to do")

    def _offered(self, entry: Entry, verb: str) -> Undone:
        """A branch on HEAD that reverses a commit below it; the work tree is not looked at."""
        commit, notes = self._reversal(entry, verb)
        branch = self._workspace.keep(commit, f"{verb}-{entry.slug or entry.commit[:12]}")
        says = f"branch {branch} {'takes it back' if verb == 'undo' else 'brings it back'}: git merge {branch}"
        return Undone(entry.commit, branch, says, notes=notes)

    def _here(self, entry: Entry, verb: str, wishes: Wishes) -> Undone:
        """The same as a commit on the current branch."""
        name, other = entry.slug or entry.commit[:12], "redo" if verb == "undo" else "undo"
        commit, notes = self._reversal(entry, verb)
        done = self._accepting.bring(verb, entry.commit, commit.id, entry.names[0], wishes)
        what = "taken back" if verb == "undo" else "back"
        says = f"{what} on {done.branch} by {done.commit[:12]}; `refinery {other} --here {name}` reverses that"
        return Undone(entry.commit, "", says, done.commit, (*notes, *done.notes))

    def _reversal(self, entry: Entry, verb: str) -> tuple[Commit, tuple[str, ...]]:
        """The commit on HEAD that reverses what HEAD last did with the fix, and a word on other fixes that make the same edit."""
        workspace = self._workspace
        author = workspace.repository.author()
        head = workspace.repository.head()
        done, entries = self._reversed(entry, verb, head)
        back = verb == "undo"
        others, notes = self._others(entry, back, entries)
        text = message.compose(
            f"{verb.capitalize()}: {entry.subject}",
            [f"This takes back what commit {done} changed, and nothing else." if back else f"This brings fix {entry.commit} back."],
            [
                (message.UNDOES, done),
                *((message.TAKES_BACK if back else message.BRINGS_BACK, each.names[0]) for each in (entry, *others)),
            ],
        )
        return workspace.commit_entries(head, entries, text, author), notes

    def _others(self, entry: Entry, back: bool, entries: Mapping[str, TreeEntry | None]) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
        """The other fixes that go, or come back, with this one since they make the same edit; and what the user is told of them."""
        workspace, known = self._workspace, self.history()
        others = twins.accepted(workspace, entry, known) if back else twins.undone_with(workspace, entry, known)
        if not others:
            return (), ()
        names, plural = twins.named(others), len(others) > 1
        if not twins.edited(workspace, entry) & entries.keys():  # another fix brought the edit, this one only its scenarios
            return (), (f"the edit itself stays: {names}, which {'are' if plural else 'is'} accepted too, brought it",)
        if not back:
            return others, (f"{names} {'make' if plural else 'makes'} the same edit, and {'are' if plural else 'is'} back with it",)
        same = f"{names} {'make' if plural else 'makes'} the same edit, so what {'they cure' if plural else 'it cures'}"
        return others, (f"{same} fails again, too: {twins.cured((entry, *others))}",)

    def _reversed(self, entry: Entry, verb: str, head: str) -> tuple[str, Mapping[str, TreeEntry | None]]:
        """What is reversed, and how; where the last commit did more than this fix (a squash), the fix's own change is taken."""
        shadow, event = self._workspace.shadow, entry.event
        if event and event.alone:
            return event.commit, inverse(shadow, header(shadow.git, event.commit).parents[0], event.commit, head)
        if verb == "undo":
            return entry.commit, inverse(shadow, entry.base, entry.commit, head)
        return entry.commit, forward(shadow, entry.base, entry.commit, head)

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
        with held(self._workspace.publishing):
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
