"""Private folders: exactly a commit's files, whatever a run before did to them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from refinery.repo.workspace import Workspace
from tests.refinery.repo.grounds import committed, fix, git, open_workspace, tree, write


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
