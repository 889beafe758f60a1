"""The ways in which a repository can name programs for git to run, each with a canary that sings when it is run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.refinery.repo.grounds import git

HOOKS = """
applypatch-msg commit-msg fsmonitor-watchman post-applypatch post-checkout post-commit post-index-change post-merge post-receive
post-rewrite post-update pre-applypatch pre-auto-gc pre-commit pre-merge-commit pre-push pre-rebase pre-receive prepare-commit-msg
proc-receive push-to-checkout reference-transaction sendemail-validate update
"""
_ATTRIBUTES = "* filter=evil diff=evil merge=evil\n"


@dataclass(frozen=True, slots=True)
class Cage:
    """A repository, and the folder in which canaries are heard."""

    root: Path
    air: Path

    def program(self, name: str, quiet: bool = False) -> str:
        """A program that sings under this name; unless it is quiet it passes its input on, as a filter does."""
        path = self.air.parent / "programs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\necho \"$0 $*\" >> '{self.air}/{name}'\n{'' if quiet else 'exec cat'}\n")
        path.chmod(0o755)
        return str(path)

    def heard(self) -> list[str]:
        """Which canaries have sung."""
        return sorted(path.name for path in self.air.iterdir())


@dataclass(frozen=True, slots=True)
class Vector:
    """One way."""

    plant: Callable[[Cage, str], object]
    sings: tuple[str, ...] = ()
    """The git command that runs the program; empty where that takes a terminal, a server or a network."""
    given: str = ""
    before: tuple[tuple[str, ...], ...] = ()
    """Git commands that lead up to it."""


def caged(root: Path, air: Path) -> Cage:
    air.mkdir(parents=True, exist_ok=True)
    git(root, "config", "protocol.allow", "always")
    git(root, "config", "protocol.ext.allow", "always")
    return Cage(root, air)


def _setting(key: str, quiet: bool = False, shape: str = "{}") -> Callable[[Cage, str], object]:
    def plant(cage: Cage, name: str) -> None:
        git(cage.root, "config", key, shape.format(cage.program(name, quiet)))

    return plant


def _by_attribute(key: str, quiet: bool = False) -> Callable[[Cage, str], object]:
    """The attributes stand where no commit is needed for them."""

    def plant(cage: Cage, name: str) -> None:
        git(cage.root, "config", key, cage.program(name, quiet))
        (cage.root / ".git" / "info").mkdir(exist_ok=True)
        (cage.root / ".git" / "info" / "attributes").write_text(_ATTRIBUTES)

    return plant


def _hooks(*names: str) -> Callable[[Cage, str], object]:
    def plant(cage: Cage, name: str) -> None:
        folder = cage.root / ".git" / "hooks"
        folder.mkdir(exist_ok=True)
        for each in names:
            (folder / each).unlink(missing_ok=True)
            os.symlink(cage.program(name, quiet=True), folder / each)

    return plant


def _hooks_path(cage: Cage, name: str) -> None:
    folder = cage.air.parent / "hooks"
    folder.mkdir()
    for each in HOOKS.split():
        os.symlink(cage.program(name, quiet=True), folder / each)
    git(cage.root, "config", "core.hooksPath", str(folder))


def _included(key: str) -> Callable[[Cage, str], object]:
    def plant(cage: Cage, name: str) -> None:
        file = cage.root / ".git" / f"{name}.inc"
        git(cage.root, "config", "--file", str(file), "core.fsmonitor", cage.program(name))
        git(cage.root, "config", "--add", key.format(f"{cage.root}/.git"), str(file))

    return plant


def _of_the_work_tree(cage: Cage, name: str) -> None:
    git(cage.root, "config", "extensions.worktreeConfig", "true")
    git(cage.root, "config", "core.repositoryFormatVersion", "1")
    git(cage.root, "config", "--worktree", "core.fsmonitor", cage.program(name))


def _promisor(cage: Cage, name: str) -> None:
    """A blob of the first commit is missing, and the remote that promised it is a program."""
    settings = {
        "remote.promise.url": f"ext::{cage.program(name, quiet=True)}",
        "remote.promise.promisor": "true",
        "remote.promise.partialCloneFilter": "blob:none",
        "extensions.partialClone": "promise",
        "core.repositoryFormatVersion": "1",
    }
    for key, value in settings.items():
        git(cage.root, "config", key, value)
    blob = git(cage.root, "-c", "core.fsmonitor=false", "rev-parse", "first:gone.txt")
    (cage.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()


def _alternate(cage: Cage, name: str) -> None:
    other = cage.air.parent / "other"
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    (cage.root / ".git" / "objects" / "info").mkdir(exist_ok=True)
    (cage.root / ".git" / "objects" / "info" / "alternates").write_text(f"{other}/.git/objects\n")
    git(cage.root, "config", "core.alternateRefsCommand", cage.program(name))


def _uploading(cage: Cage, name: str) -> None:
    git(cage.root, "config", "remote.near.url", str(cage.root))
    git(cage.root, "config", "remote.near.uploadpack", cage.program(name, quiet=True))


def _signing(cage: Cage, name: str) -> None:
    git(cage.root, "config", "gpg.program", cage.program(name, quiet=True))
    git(cage.root, "config", "commit.gpgSign", "true")
    git(cage.root, "config", "log.showSignature", "true")


_COMMIT = ("commit", "--allow-empty", "-q", "-m", "x")
_DIFF = ("diff", "first", "HEAD")
_ALL = (("commit", "-q", "-a", "-m", "all that was unsaved"),)
_PASSWORD = "protocol=https\nhost=nowhere.invalid\n\n"

VECTORS: Mapping[str, Vector] = {
    "hooks": Vector(_hooks(*HOOKS.split()), _COMMIT),
    "reference-transaction": Vector(_hooks("reference-transaction"), ("update-ref", "refs/x", "HEAD")),
    "post-index-change": Vector(_hooks("post-index-change"), ("read-tree", "HEAD")),
    "hooks-path": Vector(_hooks_path, _COMMIT),
    "fsmonitor": Vector(_setting("core.fsmonitor"), ("status",)),
    "include": Vector(_included("include.path"), ("status",)),
    "include-if": Vector(_included("includeIf.gitdir:{}.path"), ("status",)),
    "worktree-config": Vector(_of_the_work_tree, ("status",)),
    "filter-clean": Vector(_by_attribute("filter.evil.clean"), ("hash-object", "--path=x", "notes.txt")),
    "filter-smudge": Vector(_by_attribute("filter.evil.smudge"), ("cat-file", "--filters", "HEAD:notes.txt")),
    "filter-process": Vector(_by_attribute("filter.evil.process", quiet=True), ("cat-file", "--filters", "HEAD:notes.txt")),
    "textconv": Vector(_by_attribute("diff.evil.textconv"), _DIFF),
    "diff-command": Vector(_by_attribute("diff.evil.command", quiet=True), _DIFF),
    "diff-external": Vector(_setting("diff.external", quiet=True), _DIFF),
    "merge-driver": Vector(_by_attribute("merge.evil.driver"), ("merge", "side"), before=_ALL),
    "gpg": Vector(_signing, _COMMIT),
    "gpg-ssh-key": Vector(
        lambda cage, name: (_setting("gpg.ssh.defaultKeyCommand", quiet=True)(cage, name), git(cage.root, "config", "gpg.format", "ssh")),
        (*_COMMIT, "-S"),
    ),
    "promisor": Vector(_promisor, ("cat-file", "blob", "first:gone.txt")),
    "pack-objects-hook": Vector(_setting("uploadpack.packObjectsHook")),
    "ssh": Vector(_setting("core.sshCommand", quiet=True), ("ls-remote", "ssh://nowhere.invalid/x")),
    "proxy": Vector(_setting("core.gitProxy", quiet=True), ("ls-remote", "git://127.0.0.1/x")),
    "credentials": Vector(_setting("credential.helper", quiet=True, shape="!{}"), ("credential", "fill"), given=_PASSWORD),
    "askpass": Vector(_setting("core.askPass", quiet=True), ("credential", "fill"), given=_PASSWORD),
    "editor": Vector(_setting("core.editor", quiet=True), ("commit", "--allow-empty")),
    "sequence-editor": Vector(_setting("sequence.editor", quiet=True), ("rebase", "-i", "HEAD~1"), before=_ALL),
    "pager": Vector(_setting("core.pager")),
    "diff-filter": Vector(_setting("interactive.diffFilter")),
    "alternate-refs": Vector(_alternate, ("rev-list", "--alternate-refs")),
    "alias": Vector(_setting("alias.sing", quiet=True, shape="!{}"), ("sing",)),
    "alias-of-ours": Vector(
        lambda cage, name: [_setting(f"alias.{each}", True, "!{}")(cage, name) for each in ("rev-parse", "update-ref", "notes")]
    ),
    "trailer": Vector(_setting("trailer.x.command"), ("interpret-trailers", "--trailer", "x=y"), given="subject\n"),
    "submodule": Vector(_setting("submodule.x.update", quiet=True, shape="!{}")),
    "diff-tool": Vector(
        lambda cage, name: (_setting("difftool.x.cmd", quiet=True)(cage, name), git(cage.root, "config", "diff.tool", "x")),
        ("difftool", "-y", "first", "HEAD"),
    ),
    "archive": Vector(_setting("tar.x.command"), ("archive", "--format=x", "HEAD")),
    "upload-pack": Vector(_uploading, ("fetch", "near")),
    "instead-of": Vector(
        lambda cage, name: git(cage.root, "config", f"url.ext::{cage.program(name, quiet=True)} .insteadOf", "far:"), ("ls-remote", "far:x")
    ),
}


def sing(cage: Cage, name: str) -> None:
    """Let the user's git do what runs the program."""
    vector = VECTORS[name]
    for arguments in vector.before:
        git(cage.root, *arguments, ok=False)
    git(cage.root, *vector.sings, given=vector.given, ok=False)
