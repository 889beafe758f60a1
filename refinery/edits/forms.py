"""The forms in which a model writes an edit, read as edits that fit: replaced text, a section of a prompt, a unified diff, a whole file.

White space may differ, meaning may not: trailing blanks, and the indentation of the whole piece. Whatever was not taken to the
letter is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from refinery.domain import Edit
from refinery.edits.draft import misfit
from refinery.edits.hunks import edits_between
from refinery.edits.minimise import TEXTS
from refinery.edits.scalar import NotFaithful
from refinery.edits.sections import in_section, with_section
from safety.verdict import Finding

HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@.*$", re.MULTILINE)
SECTION = "#"
"""Stands between a path and the heading of a section."""
LEAST_SHARED = 0.5
"""A whole file shares this much of the lines of the one it replaces; less is more likely a piece of it, or another file."""


@dataclass(frozen=True, slots=True)
class Read:
    """Edits as they are applied, and what was bent to make them fit."""

    edits: tuple[Edit, ...]
    notes: tuple[str, ...] = ()
    misfits: tuple[Finding, ...] = ()
    """Edits of sections that cannot be told; without these, `edits` are not all."""


def read_forms(edits: Sequence[Edit], read: Callable[[str], str | None]) -> Read:
    """Every edit in a form that `draft` applies, as far as that can be had; one that cannot is left as it was, and will not fit."""
    found: list[Edit] = []
    notes: list[str] = []
    misfits: list[Finding] = []
    for edit in edits:
        text = read(edit.path)
        if text is None and SECTION in edit.path:
            try:
                found += _section(edit, read)
            except NotFaithful as error:
                misfits.append(misfit(edit.path, None, str(error)))
        elif text is None:
            found.append(edit)
        elif not edit.old and HUNK.search(edit.new):
            found += _hunks(edit, text, notes)
        elif not edit.old and _whole(edit.new, text):
            found += edits_between(edit.path, text, _same_ending(edit.new, text)) or [edit]
        else:
            found.append(_loosely(edit, text, notes))
    return Read(tuple(found), tuple(notes), tuple(misfits))


def _section(edit: Edit, read: Callable[[str], str | None]) -> Sequence[Edit]:
    """A path with a heading behind it: `old` is looked for there alone, and without `old` the section is added to, or written anew."""
    path, _, title = edit.path.partition(SECTION)
    text = read(path)
    if text is None:
        raise NotFaithful("there is no such file")
    if PurePosixPath(path).suffix.lower() not in TEXTS:
        raise NotFaithful("only prompts and other texts have sections")
    if edit.old:
        return [Edit(path, edit.old, edit.new, in_section(text, title, edit.old))]
    if not edit.new.strip():
        raise NotFaithful("there is neither `old` nor `new`")
    return edits_between(path, text, with_section(text, title, edit.new))


def _hunks(edit: Edit, text: str, notes: list[str]) -> list[Edit]:
    """Each hunk as a replaced text. Where it stands is found by its lines: models miscount, and the numbers are not looked at."""
    found: list[Edit] = []
    for hunk in HUNK.split(edit.new)[1:]:
        lines = [line for line in hunk.split("\n")[1:] if line[:1] in (" ", "-", "+", "") and not line.startswith(("--- ", "+++ "))]
        while lines and not lines[-1]:
            lines.pop()
        old = "".join(f"{line[1:]}\n" for line in lines if line[:1] in (" ", "-", ""))
        new = "".join(f"{line[1:]}\n" for line in lines if line[:1] in (" ", "+", ""))
        found.append(_loosely(replace(edit, old=old, new=new), text, notes))
    return found or [edit]


def _whole(new: str, text: str) -> bool:
    old = set(text.split("\n"))
    return bool(text) and sum(line in old for line in set(new.split("\n"))) >= LEAST_SHARED * len(old)


def _same_ending(new: str, text: str) -> str:
    return new if new.endswith("\n") or not text.endswith("\n") else f"{new}\n"


def _loosely(edit: Edit, text: str, notes: list[str]) -> Edit:
    """The edit with its `old` as it stands in the file, where it stands there once but for white space."""
    if not edit.old.strip() or edit.at is not None or edit.old in text:
        return edit
    lines, wanted = text.splitlines(keepends=True), edit.old.splitlines()
    places = [start for start in range(len(lines) - len(wanted) + 1) if _shift(lines[start : start + len(wanted)], wanted) is not None]
    if len(places) != 1:
        return edit
    start = places[0]
    there = lines[start : start + len(wanted)]
    shift = _shift(there, wanted)
    assert shift is not None
    new = [_moved(line, shift) for line in edit.new.splitlines()]
    notes.append(f"{edit.path}: white space of an edit was fitted to line {start + 1}")
    ending = there[-1][len(there[-1].rstrip("\r\n")) :]
    return Edit(edit.path, "".join(there), "".join(f"{line}{ending or chr(10)}" for line in new), sum(map(len, lines[:start])))


def _shift(lines: Sequence[str], wanted: Sequence[str]) -> tuple[str, str] | None:
    """What has to be taken off and put before each line, to make them the same but for trailing blanks; None where nothing would."""
    shift: tuple[str, str] | None = None
    for line, want in zip(lines, wanted, strict=True):
        line, want = line.rstrip(), want.rstrip()
        if line.lstrip() != want.lstrip():
            return None
        if not line:
            continue
        there, here = line[: len(line) - len(line.lstrip())], want[: len(want) - len(want.lstrip())]
        own = ("", there[: len(there) - len(here)]) if there.endswith(here) else (here[: len(here) - len(there)], "")
        if not there.endswith(here) and not here.endswith(there):
            return None
        if shift is not None and own != shift:
            return None
        shift = own
    return shift


def _moved(line: str, shift: tuple[str, str]) -> str:
    off, before = shift
    return f"{before}{line.removeprefix(off)}" if line.strip() else line
