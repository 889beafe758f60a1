"""The states that a user's repository may be in, each arranged with the user's own git."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.refinery.repo.grounds import FILES, commit_all, git, make, write

Arranged = Path | None
"""Where the user stands then; None for the work tree's top."""


def dirty_elsewhere(root: Path) -> Arranged:
    write(root, {"agent/tools.py": b"half done", "untracked.py": b"1"})
    (root / "notes.md").unlink()
    return None


def dirty_same_file(root: Path) -> Arranged:
    write(root, {"agent/app.py": b"half done"})
    return None


def staged_elsewhere(root: Path) -> Arranged:
    write(root, {"crlf.txt": b"staged\n"})
    git(root, "add", "crlf.txt")
    git(root, "rm", "-q", "--cached", "bom.txt")
    write(root, {"crlf.txt": b"changed again\n"})
    return None


def staged_same_file(root: Path) -> Arranged:
    write(root, {"agent/app.py": b"staged\n"})
    git(root, "add", "agent/app.py")
    git(root, "mv", "notes.md", "moved.md")
    return None


def intended_and_deleted(root: Path) -> Arranged:
    write(root, {"later.py": b""})
    git(root, "add", "--intent-to-add", "later.py")
    git(root, "rm", "-q", "agent/app.py")
    return None


def in_the_way(root: Path) -> Arranged:
    """Untracked and ignored files where the fix makes new ones."""
    write(root, {"agent/new.py": b"the user's own\n", "agent/new/deeper.py": b"1\n", ".gitignore": b"new*\n"})
    return None


def stashed(root: Path) -> Arranged:
    write(root, {"agent/app.py": b"put aside\n", "other.py": b"untracked\n"})
    git(root, "stash", "-q", "--include-untracked")
    return None


def flagged(root: Path) -> Arranged:
    git(root, "update-index", "--assume-unchanged", "agent/app.py")
    git(root, "update-index", "--skip-worktree", "agent/tools.py")
    write(root, {"agent/app.py": b"hidden\n", "agent/tools.py": b"hidden too\n"})
    return None


def nested(root: Path) -> Arranged:
    make(root / "agent" / "nested")
    return None


def odd_files(root: Path) -> Arranged:
    os.mkfifo(root / "pipe")
    os.symlink("/etc", root / "out")
    os.symlink("nowhere", root / "agent" / "dangling")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.getcwd()
        os.chdir(root)  # a socket's path must be short
        listening.bind("socket")
        os.chdir(here)
    (root / "closed").mkdir(mode=0o000)
    return None


def detached(root: Path) -> Arranged:
    git(root, "checkout", "-q", "--detach")
    return None


def diverged(root: Path) -> None:
    git(root, "checkout", "-q", "-b", "side")
    write(root, {"agent/tools.py": b"LIMIT = 4\n"})
    commit_all(root, "side")
    git(root, "checkout", "-q", "main")
    write(root, {"agent/tools.py": b"LIMIT = 5\n"})
    commit_all(root, "main")


def amid(*command: str) -> Callable[[Path], Arranged]:
    def begin(root: Path) -> Arranged:
        diverged(root)
        git(root, *command, ok=False)
        return None

    return begin


def resolving(root: Path) -> Arranged:
    amid("merge", "side")(root)
    write(root, {"agent/tools.py": b"LIMIT = 6\n"})
    git(root, "add", "agent/tools.py")
    return None


def applying(root: Path) -> Arranged:
    diverged(root)
    git(root, "am", given=git(root, "format-patch", "-1", "--stdout", "side"), ok=False)
    return None


def submodule(root: Path) -> Path:
    """The user stands in the superproject, which has a submodule with uncommitted work."""
    make(root.parent / "library")
    git(root, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(root.parent / "library"), "vendor")
    commit_all(root, "with a library")
    write(root / "vendor", {"agent/app.py": b"half done\n"})
    return root


def in_submodule(root: Path) -> Path:
    return submodule(root) / "vendor"


def linked(root: Path) -> Path:
    side = root.parent / "side"
    git(root, "worktree", "add", "-q", "-b", "side", str(side))
    write(side, {"agent/app.py": b"dirty\n"})
    return side / "agent"


def git_file(root: Path) -> Arranged:
    (root / ".git").rename(root.parent / "elsewhere.git")
    (root / ".git").write_text(f"gitdir: {root.parent / 'elsewhere.git'}\n")
    return None


def by_a_link(root: Path) -> Path:
    os.symlink(root, root.parent / "link")
    return root.parent / "link" / "agent"


def shallow(root: Path) -> Path:
    write(root, {"agent/tools.py": b"LIMIT = 7\n"})
    commit_all(root, "second")
    git(root.parent, "clone", "-q", "--depth", "1", f"file://{root}", "shallow")
    return root.parent / "shallow"


def borrowing(root: Path) -> Path:
    git(root.parent, "clone", "-q", "--shared", str(root), "borrowing")
    return root.parent / "borrowing"


def partial(root: Path) -> Path:
    git(root, "config", "uploadpack.allowFilter", "true")
    git(root.parent, "clone", "-q", "--filter=blob:none", f"file://{root}", "partial")
    return root.parent / "partial"


def sha256(root: Path) -> Path:
    return make(root.parent / "other", form="sha256")


def sparse(root: Path) -> Arranged:
    git(root, "sparse-checkout", "set", "--cone", "config")
    return None


def sparse_index(root: Path) -> Arranged:
    git(root, "sparse-checkout", "set", "--cone", "--sparse-index", "config")
    return None


def index_forms(root: Path) -> Arranged:
    git(root, "update-index", "--index-version", "4")
    git(root, "update-index", "--split-index")
    git(root, "update-index", "--force-untracked-cache")
    return None


def packed(root: Path) -> Arranged:
    git(root, "gc", "-q", "--prune=now")
    git(root, "pack-refs", "--all")
    return None


def replaced(root: Path) -> Arranged:
    head = git(root, "rev-parse", "HEAD")
    write(root, {"agent/tools.py": b"LIMIT = 99\n"})
    other = commit_all(root, "other")
    git(root, "checkout", "-q", "-B", "main", head)
    git(root, "replace", head, other)
    return None


def grafted(root: Path) -> Arranged:
    diverged(root)
    (root / ".git" / "info").mkdir(exist_ok=True)
    (root / ".git" / "info" / "grafts").write_text(f"{git(root, 'rev-parse', 'HEAD')} {git(root, 'rev-parse', 'side')}\n")
    return None


def locked(root: Path) -> Arranged:
    for name in ("index.lock", "HEAD.lock", "config.lock", "packed-refs.lock", "refs/heads/main.lock", "shallow.lock"):
        (root / ".git" / name).write_text("")
    return None


def attributes(root: Path) -> Arranged:
    write(root, {".gitattributes": b"* text=auto eol=crlf\n*.py filter=lfs diff=lfs merge=lfs\n*.md working-tree-encoding=UTF-16\n"})
    for key, value in {"core.autocrlf": "true", "core.safecrlf": "true", "filter.lfs.required": "true"}.items():
        git(root, "config", key, value)
    for way in ("clean", "smudge", "process"):
        git(root, "config", f"filter.lfs.{way}", "false")
    return None


def settings(**values: str) -> Callable[[Path], Arranged]:
    def state(root: Path) -> Arranged:
        for key, value in values.items():
            git(root, "config", key.replace("__", "."), value)
        return None

    return state


STATES: Mapping[str, Callable[[Path], Arranged]] = {
    # work in progress
    "clean": lambda root: None,
    "dirty elsewhere": dirty_elsewhere,
    "dirty in the same file": dirty_same_file,
    "staged elsewhere": staged_elsewhere,
    "staged in the same file": staged_same_file,
    "intended and deleted": intended_and_deleted,
    "untracked where the fix makes a file": in_the_way,
    "stash": stashed,
    "assumed unchanged and skipped": flagged,
    "nested repository": nested,
    "pipes, sockets and links that lead outside": odd_files,
    # operations
    "detached": detached,
    "mid-merge": amid("merge", "side"),
    "mid-merge, resolved": resolving,
    "mid-rebase": amid("rebase", "side"),
    "mid-rebase, interactive": amid("-c", "sequence.editor=sed -i s/^pick/edit/", "rebase", "-i", "HEAD~1"),
    "mid-cherry-pick": amid("cherry-pick", "side"),
    "mid-revert": amid("revert", "HEAD~1"),
    "mid-am": applying,
    "mid-bisect": amid("bisect", "start", "HEAD", "HEAD~1"),
    # layout
    "submodule with work in it": submodule,
    "in a submodule": in_submodule,
    "linked work tree, in a folder below": linked,
    ".git is a file": git_file,
    "by way of a link": by_a_link,
    "shallow": shallow,
    "borrows objects": borrowing,
    "partial clone": partial,
    "sha256": sha256,
    "sparse cone": sparse,
    "sparse index": sparse_index,
    "index v4, split, untracked cache": index_forms,
    "packed": packed,
    "replace refs": replaced,
    "grafts": grafted,
    # what belongs to others
    "locks of the user's git": locked,
    "attributes and required filters": attributes,
    # settings
    "no reflog": settings(core__logAllRefUpdates="false"),
    "reflog of everything": settings(core__logAllRefUpdates="always"),
    "case-insensitive by its word": settings(core__ignoreCase="true", core__precomposeUnicode="true"),
    "no links and modes by its word": settings(core__symlinks="false", core__fileMode="false"),
    "collects garbage at once": settings(gc__auto="1", gc__pruneExpire="now", gc__reflogExpire="now", maintenance__auto="true"),
    "commits are to be signed": settings(commit__gpgSign="true", gpg__program="false"),
    "prints in its own way": settings(
        color__ui="always", core__abbrev="5", core__quotePath="false", column__ui="always", diff__noprefix="true", diff__renames="copies"
    ),
    "writes in its own way": settings(
        i18n__commitEncoding="latin1", commit__template="nowhere", commit__cleanup="scissors", core__commentChar=";", core__whitespace="cr"
    ),
    "shares with a group": settings(core__sharedRepository="group"),
    "checks what it is given": settings(transfer__fsckObjects="true", receive__denyCurrentBranch="refuse"),
}

TEXTS: Mapping[str, tuple[str, str, bytes, bytes]] = {
    "CRLF": ("crlf.txt", "* text=auto eol=lf", b"two\r\n", b"2\r\n"),
    "LF where the tree has CRLF": ("notes.md", "* text eol=crlf", b"line 3\n", b"LINE 3\n"),
    "Latin-1": ("latin.txt", "*.txt text", "\u00e9".encode("latin-1"), "\u00e8".encode("latin-1")),
    "Latin-1 by its word": ("latin.txt", "*.txt working-tree-encoding=ISO-8859-1", "\u00e9".encode("latin-1"), b"e"),
    "UTF-16 by its word": ("notes.md", "*.md working-tree-encoding=UTF-16 text", b"line 3\n", b"LINE 3\n"),
    "BOM": ("bom.txt", "*.txt text", b"bom\n", b"BOM\n"),
    "no newline at the end": ("notes.md", "", b"line 39\n", b"line 39"),
    "ident": ("agent/tools.py", "* ident", b"LIMIT = 3", b"LIMIT = 3  # $Id$"),
    "binary by its word": ("agent/app.py", "* binary", b"usd", b"eur"),
}
"""What is changed in which file, under which attributes; old and new bytes."""

assert all(old in FILES[path] for path, _, old, _ in TEXTS.values())
