"""Finding a repository, reading it, and describing it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from refinery.errors import OutsideError, RepositoryError
from refinery.repo.identity import Identity
from refinery.repo.repository import Repository
from tests.refinery.repo.grounds import ADA, FILES, commit_all, git, make, picture, write


def test_a_repository_is_found_from_a_folder_below(root: Path) -> None:
    repository = Repository.open(root / "agent")
    assert repository.root == root
    assert repository.state == root / ".git" / "refinery"
    assert repository.head() == git(root, "rev-parse", "HEAD")


def test_a_linked_work_tree_shares_the_state_and_has_its_own_head(root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    write(tmp_path / "side", {"agent/tools.py": b"LIMIT = 9\n"})
    ahead = commit_all(tmp_path / "side", "second")
    linked = Repository.open(tmp_path / "side")
    assert (linked.root, linked.common, linked.state) == (tmp_path / "side", root / ".git", root / ".git" / "refinery")
    assert linked.head() == ahead != Repository.open(root).head()


def test_a_git_file_leads_to_the_repository(tmp_path: Path) -> None:
    root = make(tmp_path / "here")
    (root / ".git").rename(tmp_path / "elsewhere.git")
    (root / ".git").write_text(f"gitdir: {tmp_path / 'elsewhere.git'}\n")
    assert Repository.open(root).common == tmp_path / "elsewhere.git"


@pytest.mark.parametrize("kind", ["none", "bare", "inside", "missing"])
def test_what_is_no_repository_with_a_work_tree_is_refused_in_words(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "place"
    says = {"none": "not in a git repository", "bare": "bare repository", "inside": "git's own folder", "missing": "no folder"}[kind]
    if kind == "inside":
        place = make(place) / ".git"
    elif kind != "missing":
        place.mkdir()
        if kind == "bare":
            git(place, "init", "-q", "--bare")
    with pytest.raises(RepositoryError, match=says) as caught:
        Repository.open(place)
    assert caught.value.hint


def test_an_unborn_branch_has_no_head_but_staged_files(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    git(tmp_path / "new", "init", "-q")
    write(tmp_path / "new", {"a.py": b"1\n"})
    git(tmp_path / "new", "add", "a.py")
    repository = Repository.open(tmp_path / "new")
    with pytest.raises(RepositoryError, match="no commit yet"):
        repository.head()
    assert [(each.path, each.before, each.after) for each in repository.staged()] == [("a.py", None, "1\n")]
    assert "the repository has no commit yet" in repository.describe_state()


def test_bytes_are_read_as_they_were_committed(root: Path) -> None:
    repository = Repository.open(root)
    read = repository.read_many("HEAD", [*FILES, "nowhere"])
    assert {name: text.encode("utf-8", "surrogateescape") for name, text in read.items()} == dict(FILES)
    assert repository.read("HEAD", "agent") is None


def test_files_have_modes_and_sizes(root: Path) -> None:
    os.symlink("crlf.txt", root / "link")
    commit_all(root, "link")
    found = {each.path: each for each in Repository.open(root).files("HEAD")}
    assert (found["run.sh"].mode, found["link"].mode, found["crlf.txt"].mode) == ("100755", "120000", "100644")
    assert found["crlf.txt"].size == len(FILES["crlf.txt"])


def test_a_revision_that_names_nothing_is_refused(root: Path) -> None:
    repository = Repository.open(root)
    assert repository.resolve("main") == repository.head()
    for bad in ("nothing", "", "--all", "HEAD:agent", "-h", "a\nb"):
        with pytest.raises(RepositoryError, match="names no commit"):
            repository.resolve(bad)


def test_the_identity_is_the_one_that_git_would_use(root: Path, home: Path) -> None:
    assert Repository.open(root).identity() == ADA
    (home / "work").write_text("[user]\n\temail = ada@work.example\n")
    git(root, "config", "--global", f"includeIf.gitdir:{root}/.path", str(home / "work"))
    assert Repository.open(root).identity() == Identity(ADA.name, "ada@work.example")
    git(root, "config", "user.name", "A. L.")
    assert Repository.open(root).identity() == Identity("A. L.", "ada@work.example")


def test_author_and_committer_are_told_apart_as_git_does(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held against `git var`, which prints whom git would name."""

    def agree() -> None:
        for role in ("author", "committer"):
            said = git(root, "var", f"GIT_{role.upper()}_IDENT").rpartition("> ")[0] + ">"
            assert str(Repository.open(root).identity(role)) == said

    git(root, "config", "author.name", "A L")
    git(root, "config", "committer.email", "ada@desk.example")
    agree()
    monkeypatch.setenv("EMAIL", "nobody@example.org")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Countess")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", "ada@train.example")
    agree()
    git(root, "config", "--global", "--unset", "user.email")
    git(root, "config", "--unset", "committer.email")
    agree()


def test_an_unknown_user_is_told_the_two_commands(root: Path, home: Path) -> None:
    (home / ".gitconfig").unlink()
    repository = Repository.open(root)
    assert repository.identity() is None
    with pytest.raises(RepositoryError) as caught:
        repository.author()
    assert caught.value.hint.count("git config --global user.") == 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_repository_of_somebody_else_is_refused_until_the_user_trusts_it(root: Path) -> None:
    for folder in (root, root / ".git"):
        os.chown(folder, 12345, 12345)
    with pytest.raises(RepositoryError, match="does not trust it") as caught:
        Repository.open(root)
    assert "safe.directory" in caught.value.hint
    git(root.parent, "config", "--global", "--add", "safe.directory", str(root))
    repository = Repository.open(root)
    assert repository.read(repository.head(), "agent/tools.py") == "LIMIT = 3\n"


def test_the_environment_of_a_hook_is_not_inherited(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make(tmp_path / "other", {"other.py": b"2\n"})
    for name, value in {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": str(other / ".git" / "index"),
        "GIT_OBJECT_DIRECTORY": str(other / ".git" / "objects"),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.bare",
        "GIT_CONFIG_VALUE_0": "true",
        "GIT_TRACE": str(tmp_path / "trace"),
    }.items():
        monkeypatch.setenv(name, value)
    repository = Repository.open(root)
    assert repository.root == root
    assert repository.read("HEAD", "agent/tools.py") == "LIMIT = 3\n"
    assert len(repository.staged()) == 0
    assert not (tmp_path / "trace").exists()


def test_state_goes_where_home_says_apart_for_each_repository(root: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "deep" / "project")
    states = {Repository.open(each, home=tmp_path / "state").state for each in (root, other)}
    assert len(states) == 2
    assert all(state.is_relative_to(tmp_path / "state") and state.is_dir() for state in states)


def test_a_state_folder_that_cannot_be_made_is_a_failure_outside(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutsideError, match="state folder") as caught:
        Repository.open(root, home=tmp_path / "file")
    assert caught.value.hint


def test_what_is_unusual_is_described_and_nothing_else(root: Path) -> None:
    repository = Repository.open(root)
    assert repository.describe_state() == ()
    before = picture(root)
    write(root, {"agent/tools.py": b"LIMIT = 44\n", "crlf.txt": b"staged\n"})
    os.utime(root / "bom.txt", (1, 1))  # touched, not changed
    git(root, "add", "crlf.txt")
    git(root, "checkout", "-q", "--detach")
    (root / ".git" / "MERGE_HEAD").write_text(repository.head())
    assert repository.describe_state() == (
        "HEAD is detached",
        "a merge is in progress",
        "1 file is staged but not committed",
        "1 file is changed in the work tree but not committed",
    )
    assert before != picture(root)


def test_a_rebase_in_progress_is_told(root: Path) -> None:
    git(root, "checkout", "-q", "-b", "side")
    write(root, {"agent/tools.py": b"LIMIT = 4\n"})
    commit_all(root, "side")
    git(root, "checkout", "-q", "main")
    write(root, {"agent/tools.py": b"LIMIT = 5\n"})
    commit_all(root, "main")
    git(root, "rebase", "side", ok=False)
    assert "a rebase is in progress" in Repository.open(root).describe_state()
    with pytest.raises(RepositoryError, match="unresolved conflicts"):
        Repository.open(root).staged()


def test_changes_between_commits_are_whole_files_with_modes(root: Path) -> None:
    base = git(root, "rev-parse", "HEAD")
    write(root, {"agent/app.py": b"new\n", "odd name\n.txt": b"\xff\r\n"})
    (root / "agent/tools.py").unlink()
    (root / "run.sh").chmod(0o644)
    git(root, "config", "core.autocrlf", "false")
    commit_all(root, "second")
    repository = Repository.open(root)
    found = {each.path: each for each in repository.changes(f"{base}..HEAD")}
    assert found.keys() == {"agent/app.py", "agent/tools.py", "odd name\n.txt", "run.sh"}
    assert (found["agent/app.py"].before, found["agent/app.py"].after) == (FILES["agent/app.py"].decode(), "new\n")
    assert found["agent/tools.py"].deleted
    assert found["odd name\n.txt"].after == "\udcff\r\n"
    assert (found["run.sh"].mode_before, found["run.sh"].mode_after) == ("100755", "100644")
    assert repository.changes(base, "HEAD") == repository.changes(f"{base}..")
    with pytest.raises(RepositoryError, match="not a range"):
        repository.changes("HEAD")


def test_three_dots_leave_out_what_the_base_gained_meanwhile(root: Path) -> None:
    git(root, "checkout", "-q", "-b", "side")
    write(root, {"side.py": b"1\n"})
    commit_all(root, "side")
    git(root, "checkout", "-q", "main")
    write(root, {"main.py": b"1\n"})
    commit_all(root, "main")
    assert [each.path for each in Repository.open(root).changes("main...side")] == ["side.py"]


def test_staged_changes_are_those_of_the_index_and_not_of_the_work_tree(root: Path) -> None:
    write(root, {"agent/tools.py": b"LIMIT = 4\n", "agent/app.py": b"unstaged\n", "later.py": b"1\n"})
    git(root, "add", "agent/tools.py")
    write(root, {"agent/tools.py": b"LIMIT = 5\n"})
    git(root, "add", "--intent-to-add", "later.py")
    assert [(each.path, each.after) for each in Repository.open(root).staged()] == [("agent/tools.py", "LIMIT = 4\n")]


def test_the_index_that_git_gives_to_a_hook_can_be_named(root: Path, tmp_path: Path) -> None:
    write(root, {"agent/tools.py": b"LIMIT = 4\n"})
    git(root, "add", "-A")
    (tmp_path / "index").write_bytes((root / ".git" / "index").read_bytes())
    git(root, "reset", "-q")
    repository = Repository.open(root)
    assert len(repository.staged()) == 0
    assert [each.path for each in repository.staged(tmp_path / "index")] == ["agent/tools.py"]


def test_replace_refs_do_not_change_what_is_read(root: Path) -> None:
    head = git(root, "rev-parse", "HEAD")
    write(root, {"agent/tools.py": b"LIMIT = 99\n"})
    git(root, "replace", head, commit_all(root, "other"))
    assert git(root, "show", f"{head}:agent/tools.py") == "LIMIT = 99"
    assert Repository.open(root).read(head, "agent/tools.py") == "LIMIT = 3\n"


def test_what_files_were_before_is_told_the_latest_first(root: Path) -> None:
    before = FILES["agent/tools.py"].decode()
    for number in (1, 2):
        write(root, {"agent/tools.py": f"LIMIT = {number}\n".encode()})
        commit_all(root, f"to {number}")
    repository = Repository.open(root)
    assert repository.earlier(repository.head(), {"agent/tools.py", "gone.py"}) == {"agent/tools.py": ("LIMIT = 1\n", before)}
    assert repository.earlier(repository.head(), {"agent/tools.py"}, commits=1) == {"agent/tools.py": ("LIMIT = 1\n",)}
    assert repository.earlier(repository.head(), set()) == {}
