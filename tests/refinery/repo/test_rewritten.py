"""A fix whose commit was amended, rebased, picked, merged or squashed is still that fix, and its evidence is found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from refinery.errors import RepositoryError
from refinery.repo.history import Entry, History, State
from refinery.repo.message import FIX, compose
from refinery.repo.sameness import fix_id
from refinery.repo.shown import Descent
from refinery.repo.workspace import Workspace
from safety.changes import ChangeSet, FileChange
from tests.refinery.repo.grounds import ADA, FILES, change, commit_all, git, make, open_workspace, write

OLDER = "--date=2001-01-01T00:00:00Z"
LATER = {"other.txt": b"later\n"}


def kept(workspace: Workspace, slug: str = "eur", path: str = "agent/app.py", old: str = "usd", new: str = "eur") -> str:
    changes = change(workspace, path, old, new)
    text = compose(f"Use {new}", ["Because."], [("Refinery-Trace", "t1"), (FIX, fix_id(changes))])
    commit = workspace.commit(workspace.repository.head(), changes, text, ADA)
    workspace.keep(commit, slug)
    workspace.attach_note(commit.id, json.dumps({"kept": {"commit": commit.id, "fix": fix_id(changes)}}))
    return commit.id


def entry(root: Path, name: str = "eur") -> Entry:
    """After a restart."""
    workspace = open_workspace(root)
    [found] = [each for each in History(workspace).history() if name in (each.slug, each.commit)]
    workspace.close()
    return found


def asked(root: Path, revision: str) -> tuple[str, Descent | None, bool]:
    """Which fix a revision is shown as, how it descends from it, and whether the evidence is there."""
    workspace = open_workspace(root)
    found = History(workspace).show(revision)
    workspace.close()
    return found.entry.commit, found.asked, found.note is not None


def forgotten(root: Path) -> None:
    """Nothing but what refs hold survives."""
    git(root, "reflog", "expire", "--expire=now", "--all")
    git(root, "gc", "-q", "--prune=now")


def fast_forwarded(root: Path) -> None:
    git(root, "merge", "-q", "--ff-only", "refinery/eur")
    git(root, "branch", "-q", "-D", "refinery/eur")


@pytest.mark.parametrize("how", ["amend", "amend the author", "rebase", "cherry-pick"])
def test_a_rewritten_fix_is_merged_and_shown_with_its_evidence(root: Path, workspace: Workspace, how: str) -> None:
    commit = kept(workspace)
    workspace.close()
    if how.startswith("amend"):
        fast_forwarded(root)
        git(root, "commit", "-q", "--amend", "--no-edit", *(["--author=Bob <b@example.org>"] if "author" in how else [OLDER]))
    else:
        write(root, LATER)
        commit_all(root, "later")
        if how == "rebase":
            git(root, "checkout", "-q", "-b", "mine", "refinery/eur")
            git(root, "rebase", "-q", "main")
        else:
            git(root, "cherry-pick", "refinery/eur")
        git(root, "branch", "-q", "-D", "refinery/eur")
    forgotten(root)
    tip = git(root, "rev-parse", "HEAD")
    assert tip != commit
    found = entry(root)
    assert (found.commit, found.state, found.carriers) == (commit, State.MERGED, (tip,))
    for revision in ("HEAD", tip, tip[:9]):
        assert asked(root, revision) == (commit, Descent(tip, "rewritten", same=True), True)
    assert asked(root, "eur") == asked(root, commit) == asked(root, found.fix) == (commit, None, True)


def test_an_amend_that_changes_the_change_is_told(root: Path, workspace: Workspace) -> None:
    commit = kept(workspace)
    fast_forwarded(root)
    write(root, {"agent/app.py": b"def answer():\n    return 'EUR'\n"})
    git(root, "commit", "-q", "-a", "--amend", "--no-edit")
    tip = git(root, "rev-parse", "HEAD")
    assert asked(root, "HEAD") == (commit, Descent(tip, "rewritten", same=False), True)


def test_a_merge_commit_leads_to_the_fix_that_it_merged(root: Path, workspace: Workspace) -> None:
    commit = kept(workspace)
    write(root, LATER)
    commit_all(root, "later")
    git(root, "merge", "-q", "--no-ff", "--no-edit", "refinery/eur")
    tip = git(root, "rev-parse", "HEAD")
    assert asked(root, "HEAD") == (commit, Descent(tip, "merged", None), True)


@pytest.mark.parametrize("message", ["git", "a forge"])
def test_a_squash_is_known_by_the_trailers_in_its_message(root: Path, workspace: Workspace, message: str) -> None:
    commit = kept(workspace)
    kept(workspace, "four", "agent/tools.py", "3", "4")
    git(root, "checkout", "-q", "-b", "topic", "refinery/eur")
    git(root, "cherry-pick", "refinery/four")
    write(root, LATER)
    commit_all(root, "more")
    bodies = git(root, "log", "--format=* %B", "main..topic")
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "--squash", "topic")
    git(root, "commit", "-q", *(["--no-edit"] if message == "git" else ["-m", f"Topic (#7)\n\n{bodies}"]))
    git(root, "branch", "-q", "-D", "topic", "refinery/eur", "refinery/four")
    forgotten(root)
    tip = git(root, "rev-parse", "HEAD")
    assert (entry(root).state, entry(root).carriers, entry(root, "four").state) == (State.MERGED, (tip,), State.MERGED)
    with pytest.raises(RepositoryError, match="names several fixes"):
        asked(root, "HEAD")
    history = History(open_workspace(root))
    assert len(history.history()) == 2
    branch = history.undo(commit).branch
    assert git(root, "diff", "--name-only", "main", branch) == "agent/app.py"
    assert git(root, "show", f"{branch}:agent/app.py") == FILES["agent/app.py"].decode().strip()
    git(root, "merge", "-q", "--no-edit", branch)
    assert (entry(root).state, entry(root, "four").state) == (State.UNDONE, State.MERGED)
    git(root, "merge", "-q", "--no-edit", History(open_workspace(root)).redo(commit).branch)
    assert entry(root).state is State.MERGED


def test_a_squash_of_one_fix_and_other_work_is_shown_as_such(root: Path, workspace: Workspace) -> None:
    commit = kept(workspace)
    git(root, "merge", "-q", "--squash", "refinery/eur")
    write(root, LATER)
    git(root, "add", "-A")
    git(root, "commit", "-q", "--no-edit")
    assert asked(root, "HEAD") == (commit, Descent(git(root, "rev-parse", "HEAD"), "squashed", None), True)


def test_an_undo_and_a_redo_lead_to_the_fix_that_they_are_about(root: Path, workspace: Workspace) -> None:
    commit = kept(workspace)
    git(root, "merge", "-q", "refinery/eur")
    for kind in ("undone", "redone"):
        git(root, "merge", "-q", (History(workspace).undo if kind == "undone" else History(workspace).redo)("eur").branch)
        assert asked(root, "HEAD") == (commit, Descent(git(root, "rev-parse", "HEAD"), kind, None), True)


def test_undo_and_redo_go_on_after_a_rebase_of_both(root: Path, workspace: Workspace) -> None:
    kept(workspace)
    root_commit = git(root, "rev-parse", "HEAD")
    git(root, "merge", "-q", "refinery/eur")
    git(root, "merge", "-q", History(workspace).undo("eur").branch)
    git(root, "checkout", "-q", "-b", "other", root_commit)
    write(root, LATER)
    commit_all(root, "later")
    git(root, "checkout", "-q", "main")
    git(root, "rebase", "-q", "other")
    assert entry(root).state is State.UNDONE
    git(root, "merge", "-q", "--no-edit", History(open_workspace(root)).redo("eur").branch)
    assert entry(root).state is State.MERGED
    assert b"eur" in (root / "agent/app.py").read_bytes()


def test_a_fix_that_was_undone_and_found_again_is_a_fix_again(root: Path, workspace: Workspace) -> None:
    first = kept(workspace)
    git(root, "merge", "-q", "refinery/eur")
    git(root, "merge", "-q", History(workspace).undo("eur").branch)
    second = kept(workspace, "again")
    assert (entry(root).state, entry(root, "again").state) == (State.UNDONE, State.BRANCH)
    assert (entry(root).commit, entry(root, "again").commit) == (first, second)
    History(workspace).accept("again")
    assert (entry(root).state, entry(root, "again").state) == (State.MERGED, State.MERGED)
    assert asked(root, "HEAD") == (second, None, True)
    git(root, "commit", "-q", "--amend", "--no-edit", OLDER)
    assert asked(root, "HEAD")[0] == second


def test_a_fix_that_was_rewritten_on_its_branch_is_put_away_as_it_stands(root: Path, workspace: Workspace) -> None:
    commit = kept(workspace)
    git(root, "checkout", "-q", "refinery/eur")
    git(root, "commit", "-q", "--amend", "--no-edit", OLDER)
    tip = git(root, "rev-parse", "HEAD")
    git(root, "checkout", "-q", "main")
    assert (entry(root).commit, entry(root).tip, entry(root).state) == (commit, tip, State.BRANCH)
    history = History(workspace)
    history.undo("eur")
    assert entry(root).state is State.UNDONE
    history.redo("eur")
    assert git(root, "rev-parse", "refinery/eur") == tip


def test_a_clone_that_fetched_the_notes_finds_the_evidence_of_a_rewritten_fix(root: Path, workspace: Workspace, tmp_path: Path) -> None:
    kept(workspace)
    fast_forwarded(root)
    git(root, "commit", "-q", "--amend", "--no-edit", OLDER)
    git(tmp_path, "clone", "-q", "--no-local", str(root), "clone")
    git(tmp_path / "clone", "fetch", "-q", "origin", "refs/notes/refinery:refs/notes/refinery")
    assert asked(tmp_path / "clone", "HEAD")[1:] == (None, True)


def test_only_a_trailer_where_ours_stand_makes_a_commit_a_fix(root: Path, workspace: Workspace) -> None:
    commit = kept(workspace)
    name = entry(root).fix
    write(root, LATER)
    commit_all(root, compose("Later", [f"{FIX}: {name}", f"    {FIX}: {name}", f"   {FIX}: {name}"], [("Refinery-Talk", "of nothing")]))
    assert entry(root).state is State.BRANCH
    with pytest.raises(RepositoryError, match="there is no fix"):
        History(workspace).resolve_fix(git(root, "rev-parse", "HEAD^"))
    assert History(workspace).resolve_fix(commit).fix == name


def test_the_same_change_has_the_same_name_on_another_base(root: Path, tmp_path: Path, home: Path) -> None:
    moved = {**FILES, "agent/app.py": b"# one\n# two\n\n" + FILES["agent/app.py"], "more.txt": b"more\n"}
    names = {
        fix_id(change(open_workspace(place), "agent/app.py", "usd", new))
        for place, new in ((root, "eur"), (make(tmp_path / "moved", moved), "eur"), (root, "chf"))
    }
    assert len(names) == 2


def test_modes_new_files_and_removed_ones_tell_fixes_apart() -> None:
    changes = [
        FileChange("a", "1\n", "2\n"),
        FileChange("b", "1\n", "2\n"),
        FileChange("a", "1\n", "2\n", "100644", "100755"),
        FileChange("a", None, "2\n"),
        FileChange("a", None, "2\n", "100755", "100755"),
        FileChange("a", "1\n", None),
        FileChange("a", "1\n", "2"),
        FileChange("a", "1\n", "1\n2\n"),
    ]
    assert len({fix_id(ChangeSet((each,))) for each in changes}) == len(changes)
    assert fix_id(ChangeSet((changes[0], changes[1]))) == fix_id(ChangeSet((changes[1], changes[0])))
    assert fix_id(ChangeSet((changes[3],))) == fix_id(ChangeSet((FileChange("a", None, "2\n", "100644", "100644"),)))
