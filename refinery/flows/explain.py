"""Any commit in plain words, for a person who did not see it made: what it mends and why that is believed, or what it can touch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from refinery.errors import UsageError
from refinery.flows.check import Terms, look_at_base
from refinery.flows.dossier import Dossier, dossier
from refinery.flows.review import for_people, review_range
from refinery.flows.story import Tried
from refinery.flows.suite import suite_at
from refinery.repo import message
from refinery.repo.history import History, State
from refinery.repo.objects import header
from refinery.repo.patch import stat
from refinery.repo.repository import Range, Repository
from refinery.workbench import Workbench
from safety.guard import Guard
from safety.verdict import Verdict

LONGEST = 300
"""Letters of one answer."""
WHERE = {
    State.BRANCH: "It waits on a branch of its own, and is part of nothing yet.",
    State.MERGED: "It is part of what is checked out.",
    State.UNDO_OFFERED: "It is part of what is checked out; a branch that takes it back is there to be merged.",
    State.UNDONE: "It was taken back; `refinery redo {name}` brings it again.",
    State.ELSEWHERE: "It is on no branch of Refinery's, and not below HEAD.",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to know, and what it is about."""

    about: str
    says: str


@dataclass(frozen=True, slots=True)
class Touched:
    """What the change of a commit can reach."""

    scenarios: tuple[str, ...] = ()
    of: int = 0
    """Scenarios that there are."""
    says: str = ""
    """Why it is all of them, or why it is not known."""
    known: bool = False


@dataclass(frozen=True, slots=True)
class Explained:
    """A commit, explained."""

    commit: str
    subject: str
    base: str
    """The commit below, the first one of a merge; empty for the first commit of all."""
    fixes: tuple[Dossier, ...] = ()
    """What of Refinery's it holds, or takes back; none: it is a commit like any other."""
    told: tuple[Told, ...] = ()
    guard: Verdict | None = None
    """None for a fix, and for what changes nothing."""
    touched: Touched = Touched()


def explain(text: str, repository: Repository, past: History, guard: Guard) -> Explained:
    """What a commit is. Nothing is run for it. RepositoryError when there is no such commit or fix."""
    found = tuple(dossier(each) for each in past.matching(text))
    commit = _commit(text, found, repository)
    head = header(repository.git, commit)
    subject, base = head.message.split("\n", 1)[0], head.parents[0] if head.parents else ""
    if found:
        return Explained(commit, subject, base, found, tuple(told for each in found for told in _of_fix(each)))
    verdict = None
    if base:
        try:
            verdict = review_range(f"{base}..{commit}", repository, for_people(guard))
        except UsageError:  # it changes nothing
            verdict = None
    return Explained(commit, subject, base, (), tuple(_of_other(commit, base, len(head.parents), past, repository)), verdict)


def reached(made: Explained, bench: Workbench) -> Explained:
    """The same with the scenarios that the change can touch: each is run once on the commit below, to see what it executes."""
    if not made.base or made.fixes:
        return made
    changes = bench.repository.changes(made.base, made.commit)
    found = suite_at(bench, made.base)
    if not found.scenarios:
        return replace(made, touched=Touched(says="the commit below holds no scenarios"))
    look = look_at_base(found.scenarios, changes, Range(made.base, made.commit), bench, Terms())
    names = tuple(each.id for each in look.scenarios)
    every = "what it changes may be read by all (a prompt, a setting), or used in ways that the runs do not show"
    says = every if len(names) == len(found.scenarios) else "no run of the others executes what it changes"
    return replace(made, touched=Touched(names, len(found.scenarios), says, known=True))


def _commit(text: str, found: tuple[Dossier, ...], repository: Repository) -> str:
    """The commit that is meant; the slug of a fix stands for the fix."""
    if len(found) == 1 and found[0].entry:
        return found[0].asked.commit if found[0].asked else found[0].entry.commit
    return repository.resolve(text)


def _of_fix(made: Dossier) -> Iterator[Told]:
    entry, told = made.entry, made.story
    if entry is None:
        return
    same = made.asked is not None and made.asked.kind == "rewritten" and made.asked.same
    rewritten = f"A fix that Refinery made, rewritten: it makes the very change that was validated as {entry.commit[:12]}."
    yield Told(
        "it is", rewritten if same else f"{made.asked.says} The fix: {entry.subject}." if made.asked else "A fix that Refinery made."
    )
    if told:
        yield from _from_story(made)
    else:
        yield from _from_message(made)
    yield Told("where", WHERE[entry.state].format(name=made.name))
    yield Told("evidence", f"{made.standing} `refinery verify {made.name}` holds the claim against a new run of the gate.")


def _from_story(made: Dossier) -> Iterator[Told]:
    told = made.story
    winner = told.decisive if told else None
    if told is None or winner is None:
        return
    found, gate = told.diagnosis, winner.gate
    yield Told("failed", _short(found.summary or told.says))
    if found.expected:
        yield Told("expected", _short(found.expected))
    yield Told("changed", _short(f"{winner.hypothesis.change}: {_product(made, winner)}"))
    yield Told("because", _short(winner.hypothesis.rationale))
    if gate:
        sure = f" A change that does nothing would pass at most once in {1 / gate.alpha:.0f} times." if 0 < gate.alpha < 1 else ""
        yield Told("believed", _short(gate.says) + sure)
    if winner.hypothesis.risks or (gate and gate.unseen_drop):
        missed = f"a drop of up to {gate.unseen_drop:.0%} elsewhere could have gone unseen" if gate and gate.unseen_drop else ""
        yield Told("risk", _short("; ".join(filter(None, (winner.hypothesis.risks, missed)))))
    refused = told.refused
    if refused:
        yield Told("tried", _short("; ".join(f"{each.hypothesis.change} ({each.says})" for each in refused)))
    if winner.verdict.findings:
        who = f"; {winner.approval.by} approved this very change" if winner.approval else ""
        first = winner.verdict.findings[0]
        yield Told("guard", _short(f"{winner.verdict.verdict.replace('_', ' ')}: {first.rule}: {first.path}: {first.says}{who}"))


def _from_message(made: Dossier) -> Iterator[Told]:
    """Without its evidence a fix has its message, whose paragraphs say what they are about, and its trailers."""
    entry = made.entry
    if entry is None:
        return
    for block in entry.message.split("\n\n")[1:]:
        about, colon, says = " ".join(block.split()).partition(": ")
        if colon and len(about) < 40 and not about.startswith(message.MARK):
            yield Told(about.lower(), _short(says))
    for key, about in (("Refinery-Gate", "the gate"), ("Refinery-Scenarios", "scenarios")):
        for value in entry.trailers.get(key, ()):
            yield Told(about, _short(value))
    yield Told("files", _files(made))


def _of_other(commit: str, base: str, parents: int, past: History, repository: Repository) -> Iterator[Told]:
    kind = "A merge; what it brings to its first parent is told" if parents > 1 else "A commit that Refinery had no part in"
    yield Told("it is", f"{kind}." if base else "The first commit of all, which nothing can be compared with.")
    if base:
        paths = [change.path for change in repository.changes(base, commit)]
        yield Told("changed", _listed(paths) if paths else "no file")
    based = [entry for entry in past.history() if entry.base == commit]
    noted = "evidence is kept beside it" if past.noted(commit) else "none is kept beside it"
    beside = f"; {len(based)} {'fix was' if len(based) == 1 else 'fixes were'} measured against it as the base" if based else ""
    yield Told("evidence", f"{noted}{beside}.")


def _files(made: Dossier) -> str:
    return _listed([f"{file.path} (+{file.added} -{file.removed})" for file in stat(made.patch)] if made.patch else [])


def _product(made: Dossier, winner: Tried) -> str:
    """What was changed to mend it, and how many files keep it mended."""
    own = set(winner.hypothesis.paths)
    files = stat(made.patch) if made.patch else ()
    names = [f"{file.path} (+{file.added} -{file.removed})" for file in files if file.path in own or not own]
    rest = len(files) - len(names)
    beside = "" if not rest else ", and a scenario that keeps it so" if rest == 1 else f", and {rest} scenarios that keep it so"
    return _listed(names) + beside


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 4} more" if len(names) > 5 else ""
    return ", ".join(names[: 4 if more else 5]) + more


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LONGEST else flat[: LONGEST - 1] + "…"
