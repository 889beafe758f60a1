"""Fixes that make the same edit: which they are, and what becomes of the others when one is accepted, undone or brought back."""

from __future__ import annotations

from collections.abc import Iterable

from refinery.repo.entries import Entry, State
from refinery.repo.sameness import edit_id
from refinery.repo.workspace import Workspace

_IN = (State.MERGED, State.UNDO_OFFERED)


def edited(workspace: Workspace, entry: Entry) -> frozenset[str]:
    """The files of the base that a fix changes; its new ones are its own."""
    return frozenset(each.path for each in workspace.repository.changes(entry.base, entry.commit) if each.before is not None)


def accepted(workspace: Workspace, entry: Entry, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Other fixes of the same edit that are part of what is checked out."""
    return _alike(workspace, entry, (each for each in entries if each.state in _IN))


def undone_with(workspace: Workspace, entry: Entry, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Other fixes of the same edit that the same commit took back."""
    by = entry.event.commit if entry.event and not entry.event.brings else ""
    return _alike(workspace, entry, (each for each in entries if by and each.event and each.event.commit == by))


def named(entries: Iterable[Entry]) -> str:
    """What commands call them."""
    return ", ".join(each.slug or each.commit[:12] for each in entries)


def cured(entries: Iterable[Entry]) -> str:
    """The scenarios that they cure."""
    return ", ".join(dict.fromkeys(name for each in entries for name in each.trailers.get("Refinery-Scenarios", ())))


def _alike(workspace: Workspace, entry: Entry, others: Iterable[Entry]) -> tuple[Entry, ...]:
    candidates = [each for each in others if each.commit != entry.commit]
    if not candidates:
        return ()
    changes = workspace.repository.changes
    own = edit_id(changes(entry.base, entry.commit))
    return tuple(each for each in candidates if own and edit_id(changes(each.base, each.commit)) == own)
