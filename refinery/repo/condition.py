"""What is unusual about a work tree just now, told from files and the index; no filter of the user's runs."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path

from refinery.repo.environment import Git
from refinery.repo.objects import SUBMODULE

_OPERATIONS = {
    "rebase-merge": "a rebase is in progress",
    "rebase-apply": "a rebase or `git am` is in progress",
    "MERGE_HEAD": "a merge is in progress",
    "CHERRY_PICK_HEAD": "a cherry-pick is in progress",
    "REVERT_HEAD": "a revert is in progress",
    "BISECT_LOG": "a bisection is in progress",
    "index.lock": "another git command is running, or was killed (index.lock is there)",
}
_STAT = re.compile(
    rb"  ctime: \d+:\d+\n  mtime: (\d+):(\d+)\n  dev: \d+\tino: \d+\n  uid: \d+\tgid: \d+\n  size: (\d+)\tflags: ([0-9a-f]+)\n"
)
_SKIPPED = 0x40000000 | 0x8000
"""Index flags: skip-worktree (sparse checkouts), assume-unchanged."""


def branch(private: Path) -> str:
    """The full name of the branch that is checked out; empty when HEAD is detached."""
    try:
        text = (private / "HEAD").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
    return text.removeprefix("ref:").strip() if text.startswith("ref:") else ""


def operations(private: Path) -> tuple[str, ...]:
    """Detached HEAD, and commands of the user's that are half done."""
    found = [] if branch(private) else ["HEAD is detached"]
    found.extend(says for name, says in _OPERATIONS.items() if (private / name).exists())
    return tuple(found)


def edits(git: Git, root: Path) -> tuple[str, ...]:
    """Staged and unstaged changes of tracked files, counted."""
    unborn = git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}").status != 0
    if unborn:
        return ("the repository has no commit yet",)
    staged = git.run("diff-index", "--cached", "--ita-invisible-in-index", "--raw", "-z", "--no-renames", "HEAD", "--").count(b"\0") // 2
    changed = _changed(git, root)
    found = [f"{staged} {_files(staged)} staged but not committed"] if staged else []
    if changed:
        found.append(f"{changed} {_files(changed)} changed in the work tree but not committed")
    return tuple(found)


def _changed(git: Git, root: Path) -> int:
    known = {}
    for row in git.run("ls-files", "-s", "-z").split(b"\0")[:-1]:
        head, _, path = row.partition(b"\t")
        mode, blob, _ = head.decode("ascii").split()
        known[path] = mode, blob
    changed = 0
    out, at = git.run("ls-files", "-z", "--debug"), 0
    while at < len(out):
        end = out.index(b"\0", at)
        path = out[at:end]
        seen = _STAT.match(out, end + 1)
        if seen is None:  # a form of another git
            return changed
        at = seen.end()
        mode, blob = known.get(path, (SUBMODULE, ""))
        if mode != SUBMODULE and not int(seen[4], 16) & _SKIPPED:
            changed += _differs(os.path.join(os.fsencode(root), path), (int(seen[1]), int(seen[3])), mode, blob)
    return changed


def _differs(path: bytes, recorded: tuple[int, int], mode: str, blob: str) -> bool:
    try:
        found = os.lstat(path)
        if (int(found.st_mtime), found.st_size & 0xFFFFFFFF) == recorded:
            return False
        if stat.S_ISLNK(found.st_mode) != (mode == "120000") or not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
            return True
        content = os.fsencode(os.readlink(path)) if stat.S_ISLNK(found.st_mode) else Path(os.fsdecode(path)).read_bytes()
    except OSError:
        return True
    maker = hashlib.sha1 if len(blob) == 40 else hashlib.sha256
    return maker(b"blob %d\0" % len(content) + content).hexdigest() != blob


def _files(count: int) -> str:
    return "file is" if count == 1 else "files are"


def checked_out(common: Path, name: str) -> str:
    """Where a branch is checked out, or waits for a rebase to end; empty when it is free."""
    places = [common, *sorted((common / "worktrees").glob("*"))]
    for place in places:
        if branch(place) == name:
            return _tree_of(common, place)
        for file in ("rebase-merge/head-name", "rebase-apply/head-name"):
            waiting = place / file
            if waiting.is_file() and waiting.read_text(encoding="utf-8", errors="replace").strip() == name:
                return _tree_of(common, place)
    return ""


def work_trees_on(common: Path, name: str) -> tuple[Path, ...]:
    """The git folders of the work trees that have a branch checked out."""
    return tuple(place for place in (common, *sorted((common / "worktrees").glob("*"))) if branch(place) == name)


def _tree_of(common: Path, place: Path) -> str:
    if place == common:
        return str(common.parent if common.name == ".git" else common)
    pointer = place / "gitdir"
    return str(Path(pointer.read_text(encoding="utf-8", errors="surrogateescape").strip()).parent) if pointer.is_file() else str(place)
