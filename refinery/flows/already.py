"""An edit that waits on a branch already is not kept a second time under another name."""

from __future__ import annotations

from refinery.domain import Commit, Kept
from refinery.repo.history import Entry, History, State
from refinery.repo.objects import header
from refinery.repo.sameness import fix_id
from refinery.workbench import Workbench
from safety.changes import ChangeSet
from safety.globs import matches


def kept_already(changes: ChangeSet, bench: Workbench) -> Kept | None:
    """The fix that waits on a branch of its own with these very changes, scenarios apart; None when there is none."""
    wanted = _product(changes, bench)
    for entry in History(bench.workspace).history():
        untouched = entry.state is State.BRANCH and entry.tip == entry.commit
        if untouched and _product(bench.repository.changes(entry.base, entry.commit), bench) == wanted:
            return Kept(_commit(entry, bench), entry.branch, entry.fix, already=True)
    return None


def _product(changes: ChangeSet, bench: Workbench) -> str:
    return fix_id(ChangeSet(tuple(each for each in changes if not any(matches(each.path, glob) for glob in bench.scenarios))))


def _commit(entry: Entry, bench: Workbench) -> Commit:
    tree = header(bench.workspace.shadow.git, entry.commit).tree
    return Commit(entry.commit, tree, entry.base, entry.subject, entry.message)
