"""From edits to file changes: every edit must fit its text exactly, and one that does not is told, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from refinery.domain import Edit
from safety.changes import ChangeSet, FileChange
from safety.verdict import Effect, Finding

RULE = "fit"


@dataclass(frozen=True, slots=True)
class Draft:
    """The changes that a set of edits comes to. With a misfit there are no changes: half a fix is not a fix."""

    changes: ChangeSet
    misfits: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Splice:
    start: int
    end: int
    new: str


def draft(edits: Sequence[Edit], read: Callable[[str], str | None]) -> Draft:
    """Applies edits to the texts that `read` gives; all positions are those of the text before any edit.

    Where a file has Windows line ends and the edit has not, the edit is read with the file's line ends; nothing else is fuzzy.
    """
    by_path: dict[str, list[Edit]] = {}
    for edit in edits:
        by_path.setdefault(edit.path, []).append(edit)
    changes: list[FileChange] = []
    misfits: list[Finding] = []
    for path, own in by_path.items():
        outcome = _change(path, own, read(path))
        if isinstance(outcome, FileChange):
            changes.append(outcome)
        else:
            misfits.extend(outcome)
    return Draft(ChangeSet(() if misfits else tuple(changes)), tuple(misfits))


def _change(path: str, edits: Sequence[Edit], before: str | None) -> FileChange | list[Finding]:
    if before is None:
        return _created(path, edits)
    splices: list[_Splice] = []
    misfits: list[Finding] = []
    for edit in edits:
        found = _place(edit, before)
        if isinstance(found, _Splice):
            splices.append(found)
        else:
            misfits.append(found)
    misfits.extend(_overlaps(path, before, splices))
    if misfits:
        return misfits
    after = spliced(before, [(splice.start, splice.end, splice.new) for splice in splices])
    if after == before:
        return [misfit(path, None, "the edits cancel each other out: the text after them is the text before")]
    return FileChange(path, before, after)


def _created(path: str, edits: Sequence[Edit]) -> FileChange | list[Finding]:
    if len(edits) == 1 and not edits[0].old and edits[0].new:
        return FileChange(path, None, edits[0].new)
    if any(edit.old for edit in edits):
        return [misfit(path, None, "there is no such file; to create it, leave `old` empty")]
    return [misfit(path, None, "a new file takes exactly one edit, and that one must have a text")]


def _place(edit: Edit, text: str) -> _Splice | Finding:
    if edit.old == edit.new:
        return misfit(edit.path, None, "the edit changes nothing: `old` and `new` are the same")
    if not edit.old:
        return _insertion(edit, text)
    old, new = edit.old, edit.new
    if edit.at is not None:
        if text.startswith(old, edit.at) and edit.at >= 0:
            return _Splice(edit.at, edit.at + len(old), new)
        return misfit(edit.path, line_at(text, edit.at), f"`old` does not stand at character {edit.at}{_nearest(old, text)}")
    if old not in text and "\r\n" in text and "\r" not in old:
        old, new = old.replace("\n", "\r\n"), new.replace("\n", "\r\n")
    start = text.find(old)
    if start < 0:
        return misfit(edit.path, None, f"`old` does not stand in the file{_nearest(edit.old, text)}")
    second = text.find(old, start + 1)
    if second >= 0:
        lines = f"lines {line_at(text, start)} and {line_at(text, second)}"
        return misfit(edit.path, line_at(text, start), f"`old` stands more than once ({lines}); quote more lines around it")
    return _Splice(start, start + len(old), new)


def _insertion(edit: Edit, text: str) -> _Splice | Finding:
    if edit.at is not None and 0 <= edit.at <= len(text):
        return _Splice(edit.at, edit.at, edit.new)
    if not text:
        return _Splice(0, 0, edit.new)
    return misfit(edit.path, None, "the file exists already; quote in `old` the text that is to be replaced")


def _overlaps(path: str, text: str, splices: Sequence[_Splice]) -> list[Finding]:
    ordered = sorted(splices, key=lambda splice: (splice.start, splice.end))
    return [
        misfit(path, line_at(text, second.start), "two edits change the same text; make them one")
        for first, second in pairwise(ordered)
        if second.start < first.end or (second.start, second.end) == (first.start, first.end)
    ]


def spliced(text: str, splices: Sequence[tuple[int, int, str]]) -> str:
    """The text with every (start, end, new) put in; they must not overlap."""
    for start, end, new in sorted(splices, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def line_at(text: str, offset: int) -> int:
    """The 1-based line of a character."""
    return text.count("\n", 0, max(0, min(offset, len(text)))) + 1


def _nearest(old: str, text: str) -> str:
    wanted = next((line.strip() for line in old.splitlines() if line.strip()), "")
    best, at = 0.6, 0
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        matcher.set_seq1(line.strip())
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and matcher.ratio() > best:
            best, at = matcher.ratio(), number
    if not at:
        return "; no line of it is like its first line"
    return f"; the nearest line is {at}: `{lines[at - 1].strip()[:120]}`"


def misfit(path: str, line: int | None, says: str) -> Finding:
    """An edit that does not fit, with what would."""
    return Finding(RULE, path, line, says, Effect.BLOCK)
