"""What makes two commits the same fix: the lines they take out and put in, wherever those stand and whatever was there before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from difflib import SequenceMatcher

from safety.changes import ChangeSet, FileChange

_DIGITS = 16


def fix_id(changes: ChangeSet) -> str:
    """A name for a change that outlives rebasing, amending its message and squashing: it knows no commit, no line number, no context."""
    digest = hashlib.sha256()
    for change in sorted(changes, key=lambda each: each.path):
        for part in _parts(change):
            raw = part.encode("utf-8", "surrogateescape")
            digest.update(b"%d:" % len(raw) + raw)
    return digest.hexdigest()[:_DIGITS]


def edit_id(changes: ChangeSet) -> str:
    """The same for what a change does to files that were there before, its new scenarios apart; empty when it only adds files."""
    edited = tuple(change for change in changes if change.before is not None)
    return fix_id(ChangeSet(edited)) if edited else ""


def _parts(change: FileChange) -> Iterator[str]:
    before, after = _lines(change.before), _lines(change.after)
    yield change.path
    yield _kind(change)
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    for kind, out_from, out_to, in_from, in_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield "-" + "".join(old[out_from:out_to])
            yield "+" + "".join(new[in_from:in_to])


def _kind(change: FileChange) -> str:
    if change.before is None:
        return f"new {change.mode_after}"
    if change.after is None:
        return "gone"
    return "" if change.mode_before == change.mode_after else f"{change.mode_before} {change.mode_after}"


def _lines(text: str | None) -> list[str]:
    return [] if text is None else [f"{line}\n" for line in text.split("\n")]
