"""Whatever state a repository is in: a fix becomes a branch with its exact bytes, and all that is the user's stays as it is."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from refinery.errors import RepositoryError
from refinery.repo.history import History, State
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from safety.changes import ChangeSet, FileChange
from tests.refinery.repo.grounds import ADA, FILES, change, commit_all, fix, git, make, open_workspace, picture, sound, write
from tests.refinery.repo.states import STATES, TEXTS

NEW = FileChange("agent/new.py", None, "NEW = 1\n", "100755", "100755")


def blob(root: Path, name: str) -> bytes:
    return subprocess.run(["git", "cat-file", "blob", name], cwd=root, capture_output=True, check=True).stdout


@pytest.mark.parametrize("state", STATES)
def test_nothing_of_the_users_is_touched_and_the_fix_is_exact(root: Path, state: str) -> None:
    place = STATES[state](root) or root
    top = Path(git(place, "rev-parse", "--show-toplevel"))
    before, head, index = users(top, root), git(top, "rev-parse", "HEAD"), git(top, "ls-files", "--stage", "-v")
    ids = []
    for _ in range(2):
        workspace = open_workspace(place)
        base = workspace.repository.head()
        changes = ChangeSet((*change(workspace, "agent/app.py", "usd", "eur"), NEW))
        commit = workspace.commit(base, changes, "Answer in euros\n\nRefinery-Trace: t1\n", ADA)
        workspace.repository.describe_state()
        if state != "partial clone":  # its other files are at the remote, and nothing is fetched
            with workspace.lease(commit.id) as folder:
                assert (folder / "agent/app.py").read_bytes() == FILES["agent/app.py"].replace(b"usd", b"eur")
                assert (folder / "agent/new.py").stat().st_mode & 0o100
        assert workspace.keep(commit, "eur") == "refinery/eur"
        workspace.attach_note(commit.id, "evidence")
        ids.append(commit.id)
        workspace.close()
    workspace = open_workspace(place)
    if state != "locks of the user's git":  # to take a branch away, git needs one of these locks itself
        assert History(workspace).undo("eur").branch == ""
        assert History(workspace).redo("eur").branch == "refinery/eur"
    else:
        release(root)
        before = users(top, root)
        workspace.close()
        workspace = open_workspace(place)
    [entry] = History(workspace).history()
    workspace.close()
    assert (entry.state, entry.commit, entry.base) == (State.BRANCH, ids[0], head)
    assert users(top, root) == before
    assert (git(top, "rev-parse", "HEAD"), git(top, "ls-files", "--stage", "-v")) == (head, index)
    assert ids == [git(top, "rev-parse", "refinery/eur")] * 2
    rows = git(top, "--no-replace-objects", "diff-tree", "-r", "--no-color", head, ids[0]).splitlines()
    assert [(row.split()[1], row.split()[4], row.split("\t")[1]) for row in rows] == [
        ("100644", "M", "agent/app.py"),
        ("100755", "A", "agent/new.py"),
    ]
    assert blob(top, "refinery/eur:agent/app.py") == FILES["agent/app.py"].replace(b"usd", b"eur")
    assert git(top, "notes", "--ref=refinery", "show", ids[0]) == "evidence"
    sound(top)


def users(top: Path, root: Path) -> dict[str, tuple[str, int, int]]:
    """All that is the user's where they stand and in the first repository, in whose git folder that of a submodule lies."""
    around = {name: about for name, about in picture(root).files.items() if top == root or "/.git/modules/" not in name}
    return around | dict(picture(top).files)


def release(root: Path) -> None:
    for lock in (root / ".git").rglob("*.lock"):
        if "refinery" not in lock.parts:
            lock.unlink()


@pytest.mark.parametrize("text", TEXTS)
def test_bytes_are_those_of_the_commit_whatever_the_attributes_ask_for(root: Path, text: str) -> None:
    path, rule, old, new = TEXTS[text]
    write(root, {".gitattributes": f"{rule}\n".encode()})
    git(root, "config", "core.autocrlf", "true")
    git(
        root,
        "update-index",
        "--add",
        "--cacheinfo",
        f"100644,{git(root, 'hash-object', '-w', '--no-filters', '.gitattributes')},.gitattributes",
    )
    git(root, "commit", "-q", "-m", "attributes")
    before = picture(root)
    workspace = open_workspace(root)
    asked = (old.decode("utf-8", "surrogateescape"), new.decode("utf-8", "surrogateescape"))
    commit = workspace.commit(workspace.repository.head(), change(workspace, path, *asked), "Bytes", ADA)
    wanted = FILES[path].replace(old, new)
    with workspace.lease(commit.id) as folder:
        assert (folder / path).read_bytes() == wanted
        assert (folder / "crlf.txt").read_bytes() == (wanted if path == "crlf.txt" else FILES["crlf.txt"])
    workspace.keep(commit, "bytes")
    assert blob(root, f"refinery/bytes:{path}") == wanted
    assert picture(root) == before
    sound(root)


def test_a_file_of_twenty_megabytes_is_changed_like_any_other(root: Path) -> None:
    big = b"".join(b"%019d\n" % number for number in range(1_000_000))
    write(root, {"big.txt": big})
    commit_all(root, "big")
    workspace = open_workspace(root)
    commit = fix(workspace, "big.txt", f"{7:019d}\n", "seven\n")
    workspace.keep(commit, "big")
    assert blob(root, "refinery/big:big.txt") == big.replace(b"%019d\n" % 7, b"seven\n")
    sound(root)


def unborn(root: Path) -> None:
    git(root, "checkout", "-q", "--orphan", "fresh")


def no_tree(root: Path) -> None:
    tree = git(root, "rev-parse", "HEAD:agent")
    (root / ".git" / "objects" / tree[:2] / tree[2:]).unlink()


def no_blob(root: Path) -> None:
    found = git(root, "rev-parse", "HEAD:agent/app.py")
    (root / ".git" / "objects" / found[:2] / found[2:]).unlink()


def torn_head(root: Path) -> None:
    head = git(root, "rev-parse", "HEAD")
    file = root / ".git" / "objects" / head[:2] / head[2:]
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:20])


def lost_head(root: Path) -> None:
    (root / ".git" / "HEAD").write_text("0" * 40 + "\n")


def empty_head(root: Path) -> None:
    (root / ".git" / "HEAD").write_text("")


def unknown_extension(root: Path) -> None:
    git(root, "config", "core.repositoryFormatVersion", "1")
    git(root, "config", "extensions.tomorrow", "true")


def unreadable_config(root: Path) -> None:
    (root / ".git" / "config").write_text("[core\n")


def work_tree_elsewhere(root: Path) -> None:
    (root.parent / "other").mkdir()
    git(root, "config", "core.worktree", str(root.parent / "other"))


BROKEN: dict[str, Callable[[Path], None]] = {
    "unborn": unborn,
    "missing tree": no_tree,
    "missing blob of the very file": no_blob,
    "truncated commit": torn_head,
    "HEAD leads nowhere": lost_head,
    "HEAD is empty": empty_head,
    "unknown extension": unknown_extension,
    "configuration that cannot be read": unreadable_config,
    "work tree elsewhere": work_tree_elsewhere,
}


@pytest.mark.parametrize("state", BROKEN)
def test_what_cannot_be_fixed_is_refused_in_words_and_left_alone(root: Path, state: str) -> None:
    BROKEN[state](root)
    before = everything(root)
    with pytest.raises(RepositoryError) as caught:
        keep(root)
    assert caught.value.hint
    assert "Traceback" not in str(caught.value)
    assert everything(root) == before


def keep(root: Path) -> None:
    workspace = open_workspace(root)
    try:
        workspace.keep(fix(workspace), "eur")
    finally:
        workspace.close()


def everything(root: Path) -> dict[str, bytes]:
    files = [path for path in root.rglob("*") if path.is_file() and "refinery" not in path.relative_to(root).parts]
    return {str(path): path.read_bytes() for path in files}


def test_a_branch_below_the_name_of_the_fix_is_not_in_the_way(root: Path, workspace: Workspace) -> None:
    git(root, "branch", "refinery/eur/mine")
    commit = fix(workspace)
    assert workspace.keep(commit, "eur") == "refinery/eur-2"
    History(workspace).undo(commit.id)
    git(root, "branch", "refinery/eur-2/mine")
    assert History(workspace).redo(commit.id).branch == "refinery/eur-2-2"
    sound(root)


POLLUTED = {
    "GIT_DIR": "{other}/.git",
    "GIT_WORK_TREE": "{other}",
    "GIT_INDEX_FILE": "{other}/.git/index",
    "GIT_OBJECT_DIRECTORY": "{other}/.git/objects",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "{other}/.git/objects",
    "GIT_NAMESPACE": "name",
    "GIT_CEILING_DIRECTORIES": "/",
    "GIT_PREFIX": "agent/",
    "GIT_AUTHOR_NAME": "Mallory",
    "GIT_AUTHOR_DATE": "1999-01-01T00:00:00Z",
    "GIT_COMMITTER_EMAIL": "mallory@example.org",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.fsmonitor",
    "GIT_CONFIG_VALUE_0": "{program}",
    "GIT_CONFIG_PARAMETERS": "'core.fsmonitor'='{program}'",
    "GIT_EXTERNAL_DIFF": "{program}",
    "GIT_SSH_COMMAND": "{program}",
    "GIT_EDITOR": "{program}",
    "GIT_PAGER": "{program}",
    "GIT_ASKPASS": "{program}",
    "GIT_PROXY_COMMAND": "{program}",
    "GIT_TEMPLATE_DIR": "{other}",
    "GIT_TRACE": "{other}/trace",
    "GIT_TRACE2_EVENT": "{other}/trace",
    "GIT_REFLOG_ACTION": "mallory",
    "GIT_LITERAL_PATHSPECS": "0",
    "GIT_ICASE_PATHSPECS": "1",
    "GIT_DEFAULT_HASH": "sha256",
    "GIT_REPLACE_REF_BASE": "refs/heads/",
    "GIT_SHALLOW_FILE": "{other}/shallow",
    "GIT_QUARANTINE_PATH": "{other}",
    "GIT_FLUSH": "0",
}


def test_an_environment_full_of_gits_own_names_changes_nothing(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = open_workspace(root)
    wanted = fix(clean)
    clean.close()
    other = make(tmp_path / "other")
    program, canary = tmp_path / "program", tmp_path / "sung"
    program.write_text(f"#!/bin/sh\necho sung >> {canary}\n")
    program.chmod(0o755)
    before = picture(root), picture(other)
    for name, value in POLLUTED.items():
        monkeypatch.setenv(name, value.format(other=other, program=program))
    workspace = Workspace(Repository.open(root))
    commit = fix(workspace)
    with workspace.lease(commit.id) as folder:
        assert "eur" in (folder / "agent/app.py").read_text()
    branch = workspace.keep(commit, "eur")
    workspace.attach_note(commit.id, "evidence")
    History(workspace).undo("eur")
    History(workspace).redo("eur")
    workspace.close()
    for name in POLLUTED:
        monkeypatch.delenv(name)
    assert (commit, branch) == (wanted, "refinery/eur")
    assert (picture(root), picture(other)) == before
    assert not canary.exists()
    assert not (other / "trace").exists()
    sound(root)
    assert os.listdir(other / ".git" / "refs" / "heads") == ["main"]
