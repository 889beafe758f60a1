from __future__ import annotations

from pathlib import Path

from refinery.repo.patch import FileStat, stat
from tests.journeys.conftest import git


def test_a_patch_by_git_is_counted_file_by_file(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "kept name.txt").write_text("one\ntwo\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "base")
    (tmp_path / "kept name.txt").write_text("one\n2\nthree\n")
    (tmp_path / "new.txt").write_text("x\n")
    git(tmp_path, "add", "-A")
    assert stat(git(tmp_path, "diff", "--cached") + "\n") == (FileStat("kept name.txt", 2, 1), FileStat("new.txt", 1, 0))


def test_no_patch_is_no_files() -> None:
    assert stat("") == ()
