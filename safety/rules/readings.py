"""The texts that a line is read as: what is visible of it, sentences that run on, and what its encoded parts say."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
import unicodedata
from collections.abc import Iterator

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
        for token in re.findall(r"[A-Za-z0-9+/_-]{24,}={0,2}", line.text):
            hidden = _reading(token)
            if hidden:
                yield line.number, hidden, True
        for run in re.findall(r"(?:\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|%[0-9a-fA-F]{2}|&#\d+;){8,}", line.text):
            codes = re.findall(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|%([0-9a-fA-F]{2})|&#(\d+);", run)
            yield line.number, "".join(chr(int(u or x or p, 16) if u or x or p else min(int(d), 0xFFFF)) for u, x, p, d in codes), True


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
