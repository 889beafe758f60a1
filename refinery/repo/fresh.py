"""A repository made from a folder; for the demo and for nobody's existing work."""

from __future__ import annotations

from pathlib import Path

from refinery.errors import RepositoryError
from refinery.repo.environment import Git
from refinery.repo.identity import Identity, signed

STRANGER = Identity("Refinery demo", "demo@refinery.invalid")
"""Whose name stands on the demo's commits where git does not know the user."""


def create(folder: Path, message: str, date: str) -> str:
    """Make the folder a repository with one commit of everything in it, and return the commit's id.

    `date` is in a form that git reads; fixed, so that the same files by the same author are the same commit.
    Raises RepositoryError when the folder is in a repository already.
    """
    if (folder / ".git").exists():
        raise RepositoryError(f"{folder} is a repository already", hint="name another folder")
    git = Git(folder)
    git.run("init", "--quiet", "--initial-branch=main")
    name = git.asking_the_user().ask("config", "--get", "user.name").text
    email = git.asking_the_user().ask("config", "--get", "user.email").text
    author = Identity(name, email) if name and email else STRANGER
    if author is STRANGER:
        git.run("config", "user.name", author.name)
        git.run("config", "user.email", author.email)
    git.run("add", "--all")
    git.at(**signed(author, date)).run("commit", "--quiet", "--no-verify", "--message", message)
    return git.line("rev-parse", "HEAD")
