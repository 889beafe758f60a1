"""Commit messages: plain words for people, trailers for machines, and no way for foreign text to pass for a trailer."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Sequence

from refinery.errors import UsageError

WIDTH = 72
MARK = "Refinery-"
"""The trailers that make a commit one of ours begin with this."""
FIX = "Refinery-Fix"
"""The fix's own name, which stays with it when its commit is rewritten (see `sameness`)."""
UNDOES = "Refinery-Undoes"
TAKES_BACK = "Refinery-Takes-Back"
BRINGS_BACK = "Refinery-Brings-Back"
"""Of commits that undo and redo: which fix."""

_SQUASHED = 4
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")
_TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*:\s*(.*)")
_EATEN = ("#", "---", "diff -", "Index: ", "From ", ">From ", "(cherry picked from")
"""Beginnings of lines that git or mail tools take for their own."""


def compose(subject: str, body: Sequence[str], trailers: Sequence[tuple[str, str]]) -> str:
    """A whole message. A subject that is too long is cut at a word and repeated in full below."""
    full = _one_line(subject).rstrip(".") or "Fix"
    head = full if len(full) <= WIDTH else textwrap.shorten(full, WIDTH, placeholder="…")
    if len(head) < 2:  # one very long word
        head = full[: WIDTH - 1] + "…"
    reserved = {key.casefold() for key, _ in trailers}
    if head.startswith(_EATEN) or _poses(head, reserved):
        head = f"Fix: {head}"[:WIDTH]
    paragraphs = [] if head == full else [full]
    paragraphs.extend(body)
    blocks = [head, *(block for paragraph in paragraphs if (block := _wrapped(paragraph, reserved)))]
    if trailers:
        blocks.append("\n".join(_line(key, value) for key, value in trailers))
    elif len(blocks) > 1 and any(_TRAILER.match(line) for line in blocks[-1].split("\n")):
        blocks.append("(no trailers)")  # git takes a last paragraph of this shape for trailers
    return "\n\n".join(blocks) + "\n"


def trailers(message: str) -> dict[str, tuple[str, ...]]:
    """The trailers of a message by key, in order; only the last paragraph counts, and only when all of it are trailers."""
    blocks = message.strip("\n").split("\n\n")
    found: dict[str, tuple[str, ...]] = {}
    if len(blocks) < 2:
        return found
    for line in blocks[-1].split("\n"):
        match = _TRAILER.match(line)
        if match is None:
            return {}
        found[match[1]] = (*found.get(match[1], ()), match[2].strip())
    return found


def _line(key: str, value: str) -> str:
    if not _KEY.match(key):
        raise UsageError(f"{key!r} cannot be a trailer's name", hint="use letters, digits and dashes")
    return f"{key}: {_one_line(value)}"


def _one_line(text: str) -> str:
    return " ".join(_clean(text).split())


def _clean(text: str) -> str:
    """Without characters that hide, reorder or end text."""
    kept = []
    for letter in text.replace("\r\n", "\n").replace("\r", "\n"):
        kind = unicodedata.category(letter)
        if letter in "\n\t" or kind not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            kept.append(letter)
        elif kind in ("Zl", "Zp", "Cs"):
            kept.append(" " if kind != "Cs" else "?")
    return "".join(kept)


def _wrapped(paragraph: str, reserved: set[str]) -> str:
    lines = []
    for line in _clean(paragraph).expandtabs(4).strip("\n").split("\n"):
        if not line.strip():
            continue  # a paragraph holds no empty line, so it stays one
        if line.startswith("    "):
            lines.append(_harmless(line.rstrip(), reserved))
            continue
        hang = "  " if line.startswith(("- ", "* ")) else ""
        wrapped = textwrap.wrap(line, WIDTH, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)
        lines.extend(_harmless(each, reserved) for each in wrapped)
    return "\n".join(lines)


def _harmless(line: str, reserved: set[str]) -> str:
    """Git puts four spaces before what it squashes, so a line that poses as a trailer stands neither at the margin nor there."""
    if not _poses(line, reserved):
        return f" {line}" if line.startswith(_EATEN) else line
    indent = len(line) - len(line.lstrip())
    return f" {line}" if indent + 1 != _SQUASHED else f"  {line}"


def _poses(line: str, reserved: set[str]) -> bool:
    match = _TRAILER.match(line.lstrip())
    key = match[1].casefold() if match else ""
    return key in reserved or key.startswith(MARK.casefold()) or key.endswith("-by")
