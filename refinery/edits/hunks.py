"""From a text before and after to the smallest edits in whole lines."""

from __future__ import annotations

from difflib import SequenceMatcher

from refinery.domain import Edit


def edits_between(path: str, before: str, after: str) -> tuple[Edit, ...]:
    """Edits that turn `before` into `after`: each replaces whole lines and says where they stand."""
    if before == after:
        return ()
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    offset = _length(before, head)
    edits: list[Edit] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            at = offset + sum(map(len, old[:i1]))
            edits.append(Edit(path, "".join(old[i1:i2]), "".join(new[j1:j2]), at))
    return tuple(edits)


def _shared(a: list[str], b: list[str]) -> int:
    count = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        count += 1
    return count


def _length(text: str, lines: int) -> int:
    return sum(map(len, text.splitlines(keepends=True)[:lines]))
