"""The fixes that were kept, as a reviewer looks for them: by time, state, file, scenario, or words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from refinery.flows.story import story
from refinery.repo.history import Entry, History, State
from safety.globs import matches


class Fate(StrEnum):
    """What became of a fix, in a reviewer's words."""

    KEPT = "kept"
    """It waits on a branch of its own."""
    ACCEPTED = "accepted"
    UNDONE = "undone"
    ELSEWHERE = "elsewhere"
    """On no branch of ours and not below HEAD."""


FATES = {
    State.BRANCH: Fate.KEPT,
    State.MERGED: Fate.ACCEPTED,
    State.UNDO_OFFERED: Fate.ACCEPTED,
    State.UNDONE: Fate.UNDONE,
    State.ELSEWHERE: Fate.ELSEWHERE,
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; everything that is given has to hold."""

    since: float | None = None
    """Unix time."""
    until: float | None = None
    fates: tuple[Fate, ...] = ()
    files: tuple[str, ...] = ()
    """Paths, folders or patterns, one of which a fix has to change."""
    scenario: str = ""
    """An id of a scenario that a fix cures, or the beginning of one."""
    words: str = ""
    """They stand in its message or its evidence, in any case of letters."""


def sought(search: Search, history: History) -> tuple[Entry, ...]:
    """The fixes that are looked for, newest first."""
    return tuple(entry for entry in history.history() if _fits(entry, search, history))


def when(entry: Entry) -> float:
    """When a fix was kept; where that was elsewhere, the date in its commit."""
    return entry.at if entry.kept_at is None else entry.kept_at


def _fits(entry: Entry, search: Search, history: History) -> bool:
    if search.since is not None and when(entry) < search.since:
        return False
    if search.until is not None and when(entry) >= search.until:
        return False
    if search.fates and FATES[entry.state] not in search.fates:
        return False
    if search.scenario and not any(each.startswith(search.scenario) for each in _scenarios(entry)):
        return False
    if search.files and not _touches(history.paths(entry), search.files):
        return False
    return not search.words or _says(search.words, entry, history)


def _scenarios(entry: Entry) -> Iterator[str]:
    for line in entry.trailers.get("Refinery-Scenarios", ()):
        yield from line.split(", ")


def _touches(paths: Iterable[str], wanted: Iterable[str]) -> bool:
    named = [(each.removeprefix("./").rstrip("/")) for each in wanted]
    return any(path == name or path.startswith(f"{name}/") or matches(path, name) for path in paths for name in named)


def _says(words: str, entry: Entry, history: History) -> bool:
    asked = " ".join(words.split()).casefold()
    if asked in _flat(entry.message) or asked in (entry.slug.casefold(), entry.fix.casefold()):
        return True
    note = history.note(entry)
    try:
        told = story(json.loads(note)) if note else None
    except ValueError:  # a note that cannot be read says nothing
        return False
    return told is not None and any(asked in _flat(text) for text in told.texts())


def _flat(text: str) -> str:
    return " ".join(text.split()).casefold()
