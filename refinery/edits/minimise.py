"""A patch without what it does not need: hunks, and added sentences of prompts, are left out one by one as long as it goes on curing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from refinery.domain import Edit
from refinery.edits.hunks import edits_between
from safety.changes import FileChange

TEXTS = frozenset({".md", ".txt", ".j2", ".jinja", ".jinja2", ".prompt", ".tmpl"})
TRIES = 16
_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-z]|[\"“'(`*])")
"""Between two sentences."""
_LEANS = re.compile(
    r"(?:this|that|these|those|such|then|otherwise|else|so|but|also|however|if (?:so|not|none))\b|(?:[\w']+,? ){0,2}(?:they|them|it)\b",
    re.I,
)
"""A sentence that speaks of the one before it: without that it would say nothing."""
_LEAD = re.compile(r"\s*(?:(?:[-*+>]|#{1,6}|\d+[.)])\s+)*")
"""What stands before the words of a line: indentation, and a mark of lists, quotes or headings."""


@dataclass(frozen=True, slots=True)
class _Sentence(Edit):
    """One sentence of a line that is added, written as a line of its own."""

    line: int = 0
    """Which of the added lines it is of."""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Minimal:
    """What is left of a patch."""

    edits: tuple[Edit, ...]
    dropped: int
    shown: bool
    """Every piece that is left was shown to be needed: without any one of them it cures no longer. False when the tries ran out."""


def pieces(changes: Iterable[FileChange]) -> tuple[Edit, ...]:
    """A change set in its smallest pieces: hunks of whole lines, and in prompts each added sentence."""
    found: list[Edit] = []
    for change in changes:
        if change.before is None or change.after is None:
            found.append(Edit(change.path, change.before or "", change.after or ""))
            continue
        for edit in edits_between(change.path, change.before, change.after):
            found += _sentences(edit) if PurePosixPath(edit.path).suffix.lower() in TEXTS else [edit]
    return tuple(found)


def together(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Pieces as edits that can be applied at once: what is added in one and the same place is one edit again."""
    found: list[Edit] = []
    for edit in edits:
        last = found[-1] if found else None
        if last and not edit.old and not last.old and (edit.path, edit.at) == (last.path, last.at):
            new = last.new + edit.new
            if isinstance(edit, _Sentence) and isinstance(last, _Sentence) and edit.line == last.line:
                new = f"{last.new.rstrip()} {edit.new.removeprefix(edit.lead)}"
            found[-1] = replace(edit, new=new)
        else:
            found.append(edit)
    return tuple(Edit(edit.path, edit.old, edit.new, edit.at) for edit in found)


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


def _sentences(edit: Edit) -> list[Edit]:
    """What is added, in its sentences; a line that is changed otherwise than by sentences behind it is one piece."""
    if edit.at is None:
        return [edit]
    if edit.old:
        there = edit.old.rstrip()
        more = edit.new.rstrip()[len(there) :]
        if not edit.new.startswith(there) or "\n" in there or "\n" in more or not more[:1].isspace():
            return [edit]
        return [Edit(edit.path, "", f" {sentence}", edit.at + len(there)) for sentence in _apart(more.strip())]
    lines = edit.new.splitlines(keepends=True)
    if not all(line.strip() for line in lines):
        return [edit]  # blank lines belong to what is around them
    found: list[Edit] = []
    for number, line in enumerate(lines):
        ending = line[len(line.rstrip("\r\n")) :] or "\n"
        match = _LEAD.match(line)
        lead = match.group() if match else ""
        told = _apart(line[len(lead) :].rstrip())
        found += [_Sentence(edit.path, "", f"{lead}{sentence}{ending}", edit.at, number, lead) for sentence in told]
    return found


def _apart(text: str) -> list[str]:
    """The sentences of a text; one that leans on the one before it stays with it."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(text):
        if not _LEANS.match(text, end.end()):
            found.append(text[start : end.start()])
            start = end.end()
    return [*found, text[start:]]
