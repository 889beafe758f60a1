"""Kept fixes: found again, shown, undone and redone, in any order and after a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from refinery.errors import RepositoryError
from refinery.repo.history import History, State
from refinery.repo.publish import UNDONE
from refinery.repo.workspace import Workspace
from safety.changes import ChangeSet, FileChange
from tests.refinery.repo.grounds import ADA, FILES, commit_all, fix, git, make, open_workspace, picture, sound, write


@pytest.fixture
def history(workspace: Workspace) -> History:
    return History(workspace)


def kept(workspace: Workspace, new: str = "eur", slug: str = "eur", path: str = "agent/app.py", old: str = "usd") -> str:
    commit = fix(workspace, path, old, new, message=f"Use {new}\n\nBecause.\n\nRefinery-Trace: t1\nRefinery-Trace: t2\n")
    workspace.keep(commit, slug)
    return commit.id


def states(root: Path) -> dict[str, State]:
    """After a restart."""
    workspace = open_workspace(root)
    found = {entry.slug: entry.state for entry in History(workspace).history()}
    workspace.close()
    return found


def test_a_kept_fix_is_listed_with_its_trailers(root: Path, workspace: Workspace, history: History) -> None:
    assert history.history() == ()
    one = kept(workspace)
    two = kept(workspace, "gbp", "gbp")
    entries = history.history()
    assert [entry.commit for entry in entries] == [two, one]
    assert (entries[1].subject, entries[1].branch, entries[1].state) == ("Use eur", "refinery/eur", State.BRANCH)
    assert entries[1].trailers == {"Refinery-Trace": ("t1", "t2")}
    assert entries[1].base == git(root, "rev-parse", "HEAD")


def test_a_fix_is_found_by_branch_slug_or_commit(workspace: Workspace, history: History) -> None:
    commit = kept(workspace)
    kept(workspace, "gbp", "gbp")
    for name in ("eur", "refinery/eur", "refs/heads/refinery/eur", commit, commit[:7]):
        assert history.resolve_fix(name).commit == commit
    for name in ("", "main", "HEAD", "nothing", "0000"):
        with pytest.raises(RepositoryError, match="no fix") as caught:
            history.resolve_fix(name)
        assert "refinery history" in caught.value.hint


def test_a_fix_is_shown_as_a_patch_with_its_evidence(workspace: Workspace, history: History) -> None:
    commit = kept(workspace)
    assert history.show("eur").note is None
    workspace.attach_note(commit, "evidence\n")
    shown = history.show("eur")
    assert shown.patch.startswith("diff --git a/agent/app.py b/agent/app.py\n")
    assert "-    return 'usd'\n+    return 'eur'\n" in shown.patch
    assert shown.note == "evidence\n"


def test_undo_of_a_branch_puts_it_away_and_redo_brings_it_back(root: Path, workspace: Workspace, history: History) -> None:
    commit = kept(workspace)
    write(root, {"agent/app.py": b"dirty\n"})
    before = picture(root)
    history.undo("eur")
    assert picture(root) == before
    assert git(root, "branch", "--list", "refinery/*") == ""
    assert states(root) == {"eur": State.UNDONE}
    assert history.undo("eur").says.startswith("it was undone before")
    git(root, "gc", "-q", "--prune=now")
    before = picture(root)
    assert History(open_workspace(root)).redo("eur").branch == "refinery/eur"
    assert git(root, "rev-parse", "refinery/eur") == commit
    assert states(root) == {"eur": State.BRANCH}
    assert history.redo("eur").says.startswith("it is not undone")
    for _ in range(2):
        history.undo(commit[:10])
        history.redo("eur")
    assert git(root, "for-each-ref", "refs/refinery/undone") == ""
    after = picture(root)
    assert {name for name in before.files if before.files[name] != after.files.get(name)} <= {f"{root}/.git/packed-refs"}
    sound(root)


def test_an_undone_fix_can_be_kept_again_and_undone_again(root: Path, workspace: Workspace, history: History) -> None:
    kept(workspace)
    history.undo("eur")
    kept(workspace)
    assert states(root) == {"eur": State.BRANCH}
    history.undo("eur")
    assert states(root) == {"eur": State.UNDONE}


def test_fixes_of_one_name_are_undone_and_redone_side_by_side(root: Path, workspace: Workspace, history: History) -> None:
    commits = []
    for new in ("eur", "gbp"):
        commits.append(kept(workspace, new))
        history.undo(commits[-1])
    third = kept(workspace, "chf")
    assert git(root, "for-each-ref", "--format=%(refname)", UNDONE).split() == [f"{UNDONE}eur", f"{UNDONE}eur-2"]
    assert [history.redo(commit).branch for commit in commits] == ["refinery/eur-2", "refinery/eur-2-2"]
    assert {entry.commit: entry.state for entry in history.history()} == dict.fromkeys([*commits, third], State.BRANCH)
    sound(root)


@pytest.mark.parametrize("where", ["here", "linked"])
def test_a_branch_that_is_checked_out_is_not_put_away(
    root: Path, workspace: Workspace, history: History, tmp_path: Path, where: str
) -> None:
    kept(workspace)
    if where == "linked":
        git(root, "worktree", "add", "-q", str(tmp_path / "side"), "refinery/eur")
        with pytest.raises(RepositoryError, match=r"checked out in .*side"):
            history.undo("eur")
    else:
        git(root, "checkout", "-q", "refinery/eur")
        assert states(root) == {"eur": State.MERGED}
        assert history.undo("eur").branch == "refinery/undo-eur"
    assert git(root, "rev-parse", "refinery/eur")


def test_a_branch_that_somebody_went_on_with_is_not_put_away(root: Path, workspace: Workspace, history: History) -> None:
    kept(workspace)
    git(root, "checkout", "-q", "refinery/eur")
    write(root, {"more.py": b"1\n"})
    tip = commit_all(root, "the user's own")
    git(root, "checkout", "-q", "main")
    assert states(root) == {"eur": State.BRANCH}
    before = picture(root)
    with pytest.raises(RepositoryError, match="no longer stands at the fix"):
        history.undo("eur")
    assert git(root, "rev-parse", "refinery/eur") == tip
    assert git(root, "for-each-ref", "refs/refinery/undone") == ""
    assert picture(root) == before


def merge(root: Path, name: str = "refinery/eur") -> None:
    git(root, "merge", "-q", "--no-edit", name)


def test_undo_of_a_merged_fix_offers_its_inverse(root: Path, workspace: Workspace, history: History) -> None:
    kept(workspace)
    merge(root)
    git(root, "branch", "-q", "-d", "refinery/eur")
    write(root, {"agent/app.py": b"# header\n" + FILES["agent/app.py"].replace(b"usd", b"eur"), "agent/tools.py": b"LIMIT = 4\n"})
    write(root, {"agent/app.py": b"# header\n\n\n\n" + FILES["agent/app.py"].replace(b"usd", b"eur")})
    commit_all(root, "later work")
    write(root, {"agent/app.py": b"dirty\n", "new.py": b"untracked"})
    assert states(root) == {"eur": State.MERGED}
    before = picture(root)
    undone = history.undo("eur")
    assert picture(root) == before
    assert undone.branch == "refinery/undo-eur"
    assert "git merge refinery/undo-eur" in undone.says
    assert git(root, "show", "refinery/undo-eur:agent/app.py") == "# header\n\n\n\ndef answer():\n    return 'usd'"
    assert git(root, "show", "refinery/undo-eur:agent/tools.py") == "LIMIT = 4"
    assert git(root, "log", "-1", "--format=%s%n%an", "refinery/undo-eur") == "Undo: Use eur\nAda Lovelace"
    assert history.undo("eur") == undone
    assert states(root) == {"eur": State.UNDO_OFFERED}
    assert "the fix stays" in history.redo("eur").says
    assert states(root) == {"eur": State.MERGED}
    sound(root)


def test_a_merged_undo_is_an_undo_and_can_itself_be_undone_and_so_on(root: Path, workspace: Workspace, history: History) -> None:
    kept(workspace)
    merge(root)
    for _ in range(2):
        merge(root, history.undo("eur").branch)
        assert states(root) == {"eur": State.UNDONE}
        assert (root / "agent/app.py").read_bytes() == FILES["agent/app.py"]
        merge(root, history.redo("eur").branch)
        assert states(root) == {"eur": State.MERGED}
        assert b"eur" in (root / "agent/app.py").read_bytes()
    sound(root)


def test_a_fix_in_the_middle_can_be_undone(root: Path, workspace: Workspace, history: History) -> None:
    for number, (old, new) in enumerate([("line 1\n", "LINE 1\n"), ("line 20\n", "LINE 20\n"), ("line 38\n", "LINE 38\n")]):
        kept(workspace, new, f"fix-{number}", "notes.md", old)
        merge(root, f"refinery/fix-{number}")
    merge(root, history.undo("fix-1").branch)
    text = (root / "notes.md").read_text()
    assert [line in text for line in ("LINE 1\n", "LINE 20\n", "LINE 38\n")] == [True, False, True]
    assert states(root) == {"fix-0": State.MERGED, "fix-1": State.UNDONE, "fix-2": State.MERGED}


def test_an_undo_that_overlaps_with_later_work_is_explained_and_changes_nothing(root: Path, workspace: Workspace, history: History) -> None:
    commit = kept(workspace)
    merge(root)
    write(root, {"agent/app.py": b"def answer():\n    return 'chf'\n"})
    commit_all(root, "later")
    before, refs = picture(root), git(root, "for-each-ref")
    with pytest.raises(RepositoryError, match=r"overlap with the fix in agent/app\.py; nothing was changed") as caught:
        history.undo("eur")
    assert f"git revert --no-commit {commit[:12]}" in caught.value.hint
    assert (picture(root), git(root, "for-each-ref")) == (before, refs)


def test_files_that_a_fix_made_or_removed_are_taken_back_too(root: Path, workspace: Workspace, history: History) -> None:
    changes = ChangeSet(
        (
            FileChange("new/file.py", None, "1\n", "100755", "100755"),
            FileChange("latin.txt", FILES["latin.txt"].decode("utf-8", "surrogateescape"), None),
            FileChange("crlf.txt", "one\r\ntwo\r\n", "one\r\n2\r\n"),
        )
    )
    base = git(root, "rev-parse", "HEAD^{tree}")
    workspace.keep(workspace.commit(workspace.repository.head(), changes, "Move\n\nRefinery-Trace: t\n", ADA), "move")
    merge(root, "refinery/move")
    assert git(root, "rev-parse", f"{history.undo('move').branch}^{{tree}}") == base
    write(root, {"new/file.py": b"2\n"})
    commit_all(root, "later")
    with pytest.raises(RepositoryError, match=r"new/file\.py"):
        history.undo("move")


def test_a_fix_that_is_gone_from_head_has_nothing_to_undo(root: Path, workspace: Workspace, history: History) -> None:
    kept(workspace)
    merge(root)
    write(root, {"agent/app.py": FILES["agent/app.py"]})
    commit_all(root, "by hand")
    with pytest.raises(RepositoryError, match="nothing of the fix is left"):
        history.undo("eur")


def test_a_clone_knows_the_fixes_that_were_merged(root: Path, workspace: Workspace, tmp_path: Path) -> None:
    kept(workspace)
    merge(root)
    git(tmp_path, "clone", "-q", str(root), "clone")
    entries = History(open_workspace(tmp_path / "clone")).history()
    assert [(entry.subject, entry.state, entry.branch) for entry in entries] == [("Use eur", State.MERGED, "")]


def test_commits_that_only_speak_of_refinery_are_no_fixes(tmp_path: Path, home: Path) -> None:
    root = make(tmp_path / "talk")
    write(root, {"a": b"1"})
    commit_all(root, "Refinery-Talk: this is a subject\n\nRefinery-Is: great\nand prose")
    assert History(open_workspace(root)).history() == ()


def test_a_fix_whose_branch_was_deleted_by_hand_is_still_known(root: Path, workspace: Workspace, history: History) -> None:
    kept(workspace)
    git(root, "branch", "-q", "-D", "refinery/eur")
    assert states(root) == {"eur": State.ELSEWHERE}
    with pytest.raises(RepositoryError, match="neither below HEAD"):
        history.undo("eur")


def test_undo_in_a_linked_work_tree_looks_at_that_head(root: Path, workspace: Workspace, tmp_path: Path) -> None:
    kept(workspace)
    git(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    merge(tmp_path / "side")
    side = History(open_workspace(tmp_path / "side"))
    assert side.history()[0].state is State.MERGED
    assert History(workspace).history()[0].state is State.BRANCH
    assert side.undo("eur").branch == "refinery/undo-eur"
