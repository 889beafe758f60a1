"""What somebody may complain about: the failing conversations, grouped, and found again by words that stand in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from adapters.trace import Trace
from refinery.errors import UsageError
from refinery.events import Say, silent
from refinery.flows.cluster import cluster
from refinery.flows.session.conversation import said
from refinery.signals import turns
from refinery.store.port import SUITE, Store

MOST = 300
"""Conversations that are looked at, the newest."""
LIKE = 0.3
"""The part of a complaint's pairs of letters that a conversation shares with it at least, to be offered for it."""
MOST_FOUND = 10
ALONE = "Each in a way of its own"
UNMARKED = "Conversations in which nothing is marked as wrong"
MENDED = "A change was kept for these already"
WITH_WORDS = "Conversations like these words"


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation in the list."""

    trace: str
    asked: str
    """What the agent was asked."""
    answered: str
    """What it said in the end; empty when it said nothing."""
    began_ns: int | None = None
    fix: str = ""
    """The change that was kept for it."""


@dataclass(frozen=True, slots=True)
class Bunch:
    """Conversations that went wrong in the same way."""

    name: str
    cases: tuple[Case, ...]


def failing(store: Store, say: Say = silent) -> tuple[tuple[Bunch, ...], tuple[str, ...]]:
    """Failures in groups, with remarks. Where none is marked as failed, rules judge all; where they see nothing, all are listed."""
    for every in (False, True):
        found = cluster(store, None, MOST, say, every=every)
        groups = [(group.name, group.traces) for group in found.grouped.groups]
        groups += [(ALONE if groups else "Failed", found.grouped.alone)] if found.grouped.alone else []
        bunches = tuple(Bunch(name, _cases(store, traces)) for name, traces in groups)
        if bunches:
            bunches = _mended_last(bunches)
            notes = (f"only the newest {MOST} conversations were looked at",) if found.looked == MOST else ()
            return bunches, notes
    return everything(store)


def everything(store: Store) -> tuple[tuple[Bunch, ...], tuple[str, ...]]:
    """All conversations, whatever became of them."""
    listed = store.traces(limit=MOST + 1, without=SUITE)
    cases = _cases(store, [each.id for each in listed[:MOST]])
    notes = (f"only the newest {MOST} conversations are listed",) if len(listed) > MOST else ()
    return _mended_last((Bunch(UNMARKED, cases),) if cases else ()), notes


def matching(words: str, bunches: Sequence[Bunch], store: Store) -> tuple[Bunch, ...]:
    """Conversations in which these words stand; where there are none, those that are most like them."""
    holding = store.traces(limit=MOST_FOUND, text=words, without=SUITE)
    exact = [Bunch(bunch.name, tuple(case for case in bunch.cases if _holds(case, words))) for bunch in bunches]
    exact = [bunch for bunch in exact if bunch.cases]
    known = {case.trace for bunch in exact for case in bunch.cases}
    others = _cases(store, [each.id for each in holding if each.id not in known])
    if exact or others:
        return (*exact, *([Bunch(WITH_WORDS, others)] if others else []))
    listed = {case.trace: case for bunch in (*bunches, *everything(store)[0]) for case in bunch.cases}
    ranked = sorted(((_likeness(words, case), case) for case in listed.values()), key=lambda each: -each[0])
    near = tuple(case for share, case in ranked[:MOST_FOUND] if share >= LIKE)
    return (Bunch(WITH_WORDS, near),) if near else ()


def case_of(trace: Trace) -> Case:
    """A conversation as it stands in the list."""
    final = turns.answer(trace)
    began = min((span.start_ns for span in trace.spans if span.start_ns is not None), default=None)
    return Case(trace.id, said(turns.task(trace)), said(final.text) if final else "", began)


def alike(case: Case, others: Iterable[Case]) -> bool:
    """Whether another conversation reads the same in the list."""
    return any(other.trace != case.trace and (other.asked, other.answered) == (case.asked, case.answered) for other in others)


def _mended_last(bunches: Sequence[Bunch]) -> tuple[Bunch, ...]:
    """What a change was kept for already stands behind all that nothing was done about."""
    mended = tuple(case for bunch in bunches for case in bunch.cases if case.fix)
    rest = [replace(bunch, cases=tuple(case for case in bunch.cases if not case.fix)) for bunch in bunches]
    return (*(bunch for bunch in rest if bunch.cases), *([Bunch(MENDED, mended)] if mended else []))


def _fixes(store: Store) -> dict[str, str]:
    """By trace, the change that was kept for it and not taken back since."""
    outcomes = {fix.commit: fix.outcome for fix in store.fixes()}
    found: dict[str, str] = {}
    for filed in store.reports("fix"):
        kept = filed.body.get("kept")
        if isinstance(kept, dict) and outcomes.get(str(kept.get("commit"))) == "kept":
            found[filed.key] = str(kept.get("branch") or "").removeprefix("refinery/")
    return found


def _cases(store: Store, traces: Iterable[str]) -> tuple[Case, ...]:
    cases = []
    fixes = _fixes(store)
    for name in traces:
        try:
            cases.append(replace(case_of(store.trace(name)), fix=fixes.get(name, "")))
        except UsageError:  # it went away in between
            continue
    return tuple(cases)


def _holds(case: Case, words: str) -> bool:
    return words.casefold() in f"{case.asked}\n{case.answered}".casefold()


def _likeness(words: str, case: Case) -> float:
    """The part of the words' pairs of letters that the conversation has too: it asks for no spaces, so it does in any language."""
    wanted = _pairs(words)
    return len(wanted & _pairs(f"{case.asked} {case.answered}")) / len(wanted) if wanted else 0.0


def _pairs(text: str) -> set[str]:
    return {pair for word in text.casefold().split() for pair in map("".join, pairwise(word)) if pair.isalnum()}
