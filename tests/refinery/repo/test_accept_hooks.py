"""The user's hooks and signature: asked when a fix is accepted, never before, and unable to leave anything half done."""

from __future__ import annotations

import os
import select
import subprocess
from pathlib import Path

import pytest

from refinery.errors import OutsideError, RepositoryError
from refinery.repo.accepting import Wishes
from refinery.repo.history import History
from refinery.repo.workspace import Workspace
from tests.refinery.repo.grounds import FILES, commit_all, git, open_workspace, picture, sound, write
from tests.refinery.repo.test_accept import EUR, kept, state, touched


@pytest.fixture
def history(workspace: Workspace) -> History:
    return History(workspace)


def hook(root: Path, name: str, script: str, folder: str = ".git/hooks") -> Path:
    path = root / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def seen(tmp_path: Path) -> list[str]:
    return (tmp_path / "seen").read_text().splitlines() if (tmp_path / "seen").exists() else []


def test_the_hooks_of_a_commit_run_in_their_order_and_only_on_acceptance(root: Path, tmp_path: Path) -> None:
    for name in ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-merge", "post-checkout", "reference-transaction"):
        hook(root, name, f'echo "{name} $# ${{2-}}" >> {tmp_path}/seen')
    workspace = open_workspace(root)
    kept(workspace)
    assert seen(tmp_path) == []
    History(workspace).accept("eur")
    assert seen(tmp_path) == ["pre-commit 0 ", "prepare-commit-msg 2 message", "commit-msg 1 ", "post-commit 0 "]


def test_pre_commit_sees_what_will_be_and_what_else_lies_about(root: Path, workspace: Workspace, history: History, tmp_path: Path) -> None:
    kept(workspace)
    write(root, {"agent/app.py": b"# header\n\n\n\n" + FILES["agent/app.py"]})
    commit_all(root, "later")  # so that what will be is not in the repository yet
    write(root, {"installed/tool": b"tool\n", "agent/tools.py": b"dirty\n", "staged.txt": b"1\n"})
    git(root, "add", "staged.txt")
    ask = "cat agent/app.py agent/tools.py installed/tool; git diff --cached --name-status; git show :agent/app.py; git status -s -uno"
    hook(root, "pre-commit", f"({ask}) > {tmp_path}/seen 2>&1")
    before = picture(root)
    history.accept("eur")
    eur = ["# header", "", "", "", *EUR.decode().splitlines()]
    assert seen(tmp_path) == [*eur, "LIMIT = 3", "tool", "M\tagent/app.py", *eur, "M  agent/app.py"]
    assert touched(before, picture(root), root) == {"agent/app.py"}
    sound(root)


@pytest.mark.parametrize("name", ["pre-commit", "prepare-commit-msg", "commit-msg"])
def test_a_hook_that_says_no_is_quoted_and_nothing_is_changed(root: Path, workspace: Workspace, history: History, name: str) -> None:
    kept(workspace)
    hook(root, name, "echo black > agent/app.py; echo 'line too long'; exit 3")
    before, refs = picture(root), git(root, "for-each-ref")
    with pytest.raises(RepositoryError, match=rf"your hook {name} ended with status 3:\nline too long\nnothing was changed") as caught:
        history.accept("eur")
    assert "--no-verify" in caught.value.hint
    assert (picture(root), git(root, "for-each-ref")) == (before, refs)
    assert workspace.journal.read().open() == ()
    history.accept("eur", Wishes(verify=False))
    assert (root / "agent/app.py").read_bytes() == EUR


def test_a_hook_that_hangs_is_ended_with_its_children(root: Path, workspace: Workspace, history: History, tmp_path: Path) -> None:
    kept(workspace)
    hook(root, "pre-commit", f"echo waiting; sleep 60 & echo $! > {tmp_path}/child; wait")
    before = picture(root)
    with pytest.raises(RepositoryError, match="pre-commit did not end in time:\nwaiting") as caught:
        history.accept("eur", Wishes(seconds=0.5))
    assert "--hook-timeout" in caught.value.hint
    assert picture(root) == before
    assert ended(tmp_path / "child")


def test_what_a_hook_leaves_running_does_not_outlive_the_copy(root: Path, workspace: Workspace, history: History, tmp_path: Path) -> None:
    kept(workspace)
    hook(root, "pre-commit", f"sleep 60 & echo $! > {tmp_path}/child")
    assert history.accept("eur").made
    assert ended(tmp_path / "child")


def ended(file: Path) -> bool:
    """Whether the process with the number in the file has ended, or does so at once."""
    try:
        process = os.pidfd_open(int(file.read_text()))
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], 10)[0])
    finally:
        os.close(process)


def test_a_hook_that_changes_what_is_committed_is_refused(root: Path, workspace: Workspace, history: History) -> None:
    kept(workspace)
    hook(root, "pre-commit", "echo more >> agent/app.py; git add agent/app.py")
    before = picture(root)
    with pytest.raises(RepositoryError, match="changed what would be committed"):
        history.accept("eur")
    assert picture(root) == before


def test_a_hook_may_add_to_the_message(root: Path, workspace: Workspace, history: History) -> None:
    commit = kept(workspace)
    hook(root, "commit-msg", 'echo "Change-Id: I123" >> "$1"')
    made = history.accept("eur").made
    assert git(root, "log", "-1", "--format=%P", made) == git(root, "log", "-1", "--format=%P", commit)
    assert git(root, "log", "-1", "--format=%(trailers:key=Change-Id,valueonly)") == "I123"
    assert (history.resolve_fix("HEAD").commit, state(root)) == (commit, "merged")


def test_a_hook_may_not_take_the_fixs_name_out(root: Path, workspace: Workspace, history: History) -> None:
    kept(workspace)
    hook(root, "commit-msg", 'echo "Own words" > "$1"')
    before = picture(root)
    with pytest.raises(RepositoryError, match="takes out the trailers"):
        history.accept("eur")
    assert picture(root) == before


def test_a_hook_that_commits_meanwhile_wins(root: Path, workspace: Workspace, history: History, tmp_path: Path) -> None:
    """What it did to the repository is the user's own doing; the acceptance then no longer fits, and says so."""
    kept(workspace)
    unset = "unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_ALTERNATE_OBJECT_DIRECTORIES"
    hook(root, "commit-msg", f"{unset}; cd {root} && git commit -q --no-verify --allow-empty -m meanwhile")
    with pytest.raises(RepositoryError, match="HEAD moved just now"):
        history.accept("eur")
    assert git(root, "log", "-1", "--format=%s") == "meanwhile"
    assert git(root, "status", "--porcelain") == ""
    sound(root)


@pytest.mark.parametrize("folder", ["hooks of mine", "~/hooks"])
def test_hooks_are_looked_for_where_the_settings_say(root: Path, workspace: Workspace, history: History, home: Path, folder: str) -> None:
    kept(workspace)
    git(root, "config", "core.hooksPath", folder)
    hook(home if "~" in folder else root, "pre-commit", "exit 1", folder.removeprefix("~/"))
    with pytest.raises(RepositoryError, match="pre-commit ended with status 1"):
        history.accept("eur")


def test_a_hook_that_is_not_executable_is_left_alone_and_one_that_cannot_start_is_told(
    root: Path, workspace: Workspace, history: History
) -> None:
    kept(workspace)
    hook(root, "commit-msg", "exit 1").chmod(0o644)
    path = hook(root, "pre-commit", "")
    path.write_text("#!/nowhere/sh\n")
    with pytest.raises(OutsideError, match="pre-commit cannot be started"):
        history.accept("eur")
    path.unlink()
    assert history.accept("eur").made


def test_a_post_commit_that_fails_is_told_and_changes_nothing_any_more(root: Path, workspace: Workspace, history: History) -> None:
    kept(workspace)
    hook(root, "post-commit", "pwd; exit 2")
    done = history.accept("eur")
    assert done.notes == (f"your hook post-commit ended with status 2:\n{root}",)
    assert git(root, "rev-parse", "HEAD") == done.made


@pytest.fixture
def key(home: Path) -> Path:
    """A key of Ada's that needs no passphrase, and git told to sign with it."""
    path = home / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)], check=True)
    (home / "signers").write_text(f"ada@example.org {path.with_suffix('.pub').read_text()}")
    for name, value in (
        ("gpg.format", "ssh"),
        ("user.signingKey", str(path)),
        ("commit.gpgSign", "true"),
        ("gpg.ssh.allowedSignersFile", str(home / "signers")),
    ):
        git(home, "config", "--global", name, value)
    return path


def test_a_candidate_is_never_signed_and_an_accepted_fix_is(root: Path, key: Path) -> None:
    workspace = open_workspace(root)
    history = History(workspace)
    commit = kept(workspace)
    assert "gpgsig" not in git(root, "cat-file", "commit", commit)
    made = history.accept("eur").made
    assert git(root, "log", "-1", "--format=%G?", made) == "G"
    assert git(root, "rev-parse", f"{made}^{{tree}}", f"{made}^") == git(root, "rev-parse", f"{commit}^{{tree}}", f"{commit}^")
    assert (history.resolve_fix("HEAD").commit, state(root)) == (commit, "merged")
    assert git(root, "log", "-1", "--format=%G?", history.undo("eur", here=Wishes()).made) == "G"
    sound(root)


def test_where_signing_fails_nothing_is_changed_and_the_reason_is_told(root: Path, key: Path) -> None:
    key.unlink()
    workspace = open_workspace(root)
    commit = kept(workspace)
    before = picture(root)
    with pytest.raises(RepositoryError, match=r"could not be signed: .*nothing was changed") as caught:
        History(workspace).accept("eur")
    assert "--no-gpg-sign" in caught.value.hint
    assert picture(root) == before
    done = History(workspace).accept("eur", Wishes(sign=False))
    assert done.made == commit
    assert "not signed" in done.notes[0]
