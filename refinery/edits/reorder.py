"""Entries of a table in YAML, TOML and JSON in another order, with everything else byte for byte as it was."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import PurePosixPath

from refinery.edits.config import LANGUAGES
from refinery.edits.draft import spliced
from refinery.edits.entries import LOAD
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar, same, value_at


def reordered(text: str, path: str, own: Sequence[Scalar], keys: tuple[str | int, ...], place: int, to: int) -> str:
    """The text with one entry of a table put at the place of another. NotFaithful where anything else would change.

    `own` are all the values of the file, `keys` the way to the table.
    """
    language = LANGUAGES[PurePosixPath(path).suffix.lower()]
    document = LOAD[language](text)
    table = value_at(document, keys)
    names = list(table) if isinstance(table, dict) else []
    if not 0 <= place < len(names) or not 0 <= to < len(names):
        raise NotFaithful(f"{path} has no such entries there")
    order = [name for name in names if name != names[place]]
    order.insert(to, names[place])
    for spans in (_lines(text, own, keys, names), _inline(text, own, keys, names)):
        if len(spans) != len(names):
            continue
        pieces = [text[spans[name][0] : spans[name][1]] for name in order]
        after = spliced(text, [(*spans[name], piece) for name, piece in zip(names, pieces, strict=True)])
        with suppress(NotParsable, NotFaithful):
            loaded = LOAD[language](after)
            now = value_at(loaded, keys)
            if same(loaded, document) and isinstance(now, dict) and list(now) == order:
                return after
    raise NotFaithful(f"the entries of {path} cannot be told apart")


def _inside(own: Sequence[Scalar], keys: tuple[str | int, ...], name: str) -> list[Scalar]:
    return [each for each in own if each.keys[: len(keys) + 1] == (*keys, name)]


def _lines(text: str, own: Sequence[Scalar], keys: tuple[str | int, ...], names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Whole lines: from that of the key, or of the head, of each to that of the next."""
    starts: list[int] = []
    for name in names:
        inside = _inside(own, keys, name)
        head = re.compile(rf"^[ \t]*(?:\[[^\]\n]*)?[\"']?{re.escape(name)}[\"']?[\"'\]]*[ \t]*(?:[:=]|$)[^\n]*", re.MULTILINE)
        found = [each.start() for each in head.finditer(text, 0, inside[0].end)] if inside else []
        if not found:
            return {}
        starts.append(found[-1])
    last = _inside(own, keys, names[-1])[-1].end
    end = text.find("\n", last)
    ends = [*starts[1:], len(text) if end < 0 else end + 1]
    whole = text.endswith("\n") or end >= 0
    return dict(zip(names, zip(starts, ends, strict=True), strict=True)) if whole and starts == sorted(starts) else {}


def _inline(text: str, own: Sequence[Scalar], keys: tuple[str | int, ...], names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Entries with commas between."""
    spans: dict[str, tuple[int, int]] = {}
    at = 0
    for name in names:
        inside = _inside(own, keys, name)
        key = list(re.finditer(rf"[\"']?{re.escape(name)}[\"']?[ \t]*[:=]", text[at : inside[0].start])) if inside else []
        if not key:
            return {}
        start, at = at + key[-1].start(), inside[-1].end
        piece = text[start:at]
        closing = re.match(r"(?:\s*[\]}])*", text[at:])
        for each in re.finditer(r"[\]}]", closing.group() if closing else ""):
            if piece.count("[") + piece.count("{") > piece.count("]") + piece.count("}"):
                piece = text[start : at + each.end()]
        at = start + len(piece)
        spans[name] = (start, at)
    return spans
