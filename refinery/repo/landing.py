"""A commit is brought to the user's current branch: their files, their index and their branch, together or not at all."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from refinery.errors import RefineryError, RepositoryError
from refinery.repo.environment import Git, disk_failure, failure
from refinery.repo.identity import Identity
from refinery.repo.indexing import Index
from refinery.repo.objects import listing
from refinery.repo.placing import Placing, Step
from refinery.repo.publish import DEAD, STALE
from refinery.repo.readiness import Move, planned
from refinery.repo.repository import Repository
from refinery.repo.shadow import Shadow

_MARK = 12


@dataclass(frozen=True, slots=True)
class Landing:
    """One such move, as the journal has it: enough to finish it or to take it back, from any work tree and after any kill."""

    root: Path
    private: Path
    branch: str
    old: str
    new: str
    steps: tuple[Step, ...]
    folders: tuple[str, ...]

    @classmethod
    def of(cls, repository: Repository, move: Move) -> Landing:
        """The one that a plan comes to."""
        return cls(repository.root, repository.private, move.branch, move.old, move.new, move.steps, move.folders)

    @classmethod
    def read(cls, details: Mapping[str, str]) -> Landing:
        """The one that a row of the journal tells of."""
        steps = tuple(Step(**each) for each in json.loads(details["files"]))
        places = Path(details["root"]), Path(details["private"])
        return cls(*places, details["branch"], details["old"], details["new"], steps, tuple(json.loads(details["folders"])))

    def details(self) -> dict[str, str]:
        """For the journal."""
        return {
            "root": str(self.root),
            "private": str(self.private),
            "branch": self.branch,
            "old": self.old,
            "new": self.new,
            "files": json.dumps([asdict(step) for step in self.steps]),
            "folders": json.dumps(self.folders),
        }

    @property
    def index(self) -> Index:
        """The index of its work tree."""
        return Index(self.root, self.private, self.new)

    @property
    def placing(self) -> Placing:
        """Its files."""
        return Placing(self.root, self.new[:_MARK], self.steps, self.folders)

    def settle(self, killed: bool = False) -> tuple[bool, tuple[str, ...]]:
        """Finish what has reached the branch, take back what has not; whether it is there now, and what could not be done."""
        if not self.private.is_dir() or not self.root.is_dir():
            return False, (f"the work tree {self.root} is gone",)
        try:
            if killed:
                self._unlock_refs()
            return self._finished() if self._arrived() else self._taken_back()
        except OSError as error:
            raise disk_failure(error, "clearing up the work tree") from error

    def _unlock_refs(self) -> None:
        """Remove the locks on HEAD and the branch that our own git left when it was killed with us.

        While index.lock is ours no commit of the user's can have taken one; and one that names another commit is not ours.
        """
        if not self.index.locked:
            return
        since = (self.private / "index.lock").stat().st_mtime_ns
        common = Path(self._git.line("rev-parse", "--path-format=absolute", "--git-common-dir"))
        for lock in (common / f"{self.branch}.lock", self.private / "HEAD.lock"):
            with contextlib.suppress(FileNotFoundError):
                before = lock.stat()
                named = lock.read_text(encoding="utf-8", errors="replace").strip()
                if before.st_mtime_ns < since or named not in ("", self.new):
                    continue
                time.sleep(DEAD if named else max(0.0, STALE - (time.time() - before.st_mtime)))  # its holder may just be ending
                if lock.stat().st_mtime_ns == before.st_mtime_ns:
                    lock.unlink()

    def _finished(self) -> tuple[bool, tuple[str, ...]]:
        git, index = self._git, self.index
        index.lock()
        try:
            before, after = listing(git, self.old), listing(git, self.new)
            paths = [step.path for step in self.steps]
            rows = index.rows(paths)
            behind = {path: after.get(path) for path in paths if [row.entry for row in rows.get(path, [])] == _one(before.get(path))}
            if behind:
                index.draft(behind)
                index.adopt()
        finally:
            index.unlock()
        return True, self.placing.clear()

    def _taken_back(self) -> tuple[bool, tuple[str, ...]]:
        said = self.placing.take_back()
        self.index.unlock()
        return False, said

    def _arrived(self) -> bool:
        now = self._git.ask("rev-parse", "--verify", "--quiet", "HEAD^{commit}").text
        return now == self.new or (bool(now) and self._git.ask("merge-base", "--is-ancestor", self.new, now).status == 0)

    @property
    def _git(self) -> Git:
        return Git(self.root, {"GIT_DIR": str(self.private), "GIT_WORK_TREE": str(self.root)})


def land(
    repository: Repository, shadow: Shadow, new: str, who: Identity, tell: Callable[[str, Landing], None], says: str
) -> tuple[str, ...]:
    """Bring `new`, a child of HEAD whose objects the repository has, to HEAD's branch. Returns what was left to look at.

    `tell` writes the journal: `intent` before anything is touched, `done` or `abandoned` after. Whatever fails in between, an
    interrupt too, ends as a kill would: settled one way or the other.
    """
    plan = planned(repository, shadow, new)
    landing = Landing.of(repository, plan)
    try:
        tell("intent", landing)
        landing.index.lock()
        move = planned(repository, shadow, new, landing.index)
        if move != plan:
            raise RepositoryError("the work tree changed just now; nothing was changed", hint="run the same command again")
        landing.placing.put(move.contents)
        landing.index.draft(move.after)
        _advance(repository, move, who, says)
    except BaseException as error:
        arrived, left = landing.settle()
        tell("done" if arrived else "abandoned", landing)
        if arrived and isinstance(error, Exception):
            return left
        if isinstance(error, OSError):
            raise disk_failure(error, "writing the work tree") from error
        if left and isinstance(error, RefineryError):
            raise RepositoryError(f"{error}; {'; '.join(left)}", hint=error.hint) from error
        raise
    _, left = landing.settle()
    tell("done", landing)
    return left


def _advance(repository: Repository, move: Move, who: Identity, says: str) -> None:
    """HEAD's branch moves from the commit it was at, and from no other."""
    if repository.git.ask("symbolic-ref", "--quiet", "HEAD").text != move.branch:
        raise RepositoryError("another branch was checked out just now; nothing was changed", hint="run the same command again")
    names = {"GIT_COMMITTER_NAME": who.name, "GIT_COMMITTER_EMAIL": who.email}
    git = repository.git.asking_the_user().ruled(("core.logAllRefUpdates",)).at(**names)
    order = f"update {move.branch}\0{move.new}\0{move.old}\0".encode()
    answer = git.ask("update-ref", "-m", says, "--stdin", "-z", given=order)
    if answer.status and "but expected" in answer.error:
        raise RepositoryError("the branch moved just now; nothing was changed", hint="run the same command again")
    if answer.status:
        raise failure(("update-ref",), answer)


def _one(entry: object) -> list[object]:
    return [] if entry is None else [entry]
