"""Whether the evidence of a fix is the one it was kept with, and still fits what it is about. Nothing of the agent's is run here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from adapters.trace import Trace
from refinery.domain import Point, Said
from refinery.errors import RepositoryError, UsageError
from refinery.flows.claim import KEYS, judge_of, judging, sealed, started_by, trailers
from refinery.flows.noted import Note, Unsealed, found_elsewhere, read
from refinery.flows.review import surroundings
from refinery.flows.suite import scenarios_added, scenarios_at
from refinery.flows.version import Version
from refinery.repo import message
from refinery.workbench import Workbench
from safety.changes import ChangeSet
from safety.verdict import Effect, Verdict

GUARD = "guard"
FETCH = "git fetch origin refs/notes/refinery:refs/notes/refinery"


@dataclass(frozen=True, slots=True)
class Examined:
    """What reading the evidence again came to."""

    points: tuple[Point, ...]
    note: Note | None
    """None when there is none that can be read."""

    @property
    def passed_guard(self) -> bool | None:
        """Whether the guard lets the change through today; None when that cannot be said."""
        return next((point.ok for point in self.points if point.name == GUARD), None)

    @property
    def broken(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.ok is False)


def examine(version: Version, bench: Workbench) -> Examined:
    """Hold the note, the trailers, the change and the trace against each other, and ask the guard again."""
    note, first = _note(version, bench)
    points = [first]
    if note:
        points += [_untouched(note), _about(note, version), _trailers(note, version)]
    if is_here(version.base, bench):
        changes = bench.repository.changes(version.base, version.commit)
        if note:
            points += [_change(note, changes), _sealed(note, version, bench), *_approval(note, changes), *_agent(note, bench)]
        trace = _trace(version, bench)
        points += [*_quotes(note, trace), _guard(version, note, changes, trace, bench)]
    return Examined(tuple(points), note)


def is_here(commit: str, bench: Workbench) -> bool:
    """Whether a commit and its files can be read."""
    try:
        bench.repository.files(commit)
    except RepositoryError:
        return False
    return True


def _note(version: Version, bench: Workbench) -> tuple[Note | None, Point]:
    notes = (bench.workspace.note(commit) for commit in dict.fromkeys((version.commit, version.kept)))
    text = next(filter(None, notes), None) or found_elsewhere(version, bench.repository)
    if text is None:
        says = f"no evidence is kept here with this commit, only its trailers can be held to; notes are fetched by: {FETCH}"
        return None, Point("evidence", None, says)
    try:
        return read(text), Point("evidence", True, "the evidence is there")
    except Unsealed:
        return None, Point("evidence", None, "the evidence was kept by a version of Refinery that did not seal it")
    except ValueError as error:
        return None, Point("evidence", False, f"the note cannot be read as evidence: {error}")


def _untouched(note: Note) -> Point:
    if not note.whole:
        return Point("note", False, "the note was changed since it was sealed")
    if not note.at_one:
        return Point("note", False, "the note contradicts itself: its report and its claim differ")
    return Point("note", True, "the note is as it was sealed")


def _about(note: Note, version: Version) -> Point:
    seal = note.seal
    if (seal.commit, seal.tree, seal.base) == (version.commit, version.tree, version.base):
        return Point("commit", True, "the note states this commit, its tree and its base")
    if seal.commit != version.commit:
        kept = (
            "its files and its base are the same"
            if (seal.tree, seal.base) == (version.tree, version.base)
            else "it now stands on other files"
        )
        return Point("commit", None, f"the commit was rewritten since: the evidence was made for {seal.commit[:12]}; {kept}")
    return Point("commit", False, "the note states another tree or another base than this commit has")


def _trailers(note: Note, version: Version) -> Point:
    expected = message.trailers(message.compose("x", [], trailers(note.raw["claim"])))
    wrong = [key for key in KEYS if version.trailers.get(key) != expected.get(key)]
    if wrong:
        key = wrong[0]
        said, meant = "; ".join(version.trailers.get(key, ("nothing",))), "; ".join(expected.get(key, ("nothing",)))
        others = f" (and {len(wrong) - 1} more differ)" if len(wrong) > 1 else ""
        return Point("trailers", False, f"the trailers do not agree with the note: {key} says {said}, the note {meant}{others}")
    return Point("trailers", True, "the trailers agree with the note, and name it by its hash")


def _change(note: Note, changes: ChangeSet) -> Point:
    if changes.digest != note.claim.change:
        return Point("change", False, "the commit does not make the change that the evidence is about")
    return Point("change", True, "the commit makes the very change that the evidence is about")


def _sealed(note: Note, version: Version, bench: Workbench) -> Point:
    """What decided is read again from the base that the claim names, and never from the fix but for the scenarios it adds."""
    claim = note.claim
    if not is_here(claim.base, bench):
        return Point("sealed", None, f"the base that the claim names, {claim.base[:12]}, is not here")
    suite = scenarios_at(bench.repository, claim.base, claim.thresholds.scenarios)
    known = {scenario.id for scenario in suite}
    added = scenarios_added(bench.repository, version.base, version.commit, claim.thresholds.scenarios)
    fresh = [scenario for scenario in added if scenario.id in claim.scenarios and scenario.id not in known]
    judge = judge_of(bench.repository.files(claim.base), claim.thresholds.judge, claim.thresholds.scenarios)
    again = sealed(("scenarios", judging((*suite, *fresh))), ("judge", judge), ("thresholds", note.raw["claim"]["thresholds"]))
    if [*claim.sealed] == again:
        return Point("sealed", True, "scenarios, judge and thresholds are those that decided")
    theirs = {link.get("what"): link for link in claim.sealed}
    names = [str(link["what"]) for link in again if isinstance(link, dict) and theirs.get(str(link["what"])) != link]
    return Point("sealed", False, f"what decided is not what stands at the base: the {names[0] if names else 'seal'} differs")


def _approval(note: Note, changes: ChangeSet) -> Iterator[Point]:
    given = note.claim.approval
    if given is None:
        return
    if given.change != changes.digest or given.said not in (Said.YES, Said.POLICY):
        yield Point("approval", False, f"{given.by} approved another change than this one")
        return
    how = ", by --yes under the policy" if given.said == Said.POLICY else ""
    yield Point("approval", True, f"{given.by} approved this very change on {given.at[:10]}{how}")


def _agent(note: Note, bench: Workbench) -> Iterator[Point]:
    then, now = note.claim.agent, started_by(bench.runner)
    if then != now:
        differ = ", ".join(key for key in {**then, **now} if then.get(key) != now.get(key))
        yield Point("agent", None, f"refinery.toml runs the agent otherwise today than for the claim ({differ}); today's is measured")


def _trace(version: Version, bench: Workbench) -> Trace | None:
    """The trace that the fix is about, where it is in the store; its id is in the commit itself."""
    for name in version.trailers.get("Refinery-Trace", ()):
        try:
            found = bench.store.trace(name)
        except UsageError:
            continue
        if found.id == name:
            return found
    return None


def _quotes(note: Note | None, trace: Trace | None) -> Iterator[Point]:
    quotes = note.claim.diagnosis.quotes if note and note.claim.diagnosis else []
    if not quotes:
        return
    if trace is None:
        yield Point("quotes", None, "the trace that is quoted is not in the store here")
        return
    spans = {span.id: span for span in trace.spans}
    wrong = [each for each in quotes if each.span_id not in spans or not spans[each.span_id].contains(each.quote)]
    if wrong:
        yield Point("quotes", False, f"{json.dumps(wrong[0].quote[:80], ensure_ascii=False)} does not stand in span {wrong[0].span_id}")
    else:
        yield Point("quotes", True, f"every quote ({len(quotes)}) stands verbatim in its span of the stored trace")


def _guard(version: Version, note: Note | None, changes: ChangeSet, trace: Trace | None, bench: Workbench) -> Point:
    files = bench.repository.files(version.base)
    texts = {span.id: span.output or span.input for span in trace.spans if span.output or span.input} if trace else {}
    verdict = bench.guard.judge(changes, replace(surroundings(bench.repository, version.base, files), trace_texts=texts))
    unseen = "" if trace or "Refinery-Trace" not in version.trailers else "; without the trace, what was lifted from it cannot be seen"
    if verdict.allowed:
        return Point(GUARD, True, f"the guard lets it through today{unseen}")
    first = next(each for each in verdict.findings if each.effect is verdict.effect)
    why = f"{first.rule}: {first.path}: {first.says}"
    if verdict.effect is Effect.BLOCK:
        return Point(GUARD, False, f"the guard blocks it today ({why})")
    if note and _approved(note, changes, verdict):
        return Point(GUARD, True, f"the guard asks for a person, and has the yes of one ({why}){unseen}")
    asks = f"the guard asks for a person's approval today ({why})"
    if note is None and "Refinery-Approved-by" in version.trailers:
        return Point(GUARD, None, f"{asks}; the commit names one, and the note that would show it is not here: {FETCH}")
    return Point(GUARD, False, f"{asks}, and the evidence holds none for it")


def _approved(note: Note, changes: ChangeSet, verdict: Verdict) -> bool:
    given = note.claim.approval
    found = {f"{each.rule}: {each.path}: {each.says}" for each in verdict.findings}
    return given is not None and given.change == changes.digest and found <= set(given.findings)
