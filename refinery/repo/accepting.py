"""A fix becomes part of the user's current branch, as a commit of theirs would: by their hooks, in their name, with their signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from refinery.errors import RepositoryError
from refinery.repo import message
from refinery.repo.environment import encode
from refinery.repo.hooks import Hooks
from refinery.repo.identity import Identity, identity_of
from refinery.repo.inverse import forward
from refinery.repo.landing import Landing, land
from refinery.repo.lending import lent
from refinery.repo.locks import held
from refinery.repo.objects import TreeEntry, header
from refinery.repo.readiness import planned
from refinery.repo.signing import asked_to_sign, signature
from refinery.repo.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the user wants it done."""

    verify: bool = True
    """False leaves out the hooks that may refuse, as git's --no-verify does."""
    sign: bool = True
    """False leaves it unsigned where commit.gpgSign is set, as git's --no-gpg-sign does."""
    seconds: float = 600.0
    """For each hook."""


PLAINLY = Wishes()


@dataclass(frozen=True, slots=True)
class Accepted:
    """What bringing a commit to the current branch came to."""

    commit: str
    branch: str
    """Without refs/heads/."""
    notes: tuple[str, ...] = ()
    """What the user should know beside it."""


class Accepting:
    """Brings commits to the branch that is checked out; the only thing that writes to a work tree."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def fix(self, fix: str, base: str, names: tuple[str, ...], wishes: Wishes) -> Accepted | None:
        """Accept a fix: its own commit where HEAD is its base, else the same change as a commit on HEAD; None when it is there already."""
        workspace = self._workspace
        head = workspace.repository.head()
        if head == base:
            return self.bring("accept", fix, fix, names[0], wishes)
        entries = forward(workspace.shadow, base, fix, head)
        if not entries:
            return None
        was = header(workspace.shadow.git, fix)
        text = _with_name(was.message, names[0])
        commit = workspace.commit_entries(head, entries, text, identity_of(was.author), workspace.repository.author("committer"))
        return self.bring("accept", fix, commit.id, names[0], wishes)

    def bring(self, operation: str, subject: str, commit: str, name: str, wishes: Wishes) -> Accepted:
        """Bring a child of HEAD to HEAD's branch, after the user's hooks have had their say; `name` is the fix's."""
        workspace, hooks = self._workspace, Hooks(self._workspace.repository, wishes.seconds)
        repository = workspace.repository
        who = repository.author("committer")
        planned(repository, workspace.shadow, commit)  # refuse before anybody's hooks run
        if wishes.verify and hooks.present():
            commit = self._approved(commit, name, hooks, who)
        commit, notes = self._signed(commit, name, who, wishes.sign)
        with held(workspace.publishing):
            left = self._landed(operation, subject, commit, who)
        ran = hooks.run("post-commit", at=repository.root)
        if ran and ran.status != 0:
            notes = (*notes, ran.says)
        branch = repository.git.ask("symbolic-ref", "--short", "--quiet", "HEAD").text
        return Accepted(commit, branch, (*notes, *left))

    def _approved(self, commit: str, name: str, hooks: Hooks, who: Identity) -> str:
        """The commit, perhaps with another message, once pre-commit, prepare-commit-msg and commit-msg have passed it."""
        workspace = self._workspace
        was = header(workspace.shadow.git, commit)
        with lent(workspace, commit) as copy:
            file = copy.index.with_name("COMMIT_EDITMSG")
            file.write_bytes(encode(was.message))
            hooks.gate("pre-commit", at=copy.tree, **copy.variables)
            hooks.gate("prepare-commit-msg", str(file), "message", at=copy.tree, **copy.variables)
            hooks.gate("commit-msg", str(file), at=copy.tree, **copy.variables)
            if not copy.untouched(workspace, commit):
                raise RepositoryError(
                    "your hook pre-commit changed what would be committed; a fix is taken as it was validated, or not at all",
                    hint="merge by hand, or leave your hooks out of this: --no-verify",
                )
            text = _read(file)
        if text == was.message:
            return commit
        if set(_marks(was.message)) - set(_marks(text)):
            raise RepositoryError(
                "your hook commit-msg takes out the trailers by which the fix is known", hint="leave your hooks out of this: --no-verify"
            )
        return self._reworded(commit, _with_name(text, name), who)

    def _signed(self, commit: str, name: str, who: Identity, sign: bool) -> tuple[str, tuple[str, ...]]:
        if not asked_to_sign(self._workspace.repository):
            return commit, ()
        if not sign:
            return commit, ("commit.gpgSign is set, and the commit is not signed: --no-gpg-sign was given",)
        was = header(self._workspace.shadow.git, commit)
        return signature(self._workspace, was, _with_name(was.message, name), who), ()

    def _reworded(self, commit: str, text: str, who: Identity) -> str:
        shadow = self._workspace.shadow
        was = header(shadow.git, commit)
        [parent] = was.parents
        before, after = shadow.entries(parent), shadow.entries(commit)
        changed: Mapping[str, TreeEntry | None] = {
            path: after.get(path) for path in before.keys() | after.keys() if before.get(path) != after.get(path)
        }
        return self._workspace.commit_entries(parent, changed, text, identity_of(was.author), who).id

    def _landed(self, operation: str, subject: str, commit: str, who: Identity) -> tuple[str, ...]:
        workspace = self._workspace
        repository, journal = workspace.repository, workspace.journal

        packs: list[str] = []

        def tell(phase: str, landing: Landing) -> None:
            if phase != "intent":
                for pack in packs:
                    workspace.release(pack)
            journal.write(operation, phase, subject, **landing.details())
            if phase == "intent":
                packs.append(workspace.lodge(operation, subject, commit))

        says = f"refinery {operation}: {header(workspace.shadow.git, commit).message.split(chr(10), 1)[0]}"
        return land(repository, workspace.shadow, commit, who, tell, says)


def _with_name(text: str, name: str) -> str:
    """A fix from before fixes had names is known by its commit."""
    if any(message.trailers(text).get(key) for key in (message.FIX, message.TAKES_BACK, message.BRINGS_BACK)):
        return text
    apart = "" if message.trailers(text) else "\n"
    return f"{text.rstrip()}\n{apart}{message.FIX}: {name}\n"


def _marks(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(key, values) for key, values in message.trailers(text).items() if key.startswith(message.MARK)]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        says = "your hook commit-msg left a message that cannot be read"
        raise RepositoryError(says, hint="leave your hooks out of this: --no-verify") from error
