"""Reading trees and blobs of commits, many at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from refinery.errors import RepositoryError
from refinery.repo.environment import Git, decode

SYMLINK = "120000"
SUBMODULE = "160000"


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """What a tree says of one path: git's mode and the blob's id."""

    mode: str
    blob: str


@dataclass(frozen=True, slots=True)
class TreeFile:
    """One file of a commit."""

    path: str
    mode: str
    blob: str
    size: int
    """In bytes; 0 for a submodule, -1 when the blob is not here (a partial clone)."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is needed of a commit object beside its tree's content."""

    tree: str
    parents: tuple[str, ...]
    author: str
    date: str
    """The committer's date as git takes it: seconds and zone."""
    message: str


def blob_id(content: bytes, form: str) -> str:
    """The id that git gives to these bytes in a repository of this hash (sha1 or sha256)."""
    return hashlib.new(form, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def listing(git: Git, treeish: str) -> dict[str, TreeEntry]:
    """Every file of a tree by path, in git's order."""
    found = {}
    for row in git.run("ls-tree", "-r", "-z", "--full-tree", treeish).split(b"\0")[:-1]:
        mode, _, blob, path = _row(row)
        found[path] = TreeEntry(mode, blob)
    return found


def files(git: Git, treeish: str) -> tuple[TreeFile, ...]:
    """The same with sizes."""
    rows = git.run("ls-tree", "-r", "-l", "-z", "--full-tree", treeish).split(b"\0")[:-1]
    found = []
    for row in rows:
        head, _, path = row.partition(b"\t")
        mode, _, blob, size = head.decode("ascii").split()
        found.append(TreeFile(decode(path), mode, blob, int(size) if size.isdigit() else 0 if size == "-" else -1))
    return tuple(found)


def blobs(git: Git, ids: Iterable[str]) -> dict[str, bytes]:
    """The bytes of many objects, by one process. Raises RepositoryError when one is not there."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    out = git.run("cat-file", "--batch", given="".join(f"{each}\n" for each in wanted).encode("ascii"))
    found, at = {}, 0
    for each in wanted:
        end = out.index(b"\n", at)
        said = out[at:end].split(b" ")
        if len(said) != 3:
            raise RepositoryError(
                f"object {each} is not in the repository",
                hint="in a partial clone, fetch what is missing first (`git fetch --refetch`); otherwise `git fsck` tells more",
            )
        size = int(said[2])
        found[each] = out[end + 1 : end + 1 + size]
        at = end + size + 2
    return found


def header(git: Git, commit: str) -> Header:
    """The head of one commit."""
    return headers(git, (commit,))[commit]


def headers(git: Git, commits: Iterable[str]) -> Mapping[str, Header]:
    """The heads of many commits, by one process."""
    return {commit: parsed(raw) for commit, raw in blobs(git, commits).items()}


def parsed(raw: bytes) -> Header:
    """A commit object's bytes, understood."""
    head, _, message = decode(raw).partition("\n\n")
    lines = [line.partition(" ") for line in head.split("\n") if not line.startswith(" ")]
    values = {key: value for key, _, value in lines}
    return Header(
        tree=values["tree"],
        parents=tuple(value for key, _, value in lines if key == "parent"),
        author=values["author"].rpartition(">")[0] + ">",
        date=values["committer"].rpartition("> ")[2],
        message=message,
    )


def _row(row: bytes) -> tuple[str, str, str, str]:
    head, _, path = row.partition(b"\t")
    mode, kind, blob = head.decode("ascii").split(" ")
    return mode, kind, blob, decode(path)
