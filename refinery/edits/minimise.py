"""A patch without what it does not need: hunks, and added lines of prompts, are left out one by one as long as it goes on curing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from refinery.domain import Edit
from refinery.edits.hunks import edits_between
from safety.changes import FileChange

TEXTS = frozenset({".md", ".txt", ".j2", ".jinja", ".jinja2", ".prompt", ".tmpl"})
TRIES = 16


@dataclass(frozen=True, slots=True)
class Minimal:
    """What is left of a patch."""

    edits: tuple[Edit, ...]
    dropped: int
    shown: bool
    """Every piece that is left was shown to be needed: without any one of them it cures no longer. False when the tries ran out."""


def pieces(changes: Iterable[FileChange]) -> tuple[Edit, ...]:
    """A change set in its smallest pieces: hunks of whole lines, and in prompts each added line."""
    found: list[Edit] = []
    for change in changes:
        if change.before is None or change.after is None:
            found.append(Edit(change.path, change.before or "", change.after or ""))
            continue
        for edit in edits_between(change.path, change.before, change.after):
            found += _lines(edit) if PurePosixPath(edit.path).suffix.lower() in TEXTS else [edit]
    return tuple(found)


def together(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Pieces as edits that can be applied at once: what is added in one and the same place is one edit again."""
    found: list[Edit] = []
    for edit in edits:
        if found and not edit.old and not found[-1].old and (edit.path, edit.at) == (found[-1].path, found[-1].at):
            found[-1] = replace(edit, new=found[-1].new + edit.new)
        else:
            found.append(edit)
    return tuple(found)


def minimal(edits: Sequence[Edit], cures: Callable[[tuple[Edit, ...]], bool], tries: int = TRIES) -> Minimal:
    """The pieces that are needed. `cures` tells whether a selection of them, in order, still cures."""
    kept = list(edits)
    needed: set[int] = set()
    while len(kept) > 1 and tries > 0:
        candidate = next((edit for edit in reversed(kept) if id(edit) not in needed), None)
        if candidate is None:
            break
        tries -= 1
        rest = [edit for edit in kept if edit is not candidate]
        if cures(tuple(rest)):
            kept = rest
            needed.clear()  # what was needed beside it may not be any more
        else:
            needed.add(id(candidate))
    return Minimal(tuple(kept), len(edits) - len(kept), len(kept) == 1 or len(needed) == len(kept))


def _lines(edit: Edit) -> list[Edit]:
    """What is added in several lines as one piece for each of them; anything else is one piece, since its lines belong together."""
    lines = edit.new.splitlines(keepends=True)
    apart = not edit.old and edit.at is not None and all(line.strip() for line in lines)
    return [Edit(edit.path, "", line, edit.at) for line in lines] if apart else [edit]
