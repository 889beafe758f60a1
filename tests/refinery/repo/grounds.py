"""Real repositories for the tests, and a picture of everything in them that is the user's."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from refinery.domain import Commit
from refinery.repo.identity import Identity
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from safety.changes import ChangeSet, FileChange

ADA = Identity("Ada Lovelace", "ada@example.org")
MESSAGE = "Answer in euros\n\nRefinery-Trace: t1\n"
FILES: Mapping[str, bytes] = {
    "agent/app.py": b"def answer():\n    return 'usd'\n",
    "agent/tools.py": b"LIMIT = 3\n",
    "config/agent.yaml": b"currency: USD\n",
    "crlf.txt": b"one\r\ntwo\r\n",
    "latin.txt": "caf\u00e9\n".encode("latin-1"),
    "bom.txt": b"\xef\xbb\xbfbom\n",
    "notes.md": b"".join(b"line %d\n" % number for number in range(40)),
}


def git(folder: Path, *arguments: str, given: str | None = None, ok: bool = True) -> str:
    """The user's own git, with the user's settings."""
    done = subprocess.run(["git", *arguments], cwd=folder, input=given, capture_output=True, text=True, check=False)
    assert not ok or done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
    return done.stdout.strip()


def make(root: Path, files: Mapping[str, bytes] = FILES, form: str = "sha1") -> Path:
    """A repository with one commit."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "-q", "-b", "main", f"--object-format={form}")
    write(root, files)
    (root / "run.sh").write_bytes(b"#!/bin/sh\necho run\n")
    (root / "run.sh").chmod(0o755)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "first")
    return root


def write(root: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


def commit_all(root: Path, text: str) -> str:
    """What the user does next."""
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", text)
    return git(root, "rev-parse", "HEAD")


def change(workspace: Workspace, path: str, old: str, new: str, base: str = "HEAD") -> ChangeSet:
    """An edit of one file of a commit."""
    before = workspace.repository.read(base, path)
    assert before is not None
    assert old in before
    return ChangeSet((FileChange(path, before, before.replace(old, new)),))


def fix(workspace: Workspace, path: str = "agent/app.py", old: str = "usd", new: str = "eur", message: str = MESSAGE) -> Commit:
    """A commit by Ada on HEAD."""
    return workspace.commit(workspace.repository.head(), change(workspace, path, old, new), message, ADA)


def open_workspace(root: Path) -> Workspace:
    return Workspace(Repository.open(root), clock=lambda: 1_700_000_000.0)


def tree(folder: Path) -> dict[str, tuple[str, bytes]]:
    """Everything in a folder: kind with permissions, and bytes."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = "link", os.fsencode(os.readlink(path))
        elif path.is_dir():
            found[name] = "folder", b""
        else:
            found[name] = f"file {path.stat().st_mode & 0o100:o}", path.read_bytes()
    return found


def committed(root: Path, commit: str) -> dict[str, tuple[str, bytes]]:
    """The same of a commit, by way of git's own archive of raw objects."""
    found: dict[str, tuple[str, bytes]] = {}
    rows = subprocess.run(["git", "ls-tree", "-r", "-t", "-z", commit], cwd=root, capture_output=True, check=True).stdout
    for row in rows.split(b"\0")[:-1]:
        head, _, raw = row.partition(b"\t")
        mode, kind, blob = head.decode().split()
        name = os.fsdecode(raw)
        if kind == "tree":
            found[name] = "folder", b""
            continue
        content = subprocess.run(["git", "cat-file", "blob", blob], cwd=root, capture_output=True, check=True).stdout
        found[name] = ("link" if mode == "120000" else f"file {int(mode, 8) & 0o100:o}"), content
    return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class Picture:
    """All of a repository that is the user's: bytes, times and permissions, without what is Refinery's to write."""

    files: Mapping[str, tuple[str, int, int]]


_OURS = ("refinery/", "refs/heads/refinery/", "refs/refinery/", "refs/notes/refinery", "objects/")


def picture(root: Path) -> Picture:
    """Look at a work tree and its git folders."""
    common = Path(git(root, "rev-parse", "--path-format=absolute", "--git-common-dir"))
    found: dict[str, tuple[str, int, int]] = {}
    for top, inside_git in ((root, False), (common, True)):
        for path in sorted(top.rglob("*")):
            name = path.relative_to(top).as_posix()
            if inside_git and name.startswith(_OURS):
                continue
            if not inside_git and (name == ".git" or name.startswith(".git/")):
                continue
            about = path.lstat()
            if path.is_dir() and not path.is_symlink():
                found[f"{top}/{name}"] = "", 0, about.st_mode
            elif path.is_symlink():
                found[f"{top}/{name}"] = os.readlink(path), about.st_mtime_ns, about.st_mode
            elif path.is_file():
                time = 0 if name.startswith("sharedindex.") else about.st_mtime_ns  # git freshens it whenever it reads an index
                found[f"{top}/{name}"] = hashlib.sha256(path.read_bytes()).hexdigest(), time, about.st_mode
    return Picture({name: about for name, about in found.items() if not _made_by_refs(name, common)})


def _made_by_refs(name: str, common: Path) -> bool:
    """Folders that a first ref brings about."""
    return name.removeprefix(f"{common}/") in ("refinery", "refs/heads/refinery", "refs/refinery", "refs/notes")


def sound(root: Path) -> None:
    """Git finds nothing to complain of, and nobody left a lock, a pin or a kept pack."""
    said = subprocess.run(["git", "fsck", "--strict", "--no-dangling"], cwd=root, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    common = Path(git(root, "rev-parse", "--path-format=absolute", "--git-common-dir"))
    left = [*(common / "refs").rglob("*.lock"), *(common / "objects" / "pack").glob("*.keep"), *(common / "objects" / "pack").glob("tmp_*")]
    assert left == [], left
    assert git(root, "for-each-ref", "refs/refinery/pins") == ""
