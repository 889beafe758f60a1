"""Building commits in the shadow: exact bytes, the same id each time, and no path where none should be."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from refinery.errors import RepositoryError
from refinery.repo.identity import NEUTRAL, Identity
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from safety.changes import ChangeSet, FileChange
from tests.refinery.repo.grounds import ADA, FILES, MESSAGE, change, commit_all, fix, git, make, open_workspace, picture, sound, write


def created(path: str, text: str = "x\n", mode: str = "100644") -> ChangeSet:
    return ChangeSet((FileChange(path, None, text, mode, mode),))


def test_the_same_change_is_the_same_commit_in_any_process(root: Path, workspace: Workspace) -> None:
    first = fix(workspace)
    again = fix(open_workspace(root))
    assert first == again
    assert first.parent == git(root, "rev-parse", "HEAD")
    assert (first.subject, first.message) == ("Answer in euros", MESSAGE)
    assert fix(workspace, message="Another\n").id != first.id


def test_a_candidate_is_on_no_branch_and_not_in_the_users_objects(root: Path, workspace: Workspace) -> None:
    before = picture(root)
    refs = git(root, "for-each-ref")
    commit = fix(workspace)
    assert git(root, "cat-file", "-t", commit.id, ok=False) == ""
    assert (picture(root), git(root, "for-each-ref")) == (before, refs)


def test_candidates_are_nobodys_and_dated_by_their_base(workspace: Workspace) -> None:
    head = workspace.repository.head()
    commit = workspace.commit(head, change(workspace, "agent/app.py", "usd", "eur"), "Try")
    raw = workspace.shadow.git.line("cat-file", "commit", commit.id)
    date = git(workspace.repository.root, "show", "-s", "--format=%cd", "--date=raw", head)
    assert f"author {NEUTRAL} {date}\ncommitter {NEUTRAL} {date}" in raw


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("crlf.txt", "two\r\n", "2\r\n"),
        ("latin.txt", "\udce9", "\udce8"),
        ("bom.txt", "bom", "\ufeffnew"),
        ("notes.md", "line 39\n", "line 39"),
    ],
)
def test_bytes_that_are_not_changed_stay(workspace: Workspace, path: str, old: str, new: str) -> None:
    git(workspace.repository.root, "config", "core.autocrlf", "true")
    commit = fix(workspace, path, old, new)
    content = workspace.shadow.git.run("cat-file", "blob", f"{commit.id}:{path}")
    assert content == FILES[path].replace(old.encode("utf-8", "surrogateescape"), new.encode("utf-8", "surrogateescape"))


def test_modes_are_kept_and_changed_only_when_asked(workspace: Workspace) -> None:
    def mode(commit: str) -> str:
        return workspace.shadow.git.line("ls-tree", commit, "run.sh").split()[0]

    assert mode(fix(workspace, "run.sh", "run", "go").id) == "100755"
    text = workspace.repository.read("HEAD", "run.sh")
    only_mode = ChangeSet((FileChange("run.sh", text, text, "100755", "100644"),))
    assert mode(workspace.commit(workspace.repository.head(), only_mode, "Mode", ADA).id) == "100644"


def test_files_are_added_and_deleted_in_one_commit(workspace: Workspace) -> None:
    head = workspace.repository.head()
    changes = ChangeSet(
        (
            FileChange("agent/tools.py", FILES["agent/tools.py"].decode(), None),
            *created("agent/deep/er/new.py"),
            *created("go", mode="100755"),
        )
    )
    commit = workspace.commit(head, changes, "Move", ADA)
    names = workspace.shadow.git.line("diff-tree", "-r", "--name-status", head, commit.id).splitlines()
    assert names == ["A\tagent/deep/er/new.py", "D\tagent/tools.py", "A\tgo"]


ODD = [
    "with space",
    "quote'\"s",
    "-dash",
    "--all",
    "*",
    "?[a]",
    "$(touch x)",
    "\U0001f600",
    "a;b",
    "~",
    "#1",
    "!x",
    "%s",
    "n\u00e9e",
    "\udcff",
]


def test_odd_names_are_names(workspace: Workspace) -> None:
    changes = ChangeSet(tuple(FileChange(f"odd/{name}", None, f"{place}\n") for place, name in enumerate(ODD)))
    commit = workspace.commit(workspace.repository.head(), changes, "Odd", ADA)
    with workspace.lease(commit.id) as folder:
        assert {name: (folder / "odd" / name).read_text() for name in ODD} == {name: f"{place}\n" for place, name in enumerate(ODD)}


OUTSIDE = ["", "/etc/x", "../x", "a/../../x", "a//b", "./a", "a/."]
GIT = [
    ".git/hooks/x",
    ".GIT/config",
    "a/.git/config",
    "git~1/x",
    ".git./x",
    ".git /x",
    ".git::$INDEX_ALLOCATION/x",
    ".g\u200cit/x",
    "\uff0egit/x",
]
NOT_PORTABLE = ["CON", "aux.py", "com1.txt", "a:b", "a\\b", "a\0b", "new\nline", "end.", "end ", "a/b "]


@pytest.mark.parametrize("path", OUTSIDE + GIT + NOT_PORTABLE)
def test_a_path_that_leads_astray_is_refused(workspace: Workspace, path: str) -> None:
    with pytest.raises(RepositoryError, match="cannot be changed"):
        workspace.commit(workspace.repository.head(), created(path), "Attack", ADA)


@pytest.mark.parametrize(
    "path", ["Agent/new.py", "AGENT", "Crlf.TXT", "agent/APP.py", "agent", "crlf.txt/below", unicodedata.normalize("NFD", "d\u00e9j\u00e0")]
)
def test_a_path_that_collides_with_one_that_is_there_is_refused(root: Path, path: str) -> None:
    write(root, {unicodedata.normalize("NFC", "d\u00e9j\u00e0"): b"vu\n"})
    commit_all(root, "accents")
    workspace = open_workspace(root)
    with pytest.raises(RepositoryError, match="cannot be changed"):
        workspace.commit(workspace.repository.head(), created(path), "Collide", ADA)


@pytest.mark.parametrize(("one", "other"), [("new/A.py", "new/a.py"), ("N/a", "n/b"), ("new", "new/below")])
def test_new_paths_that_collide_with_each_other_are_refused(workspace: Workspace, one: str, other: str) -> None:
    with pytest.raises(RepositoryError):
        workspace.commit(workspace.repository.head(), ChangeSet((*created(one), *created(other))), "Collide", ADA)


def test_a_name_that_is_not_portable_may_be_edited_where_it_is_there(root: Path) -> None:
    write(root, {"aux.py": b"1\n"})
    commit_all(root, "aux")
    assert fix(open_workspace(root), "aux.py", "1", "2").id


def test_links_submodules_and_large_files_of_lfs_are_refused(root: Path) -> None:
    os.symlink("/etc", root / "out")
    write(root, {"big.bin": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"})
    git(root, "add", "-A")
    git(root, "update-index", "--add", "--cacheinfo", f"160000,{git(root, 'rev-parse', 'HEAD')},module")
    git(root, "commit", "-q", "-m", "special")
    workspace = open_workspace(root)
    head = workspace.repository.head()
    for path in ("out/passwd", "module/x"):
        with pytest.raises(RepositoryError, match="not a folder"):
            workspace.commit(head, created(path), "Through", ADA)
    for path, before in (("out", "/etc"), ("module", "x")):
        with pytest.raises(RepositoryError, match="it is a"):
            workspace.commit(head, ChangeSet((FileChange(path, before, "y"),)), "Over", ADA)
    with pytest.raises(RepositoryError, match="Git LFS"):
        fix(workspace, "big.bin", "size 1", "size 2")
    with pytest.raises(RepositoryError, match="regular files only"):
        workspace.commit(head, created("link", "/etc/passwd", "120000"), "Link", ADA)


def bad(changes: Callable[[Workspace], ChangeSet]) -> Callable[[Workspace], ChangeSet]:
    return changes


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (bad(lambda _: ChangeSet(())), "nothing to commit"),
        (bad(lambda w: change(w, "agent/app.py", "usd", "usd")), "changes nothing"),
        (bad(lambda _: ChangeSet((FileChange("agent/app.py", "stale\n", "new\n"),))), "reads differently"),
        (bad(lambda _: created("agent/app.py")), "is there already"),
        (bad(lambda _: ChangeSet((FileChange("gone.py", "x", None),))), "is not there"),
        (bad(lambda w: ChangeSet((*change(w, "agent/app.py", "usd", "a"), *change(w, "agent/app.py", "usd", "b")))), "twice"),
    ],
)
def test_a_change_that_does_not_fit_its_base_is_refused(workspace: Workspace, changes: Callable[[Workspace], ChangeSet], says: str) -> None:
    with pytest.raises(RepositoryError, match=says):
        workspace.commit(workspace.repository.head(), changes(workspace), MESSAGE, ADA)


@pytest.mark.parametrize("name", ["", " ", "<>", "a\nb"])
def test_a_name_that_git_would_refuse_is_refused_with_the_way_out(workspace: Workspace, name: str) -> None:
    with pytest.raises(RepositoryError, match="cannot sign") as caught:
        workspace.commit(workspace.repository.head(), change(workspace, "agent/app.py", "usd", "eur"), "x", Identity(name, "a@b"))
    assert "user.name" in caught.value.hint


def test_many_threads_build_many_commits(workspace: Workspace) -> None:
    head = workspace.repository.head()
    sets = [change(workspace, "agent/app.py", "usd", f"c{number}") for number in range(24)]
    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda each: workspace.commit(head, each, "Try", ADA).id, sets))
    assert len(set(ids)) == 24
    assert ids == [workspace.commit(head, each, "Try", ADA).id for each in sets]
    assert list(workspace.shadow.scratch.iterdir()) == []


def test_a_repository_of_sha256_a_shallow_one_and_one_that_borrows_work_too(tmp_path: Path, home: Path) -> None:
    origin = make(tmp_path / "origin", form="sha256")
    write(origin, {"agent/tools.py": b"LIMIT = 7\n"})
    commit_all(origin, "second")
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{origin}", "shallow")
    git(tmp_path, "clone", "-q", "--shared", str(origin), "shared")
    for name in ("origin", "shallow", "shared"):
        workspace = open_workspace(tmp_path / name)
        assert len(fix(workspace).id) == 64
        assert workspace.keep(fix(workspace), "eur") == "refinery/eur"
        sound(tmp_path / name)


def test_a_state_folder_elsewhere_works_with_odd_names(root: Path, tmp_path: Path) -> None:
    moved = tmp_path / 'a "b'
    root.rename(moved)
    workspace = Workspace(Repository.open(moved, home=tmp_path / "state\nx"))
    assert workspace.keep(fix(workspace), "eur") == "refinery/eur"
    sound(moved)
