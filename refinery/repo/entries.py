"""The fixes that were kept, found again after any restart and any rewriting of history."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from refinery.errors import RepositoryError
from refinery.repo import lineage, message
from refinery.repo.journal import Row
from refinery.repo.lineage import Event, Lineage
from refinery.repo.objects import Header, header, headers
from refinery.repo.publish import BRANCHES, KEPT, UNDONE
from refinery.repo.workspace import Workspace

_NOT_A_FIX = {message.UNDOES, message.TAKES_BACK, message.BRINGS_BACK}


class State(StrEnum):
    """Where a fix is."""

    BRANCH = "branch"
    """On a branch of its own, waiting to be merged."""
    MERGED = "merged"
    """Part of what is checked out."""
    UNDO_OFFERED = "undo-offered"
    """Part of what is checked out, with a branch beside it that takes it back."""
    UNDONE = "undone"
    """Taken back; `redo` brings it again."""
    ELSEWHERE = "elsewhere"
    """Kept once; now on no branch of ours and not below HEAD (merged on another branch, or its branch deleted)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept fix."""

    commit: str
    """As it was validated; what its evidence is about."""
    subject: str
    state: State
    branch: str
    """Its branch, without refs/heads/; empty when it has none."""
    slug: str
    base: str
    message: str
    trailers: Mapping[str, tuple[str, ...]]
    at: int
    """The date in its commit, Unix time in seconds."""
    fix: str = ""
    """Its own name, which survives rewriting; empty for a fix that has none."""
    tip: str = ""
    """The commit on its branch, or put away, that is this fix: another one than `commit` when somebody rewrote it there."""
    event: Event | None = None
    """What HEAD last did with it; None when HEAD knows nothing of it."""
    carriers: tuple[str, ...] = ()
    """Commits below HEAD that bring it, newest first."""
    names: tuple[str, ...] = ()
    """What commits may call it."""
    kept_at: float | None = None
    """When it was kept here, Unix time; None where that was done elsewhere. The date in its commit is that of the commit below."""


@dataclass(frozen=True, slots=True)
class Names:
    """Our refs by where they stand."""

    branches: Mapping[str, str]
    undone: Mapping[str, str]
    kept: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Picture:
    """Everything that is looked at for each fix, read once."""

    known: Mapping[str, Header]
    past: Lineage
    refs: Names
    journal: Mapping[str, Row]
    versions: Mapping[str, list[str]]
    """Commits by the id of the fix that they are."""
    offers: Mapping[str, str]


class Entries:
    """Looks for the kept fixes of one repository."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._git = workspace.shadow.git

    def all(self) -> tuple[Entry, ...]:
        """Every fix that was ever kept and can still be read, newest first."""
        past, refs, journal = self._past(), self.refs(), self._journal()
        known = headers(self._git, self._there(dict.fromkeys((*past.commits, *refs.branches, *refs.undone, *refs.kept, *journal))))
        picture = _Picture(known, past, refs, journal, _by_id(known), _offers(known, past, refs))
        found = [self._entry(commit, picture) for commit in _originals(known, refs, journal)]
        order = {commit: row.number for commit, row in journal.items()}
        return tuple(sorted(found, key=lambda entry: (order.get(entry.commit, -1), entry.at), reverse=True))

    def named(self, text: str) -> Entry:
        """The fix that is named by its branch, its slug, its id, its commit or the beginning of one, or any commit that brought it."""
        matches = self.matching(text)
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise RepositoryError(
                f"{text!r} names several fixes", hint="name one by its commit: " + ", ".join(each.commit[:12] for each in matches)
            )
        raise RepositoryError(f"there is no fix {text!r}", hint="`refinery history` lists the fixes that were kept")

    def matching(self, text: str) -> list[Entry]:
        """All fixes that a name may mean: none, or several where a commit holds several."""
        entries = self.all()
        short = text.removeprefix("refs/heads/").removeprefix("refinery/")
        matches = [entry for entry in entries if short and short == entry.slug]
        if not matches and re.fullmatch(r"[0-9a-f]{4,64}", text):
            matches = [entry for entry in entries if entry.commit.startswith(text) or entry.fix == text]
        if not matches and text:
            matches = self._brought_by(text, entries)
        return matches

    def refs(self) -> Names:
        """Our refs as they stand."""
        found = self._workspace.refs.find("refs/heads/refinery/"), self._workspace.refs.find("refs/refinery/")
        undone = {tip: name for name, tip in found[1].items() if name.startswith(UNDONE)}
        kept = frozenset(tip for name, tip in found[1].items() if name.startswith(KEPT))
        return Names({tip: name for name, tip in reversed(found[0].items())}, undone, kept)

    def offered(self, entry: Entry, refs: Names) -> str:
        """A commit on a branch of ours that would take the fix back if it were merged; empty when there is none."""
        return _offers(headers(self._git, refs.branches), self._past(), refs).get(_reversible(entry.commit, entry.event), "")

    def _brought_by(self, text: str, entries: Iterable[Entry]) -> list[Entry]:
        """By a commit that was made from it, or that merged it."""
        try:
            commit = self._workspace.repository.resolve(text)
        except RepositoryError:
            return []
        head = header(self._git, commit)
        names = {commit, *lineage.named(head), *lineage.turned(head)[0]}
        if len(head.parents) > 1 and not names - {commit}:
            merged = lineage.below(self._git, commit, head.parents[0]).events
            names |= merged.keys()
        matches = [entry for entry in entries if names & {*entry.names, entry.tip} or commit in entry.carriers]
        exact = [entry for entry in matches if commit in (entry.commit, entry.tip)]
        return list({entry.fix or entry.commit: entry for entry in reversed(exact or matches)}.values())  # the same fix twice: the newest

    def _entry(self, commit: str, seen: _Picture) -> Entry:
        head, past, refs, journal = seen.known[commit], seen.past, seen.refs, seen.journal
        names = tuple(dict.fromkeys((*lineage.named(head), commit)))
        event = past.newest(names)
        versions = (commit, *(each for name in names for each in seen.versions.get(name, ())))
        tip = next((each for each in versions if each in refs.branches or each in refs.undone), "")
        branch = refs.branches.get(tip, "")
        if branch and event and not event.brings and self._above(head.parents[0], event.commit):
            event = None  # the same change again, made after it had been undone
        if not tip and event is None:
            branch = self._holder(commit)
        kept_as = branch.removeprefix(BRANCHES) or refs.undone.get(tip, "").removeprefix(UNDONE)
        if not kept_as and commit in journal:
            kept_as = journal[commit].details["branch"].removeprefix("refinery/")
        offers = _reversible(commit, event) in seen.offers
        if event:
            state = State.UNDONE if not event.brings else State.UNDO_OFFERED if offers else State.MERGED
        else:
            state = State.BRANCH if branch else State.UNDONE if tip in refs.undone else State.ELSEWHERE
        return Entry(
            commit=commit,
            subject=head.message.split("\n", 1)[0],
            state=state,
            branch=branch.removeprefix("refs/heads/"),
            slug=kept_as,
            base=head.parents[0],
            message=head.message,
            trailers=message.trailers(head.message),
            at=int(head.date.split()[0]),
            fix=lineage.own_id(head),
            tip=tip,
            event=event,
            carriers=past.carriers(names),
            names=names,
            kept_at=journal[commit].at if commit in journal else None,
        )

    def _above(self, commit: str, other: str) -> bool:
        return self._git.ask("merge-base", "--is-ancestor", other, commit).status == 0

    def _past(self) -> Lineage:
        try:
            head = self._workspace.repository.head()
        except RepositoryError:
            return Lineage({}, {})
        return lineage.below(self._git, head)

    def _journal(self) -> dict[str, Row]:
        rows = self._workspace.journal.read().rows
        return {row.subject: row for row in rows if row.operation == "keep" and row.phase == "done"}

    def _holder(self, commit: str) -> str:
        """The branch of ours on which somebody went on from the fix; empty when there is none."""
        return self._workspace.repository.git.line("for-each-ref", "--format=%(refname)", f"--contains={commit}", BRANCHES).split("\n")[0]

    def _there(self, commits: Iterable[str]) -> list[str]:
        """Those that can still be read; a fix whose branch was deleted may have been collected."""
        given = "".join(f"{commit}\n" for commit in commits)
        rows = self._git.run("cat-file", "--batch-check=%(objecttype) %(objectname)", given=given.encode()).decode().splitlines()
        return [row.removeprefix("commit ") for row in rows if row.startswith("commit ")]


def _originals(known: Mapping[str, Header], refs: Names, journal: Mapping[str, Row]) -> list[str]:
    """One commit for each fix: as it was kept here, or else the oldest that brings it. What was made from it is not another fix."""
    ours = [commit for commit, head in known.items() if _is_fix(commit, head, journal)]
    firm = [commit for commit in ours if commit in journal or commit in refs.kept]
    spoken = {name for commit in firm for name in _called(commit, known[commit])}
    found = list(firm)
    for commit in reversed([each for each in ours if each not in firm]):
        called = _called(commit, known[commit])
        if not called <= spoken:
            spoken |= called
            found.append(commit)
    return found


def _is_fix(commit: str, head: Header, journal: Mapping[str, Row]) -> bool:
    marks = message.trailers(head.message)
    ours = commit in journal or any(key.startswith(message.MARK) for key in marks) or lineage.named(head)
    return bool(ours and head.parents and not _NOT_A_FIX & marks.keys())


def _called(commit: str, head: Header) -> set[str]:
    return {*lineage.named(head)} or {commit}


def _by_id(known: Mapping[str, Header]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for commit, head in known.items():
        found.setdefault(lineage.own_id(head), []).append(commit)
    found.pop("", None)
    return found


def _offers(known: Mapping[str, Header], past: Lineage, refs: Names) -> dict[str, str]:
    """Branches of ours that would take something back if they were merged: what they reverse, and their commit."""
    found: dict[str, str] = {}
    for tip in refs.branches:
        marks = message.trailers(known[tip].message) if tip in known and tip not in past.commits else {}
        if message.TAKES_BACK in marks:
            found |= dict.fromkeys(marks.get(message.UNDOES, ()), tip)
    return found


def _reversible(commit: str, event: Event | None) -> str:
    """What an undo of the fix reverses as things stand; an offer from before a rebase reverses something else."""
    return event.commit if event and event.alone else commit
