"""Keeping a fix: one branch appears, and everything that is the user's stays byte for byte, whatever state it is in."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from refinery.errors import OutsideError, RepositoryError
from refinery.repo.identity import NEUTRAL
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace, slugged
from tests.refinery.repo.grounds import ADA, MESSAGE, change, fix, git, make, open_workspace, picture, sound, write


def test_a_linked_work_tree_and_a_folder_below_do_as_well(root: Path, tmp_path: Path) -> None:
    side = tmp_path / "side"
    git(root, "worktree", "add", "-q", "-b", "side", str(side))
    write(side, {"agent/app.py": b"dirty\n"})
    before = picture(side), picture(root)
    workspace = open_workspace(side / "agent")
    assert workspace.keep(fix(workspace), "eur") == "refinery/eur"
    assert (picture(side), picture(root)) == before
    sound(root)


def test_the_published_commit_lives_without_the_shadow(root: Path, workspace: Workspace) -> None:
    commit = fix(workspace)
    workspace.keep(commit, "eur")
    git(root, "-c", "gc.pruneExpire=now", "gc", "-q", "--prune=now")
    (root / ".git" / "refinery").rename(root.parent / "gone")
    assert git(root, "log", "-1", "--format=%an <%ae>|%B", "refinery/eur") == f"{ADA}|{MESSAGE}".strip()
    sound(root)


def test_what_is_kept_is_in_the_users_name(workspace: Workspace) -> None:
    nobodys = workspace.commit(workspace.repository.head(), change(workspace, "agent/app.py", "usd", "eur"), MESSAGE, NEUTRAL)
    with pytest.raises(RepositoryError, match="in your name") as caught:
        workspace.keep(nobodys, "eur")
    assert "user.email" in caught.value.hint


def test_another_fix_of_the_same_name_gets_a_number(root: Path, workspace: Workspace) -> None:
    commits = [fix(workspace, new=new) for new in ("eur", "gbp", "chf")]
    names = [workspace.keep(commit, "Currency!") for commit in commits]
    assert names == ["refinery/currency", "refinery/currency-2", "refinery/currency-3"]
    assert [workspace.keep(commit, "currency") for commit in commits] == names


def test_a_branch_called_refinery_is_in_the_way_and_stays(root: Path, workspace: Workspace) -> None:
    git(root, "branch", "refinery")
    before = picture(root)
    with pytest.raises(RepositoryError, match="in its way") as caught:
        workspace.keep(fix(workspace), "eur")
    assert "git branch -m" in caught.value.hint
    assert picture(root) == before
    sound(root)
    git(root, "branch", "-m", "refinery", "mine")
    assert workspace.keep(fix(workspace), "eur") == "refinery/eur"


def test_a_stale_lock_on_our_own_ref_is_removed_and_a_fresh_one_is_not(root: Path, workspace: Workspace) -> None:
    lock = root / ".git" / "refs" / "heads" / "refinery" / "eur.lock"
    lock.parent.mkdir()
    lock.write_text("")
    with pytest.raises(RepositoryError, match="lock"):
        workspace.keep(fix(workspace), "eur")
    assert lock.exists()
    os.utime(lock, (time.time() - 60,) * 2)
    assert workspace.keep(fix(workspace), "eur") == "refinery/eur"
    sound(root)


def test_notes_of_others_are_kept_and_ours_are_replaced(root: Path, workspace: Workspace) -> None:
    git(root, "notes", "--ref=refinery", "add", "-m", "the user's own", "HEAD")
    commit = fix(workspace)
    workspace.keep(commit, "eur")
    assert workspace.note(commit.id) is None
    for text in ("one\n\n  two\n", "\u00e9vidence\r\n", "\u00e9vidence\r\n"):
        workspace.attach_note(commit.id, text)
        assert workspace.note(commit.id) == text
    assert git(root, "notes", "--ref=refinery", "show", "HEAD") == "the user's own"
    assert git(root, "rev-list", "--count", "refs/notes/refinery") == "3"
    sound(root)


def test_a_missing_object_is_told_and_nothing_is_published(root: Path, workspace: Workspace) -> None:
    commit = fix(workspace)
    blob = git(root, "rev-parse", "HEAD:crlf.txt")
    tree = workspace.shadow.git.line("rev-parse", f"{commit.id}:agent")
    (root / ".git/refinery/shadow/objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(RepositoryError):
        workspace.keep(commit, "eur")
    assert git(root, "for-each-ref", "refs/heads/refinery", "refs/refinery") == ""
    assert blob


PROCESS = """
import sys, pathlib
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from tests.refinery.repo.grounds import fix
workspace = Workspace(Repository.open(pathlib.Path(sys.argv[1])))
for number in range(4):
    commit = fix(workspace, new=f"v{number}")
    print(workspace.keep(commit, "same"), commit.id, flush=True)
    workspace.attach_note(commit.id, sys.argv[2])
    own = fix(workspace, new=f"own{sys.argv[2]}{number}")
    print(workspace.keep(own, "same"), own.id, flush=True)
"""


def test_two_processes_at_once_lose_and_double_nothing(root: Path) -> None:
    running = [subprocess.Popen([sys.executable, "-c", PROCESS, str(root), name], stdout=subprocess.PIPE, text=True) for name in "ab"]
    said = [process.communicate(timeout=60)[0].split("\n")[:-1] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    pairs = dict(line.split() for lines in said for line in lines)
    assert len(pairs) == 12
    assert {name: git(root, "rev-parse", name) for name in pairs} == pairs
    workspace = open_workspace(root)
    assert len(git(root, "for-each-ref", "refs/heads/refinery").splitlines()) == 12
    assert all(workspace.note(pairs[line.split()[0]]) in ("a", "b") for line in said[0][::2])
    assert workspace.journal.read().problems == ()
    sound(root)


NOTING = """
import sys, pathlib
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from tests.refinery.repo.grounds import fix
workspace = Workspace(Repository.open(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
for number in range(4):
    commit = fix(workspace, new=f"{pathlib.Path(sys.argv[2]).name}{number}")
    workspace.keep(commit, "same")
    workspace.attach_note(commit.id, commit.id)
"""


def test_processes_that_share_no_lock_lose_no_note_either(root: Path, tmp_path: Path) -> None:
    """With a REFINERY_HOME each, nothing but compare-and-swap stands between them."""
    homes = [str(tmp_path / name) for name in ("one", "two")]
    running = [subprocess.Popen([sys.executable, "-c", NOTING, str(root), home]) for home in homes]
    assert [process.wait(timeout=120) for process in running] == [0, 0]
    workspace = open_workspace(root)
    kept = git(root, "for-each-ref", "--format=%(objectname)", "refs/heads/refinery").split()
    assert len(kept) == 8
    assert [workspace.note(commit) for commit in kept] == kept
    sound(root)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_repository_that_cannot_be_written_is_read_and_worked_on_elsewhere(root: Path, tmp_path: Path) -> None:
    folders = [root / ".git", *(path for path in (root / ".git").rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        workspace = Workspace(Repository.open(root, home=tmp_path / "state"))
        with workspace.lease(fix(workspace).id) as leased:
            assert (leased / "run.sh").exists()
        with pytest.raises(OutsideError) as caught:
            workspace.keep(fix(workspace), "eur")
        assert caught.value.hint
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_where_the_disk_refuses_it_is_a_failure_outside_with_the_way_out(root: Path, workspace: Workspace) -> None:
    commit = fix(workspace)
    packs = root / ".git" / "objects" / "pack"
    packs.rmdir()
    packs.write_text("not a folder")
    with pytest.raises((OutsideError, RepositoryError)) as caught:
        workspace.keep(commit, "eur")
    assert caught.value.hint
    packs.unlink()
    packs.mkdir()
    assert workspace.keep(commit, "eur") == "refinery/eur"
    sound(root)


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Use EUR!", "use-eur"),
        ("refinery/use-eur", "use-eur"),
        ("\u00c9t\u00e9", "ete"),
        ("../..", "fix"),
        ("", "fix"),
        ("a.lock", "a-lock"),
        ("x " * 60, "x-" * 24 + "x"),
    ],
)
def test_any_text_makes_a_branch_name(tmp_path: Path, text: str, slug: str) -> None:
    assert slugged(text) == slug
    assert git(make(tmp_path / "r"), "check-ref-format", f"refs/heads/refinery/{slug}") == ""


def test_a_ref_is_never_moved_from_where_it_was_not_known_to_stand(root: Path, workspace: Workspace) -> None:
    head, refs = workspace.repository.head(), workspace.refs
    name = "refs/heads/refinery/mine"
    git(root, "update-ref", name, head)
    other = commit_all_empty(root)
    assert not refs.create(name, other)
    assert not refs.move(name, other, other)
    assert not refs.delete(name, other)
    assert not refs.delete("refs/heads/refinery/none", other)
    assert refs.find(name) == {name: head}
    with pytest.raises(AssertionError, match="not Refinery's"):
        refs.move("refs/heads/main", head, other)


def commit_all_empty(root: Path) -> str:
    git(root, "commit", "-q", "--allow-empty", "-m", "more")
    return git(root, "rev-parse", "HEAD")
