"""Signatures: candidates never have one, and a fix gets the user's when it is accepted, if their settings ask for it."""

from __future__ import annotations

from refinery.errors import RepositoryError
from refinery.repo.environment import encode
from refinery.repo.identity import Identity, identity_of, signed
from refinery.repo.objects import Header
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace


def asked_to_sign(repository: Repository) -> bool:
    """Whether the user's settings ask for signed commits."""
    return repository.git.configured().get("commit.gpgsign", "false").lower() in ("true", "yes", "on", "1")


def signature(workspace: Workspace, commit: Header, text: str, who: Identity) -> str:
    """The same commit, signed by the program and the key that the user's settings name."""
    configured = workspace.repository.git.configured()
    theirs = {name: value for name, value in configured.items() if name.startswith("gpg.") or name == "user.signingkey"}
    git = workspace.shadow.git.ruled((), theirs).at(**signed(identity_of(commit.author), commit.date, who))
    parents = [part for parent in commit.parents for part in ("-p", parent)]
    answer = git.ask("commit-tree", "-S", commit.tree, *parents, "-F", "-", given=encode(text))
    if answer.status:
        says = "; ".join(line.removeprefix("error: ").removeprefix("fatal: ") for line in answer.error.splitlines() if line.strip())
        raise RepositoryError(
            f"commit.gpgSign is set, and the commit could not be signed: {says}; nothing was changed",
            hint="mend gpg.format, user.signingKey or the key's agent, or accept it unsigned: --no-gpg-sign",
        )
    return answer.text
