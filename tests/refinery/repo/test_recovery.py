"""A run that was killed: the next one clears up, and the same fix comes to the same commit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from refinery.errors import OutsideError
from refinery.repo.history import History, State
from refinery.repo.locks import Lock
from refinery.repo.publish import BRANCHES, PINS, UNDONE
from refinery.repo.workspace import Workspace
from tests.refinery.repo.grounds import fix, git, open_workspace, picture, sound

KILLED = """
import sys, os, signal, pathlib
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from refinery.repo.history import History
from refinery.repo import environment, journal
from tests.refinery.repo.grounds import fix

class Boundary:
    '''Dies as it begins its n-th call of the runner.'''
    def __init__(self, runner, at):
        self.runner, self.left = runner, at
    def __call__(self, folder):
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return self.runner(folder)

import git
workspace = Workspace(Repository.open(pathlib.Path(sys.argv[1])))
git.Git = Boundary(git.Git, int(sys.argv[2]))
if sys.argv[3] == "keep":
    commit = fix(workspace)
    workspace.keep(commit, "eur")
    workspace.attach_note(commit.id, "evidence")
else:
    getattr(History(workspace), sys.argv[3])("eur")
print("alive", git.Git.left)
"""


def killed(root: Path, at: int, what: str) -> bool:
    """Whether the run died before it was through."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(root), str(at), what], capture_output=True, text=True, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


@pytest.mark.parametrize("at", [4, 11, 13, 15, 16, 17, 18, 19, 20, 24, 27, 28, 29, 30])
def test_a_kill_while_keeping_leaves_nothing_and_the_next_run_comes_to_the_same(root: Path, at: int) -> None:
    before = picture(root)
    assert killed(root, at, "keep")
    assert picture(root) == before
    workspace = open_workspace(root)
    assert workspace.journal.read().open() == ()
    sound(root)
    commit = fix(workspace)
    assert workspace.keep(commit, "eur") == "refinery/eur"
    workspace.attach_note(commit.id, "evidence")
    assert git(root, "for-each-ref", "--format=%(objectname)", "refs/heads/refinery") == commit.id
    assert workspace.note(commit.id) == "evidence"
    assert list((root / ".git/refinery/shadow/scratch").iterdir()) == []
    assert picture(root) == before
    sound(root)


@pytest.mark.parametrize(("what", "at"), [("undo", 6), ("undo", 7), ("undo", 8), ("redo", 8), ("redo", 9), ("redo", 10)])
def test_a_kill_while_undoing_or_redoing_leaves_one_or_the_other(root: Path, what: str, at: int) -> None:
    workspace = open_workspace(root)
    commit = fix(workspace)
    workspace.keep(commit, "eur")
    if what == "redo":
        History(workspace).undo("eur")
    workspace.close()
    assert killed(root, at, what)
    after = open_workspace(root)
    [entry] = History(after).history()
    assert entry.state in (State.BRANCH, State.UNDONE)
    assert len(after.refs.find(BRANCHES)) + len(after.refs.find(UNDONE)) == 1
    assert after.journal.read().open() == ()
    getattr(History(after), what)("eur")
    assert History(after).history()[0].state is (State.UNDONE if what == "undo" else State.BRANCH)
    sound(root)


def test_what_was_left_between_two_steps_is_finished_or_given_up(root: Path, workspace: Workspace) -> None:
    commit = fix(workspace)
    base = workspace.repository.head()
    workspace.journal.write("keep", "intent", commit.id, base=base, slug="eur")
    workspace.refs.create(f"{PINS}{commit.id}", base)
    pack = workspace.shadow.git.run("pack-objects", "--revs", "--stdout", "-q", given=f"{commit.id}\n^{base}\n".encode())
    workspace.journal.write("keep", "packed", commit.id, pack=pack[-20:].hex())
    workspace.repository.git.run("index-pack", "--stdin", "--keep=refinery", given=pack)
    workspace.close()
    given_up = open_workspace(root)
    assert given_up.recovered == (f"keeping fix {commit.id[:12]} was interrupted; nothing of it is left",)
    sound(root)
    given_up.journal.write("keep", "intent", commit.id, base=base, slug="eur")
    given_up.journal.write("keep", "packed", commit.id, pack=pack[-20:].hex())
    git(root, "update-ref", "refs/heads/refinery/eur", commit.id)
    finished = open_workspace(root)
    assert finished.recovered == (f"fix {commit.id[:12]} had been kept as refinery/eur when a run was killed",)
    assert History(finished).history()[0].state is State.BRANCH
    assert open_workspace(root).recovered == ()


def test_evidence_that_was_being_written_down_is_put_beside_its_commit_by_the_next_run(root: Path, workspace: Workspace) -> None:
    commit = fix(workspace)
    workspace.keep(commit, "eur")
    blob = workspace.shadow.git.line("hash-object", "-w", "--stdin", given=b"evidence")
    workspace.journal.write("note", "intent", commit.id, blob=blob)
    workspace.close()
    again = open_workspace(root)
    assert again.note(commit.id) == "evidence"
    (says,) = again.recovered
    assert says.startswith(f"the evidence of fix {commit.id[:12]} was being written down")
    tip = git(root, "rev-parse", "refs/notes/refinery")
    again.journal.write("note", "intent", commit.id, blob=blob)  # killed between the ref and the word that it is done
    again.close()
    assert open_workspace(root).journal.read().open() == ()
    assert git(root, "rev-parse", "refs/notes/refinery") == tip
    sound(root)


def test_evidence_that_is_nowhere_is_given_up(root: Path, workspace: Workspace) -> None:
    commit = fix(workspace)
    workspace.keep(commit, "eur")
    workspace.journal.write("note", "intent", commit.id, blob="0" * 40)
    again = open_workspace(root)
    assert again.recovered == (f"the note of fix {commit.id[:12]} was interrupted; nothing was changed",)
    assert again.journal.read().open() == ()
    sound(root)


def test_a_kept_pack_of_the_users_is_never_released(root: Path, workspace: Workspace) -> None:
    git(root, "repack", "-adq")
    [pack] = (root / ".git/objects/pack").glob("*.pack")
    keep = pack.with_suffix(".keep")
    keep.write_text("mine")
    commit = fix(workspace)
    workspace.journal.write("keep", "intent", commit.id)
    workspace.journal.write("keep", "packed", commit.id, pack=pack.stem.removeprefix("pack-"))
    open_workspace(root)
    assert keep.read_text() == "mine"


def test_another_process_that_is_at_work_is_let_work(root: Path, workspace: Workspace) -> None:
    left = workspace.shadow.scratch / "of-another"
    left.mkdir()
    open_workspace(root).close()
    assert left.exists()
    workspace.close()
    open_workspace(root).close()
    assert not left.exists()
    assert os.listdir(root / ".git" / "refinery")


LEFT = [
    "shadow/objects/ab/tmp_obj_x",
    "shadow/objects/pack/tmp_pack_x",
    "shadow/objects/info/tmpx",
    "shadow/tmpx",
    "shadow/packed-refs.lock",
    "shadow/refs/notes/refinery.lock",
    "folders/0/index.lock",
]


def test_half_written_files_of_a_killed_run_are_removed_once_nobody_is_at_work(root: Path, workspace: Workspace) -> None:
    commit = fix(workspace)
    with workspace.lease(commit.id):
        pass
    state = root / ".git" / "refinery"
    for name in LEFT:
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).write_text("half")
    open_workspace(root).close()
    assert [name for name in LEFT if not (state / name).exists()] == []
    workspace.close()
    after = open_workspace(root)
    assert [name for name in LEFT if (state / name).exists()] == []
    assert fix(after) == commit


@pytest.mark.parametrize(("taken", "removed"), [(1_699_999_000, False), (1_700_000_000, True)])
def test_the_lock_that_a_killed_undo_took_is_removed_and_one_of_the_users_from_before_is_not(
    root: Path, workspace: Workspace, taken: float, removed: bool
) -> None:
    commit = fix(workspace)
    workspace.keep(commit, "eur")
    workspace.journal.write("undo", "intent", commit.id, **{"from": "refs/heads/refinery/eur", "to": f"{UNDONE}eur"})
    workspace.close()
    locks = [root / ".git" / name for name in ("packed-refs.lock", "packed-refs.new")]
    for lock in locks:
        lock.write_text("")
        os.utime(lock, (taken, taken))
    open_workspace(root).close()
    assert [lock.exists() for lock in locks] == [not removed, not removed]


def test_one_who_comes_while_another_tidies_up_is_not_tidied_away_later(root: Path) -> None:
    open_workspace(root).close()
    use = root / ".git" / "refinery" / "use.lock"
    tidying = Lock.take(use)
    assert tidying is not None
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(open_workspace, root)
        wait([coming], timeout=1.0)
        tidying.release()
        comer = coming.result()
    with comer.shadow.workspace() as folder:
        open_workspace(root).close()
        assert folder.is_dir()
    comer.close()
    assert Lock.take(use) is not None


def test_rooms_that_cannot_be_opened_are_not_held(root: Path, workspace: Workspace) -> None:
    workspace.close()
    alternates = root / ".git" / "refinery" / "shadow" / "objects" / "info" / "alternates"
    alternates.unlink()
    alternates.mkdir()
    with pytest.raises(OutsideError):
        open_workspace(root)
    lock = Lock.take(root / ".git" / "refinery" / "use.lock")
    assert lock is not None
    lock.release()
