"""A repository whose configuration names programs to run: none of them runs, whatever is asked of us."""

from __future__ import annotations

from pathlib import Path

import pytest

from refinery.errors import RepositoryError
from refinery.repo.accepting import Wishes
from refinery.repo.history import History
from refinery.repo.repository import Repository
from tests.refinery.repo.grounds import commit_all, fix, git, open_workspace, picture, sound, write

HOOKS = """
pre-commit prepare-commit-msg commit-msg post-commit post-checkout post-merge post-index-change reference-transaction update pre-receive
post-receive post-update pre-auto-gc post-rewrite fsmonitor-watchman proc-receive push-to-checkout pre-rebase applypatch-msg
"""


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file that comes to be when any program of the repository's is run."""
    return tmp_path / "sung"


@pytest.fixture
def hostile(root: Path, tmp_path: Path, canary: Path) -> Path:
    """Every way that is known for a repository to run a program."""
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{canary}'\ncat\n")
    remote = tmp_path / "remote"
    remote.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{canary}'\n")  # it ends at once: git would wait for one that listens
    for each in (program, remote):
        each.chmod(0o755)
    write(root, {".gitattributes": b"* filter=evil diff=evil merge=evil\n*.txt text eol=crlf\n"})
    git(root, "add", "--renormalize", ".")  # whether git would look at the files again by itself is a matter of milliseconds
    commit_all(root, "attributes")
    for folder in (root / ".git" / "hooks", tmp_path / "hooks"):
        folder.mkdir(exist_ok=True)
        for hook in HOOKS.split():
            (folder / hook).write_bytes(program.read_bytes())
            (folder / hook).chmod(0o755)
    config = {
        "core.hooksPath": str(tmp_path / "hooks"),
        "core.fsmonitor": str(program),
        "core.pager": str(program),
        "core.editor": str(program),
        "core.sshCommand": str(program),
        "core.askPass": str(program),
        "core.alternateRefsCommand": str(program),
        "core.gitProxy": str(program),
        "sequence.editor": str(program),
        "credential.helper": f"!{program}",
        "filter.evil.clean": str(program),
        "filter.evil.smudge": str(program),
        "filter.evil.process": str(program),
        "filter.evil.required": "true",
        "diff.evil.textconv": str(program),
        "diff.evil.command": str(program),
        "diff.external": str(program),
        "interactive.diffFilter": str(program),
        "merge.evil.driver": str(program),
        "gpg.program": str(program),
        "commit.gpgSign": "true",
        "log.showSignature": "true",
        "uploadpack.packObjectsHook": str(program),
        "trailer.x.command": str(program),
        "alias.rev-parse": f"!{program}",
        "alias.notes": f"!{program}",
        "notes.rewriteRef": "refs/notes/*",
        "browser.x.cmd": str(program),
        "protocol.ext.allow": "always",
        "protocol.allow": "always",
        "remote.origin.url": f"ext::{remote}",
        "remote.origin.promisor": "true",
        "remote.origin.partialCloneFilter": "blob:none",
        "extensions.partialClone": "origin",
        "gc.auto": "1",
        "maintenance.auto": "true",
    }
    for key, value in config.items():
        git(root, "config", "--file", str(root / ".git" / "included"), key, value)
    for key, value in config.items():
        git(root, "config", key, value)
    git(root, "config", "include.path", "included")
    git(root, "config", "core.repositoryFormatVersion", "1")
    return root


def test_the_canary_can_sing(hostile: Path, canary: Path) -> None:
    git(hostile, "status", ok=False)
    assert canary.exists()


def test_no_program_of_the_repository_is_run(hostile: Path, canary: Path) -> None:
    write(hostile, {"agent/tools.py": b"LIMIT = 8\n", "crlf.txt": b"other\n"})
    for name in ("agent/app.py", "notes.md"):
        (hostile / name).touch()
    before = picture(hostile)
    repository = Repository.open(hostile / "agent")
    head = repository.head()
    repository.files(head)
    repository.read_many(head, [each.path for each in repository.files("HEAD")])
    repository.identity()
    repository.describe_state()
    repository.changes("HEAD~1..HEAD")
    repository.changes("HEAD~1...HEAD")
    repository.staged()
    workspace = open_workspace(hostile)
    commit = fix(workspace)
    for each in (head, commit.id, head):
        with workspace.lease(each) as folder:
            (folder / "agent" / "app.py").write_text("changed by the agent\n")
            assert (folder / "crlf.txt").read_bytes() == b"one\ntwo\n"
    workspace.keep(commit, "eur")
    workspace.attach_note(commit.id, "evidence")
    history = History(workspace)
    assert "+    return 'eur'" in history.show("eur").patch
    history.undo("eur")
    history.redo("eur")
    open_workspace(hostile).close()
    assert not canary.exists(), canary.read_text()
    assert picture(hostile) == before


def test_undoing_a_merged_fix_runs_none_either(hostile: Path, canary: Path, tmp_path: Path) -> None:
    workspace = open_workspace(hostile)
    commit = fix(workspace)
    workspace.keep(commit, "eur")
    (hostile / ".git" / "refs" / "heads" / "main").write_text(commit.id + "\n")  # merged, without the user's git
    before = picture(hostile)
    undone = History(workspace).undo("eur")
    assert workspace.repository.read(undone.branch, "agent/app.py") == workspace.repository.read("HEAD~1", "agent/app.py")
    assert not canary.exists(), canary.read_text()
    assert picture(hostile) == before
    (hostile / ".git" / "config").write_text("[core]\n\trepositoryformatversion = 0\n\thooksPath = /dev/null\n")
    sound(hostile)


def test_accepting_runs_hooks_of_a_commit_and_nothing_else(hostile: Path, canary: Path, tmp_path: Path) -> None:
    workspace = open_workspace(hostile)
    workspace.keep(fix(workspace), "eur")
    history, wishes = History(workspace), Wishes(verify=False, sign=False)
    before = picture(hostile)
    with pytest.raises(RepositoryError, match="passes it through the filter “evil”"):
        history.accept("eur")
    assert not canary.exists(), canary.read_text()
    assert picture(hostile) == before
    write(hostile, {".git/info/attributes": b"*.py -filter\n"})  # the other files keep theirs
    history.accept("eur", wishes)
    history.undo("eur", here=wishes)
    history.redo("eur", here=wishes)
    assert canary.read_text().split() == [str(tmp_path / "hooks" / "post-commit")] * 3
    canary.unlink()
    history.undo("eur", here=Wishes(sign=False))
    assert [Path(line.split()[0]).name for line in canary.read_text().splitlines()] == [
        "pre-commit",
        "prepare-commit-msg",
        "commit-msg",
        "post-commit",
    ]


def test_a_missing_object_of_a_partial_clone_is_not_fetched(hostile: Path, canary: Path) -> None:
    blob = git(hostile, "-c", "core.fsmonitor=false", "rev-parse", "HEAD:notes.md")
    (hostile / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    workspace = open_workspace(hostile)
    commit = fix(workspace)
    assert workspace.keep(commit, "eur") == "refinery/eur"
    assert {each.path: each.size for each in workspace.repository.files("HEAD")}["notes.md"] == -1
    with pytest.raises(RepositoryError, match="not in the repository"):
        workspace.repository.read("HEAD", "notes.md")
    assert not canary.exists(), canary.read_text()
    git(hostile, "cat-file", "blob", blob, ok=False)
    assert canary.exists()
