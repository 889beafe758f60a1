"""The texts that a line is read as: what is visible of it, sentences that run on, and what its encoded parts say."""

from __future__ import annotations

import base64
import binascii
import codecs
import contextlib
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from safety.rules.added import Line
from safety.rules.lookalikes import skeleton
from safety.rules.signs import Sign


def views(lines: list[Line], texts: list[str], live: tuple[Sign, ...]) -> Iterator[tuple[int, str, bool]]:
    """Every new line as it is read, lines joined where a sentence runs on, and what encoded parts of them say."""
    for at, line in enumerate(lines):
        plain = texts[at]
        if live:
            yield line.number, plain, False
        if live and at + 1 < len(lines) and lines[at + 1].number == line.number + 1:
            after = texts[at + 1]
            joined = plain.rstrip(" \\\"'+") + " " + after.lstrip(" \"'#*>+-")
            if any(s.pattern.search(joined) and not s.pattern.search(plain) and not s.pattern.search(after) for s in live):
                yield line.number, joined, False
        if live and at + 2 < len(lines) and lines[at + 2].number == line.number + 2 and max(len(t) for t in texts[at : at + 3]) < 40:
            three = " ".join(t.strip(" \\\"'+#*>-") for t in texts[at : at + 3])
            if any(s.pattern.search(three) and not any(s.pattern.search(t) for t in texts[at : at + 3]) for s in live):
                yield line.number, three, False
        for token in re.findall(r"[A-Za-z0-9+/_-]{24,}={0,2}", line.text):
            hidden = _reading(token)
            if hidden:
                yield line.number, hidden, True
        yield from ((line.number, undone, True) for undone in _undone(plain))
        for run in re.findall(r"(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|%[0-9a-fA-F]{2}|&#(?:x[0-9a-fA-F]+|\d+);){8,}", line.text):
            yield line.number, _decoded(run), True


_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|%[0-9a-fA-F]{2}|&#(?:x[0-9a-fA-F]+|\d+);")
_SPREAD = re.compile(r"(?:\b\w[ .\-_*]){4,}\w\b")
_HINTS = re.compile(
    r"\b(?:ignore|instructions?|password|obey|approve|reveal|disregard|previous|secret|system prompt|override)\b", re.IGNORECASE
)
_LEET = str.maketrans("013457@$!", "oieastasi")


def _undone(plain: str) -> Iterator[str]:
    """What a line says with its letters turned, shifted, spread apart or replaced by digits; nothing if it says no more than before."""
    if len(plain) > 1_000 or len(plain) < 12:
        return
    known = len(_HINTS.findall(plain))
    spread = re.sub(r"\b(\w)[ .\-_*](?=\w\b)", r"\1", plain) if _SPREAD.search(plain) else ""
    leet = plain.translate(_LEET) if re.search(r"[a-zA-Z][013457@$!][a-zA-Z]", plain) else ""
    escaped = _decoded(plain) if len(_ESCAPE.findall(plain)) >= 3 else ""
    for other in (codecs.encode(plain, "rot13"), plain[::-1], spread, leet, escaped):
        if other and len(_HINTS.findall(other)) > max(known, 1) and len(_HINTS.findall(other)) > known:
            yield " ".join(other.split())


def _decoded(run: str) -> str:
    plain = html.unescape(unquote(run))
    return re.sub(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})", lambda m: chr(int(m.group(1) or m.group(2), 16)), plain)


def visible(text: str) -> str:
    if text.isascii():
        return text
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return skeleton(visible) if any(c.isascii() and c.isalpha() for c in visible) and re.search(r"[\u0370-\u058f]", visible) else visible


def _reading(token: str) -> str | None:
    """The sentence that an encoded word hides, or None."""
    texts: list[bytes] = []
    body = token.rstrip("=")
    if re.fullmatch(r"(?:[0-9a-fA-F]{2})+", body):
        texts.append(bytes.fromhex(body))
    with contextlib.suppress(ValueError, binascii.Error):
        texts.append(base64.b64decode(body.replace("-", "+").replace("_", "/") + "=" * (-len(body) % 4)))
    for raw in texts:
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            continue
        words = re.findall(r"[A-Za-z]{2,}", text)
        if text.isprintable() and len(words) >= 3 and " " in text:
            return text
    return None
