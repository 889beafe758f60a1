"""One fix with its change and its evidence, and how a commit that was made from it relates to it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from refinery.errors import RepositoryError
from refinery.repo import lineage
from refinery.repo.entries import Entry
from refinery.repo.environment import decode
from refinery.repo.inverse import carry
from refinery.repo.objects import blobs, header, listing
from refinery.repo.publish import NOTES
from refinery.repo.sameness import fix_id
from refinery.repo.workspace import Workspace
from safety.changes import ChangeSet


@dataclass(frozen=True, slots=True)
class Descent:
    """What another commit has to do with a fix."""

    commit: str
    kind: str
    """`rewritten` (amended, rebased, cherry-picked), `squashed`, `merged`, `undone` or `redone`."""
    same: bool | None
    """Whether it makes the very change that was validated; None where that cannot be told apart from other changes."""
    rest: bool = False
    """It adds only what was missing of the fix: the other part stood there before, and all of it stands there with it."""

    @property
    def says(self) -> str:
        """The same in a sentence."""
        short = self.commit[:12]
        if self.kind in ("undone", "redone"):
            return f"{short} {'brings this fix back' if self.kind == 'redone' else 'takes this fix back'}."
        if self.kind == "merged":
            return f"{short} is the merge that brought this fix."
        if self.kind == "squashed":
            return f"{short} holds this fix among other changes; the evidence is about the fix as it was kept."
        if self.same:
            return f"{short} makes the same change, rewritten: the evidence was gathered on the commit below."
        if self.rest:
            return f"{short} adds what was missing of this fix; the rest was there already, and all of it stands there as validated."
        return f"{short} was made from this fix, but changes something else than what was validated: the evidence does not cover it."


@dataclass(frozen=True, slots=True)
class Shown:
    """A fix with its change as a patch."""

    entry: Entry
    patch: str
    note: str | None
    """The evidence kept beside it."""
    asked: Descent | None = None
    """The commit that was asked about, when it is not the fix itself."""


def shown(workspace: Workspace, entry: Entry, text: str) -> Shown:
    """The fix, for somebody who asked for it by `text`."""
    git = workspace.shadow.git
    patch = git.run(
        "diff-tree", "-p", "--no-commit-id", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", entry.base, entry.commit
    )
    return Shown(entry, patch.decode("utf-8", "surrogateescape"), note_of(workspace, entry), _descent(workspace, entry, text))


def paths_of(workspace: Workspace, entry: Entry) -> tuple[str, ...]:
    """The files that the fix changes."""
    asked = ("diff-tree", "-r", "-z", "--name-only", "--no-commit-id", "--no-renames", entry.base, entry.commit)
    return tuple(filter(None, decode(workspace.shadow.git.run(*asked)).split("\0")))


def note_of(workspace: Workspace, entry: Entry) -> str | None:
    """The evidence beside the fix; where its commit has none, a note that names it."""
    return workspace.note(entry.commit) or _note_of(workspace, entry.fix)


def _descent(workspace: Workspace, entry: Entry, text: str) -> Descent | None:
    plain = text.removeprefix("refs/heads/").removeprefix("refinery/")
    if plain in (entry.slug, entry.fix) or entry.commit.startswith(text):
        return None
    try:
        commit = workspace.repository.resolve(text)
    except RepositoryError:
        return None
    if commit == entry.commit:
        return None
    head = header(workspace.shadow.git, commit)
    turned, back = lineage.turned(head)
    if turned:
        return Descent(commit, "redone" if back else "undone", None)
    if lineage.own_id(head) not in ("", *entry.names) or len(head.parents) != 1:
        return Descent(commit, "squashed" if lineage.named(head) else "merged", None)
    if not lineage.own_id(head):
        return Descent(commit, "squashed", None)
    same = fix_id(workspace.repository.changes(head.parents[0], commit)) == fix_id_of(workspace, entry)
    return Descent(commit, "rewritten", same, rest=not same and _adds_the_rest(workspace, entry, commit, head.parents[0]))


def _adds_the_rest(workspace: Workspace, entry: Entry, commit: str, below: str) -> bool:
    """Whether a commit makes a part of the fix's own changes, file by file, and nothing of the fix is missing in it."""
    whole = {fix_id(ChangeSet((each,))) for each in workspace.repository.changes(entry.base, entry.commit)}
    part = {fix_id(ChangeSet((each,))) for each in workspace.repository.changes(below, commit)}
    missing = carry(workspace.shadow, entry.base, entry.commit, commit)
    return part < whole and not missing.entries and not missing.conflicts


def fix_id_of(workspace: Workspace, entry: Entry) -> str:
    """The name that the fix's own change has, whatever its message says."""
    return fix_id(workspace.repository.changes(entry.base, entry.commit))


def _note_of(workspace: Workspace, fix: str) -> str | None:
    """Evidence whose commit is not here, by the fix that it names: a clone has the notes it fetched, and perhaps not the commit."""
    if not fix or NOTES not in workspace.refs.find(NOTES):
        return None
    git = workspace.repository.git
    for raw in blobs(git, (entry.blob for entry in listing(git, NOTES).values())).values():
        if fix.encode() in raw and _is_about(decode(raw), fix):
            return decode(raw)
    return None


def _is_about(text: str, fix: str) -> bool:
    try:
        kept = json.loads(text).get("kept")
    except (ValueError, AttributeError):
        return False
    return isinstance(kept, dict) and kept.get("fix") == fix
