"""An acceptance that was killed: the next command finishes it or takes it back, and touches nothing that is not the fix's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from refinery.errors import RepositoryError
from refinery.repo.accepting import PLAINLY
from refinery.repo.history import History, State
from refinery.repo.landing import Landing
from refinery.repo.placing import Placing, Step
from refinery.repo.readiness import planned
from refinery.repo.workspace import Workspace
from safety.changes import ChangeSet, FileChange
from tests.refinery.repo.grounds import FILES, change, commit_all, git, open_workspace, picture, sound, tree, write
from tests.refinery.repo.test_accept import kept, touched

KILLED = """
import os, signal, sys, pathlib
from refinery.repo.accepting import PLAINLY
from refinery.repo.history import History
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
import git, shutil, tempfile

CHANGES = {"os.rename", "os.link", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.truncate", "subprocess.Popen"}
WRITES = os.O_WRONLY | os.O_RDWR
left = int(sys.argv[2])

def dying(event, arguments):
    '''Dies as it is about to change something for the n-th time.'''
    global left
    if event in CHANGES or event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES:
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

workspace = Workspace(Repository.open(pathlib.Path(sys.argv[1])))
history = History(workspace)
sys.addaudithook(dying)
history.accept("eur") if sys.argv[3] == "accept" else history.undo("eur", here=PLAINLY)
print(int(sys.argv[2]) - left)
"""

MINE = {"agent/tools.py": b"dirty\n", "config/agent.yaml": b"staged\n", "mine.txt": b"untracked\n"}


def grounds(root: Path, what: str) -> str:
    """A repository with work in progress and a fix that changes, makes and removes files; what the fix is accepted as."""
    write(root, {"gone/only.txt": b"1\n"})
    commit_all(root, "more")
    workspace = open_workspace(root)
    made, gone = FileChange("a/b/new.py", None, "NEW\n"), FileChange("gone/only.txt", "1\n", None)
    kept(workspace, ChangeSet((*change(workspace, "agent/app.py", "usd", "eur"), made, gone)))
    write(root, {"later.txt": b"1\n"})
    head = commit_all(root, "later")
    accepted = History(workspace).accept("eur").made
    if what == "accept":
        git(root, "reset", "-q", "--hard", head)
    workspace.close()
    write(root, MINE)
    git(root, "add", "config/agent.yaml")
    return accepted


def killed(root: Path, at: int, what: str) -> bool:
    """Whether it died before it was through."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(root), str(at), what], capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def settled(root: Path, what: str, accepted: str) -> bool:
    """The next command clears up; whether the killed one had got through. Nothing of the user's has changed either way."""
    workspace = open_workspace(root)
    assert workspace.journal.read().open() == ()
    [entry] = History(workspace).history()
    through = entry.state is (State.MERGED if what == "accept" else State.UNDONE)
    assert through or entry.state is (State.BRANCH if what == "accept" else State.MERGED)
    fixed = entry.state is State.MERGED
    assert (root / "agent/app.py").read_bytes() == FILES["agent/app.py"].replace(b"usd", b"eur" if fixed else b"usd")
    assert ((root / "a/b/new.py").exists(), (root / "a").exists(), (root / "gone").exists()) == (fixed, fixed, not fixed)
    assert {name: (root / name).read_bytes() for name in MINE} == MINE
    assert git(root, "status", "--porcelain").split("\n") == ["M agent/tools.py", "M  config/agent.yaml", "?? mine.txt"]
    assert [name for name in (*tree(root / ".git"), *tree(root)) if name.endswith(".lock") and "refinery/" not in name] == []
    assert [name for name in tree(root) if ".refinery-" in name or name.startswith(".git/refinery.")] == []
    assert list((root / ".git/refinery/shadow/scratch").iterdir()) == []
    sound(root)
    if not through and what == "accept":
        assert History(workspace).accept("eur").made == accepted
        assert (root / "agent/app.py").read_bytes() == FILES["agent/app.py"].replace(b"usd", b"eur")
    elif not through:
        History(workspace).undo("eur", here=PLAINLY)
        assert git(root, "rev-parse", "HEAD^{tree}") == git(root, "rev-parse", "HEAD~2^{tree}")
    workspace.close()
    return through


@pytest.mark.parametrize("at", [60, 196, 206, 212, 218, 226, 236, 250])
def test_a_kill_while_accepting_leaves_all_or_nothing(root: Path, at: int) -> None:
    accepted = grounds(root, "accept")
    assert killed(root, at, "accept")
    settled(root, "accept", accepted)


@pytest.mark.parametrize("at", [150, 200, 215, 240])
def test_a_kill_while_undoing_here_leaves_all_or_nothing(root: Path, at: int) -> None:
    accepted = grounds(root, "undo")
    assert killed(root, at, "undo")
    settled(root, "undo", accepted)


def half_done(root: Path, workspace: Workspace) -> Landing:
    """As a kill leaves it just before the branch moves: files exchanged, index drafted, lock held."""
    kept(workspace)
    commit = workspace.repository.resolve("refinery/eur")
    move = planned(workspace.repository, workspace.shadow, commit)
    landing = Landing.of(workspace.repository, move)
    workspace.journal.write("accept", "intent", commit, **landing.details())
    landing.index.lock()
    landing.placing.put(move.contents)
    landing.index.draft(move.after)
    return landing


def test_what_the_user_wrote_after_the_kill_stays(root: Path, workspace: Workspace) -> None:
    half_done(root, workspace)
    write(root, {"agent/app.py": b"written since\n"})
    workspace.close()
    after = open_workspace(root)
    assert "as if never begun" in after.recovered[0]
    assert (root / "agent/app.py").read_bytes() == b"written since\n"
    assert git(root, "status", "--porcelain") == "M agent/app.py"
    sound(root)


def test_what_was_written_into_the_file_as_it_stepped_aside_is_kept_and_told(root: Path, workspace: Workspace) -> None:
    landing = half_done(root, workspace)
    [aside] = (root / "agent").glob(".refinery-*.old")
    aside.write_bytes(b"an editor had it open\n")
    git(root, "update-ref", "refs/heads/main", landing.new)
    workspace.close()
    after = open_workspace(root)
    assert "finished now" in after.recovered[0]
    assert str(aside) in after.recovered[0]
    assert aside.read_bytes() == b"an editor had it open\n"


def test_a_command_of_the_users_in_the_way_is_waited_out(root: Path, workspace: Workspace) -> None:
    landing = half_done(root, workspace)
    git(root, "update-ref", "refs/heads/main", landing.new)
    lock = root / ".git/index.lock"
    lock.write_bytes(b"of another command")
    workspace.close()
    for _ in range(2):
        after = open_workspace(root)
        assert "cannot be cleared up yet: another git command is running" in after.recovered[0]
        assert lock.read_bytes() == b"of another command"
        after.close()
    lock.unlink()
    assert "finished now" in open_workspace(root).recovered[0]
    assert git(root, "status", "--porcelain") == ""
    sound(root)


@pytest.mark.parametrize("left", ["refinery.index.lock", "refinery.index.plain", "refinery.lock"])
def test_what_a_kill_left_beside_the_index_does_not_hinder_its_being_finished(root: Path, workspace: Workspace, left: str) -> None:
    landing = half_done(root, workspace)
    git(root, "update-ref", "refs/heads/main", landing.new)
    if left == "refinery.lock":
        os.link(root / ".git/index.lock", root / ".git" / left)
    else:
        (root / ".git" / left).write_bytes(b"half of it")
    workspace.close()
    assert "finished now" in open_workspace(root).recovered[0]
    assert git(root, "status", "--porcelain") == ""
    assert list((root / ".git").glob("*.lock")) + list((root / ".git").glob("refinery.*")) == []


def test_a_kill_between_two_emptied_folders_leaves_neither(root: Path) -> None:
    (root / "a").mkdir()  # a/b/new.py and a/b are gone already
    assert Placing(root, "0" * 12, (Step("a/b/new.py", "1", ""),), ()).clear() == ()
    assert not (root / "a").exists()


@pytest.mark.parametrize("arrived", [False, True])
def test_locks_that_our_own_git_left_are_removed(root: Path, workspace: Workspace, arrived: bool) -> None:
    """It was killed with us as it moved the branch."""
    landing = half_done(root, workspace)
    if arrived:
        git(root, "update-ref", "refs/heads/main", landing.new)
    write(root, {".git/HEAD.lock": b""} if arrived else {".git/HEAD.lock": b"", ".git/refs/heads/main.lock": f"{landing.new}\n".encode()})
    old = (root / ".git/index.lock").stat().st_mtime
    os.utime(root / ".git/index.lock", (old - 60, old - 60))
    os.utime(root / ".git/HEAD.lock", (old - 30, old - 30))
    workspace.close()
    assert ("finished now" if arrived else "as if never begun") in open_workspace(root).recovered[0]
    assert list((root / ".git").glob("*.lock")) == []
    assert git(root, "status", "--porcelain") == ""
    sound(root)


@pytest.mark.parametrize("whose", ["of another commit", "from before"])
def test_a_lock_of_somebody_elses_on_the_branch_stays(root: Path, workspace: Workspace, whose: str) -> None:
    landing = half_done(root, workspace)
    lock = root / ".git/refs/heads/main.lock"
    lock.write_text(landing.old if whose == "of another commit" else "")
    if whose == "from before":
        old = (root / ".git/index.lock").stat().st_mtime
        os.utime(lock, (old - 60, old - 60))
    workspace.close()
    assert "as if never begun" in open_workspace(root).recovered[0]
    assert lock.exists()
    assert not (root / ".git/index.lock").exists()


def test_it_is_cleared_up_from_another_work_tree_too(root: Path, workspace: Workspace, tmp_path: Path) -> None:
    git(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    before = picture(root), picture(tmp_path / "side")
    side = open_workspace(tmp_path / "side")
    half_done(tmp_path / "side", side)
    assert (tmp_path / "side/agent/app.py").read_bytes() != FILES["agent/app.py"]
    side.close()
    workspace.close()
    assert "as if never begun" in open_workspace(root).recovered[0]
    assert (touched(before[0], picture(root), root), touched(before[1], picture(tmp_path / "side"), tmp_path / "side")) == (set(), set())


def test_a_work_tree_that_is_gone_has_nothing_to_clear_up(root: Path, workspace: Workspace, tmp_path: Path) -> None:
    git(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    half_done(tmp_path / "side", open_workspace(tmp_path / "side"))
    git(root, "worktree", "remove", "--force", str(tmp_path / "side"))
    assert "is gone" in open_workspace(root).recovered[0]
    assert open_workspace(root).recovered == ()


def test_a_file_that_changes_under_our_hands_comes_back_as_it_is(root: Path, workspace: Workspace) -> None:
    kept(workspace)
    commit = workspace.repository.resolve("refinery/eur")
    move = planned(workspace.repository, workspace.shadow, commit)
    landing = Landing.of(workspace.repository, move)
    write(root, {"agent/app.py": b"saved just now\n"})
    with pytest.raises(RepositoryError, match="changed just now"):
        landing.placing.put(move.contents)
    landing.settle()
    assert (root / "agent/app.py").read_bytes() == b"saved just now\n"
    assert git(root, "status", "--porcelain") == "M agent/app.py"


def test_a_file_that_appears_under_our_hands_is_not_overwritten(root: Path, workspace: Workspace) -> None:
    kept(workspace, ChangeSet((FileChange("agent/new.py", None, "1\n"), *change(workspace, "agent/tools.py", "3", "4"))))
    commit = workspace.repository.resolve("refinery/eur")
    move = planned(workspace.repository, workspace.shadow, commit)
    landing = Landing.of(workspace.repository, move)
    write(root, {"agent/new.py": b"mine\n"})
    with pytest.raises(RepositoryError, match="made just now by something else"):
        landing.placing.put(move.contents)
    landing.settle()
    assert (root / "agent/new.py").read_bytes() == b"mine\n"
    assert git(root, "status", "--porcelain") == "?? agent/new.py"
