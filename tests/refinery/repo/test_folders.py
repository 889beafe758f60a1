"""Private folders: exactly a commit's files, whatever a run before did to them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from refinery.repo.clearing import Clearing
from refinery.repo.workspace import Workspace
from safety.changes import ChangeSet, FileChange
from tests.refinery.repo.grounds import commit_all, committed, fix, git, open_workspace, tree, write


def test_a_folder_holds_exactly_the_commits_files(root: Path, workspace: Workspace) -> None:
    head = workspace.repository.head()
    with workspace.lease(head) as folder:
        assert tree(folder) == committed(root, head)
        assert not (folder / ".git").exists()
        assert folder.is_relative_to(workspace.repository.state / "folders")


def test_a_folder_is_used_again_and_switched(root: Path, workspace: Workspace) -> None:
    head, candidate = workspace.repository.head(), fix(workspace).id
    with workspace.lease(head) as first:
        pass
    with workspace.lease(candidate) as second:
        assert second == first
        assert (second / "agent/app.py").read_text() == "def answer():\n    return 'eur'\n"
        assert tree(second).keys() == committed(root, head).keys()
    with workspace.lease(head) as third:
        assert tree(third) == committed(root, head)


def test_nothing_of_the_run_before_is_left(root: Path, workspace: Workspace, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, {"keep.txt": b"precious\n", "app.py": b"precious\n"})
    head = workspace.repository.head()
    with workspace.lease(head) as folder:
        write(folder, {"new.txt": b"1", "agent/cache/x.pyc": b"1", ".gitignore": b"*\n", "agent/tools.py": b"LIMIT = 4\n"})
        git(folder, "init", "-q")
        git(folder, "init", "-q", "agent")
        git(folder, "init", "-q", "nested")
        (folder / "empty" / "er").mkdir(parents=True)
        (folder / "locked").mkdir()
        (folder / "locked" / "file").write_text("x")
        (folder / "locked").chmod(0)
        (folder / "notes.md").chmod(0)
        (folder / "run.sh").chmod(0o644)
        (folder / "bom.txt").unlink()
        os.mkfifo(folder / "pipe")
        (folder / "latin.txt").unlink()
        os.symlink(outside / "keep.txt", folder / "latin.txt")
        (folder / "crlf.txt").unlink()
        (folder / "crlf.txt").mkdir()
        os.symlink(outside, folder / "way-out")
        (folder / "config").rename(folder / "moved")
        os.symlink(folder / "moved", folder / "config")
    with workspace.lease(head) as folder:
        assert tree(folder) == committed(root, head)
    assert tree(outside) == {"app.py": ("file 0", b"precious\n"), "keep.txt": ("file 0", b"precious\n")}


def test_a_folder_replaced_by_a_link_outside_is_not_followed(root: Path, workspace: Workspace, tmp_path: Path) -> None:
    write(tmp_path / "outside", {"app.py": b"precious\n", "other.py": b"precious\n"})
    with workspace.lease(workspace.repository.head()) as folder:
        (folder / "agent").rename(folder / "gone")
        os.symlink(tmp_path / "outside", folder / "agent")
    with workspace.lease(fix(workspace).id) as folder:
        assert not (folder / "agent").is_symlink()
        assert sorted(os.listdir(folder / "agent")) == ["app.py", "tools.py"]
    assert {name: content for name, (_, content) in tree(tmp_path / "outside").items()} == {
        "app.py": b"precious\n",
        "other.py": b"precious\n",
    }


def test_an_edit_of_the_same_size_in_the_same_second_is_noticed(workspace: Workspace) -> None:
    head = workspace.repository.head()
    for _ in range(5):
        with workspace.lease(head) as folder:
            file = folder / "agent/tools.py"
            assert file.read_bytes() == b"LIMIT = 3\n"
            times = file.stat()
            with file.open("r+b") as opened:
                opened.write(b"LIMIT = 4\n")
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def test_attributes_of_the_repository_change_no_byte(root: Path) -> None:
    write(
        root, {".gitattributes": b"*.txt text eol=crlf ident\n*.md working-tree-encoding=UTF-16\n*.py filter=evil\n", "id.txt": b"$Id$\n"}
    )
    git(root, "config", "filter.evil.clean", "cat")
    git(root, "add", ".gitattributes", "id.txt")
    git(root, "commit", "-q", "-m", "attributes")
    head = git(root, "rev-parse", "HEAD")
    with open_workspace(root).lease(head) as folder:
        assert tree(folder) == committed(root, head)


def test_submodules_are_empty_folders_and_links_stay_links(root: Path) -> None:
    os.symlink("/etc", root / "etc")
    git(root, "add", "-A")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{git(root, 'rev-parse', 'HEAD')},module")
    git(root, "commit", "-q", "-m", "special")
    workspace = open_workspace(root)
    for _ in range(2):
        with workspace.lease(workspace.repository.head()) as folder:
            assert os.readlink(folder / "etc") == "/etc"
            assert list((folder / "module").iterdir()) == []
            (folder / "module" / "x").write_text("x")


def test_leases_at_once_have_folders_of_their_own(root: Path, workspace: Workspace) -> None:
    head, candidate = workspace.repository.head(), fix(workspace).id
    with ExitStack() as stack:
        folders = [stack.enter_context(workspace.lease(commit)) for commit in (head, candidate, head)]
        assert len(set(folders)) == 3
        assert [(each / "agent/app.py").read_text().count("eur") for each in folders] == [0, 1, 0]

    def look(number: int) -> bool:
        with workspace.lease(candidate if number % 2 else head) as folder:
            return ("eur" in (folder / "agent/app.py").read_text()) == bool(number % 2)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(look, range(24)))
    assert len([each for each in (workspace.repository.state / "folders").iterdir() if each.is_dir()]) <= 4


HOLDER = """
import sys, pathlib
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
workspace = Workspace(Repository.open(pathlib.Path(sys.argv[1])))
with workspace.lease(workspace.repository.head()) as folder:
    (folder / "left.txt").write_text("left")
    (folder.parent / "index.lock").write_text("")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_a_folder_of_a_killed_process_is_free_again(root: Path, workspace: Workspace) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(root)], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert holder.stdout
    assert holder.stdin
    with holder.stdout, holder.stdin:
        taken = Path(holder.stdout.readline().strip())
        head = workspace.repository.head()
        with workspace.lease(head) as other:
            assert other != taken
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with workspace.lease(head) as one, workspace.lease(head) as two:
        assert taken in (one, two)
        assert tree(one) == tree(two) == committed(root, head)


def test_spare_folders_are_removed_by_the_next_run(root: Path, workspace: Workspace) -> None:
    head = workspace.repository.head()
    with ExitStack() as stack:
        for _ in range(10):
            stack.enter_context(workspace.lease(head))
    workspace.close()
    open_workspace(root)
    assert len([each for each in (workspace.repository.state / "folders").iterdir() if each.is_dir()]) == 8


def test_a_failure_inside_a_lease_is_its_own(workspace: Workspace) -> None:
    with pytest.raises(FileNotFoundError), workspace.lease(workspace.repository.head()) as folder:
        (folder / "nowhere").read_text()


SPOILS: dict[str, tuple[Callable[[Path], object], ...]] = {
    "a new file": (lambda at: (at / "new.txt").write_text("1"),),
    "a new folder": (lambda at: (at / "b").mkdir(),),
    "another name": (lambda at: at.rename(at.parent / "moved"),),
    "a repository": (lambda at: (at / ".git").mkdir(),),
    "a folder for a file": (lambda at: (at / "x.py").unlink(), lambda at: (at / "x.py").mkdir()),
    "a pipe for a file": (lambda at: (at / "x.py").unlink(), lambda at: os.mkfifo(at / "x.py")),
    "a link for a folder": (lambda at: at.rename(at.parent / "b"), lambda at: os.symlink("/etc", at)),
    "a file for a folder": (lambda at: at.rename(at.parent / "b"), lambda at: at.write_text("1")),
    "closed and filled": (lambda at: (at / "y").write_text("1"), lambda at: at.chmod(0)),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_folder_that_was_clear_is_looked_at_again_once_it_has_changed(root: Path, workspace: Workspace, spoil: str) -> None:
    write(root, {"deep/a/x.py": b"x\n", "deep/c/y.py": b"y\n"})
    entries = workspace.shadow.entries(commit_all(root, "deep"))
    clearing, much_later = Clearing(), time.time_ns() + 10**15
    with workspace.lease(workspace.repository.head()) as folder:
        wanted = set(folder.rglob("*"))
        clearing.clear(folder, entries, much_later)
        tick(folder.parent / "clock")
        for act in SPOILS[spoil]:
            act(folder / "deep" / "a")
        for _ in range(2):
            clearing.clear(folder, entries, much_later)
            assert set(folder.rglob("*")) <= wanted
            assert not any(path.is_dir() for path in folder.glob("deep/a/x.py"))
            assert not any(path.is_fifo() for path in folder.glob("deep/a/x.py"))
            assert not (folder / "deep/a").is_symlink()


def tick(file: Path) -> None:
    """Wait until the disk's clock has moved on, which takes milliseconds."""
    file.write_text("")
    before = file.stat().st_ctime_ns
    while file.stat().st_ctime_ns == before:
        file.write_text("")


def test_folders_that_another_commit_has_are_made_and_removed(root: Path, workspace: Workspace) -> None:
    base = workspace.repository.head()
    made = workspace.commit(base, ChangeSet((FileChange("new/deep/file.py", None, "1\n"), FileChange("bom.txt", "\ufeffbom\n", None))), "x")
    for _ in range(3):
        for commit in (base, made.id):
            with workspace.lease(commit) as folder:
                assert tree(folder) == committed(root, commit) if commit == base else (folder / "new/deep/file.py").exists()
                assert (folder / "bom.txt").exists() == (commit == base) == (not (folder / "new").exists())


def test_a_folder_is_looked_at_again_for_a_commit_that_has_other_files_in_it(root: Path, workspace: Workspace) -> None:
    entries = workspace.shadow.entries(workspace.repository.head())
    clearing, much_later = Clearing(), time.time_ns() + 10**15
    with workspace.lease(workspace.repository.head()) as folder:
        clearing.clear(folder, entries, much_later)
        assert (folder / "agent/tools.py").exists()
        fewer = {path: entry for path, entry in entries.items() if path != "agent/tools.py"}
        clearing.clear(folder, fewer, much_later)
        assert not (folder / "agent/tools.py").exists()
        assert (folder / "agent/app.py").exists()
