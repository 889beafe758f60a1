"""Accepting a fix: it comes to the user's branch with its files, and nothing else of theirs is touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from refinery.errors import RepositoryError
from refinery.repo.accepting import Wishes
from refinery.repo.history import History, State
from refinery.repo.message import FIX, compose
from refinery.repo.sameness import fix_id
from refinery.repo.workspace import Workspace
from safety.changes import ChangeSet, FileChange
from tests.refinery.repo.grounds import ADA, FILES, Picture, change, commit_all, git, open_workspace, picture, sound, write

EUR = FILES["agent/app.py"].replace(b"usd", b"eur")


@pytest.fixture
def history(workspace: Workspace) -> History:
    return History(workspace)


def kept(workspace: Workspace, changes: ChangeSet | None = None, slug: str = "eur") -> str:
    changes = changes or change(workspace, "agent/app.py", "usd", "eur")
    text = compose("Use eur", ["Because."], [("Refinery-Trace", "t1"), (FIX, fix_id(changes))])
    commit = workspace.commit(workspace.repository.head(), changes, text, ADA)
    workspace.keep(commit, slug)
    return commit.id


def state(root: Path) -> State:
    workspace = open_workspace(root)
    [entry] = History(workspace).history()
    workspace.close()
    return entry.state


def touched(before: Picture, after: Picture, root: Path) -> set[str]:
    """What differs in the work tree."""
    names = {name for name in {*before.files, *after.files} if before.files.get(name) != after.files.get(name)}
    return {name.removeprefix(f"{root}/") for name in names if not name.startswith(f"{root}/.git/")}


def refused(history: History, root: Path, match: str, name: str = "eur") -> str:
    """Accepting says no, and everything is as it was; the hint."""
    before, refs = picture(root), git(root, "for-each-ref")
    with pytest.raises(RepositoryError, match=match) as caught:
        history.accept(name)
    assert (picture(root), git(root, "for-each-ref")) == (before, refs)
    return caught.value.hint


def test_a_fix_on_head_is_fast_forwarded(root: Path, workspace: Workspace, history: History) -> None:
    commit = kept(workspace)
    done = history.accept("eur")
    assert (done.commit, done.made, git(root, "rev-parse", "main")) == (commit, commit, commit)
    assert "refinery undo --here eur" in done.says
    assert (root / "agent/app.py").read_bytes() == EUR
    assert git(root, "diff-files") == ""  # before git looks at the files again, as it does for `status`
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "log", "-g", "-1", "--format=%gs|%an", "HEAD") == git(root, "log", "-g", "-1", "--format=%gs|%an", "main")
    assert git(root, "log", "-g", "-1", "--format=%gs", "main") == "refinery accept: Use eur"
    assert state(root) is State.MERGED
    assert "already" in history.accept("eur").says
    sound(root)


def test_only_what_the_fix_changes_is_touched(root: Path, workspace: Workspace, history: History) -> None:
    kept(workspace)
    write(root, {"agent/tools.py": b"LIMIT = 4\n", "config/agent.yaml": b"currency: CHF\n", "untracked.txt": b"mine\n"})
    git(root, "add", "config/agent.yaml")
    write(root, {"config/agent.yaml": b"currency: JPY\n"})
    (root / "notes.md").unlink()
    before, dirty = picture(root), git(root, "status", "--porcelain")
    history.accept("eur")
    assert touched(before, picture(root), root) == {"agent/app.py"}
    assert git(root, "status", "--porcelain") == dirty
    assert git(root, "show", ":config/agent.yaml") == "currency: CHF"
    sound(root)


def test_on_top_of_other_commits_the_same_change_is_a_commit_on_head(root: Path, workspace: Workspace, history: History) -> None:
    commit = kept(workspace)
    write(root, {"agent/app.py": b"# header\n\n\n\n" + FILES["agent/app.py"]})
    head = commit_all(root, "later")
    workspace.attach_note(commit, "evidence")
    made = history.accept("eur").made
    assert git(root, "log", "-1", "--format=%P %an %s", made) == f"{head} Ada Lovelace Use eur"
    assert (root / "agent/app.py").read_bytes() == b"# header\n\n\n\n" + EUR
    assert git(root, "status", "--porcelain") == ""
    assert state(root) is State.MERGED
    found = history.show("HEAD")
    assert (found.entry.commit, found.note, found.asked and found.asked.same) == (commit, "evidence", True)
    sound(root)


def test_the_same_acceptance_makes_the_same_commit(root: Path, workspace: Workspace, history: History) -> None:
    kept(workspace)
    write(root, {"other.txt": b"1\n"})
    head = commit_all(root, "later")
    made = history.accept("eur").made
    git(root, "reset", "-q", "--hard", head)
    assert history.accept("eur").made == made


def test_a_fix_from_before_fixes_had_names_is_known_by_its_commit(root: Path, workspace: Workspace, history: History) -> None:
    changes = change(workspace, "agent/app.py", "usd", "eur")
    commit = workspace.commit(workspace.repository.head(), changes, "Use eur\n\nRefinery-Trace: t1\n", ADA)
    workspace.keep(commit, "eur")
    write(root, {"other.txt": b"1\n"})
    commit_all(root, "later")
    history.accept("eur")
    assert git(root, "log", "-1", "--format=%(trailers:key=Refinery-Fix,valueonly)") == commit.id
    assert (state(root), history.resolve_fix("HEAD").commit) == (State.MERGED, commit.id)
    history.undo("eur", here=Wishes())
    assert state(root) is State.UNDONE


def test_a_conflict_names_the_file_and_the_commit_in_the_way(root: Path, workspace: Workspace, history: History) -> None:
    kept(workspace)
    write(root, {"notes.md": b"other\n"})
    commit_all(root, "not this one")
    write(root, {"agent/app.py": FILES["agent/app.py"].replace(b"usd", b"chf")})
    way = commit_all(root, "use francs")
    write(root, {"agent/app.py": b"# more\n\n\n\n" + FILES["agent/app.py"].replace(b"usd", b"chf")})
    commit_all(root, "nor this one")
    says = rf"agent/app\.py; nothing was changed; agent/app\.py: in the way is {way[:12]} “use francs”$"
    assert "cherry-pick" in refused(history, root, says)


@pytest.mark.parametrize(
    ("prepare", "match"),
    [
        ("dirty", r"agent/app\.py: you have changed it"),
        ("staged", r"agent/app\.py: you have staged changes"),
        ("staged and dirty", r"agent/app\.py: you have staged changes"),
        ("deleted", r"agent/app\.py: you have deleted it"),
        ("removed", r"agent/app\.py: you have staged changes"),
        ("mode", r"agent/app\.py: you have changed its mode"),
        ("a link", r"agent/app\.py: it is not a plain file"),
        ("a linked folder", r"agent/app\.py: agent is not a folder"),
        ("skipped", r"agent/app\.py: it is outside of your sparse checkout"),
        ("assumed", r"agent/app\.py: it is outside of your sparse checkout, or marked"),
        ("untracked", r"agent/new\.py: something is there"),
        ("ignored", r"agent/new\.py: something is there"),
        ("intent to add", r"agent/new\.py: you have staged"),
        ("a folder", r"agent/new\.py: something is there"),
        ("detached", "HEAD is detached"),
        ("merging", "a merge is in progress"),
        ("rebasing", "a rebase is in progress"),
        ("index.lock", r"index\.lock"),
        ("HEAD.lock", r"HEAD\.lock"),
        ("branch lock", r"main\.lock"),
        ("another work tree", "checked out in another work tree too"),
        ("a filter", r"agent/app\.py: your checkout passes it through the filter “up”"),
        ("an encoding", r"agent/app\.py: your checkout has it in another encoding"),
        ("ident", r"agent/app\.py: your checkout expands \$Id\$"),
    ],
)
def test_what_is_the_users_is_not_overwritten(root: Path, workspace: Workspace, history: History, prepare: str, match: str) -> None:
    new = FileChange("agent/new.py", None, "NEW = 1\n")
    kept(workspace, ChangeSet((*change(workspace, "agent/app.py", "usd", "eur"), new)))
    app = root / "agent/app.py"
    match prepare:
        case "dirty":
            write(root, {"agent/app.py": b"mine\n"})
        case "staged" | "staged and dirty":
            write(root, {"agent/app.py": b"mine\n"})
            git(root, "add", "agent/app.py")
            write(root, {"agent/app.py": b"more\n" if "dirty" in prepare else b"mine\n"})
        case "deleted":
            app.unlink()
        case "removed":
            git(root, "rm", "-q", "--cached", "agent/app.py")
        case "mode":
            app.chmod(0o755)
        case "a link":
            app.rename(root / "elsewhere.py")
            app.symlink_to("../elsewhere.py")
        case "a linked folder":
            (root / "agent").rename(root / "moved")
            (root / "agent").symlink_to("moved")
        case "skipped":
            git(root, "update-index", "--skip-worktree", "agent/app.py")
        case "assumed":
            git(root, "update-index", "--assume-unchanged", "agent/app.py")
        case "untracked" | "ignored" | "intent to add":
            write(root, {"agent/new.py": b"mine\n"})
            if prepare == "ignored":
                write(root, {".git/info/exclude": b"new.py\n"})
            if prepare == "intent to add":
                git(root, "add", "-N", "agent/new.py")
        case "a folder":
            write(root, {"agent/new.py/mine": b"mine\n"})
        case "detached":
            git(root, "checkout", "-q", "--detach")
        case "merging":
            write(root, {".git/MERGE_HEAD": git(root, "rev-parse", "HEAD").encode() + b"\n"})
        case "rebasing":
            (root / ".git/rebase-merge").mkdir()
        case "index.lock" | "HEAD.lock":
            write(root, {f".git/{prepare}": b""})
        case "branch lock":
            write(root, {".git/refs/heads/main.lock": b""})
        case "another work tree":
            git(root, "worktree", "add", "-q", "-f", str(root.parent / "side"), "main")
        case "a filter":
            write(root, {".git/info/attributes": b"*.py filter=up\n"})
            git(root, "config", "filter.up.smudge", "touch FIRED; tr a-z A-Z")
        case "an encoding":
            write(root, {".git/info/attributes": b"*.py working-tree-encoding=UTF-16\n"})
        case "ident":
            write(root, {".git/info/attributes": b"*.py ident\n"})
    refused(history, root, match)
    assert not (root / "FIRED").exists()
    assert workspace.journal.read().rows[-1].operation == "keep"


def test_every_objection_is_told_at_once(root: Path, workspace: Workspace, history: History) -> None:
    both = (*change(workspace, "agent/app.py", "usd", "eur"), *change(workspace, "agent/tools.py", "3", "4"))
    kept(workspace, ChangeSet(both))
    write(root, {"agent/app.py": b"mine\n", "agent/tools.py": b"mine\n"})
    refused(history, root, r"agent/app\.py: you have changed it.*; agent/tools\.py: you have changed it.*; nothing was changed")


def test_files_are_made_removed_and_made_executable(root: Path, workspace: Workspace, history: History) -> None:
    write(root, {"lone/only.txt": b"1\n"})
    commit_all(root, "a folder of one file")
    (root / "agent/app.py").chmod(0o640)
    changes = (
        FileChange("a b/\u00fc/new file.py", None, "1\n", "100755", "100755"),
        FileChange("lone/only.txt", "1\n", None),
        FileChange("agent/tools.py", "LIMIT = 3\n", "LIMIT = 4\n", "100644", "100755"),
        *change(workspace, "agent/app.py", "usd", "eur"),
    )
    kept(workspace, ChangeSet(changes))
    before = git(root, "status", "--porcelain")
    history.accept("eur")
    assert git(root, "status", "--porcelain") == before == ""
    assert not (root / "lone").exists()
    modes = {name: (root / name).stat().st_mode & 0o777 for name in ("a b/\u00fc/new file.py", "agent/tools.py", "agent/app.py")}
    assert modes == {"a b/\u00fc/new file.py": 0o755, "agent/tools.py": 0o755, "agent/app.py": 0o640}
    history.undo("eur", here=Wishes())
    assert git(root, "status", "--porcelain") == ""
    assert sorted(os.listdir(root)) == sorted([".git", "lone", *{name.split("/")[0] for name in FILES}, "run.sh"])
    sound(root)


def test_undo_here_and_redo_here_are_commits_on_the_branch(root: Path, workspace: Workspace, history: History) -> None:
    commit = kept(workspace)
    history.accept("eur")
    write(root, {"agent/tools.py": b"dirty\n"})
    for _ in range(2):
        head = git(root, "rev-parse", "HEAD")
        undone = history.undo("eur", here=Wishes())
        assert (undone.branch, git(root, "rev-parse", "HEAD^")) == ("", head)
        assert (root / "agent/app.py").read_bytes() == FILES["agent/app.py"]
        assert state(root) is State.UNDONE
        with pytest.raises(RepositoryError, match="was undone"):
            history.accept("eur")
        history.redo("eur", here=Wishes())
        assert (root / "agent/app.py").read_bytes() == EUR
        assert state(root) is State.MERGED
    assert (root / "agent/tools.py").read_bytes() == b"dirty\n"
    assert history.resolve_fix("eur").commit == commit
    assert history.undo("eur").branch == "refinery/undo-eur"
    sound(root)


def test_undo_here_refuses_like_accept(root: Path, workspace: Workspace, history: History) -> None:
    kept(workspace)
    history.accept("eur")
    write(root, {"agent/app.py": b"mine\n"})
    before = picture(root)
    with pytest.raises(RepositoryError, match="you have changed it"):
        history.undo("eur", here=Wishes())
    assert picture(root) == before
