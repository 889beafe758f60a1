"""Where proposals become commits, are laid out in folders to be tried, and where one that is kept becomes a branch."""

from __future__ import annotations

import re
import shutil
import time
import unicodedata
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path

from refinery.domain import Commit
from refinery.errors import RefineryError, RepositoryError
from refinery.repo.environment import decode, encode
from refinery.repo.folders import Folders
from refinery.repo.identity import HOW_TO_SET, NEUTRAL, Identity, signed
from refinery.repo.journal import Journal
from refinery.repo.locks import Lock, held
from refinery.repo.objects import TreeEntry, blob_id, blobs, header, listing
from refinery.repo.publish import BRANCHES, KEPT, NOTES, Publisher, Refs, forget_pin, free_branch
from refinery.repo.recovery import recover
from refinery.repo.repository import Repository
from refinery.repo.shadow import Shadow, leftovers
from safety.changes import ChangeSet, FileChange

_MODES = ("100644", "100755")
_LFS = "version https://git-lfs.github.com/spec/"
_TRIES = 20


class Workspace:
    """Refinery's own rooms beside the user's repository. Safe for many threads, and for many processes at once."""

    def __init__(self, repository: Repository, clock: Callable[[], float] = time.time) -> None:
        self.repository = repository
        tidy = self._tidied()
        self._use = Lock.share(repository.state / "use.lock")  # from here on nobody clears away what is ours
        try:
            self.shadow = Shadow(repository)
            self.refs = Refs(repository)
            self.journal = Journal(repository.state / "journal.jsonl", clock)
            self._publisher = Publisher(repository, self.shadow)
            self.publishing = repository.state / "publish.lock"
            """Held by whoever writes to the user's repository."""
            self._folders = Folders(repository.state / "folders", self.shadow)
            self.recovered = self._recover()
            """What an earlier run that was killed had left, one sentence each; it is cleared away."""
            if tidy:
                self._folders.trim()
        except BaseException:
            self._use.release()
            raise

    def commit(self, base: str, changes: ChangeSet, message: str, author: Identity = NEUTRAL) -> Commit:
        """The commit that makes these changes to the base, on no branch. The same arguments give the same id."""
        on = self.shadow.base(base if len(base) in (40, 64) else self.repository.resolve(base))
        if not len(changes):
            raise RepositoryError("there is nothing to commit", hint="propose at least one change")
        if len({change.path for change in changes}) < len(changes):
            raise RepositoryError("a file is changed twice in one proposal", hint="make it one change")
        for change in changes:
            on.paths.check(change.path)
        _check_each_other(changes)
        self._check_before(on.entries, changes)
        written = [encode(change.after) for change in changes if change.after is not None]
        ids = iter([blob_id(content, self.repository.format) for content in written])
        entries = {
            change.path: None if change.after is None else TreeEntry(_mode(change, on.entries.get(change.path)), next(ids))
            for change in changes
        }
        with ThreadPoolExecutor(1) as beside:  # their ids are known, so trees can be built while they are still being stored
            stored = beside.submit(self.shadow.write_blobs, written)
            commit = self.shadow.build(on.id, entries, message, author)
        stored.result()
        return commit

    def commit_entries(
        self, base: str, entries: Mapping[str, TreeEntry | None], message: str, author: Identity, committer: Identity | None = None
    ) -> Commit:
        """The same for trees' entries as they are; for undoing, which brings back what was there."""
        return self.shadow.build(base, entries, message, author, committer)

    def lease(self, commit: str) -> AbstractContextManager[Path]:
        """A private folder that holds exactly the commit's files, and no `.git`. It may be written to while it is held."""
        return self._folders.lease(commit)

    @property
    def place(self) -> Path:
        """The folder below which all leased ones lie."""
        return self._folders.place

    def keep(self, commit: Commit, slug: str) -> str:
        """Make the commit a branch `refinery/<slug>` of the user's repository, and return its name. Twice is as once."""
        signer = header(self.shadow.git, commit.id).author
        if signer == str(NEUTRAL):
            raise RepositoryError("a fix is kept in your name, and this commit is in nobody's", hint=HOW_TO_SET)
        slug = slugged(slug)
        with held(self.publishing):
            taken = self.refs.find(BRANCHES)
            for name, tip in taken.items():
                if tip == commit.id and re.fullmatch(re.escape(BRANCHES + slug) + r"(-\d+)?", name):
                    return name.removeprefix("refs/heads/")
            self.journal.write("keep", "intent", commit.id, base=commit.parent, slug=slug)
            try:
                name = self._publish(commit, slug, taken)
            except RefineryError:
                self._abandon(commit.id)
                raise
        return name.removeprefix("refs/heads/")

    def attach_note(self, commit_id: str, text: str) -> None:
        """Put a text beside the commit, in refs/notes/refinery; it replaces an earlier one."""
        git, content = self.shadow.git, encode(text)
        with held(self.publishing):
            if self.note(commit_id) == text:
                return
            blob = git.line("hash-object", "-w", "--stdin", given=content)
            self.journal.write("note", "intent", commit_id, blob=blob)  # a run that finds it open can end it
            try:
                noted = any(self._note(commit_id, blob) for _ in range(_TRIES))
            except RefineryError:
                self._abandon(commit_id)
                raise
            if noted:
                return
            self.journal.write("note", "abandoned", commit_id)
        raise RepositoryError("refs/notes/refinery keeps changing under our hands", hint="try again when the other program has finished")

    def note(self, commit_id: str) -> str | None:
        """The text beside a commit; None when there is none."""
        if NOTES not in self.refs.find(NOTES):
            return None
        git, blob = self.repository.git, self._note_blob(commit_id)
        return decode(blobs(git, (blob,))[blob]) if blob else None

    def lodge(self, operation: str, subject: str, commit: str) -> str:
        """See that the user's repository has a commit whose parent it has; the pack to release once a ref holds it, empty when none."""
        if self.repository.git.ask("cat-file", "-e", f"{commit}^{{commit}}").status == 0:
            return ""
        parent = header(self.shadow.git, commit).parents[0]
        pack, name = self._publisher.pack(commit, parent)
        self.journal.write(operation, "packed", subject, pack=name)
        self._publisher.store(pack, commit, parent)
        return name

    def release(self, pack: str) -> None:
        """Let the user's garbage collection treat a lodged pack as any other."""
        if pack:
            self._publisher.release(pack)

    def close(self) -> None:
        """Let other processes tidy up."""
        self._use.release()

    def _publish(self, commit: Commit, slug: str, taken: Mapping[str, str]) -> str:
        pin = self._publisher.pinned(self.refs, commit.id, commit.parent)
        pack, packed = self._publisher.pack(commit.id, commit.parent)
        self.journal.write("keep", "packed", commit.id, pack=packed)
        self._publisher.store(pack, commit.id, commit.parent)
        seen = dict(taken)
        name = free_branch(seen, slug)
        while not self.refs.create(name, commit.id):
            seen[name] = ""
            name = free_branch(seen, slug)
        self.refs.create(f"{KEPT}{commit.id}", commit.id)
        self._publisher.release(packed)
        forget_pin(self.refs, pin)  # before the end is told: a kill in it leaves a lock, and the next run looks for one
        self.journal.write("keep", "done", commit.id, branch=name.removeprefix("refs/heads/"), base=commit.parent)
        return name

    def _note(self, commit_id: str, blob: str) -> bool:
        """One try; somebody else's note may come between."""
        old = self.refs.find(NOTES).get(NOTES)
        if old and self._note_blob(commit_id) == blob:  # a run that was killed had come as far as that
            self.journal.write("note", "done", commit_id, note=old)
            return True
        new = self._noted(commit_id, blob, old)
        pack, name = self._publisher.pack(new, old)
        self.journal.write("note", "packed", commit_id, pack=name)
        self._publisher.store(pack, new, old)
        moved = self.refs.move(NOTES, new, old) if old else self.refs.create(NOTES, new)
        self._publisher.release(name)
        if moved:
            self.journal.write("note", "done", commit_id, note=new)
        return moved

    def _note_blob(self, commit_id: str) -> str:
        """What the user's notes hold for a commit; empty when it is nothing."""
        found = (entry.blob for path, entry in listing(self.repository.git, NOTES).items() if path.replace("/", "") == commit_id)
        return next(found, "")

    def _abandon(self, commit: str) -> None:
        recover(self.journal, self.refs, self._publisher, only=commit)

    def _noted(self, commit_id: str, blob: str, old: str | None) -> str:
        """A commit of notes, built by git in the shadow on top of the user's."""
        for left in (f"{NOTES}.lock", "packed-refs.lock"):  # of a run that was killed; we hold the lock on publishing
            (self.shadow.folder / left).unlink(missing_ok=True)
        git = self.shadow.git.at(**signed(NEUTRAL, header(self.shadow.git, commit_id).date))
        git.run("update-ref", NOTES, old) if old else git.run("update-ref", "-d", NOTES)
        git.run("notes", f"--ref={NOTES}", "add", "-f", "-C", blob, commit_id)
        return git.line("rev-parse", "--verify", NOTES)

    def _recover(self) -> tuple[str, ...]:
        lock = Lock.take(self.publishing)
        if lock is None:  # another process is publishing, and it is alive
            return ()
        try:
            return recover(self.journal, self.refs, self._publisher, note=self._note)
        finally:
            lock.release()

    def _tidied(self) -> bool:
        """Remove what killed runs left of temporary files, unless somebody is at work here; whether nobody was."""
        state = self.repository.state
        alone = Lock.take(state / "use.lock")
        if alone is None:
            return False
        try:
            for folder in (*state.glob("shadow/scratch/*"), *state.glob("shadow-*")):
                shutil.rmtree(folder, ignore_errors=True)
            for file in leftovers(state):
                file.unlink(missing_ok=True)
        finally:
            alone.release()
        return True

    def _check_before(self, entries: Mapping[str, TreeEntry], changes: ChangeSet) -> None:
        for change in changes:
            entry, text = entries.get(change.path), change.before
            if (entry and entry.blob) != (None if text is None else blob_id(encode(text), self.repository.format)):
                there = "is not there" if entry is None else "is there already" if text is None else "reads differently"
                raise RepositoryError(
                    f"{change.path}: the change was made for another version of the file (in the base it {there})",
                    hint="draft the change again on this base",
                )
            if text is not None and text.startswith(_LFS):
                raise RepositoryError(f"{change.path} is kept in Git LFS", hint="files in LFS cannot be changed by a fix")
            if text == change.after and (entry is None or _mode(change, entry) == entry.mode):
                raise RepositoryError(f"{change.path}: the change changes nothing", hint="leave it out of the proposal")


def slugged(text: str) -> str:
    """A text as the last part of a branch's name."""
    plain = unicodedata.normalize("NFKD", text.removeprefix("refinery/")).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(words) > 50:
        words = words[:50].rpartition("-")[0] or words[:50]
    return words.strip("-") or "fix"


def _mode(change: FileChange, entry: TreeEntry | None) -> str:
    """A mode is changed only when a change says so: one that names the same mode twice keeps what is there."""
    wanted = change.mode_after if entry is None or change.mode_before != change.mode_after else entry.mode
    if wanted not in _MODES:
        raise RepositoryError(f"{change.path}: a fix makes regular files only, not mode {wanted}", hint="propose a regular file")
    return wanted


def _check_each_other(changes: ChangeSet) -> None:
    """Two new paths may clash though each fits the base."""
    folded: dict[str, str] = {}
    for change in changes:
        parts = change.path.split("/")
        for length in range(1, len(parts) + 1):
            prefix = "/".join(parts[:length])
            known = folded.setdefault(unicodedata.normalize("NFC", prefix).casefold(), prefix)
            if known != prefix:
                raise RepositoryError(f"{known!r} and {prefix!r} are one and the same on some systems", hint="use one spelling")
    paths = {change.path for change in changes if change.after is not None}
    for path in paths:
        if any(path.startswith(f"{other}/") for other in paths):
            raise RepositoryError(f"{path!r} lies in what is a file in the same proposal", hint="use another name")
