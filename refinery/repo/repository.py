"""The user's repository as it is: found, read, described, and never written by anything here."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from refinery.errors import RepositoryError
from refinery.repo import condition
from refinery.repo.environment import Git, decode, disk_failure, failure, named_in_environment, user_state_folder
from refinery.repo.identity import HOW_TO_SET, Identity, introduced
from refinery.repo.objects import SUBMODULE, TreeEntry, TreeFile, blobs, files, listing
from safety.changes import REGULAR, ChangeSet, FileChange

_ABSENT = "000000"
_REMEMBERED = 8


@dataclass(frozen=True, slots=True)
class Range:
    """Two commits, by their ids."""

    base: str
    head: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with a work tree. Its bytes are read from git's objects, so no filter ever runs."""

    root: Path
    """The work tree's top."""
    private: Path
    """The git folder of this work tree (HEAD and index)."""
    common: Path
    """The git folder that all its work trees share (objects and refs)."""
    state: Path
    """Where Refinery keeps what it needs for this repository."""
    format: str
    """The hash: sha1 or sha256."""
    listings: dict[str, dict[str, TreeEntry]] = field(default_factory=dict, compare=False, repr=False)
    """Trees that were read lately, by commit; a search reads the same one hundreds of times."""

    @classmethod
    def open(cls, path: Path, home: Path | None = None) -> Repository:
        """The repository that `path` lies in; `home` moves the state out of it."""
        folder = Path(os.path.abspath(path))
        if folder.is_file():
            folder = folder.parent
        if not folder.is_dir():
            raise RepositoryError(f"there is no folder {path}", hint="name a folder inside a git repository")
        if "\n" in str(folder):
            raise RepositoryError(f"{str(folder)!r}: a folder's name has a line break", hint="rename that folder")
        bare, inside, form, private, common = _discover(folder)
        if bare == "true":
            raise RepositoryError(f"{common} is a bare repository: it has no work tree", hint="work in a clone of it")
        if inside != "true":
            raise RepositoryError(f"{folder} is inside git's own folder", hint="go to the project's folder and try again")
        top = Git(folder).asking_the_user().line("rev-parse", "--path-format=absolute", "--show-toplevel")
        return cls(Path(top), Path(private), Path(common), _state(Path(common), home), form)

    @property
    def git(self) -> Git:
        """Git in this repository, hardened. For commands that only read objects, refs and the index."""
        return Git(self.root, {"GIT_DIR": str(self.private), "GIT_WORK_TREE": str(self.root)})

    def head(self) -> str:
        """The commit that is checked out."""
        answer = self.git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if answer.status == 0:
            return answer.text
        if condition.branch(self.private):
            raise RepositoryError("the repository has no commit yet", hint="make a first commit: git add . && git commit")
        raise RepositoryError("HEAD does not lead to a commit", hint="`git fsck` tells what is broken")

    def unborn(self) -> bool:
        """Whether there is no commit yet that could be checked out."""
        return self.git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}").status != 0

    def resolve(self, revision: str) -> str:
        """The id of the commit that a revision names."""
        if revision == "HEAD":
            return self.head()
        answer = self.git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if answer.status or not revision or "\0" in revision:
            raise RepositoryError(f"{revision!r} names no commit here", hint="use a branch, a tag or a commit id (`git log --oneline`)")
        return answer.text

    def files(self, commit: str) -> tuple[TreeFile, ...]:
        """Every file of a commit."""
        return files(self.git, self.resolve(commit))

    def read(self, commit: str, path: str) -> str | None:
        """A file's text in a commit, byte for byte (surrogateescape); None when there is no such file."""
        return self.read_many(commit, (path,)).get(path)

    def read_many(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        """The same for many; paths that are no files are left out."""
        entries = self._entries(commit)
        wanted = {path: entries[path] for path in paths if path in entries and entries[path].mode != SUBMODULE}
        found = blobs(self.git, (entry.blob for entry in wanted.values()))
        return {path: decode(found[entry.blob]) for path, entry in wanted.items()}

    def identity(self, role: str = "author") -> Identity | None:
        """Who the user is to git as the author, or the committer, of a commit; else who they said they are; None when neither is known."""
        around, said = named_in_environment(), self.git.configured()
        given = {part: around.get(f"GIT_{role.upper()}_{part.upper()}") for part in ("name", "email")}
        name, email = (given[part] or said.get(f"{role}.{part}") or said.get(f"user.{part}", "") for part in ("name", "email"))
        name, email = name.strip(), (email or around.get("EMAIL", "")).strip()
        return Identity(name, email) if name and email else introduced(self.state)

    def author(self, role: str = "author") -> Identity:
        """The same, for what cannot be done without."""
        known = self.identity(role)
        if known is None:
            raise RepositoryError("git does not know who you are, and a fix is committed in your name", hint=HOW_TO_SET)
        return known

    def describe_state(self) -> tuple[str, ...]:
        """What is unusual about the repository just now, one sentence each. None of it is in the way of a fix."""
        return (*condition.operations(self.private), *condition.edits(self.git, self.root))

    def changes(self, base: str, head: str | None = None) -> ChangeSet:
        """What differs between two commits; `base` may be a range (see `range`)."""
        span = self.range(base) if head is None else Range(self.resolve(base), self.resolve(head))
        return self._changes(self.git.run("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", span.base, span.head, "--"))

    def earlier(self, commit: str, paths: Collection[str], commits: int = 20) -> dict[str, tuple[str, ...]]:
        """What files were before the latest commits that changed them, the latest first; those that did not change are left out.

        Commits are followed to their first parents, no further than `commits`, and as far as what they hold is there.
        """
        past = self.git.run("rev-list", "--first-parent", f"--max-count={commits + 1}", self.resolve(commit), "--").decode("ascii").split()
        found: dict[str, list[str]] = {}
        for after, before in pairwise(past):
            try:
                changes = self.changes(before, after)
            except RepositoryError:  # a partial clone has not all of its past
                break
            for change in changes:
                if change.path in paths and change.before is not None and change.before not in found.setdefault(change.path, []):
                    found[change.path].append(change.before)
        return {path: tuple(texts) for path, texts in found.items()}

    def range(self, revisions: str) -> Range:
        """What `A..B` names, or `A...B` for what B brings since they parted; a missing end is HEAD."""
        base, dots, head = revisions.partition("...") if "..." in revisions else revisions.partition("..")
        if not dots:
            raise RepositoryError(f"{revisions!r} is one commit, not a range", hint="write BASE..HEAD")
        first, last = self.resolve(base or "HEAD"), self.resolve(head or "HEAD")
        if dots == "..":
            return Range(first, last)
        shared = self.git.ask("merge-base", first, last)
        if shared.status:
            raise RepositoryError(f"the ends of {revisions!r} have no commit in common", hint="write BASE..HEAD, with two dots")
        return Range(shared.text, last)

    def staged(self, index: Path | None = None) -> ChangeSet:
        """What the next commit would change; `index` is the one that git gives to its hooks, where it is not the usual one."""
        git = self.git.at(GIT_INDEX_FILE=str(index)) if index else self.git
        if git.run("ls-files", "-u", "-z"):
            raise RepositoryError("the index has unresolved conflicts", hint="resolve them and `git add` the files")
        base = self.git.line("hash-object", "-t", "tree", "--stdin", given=b"") if self.unborn() else self.head()
        return self._changes(
            git.run("diff-index", "--cached", "--ita-invisible-in-index", "-z", "--raw", "--no-abbrev", "--no-renames", base, "--")
        )

    def close(self) -> None:
        """Let go of everything; nothing is held between calls, so this is for symmetry with the workspace."""

    def _entries(self, revision: str) -> dict[str, TreeEntry]:
        if revision in self.listings:  # a full id: what it names never changes
            return self.listings[revision]
        commit = self.resolve(revision)
        if commit not in self.listings:
            while len(self.listings) >= _REMEMBERED:
                self.listings.pop(next(iter(self.listings)), None)
            self.listings[commit] = listing(self.git, commit)
        return self.listings[commit]

    def _changes(self, raw: bytes) -> ChangeSet:
        fields = raw.split(b"\0")[:-1]
        rows = []
        for place in range(0, len(fields), 2):
            mode_before, mode_after, before, after, _ = fields[place].decode("ascii").removeprefix(":").split(" ")
            rows.append((decode(fields[place + 1]), TreeEntry(mode_before, before), TreeEntry(mode_after, after)))
        found = blobs(self.git, (entry.blob for _, *entries in rows for entry in entries if entry.mode not in (_ABSENT, SUBMODULE)))
        return ChangeSet(
            tuple(
                FileChange(path, _text(before, found), _text(after, found), _mode(before, after), _mode(after, before))
                for path, before, after in rows
            )
        )


def _text(entry: TreeEntry, found: dict[str, bytes]) -> str | None:
    if entry.mode == _ABSENT:
        return None
    return f"Subproject commit {entry.blob}\n" if entry.mode == SUBMODULE else decode(found[entry.blob])


def _mode(entry: TreeEntry, other: TreeEntry) -> str:
    if entry.mode != _ABSENT:
        return entry.mode
    return other.mode if other.mode != _ABSENT else REGULAR


def _discover(folder: Path) -> list[str]:
    asked = (
        "rev-parse",
        "--path-format=absolute",
        "--is-bare-repository",
        "--is-inside-work-tree",
        "--show-object-format",
        "--absolute-git-dir",
        "--git-common-dir",
    )
    answer = Git(folder).asking_the_user().ask(*asked)  # the user's own settings say whose repositories they trust
    if answer.status == 0 and len(answer.text.split("\n")) == 5:
        return answer.text.split("\n")
    if "not a git repository" in answer.error:
        raise RepositoryError(f"{folder} is not in a git repository", hint="go to your project's folder, or make it one: git init")
    if "dubious ownership" in answer.error:
        raise RepositoryError(
            f"the repository at {folder} belongs to another user, and git does not trust it",
            hint=f"if you do: git config --global --add safe.directory {folder}",
        )
    raise failure(asked, answer)


def _state(common: Path, home: Path | None) -> Path:
    own = common / "refinery"
    if home is None and os.access(own if own.is_dir() else common, os.W_OK | os.X_OK):
        state = own
    else:
        name = common.parent.name if common.name == ".git" else common.name
        mark = hashlib.sha256(os.fsencode(common)).hexdigest()[:12]
        state = (home or user_state_folder()) / "repositories" / f"{name}-{mark}"
    try:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise disk_failure(error, f"making the state folder {state}") from error
    return state
