"""Who a commit is by, and how git is told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from refinery.errors import RepositoryError


@dataclass(frozen=True, slots=True)
class Identity:
    """A name and an e-mail address, as in git's user.name and user.email."""

    name: str
    email: str

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"


NEUTRAL = Identity("Refinery", "refinery@localhost")
"""Who candidates are by while they are tried; nothing that is kept is by nobody."""

HOW_TO_SET = 'git config --global user.name "Your Name" && git config --global user.email you@example.com'

INTRODUCED = "identity"
"""In the state folder: who the user said they are."""


def identity_of(text: str) -> Identity:
    """The identity that was written as text."""
    name, _, email = text.rpartition(" <")
    return Identity(name, email.removesuffix(">"))


def introduce(state: Path, who: Identity) -> None:
    """Keep who the user said they are, for a git that has not been told; its own configuration stays as it is."""
    _check(who)
    state.mkdir(parents=True, exist_ok=True)
    draft = state / f"{INTRODUCED}.draft"
    draft.write_text(str(who), encoding="utf-8")
    draft.replace(state / INTRODUCED)


def introduced(state: Path) -> Identity | None:
    """Who the user said they are; None when they were not asked."""
    try:
        known = identity_of((state / INTRODUCED).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return known if known.name and known.email else None


def signed(author: Identity, date: str, committer: Identity | None = None) -> dict[str, str]:
    """The environment that makes git sign with this name (the committer's too, unless another is given) and this date and no other."""
    by = committer or author
    for each in (author, by):
        _check(each)
    if date[:1].isdigit() and " " in date:  # seconds and zone: without the sign, git takes a small number for something else
        date = f"@{date}"
    return {
        "GIT_AUTHOR_NAME": author.name,
        "GIT_AUTHOR_EMAIL": author.email,
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_NAME": by.name,
        "GIT_COMMITTER_EMAIL": by.email,
        "GIT_COMMITTER_DATE": date,
    }


def _check(author: Identity) -> None:
    if not author.name.strip(" .,:;<>\"\\'\n") or "\n" in author.name + author.email or not author.email.strip(" <>\n"):
        raise RepositoryError(f"{str(author)!r} cannot sign a commit", hint=HOW_TO_SET)
