"""What a git hook asks: may this be committed, or pushed? Quick for a commit; the gate runs where behaviour can have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from refinery.domain import Checked, Decision
from refinery.errors import RepositoryError, UsageError
from refinery.flows.review import first, for_people, refusing, review_staged
from refinery.repo.repository import Repository
from safety.globs import matches
from safety.guard import Guard
from safety.verdict import Effect, Verdict

PROSE = ("/README*", "/CHANGELOG*", "/LICENSE*", "/CONTRIBUTING*", "docs/**", ".github/**", ".gitlab-ci.yml")
"""Files that no agent reads."""


Judge = Callable[[str], Checked]
"""What becomes of a range of commits."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether git may go on, and what a person is told."""

    goes_on: bool
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pushed:
    """One line that git gives to the hook: a local commit, and where the remote's branch stands."""

    ref: str
    commit: str
    known: str
    """The remote's commit; empty for a branch that it does not have."""


def before_commit(repository: Repository, guard: Guard, tolerated: Sequence[str], index: Path | None) -> Answer:
    """The guard over what is staged. What needs a person is shown: whoever commits is one."""
    try:
        verdict = review_staged(repository, for_people(guard), index)
    except UsageError:  # an amended message, an empty merge
        return Answer(True, ())
    refused = refusing(verdict, tolerated)
    if not refused:
        return Answer(True, tuple(_shown(verdict, tolerated)))
    way_out = "commit all the same, with a reason that is recorded: REFINERY_SKIP='reason' git commit ..."
    return Answer(False, (*(f"refused: {first([each])}" for each in refused), way_out))


def before_push(pushed: Iterable[Pushed], repository: Repository, judge: Judge, strict: bool) -> Answer:
    """What `judge` says of each branch, where that can change behaviour. `strict`: what the runs do not decide is refused."""
    says: list[str] = []
    goes_on = True
    for each in pushed:
        base = _base(each, repository)
        if not base:
            says.append(f"{each.ref}: not checked, since nothing is known that it could be compared with")
        elif base != each.commit and _can_change_behaviour(repository, base, each.commit):
            made = judge(f"{base}..{each.commit}")
            says.append(f"{each.ref}: {made.decision}: {made.says}")
            goes_on &= _passes(made, strict)
    if not goes_on:
        says.append("push all the same with REFINERY_SKIP='reason' before the command; the reason is recorded")
    return Answer(goes_on, tuple(says))


def pushes(lines: Iterable[str]) -> Iterator[Pushed]:
    """What git writes to a pre-push hook; branches that are deleted are nobody's business here."""
    for line in lines:
        parts = line.split()
        if not parts:
            continue
        if len(parts) != 4:
            raise UsageError(f"a pre-push hook is given four words a line, not {line!r}", hint="git calls this; it is nothing to type")
        ref, commit, _, known = parts
        if commit.strip("0"):
            yield Pushed(ref, commit, known if known.strip("0") else "")


def _base(pushed: Pushed, repository: Repository) -> str:
    """Where the remote stands, if that is here; else where the branch left what the remote has; empty when neither is known."""
    for candidate in (pushed.known, "refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"):
        if candidate:
            try:
                return repository.range(f"{candidate}...{pushed.commit}").base
            except RepositoryError:
                continue
    return ""


def _can_change_behaviour(repository: Repository, base: str, head: str) -> bool:
    return any(not any(matches(change.path, glob) for glob in PROSE) for change in repository.changes(base, head))


def _passes(made: Checked, strict: bool) -> bool:
    return made.decision is Decision.ACCEPT or (made.decision is Decision.NOT_ENOUGH and not strict)


def _shown(verdict: Verdict, tolerated: Sequence[str]) -> Iterator[str]:
    for each in verdict.findings:
        if each.effect is not Effect.ALLOW:
            yield f"{'tolerated' if each.rule in tolerated else 'look at'}: {first([each])}"
