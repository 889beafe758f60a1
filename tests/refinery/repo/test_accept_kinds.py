"""Accepting where line ends, work trees and indexes are of other kinds: what comes of it is what git would make."""

from __future__ import annotations

from pathlib import Path

import pytest

from refinery.repo.history import History
from refinery.repo.workspace import Workspace
from safety.changes import ChangeSet, FileChange
from tests.refinery.repo.grounds import FILES, change, git, make, open_workspace, picture, sound, write
from tests.refinery.repo.test_accept import EUR, kept, touched


@pytest.fixture
def history(workspace: Workspace) -> History:
    return History(workspace)


@pytest.mark.parametrize("settings", [{"core.autocrlf": "true"}, {"core.eol": "crlf"}, {"core.autocrlf": "input"}])
@pytest.mark.parametrize(
    "attributes", ["", "*.py text\n", "*.py text=auto\n", "*.py text eol=crlf\n", "*.py text eol=lf\n", "*.py -text\n"]
)
def test_line_ends_are_what_a_checkout_would_make_them(tmp_path: Path, home: Path, settings: dict[str, str], attributes: str) -> None:
    """Held against git itself, which checks the same commit out beside."""
    root = make(tmp_path / "ends", {**FILES, ".gitattributes": f"{attributes}\n".encode()} if attributes else FILES)
    for name, value in settings.items():
        git(root, "config", "--global", name, value)
    for path in ("agent/app.py", "crlf.txt"):
        (root / path).unlink()
        git(root, "checkout", "-q", "--", path)
    workspace = open_workspace(root)
    changes = (
        *change(workspace, "agent/app.py", "usd", "eur"),
        *change(workspace, "crlf.txt", "two", "2"),
        FileChange("n.py", None, "1\n"),
    )
    commit = kept(workspace, ChangeSet(changes))
    History(workspace).accept("eur")
    git(root, "worktree", "add", "-q", str(tmp_path / "beside"), commit)
    for path in ("agent/app.py", "crlf.txt", "n.py"):
        assert (root / path).read_bytes() == (tmp_path / "beside" / path).read_bytes(), path
    assert git(root, "status", "--porcelain") == ""
    sound(root)


def test_a_file_whose_line_ends_are_clean_to_git_is_clean_to_us(root: Path, workspace: Workspace, history: History) -> None:
    git(root, "config", "core.autocrlf", "true")
    kept(workspace)
    write(root, {"agent/app.py": FILES["agent/app.py"].replace(b"\n", b"\r\n")})
    history.accept("eur")
    assert (root / "agent/app.py").read_bytes() == EUR.replace(b"\n", b"\r\n")


def test_a_linked_work_tree_accepts_into_its_own_branch(root: Path, workspace: Workspace, tmp_path: Path) -> None:
    kept(workspace)
    git(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    before = picture(root)
    History(open_workspace(tmp_path / "side")).accept("eur")
    assert touched(before, picture(root), root) == set()
    assert git(root, "rev-parse", "main") != git(root, "rev-parse", "side") == git(root, "rev-parse", "refinery/eur")
    assert git(tmp_path / "side", "status", "--porcelain") == git(root, "status", "--porcelain") == ""
    sound(root)


@pytest.mark.parametrize("how", ["split", "version 4", "sparse", "untracked cache", "sha256"])
def test_an_index_of_another_kind_stays_of_that_kind(tmp_path: Path, home: Path, how: str) -> None:
    root = make(tmp_path / "kind", form="sha256" if how == "sha256" else "sha1")
    match how:
        case "split":
            git(root, "update-index", "--split-index")
        case "version 4":
            git(root, "update-index", "--index-version", "4")
        case "sparse":
            git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "agent")
        case "untracked cache":
            git(root, "update-index", "--force-untracked-cache")
    workspace = open_workspace(root)
    kept(workspace)
    History(workspace).accept("eur")
    assert git(root, "status", "--porcelain") == ""
    assert (root / "agent/app.py").read_bytes() == EUR
    raw = (root / ".git/index").read_bytes()
    marks = {"split": b"link", "sparse": b"sdir", "untracked cache": b"UNTR"}
    assert how not in marks or marks[how] in raw
    assert raw[7] == (4 if how == "version 4" else raw[7])
    sound(root)
