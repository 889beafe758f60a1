"""What a text says once its usual disguises are taken off: Base64, hexadecimal, percent signs, written out, turned round."""

from __future__ import annotations

import base64
import binascii
import codecs
import contextlib
import re
import urllib.parse

from safety.rules.inflate import inflated

MOST_TOKENS = 3_000


def unveiled(text: str) -> list[tuple[int, str]]:
    """What the tokens of a text say when they are decoded, turned round or unescaped, with their line."""
    out: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if len(out) > MOST_TOKENS:
            break
        if "\\x" in line or "\\u" in line or "&#" in line or re.search(r"%[0-9a-fA-F]{2}.*%[0-9a-fA-F]{2}", line):
            out.append((number, _unescaped(line)))
        for token in re.findall(r"[A-Za-z0-9+/_=.:~-]{20,}", line):
            if len(set(token)) < 6:
                continue
            out += [(number, plain) for plain in _decoded(token)]
            out.append((number, token[::-1]))
            out.append((number, codecs.decode(token, "rot13")))
    return out


def _decoded(token: str, depth: int = 0) -> list[str]:
    out: list[str] = []
    stripped = token.strip("=.:~")
    if len(stripped) % 2 == 0 and re.fullmatch(r"[0-9a-fA-F]{24,}", stripped):
        out.append(bytes.fromhex(stripped).decode("latin-1"))
    if re.fullmatch(r"[A-Za-z0-9+/_-]{16,}", stripped):
        with contextlib.suppress(ValueError, binascii.Error):
            out.append(base64.b64decode(stripped.replace("-", "+").replace("_", "/") + "=" * (-len(stripped) % 4)).decode("latin-1"))
        if re.fullmatch(r"[A-Z2-7]{16,}", stripped):
            with contextlib.suppress(ValueError, binascii.Error):
                out.append(base64.b32decode(stripped + "=" * (-len(stripped) % 8)).decode("latin-1"))
    if len(stripped) >= 24:  # bytes that say nothing by themselves may be packed
        packed = [content for plain in out for content in [inflated(plain.encode("latin-1"))] if content]
        out += [content.decode("latin-1") for content in packed if len(content) <= 20_000]
    readable = [plain for plain in out if plain and sum(32 <= ord(c) < 127 or c in "\n\r\t" for c in plain) >= 0.95 * len(plain)]
    if depth < 2:
        for plain in list(readable):
            for inner in re.findall(r"[A-Za-z0-9+/_=-]{20,}", plain):
                readable += _decoded(inner, depth + 1)
            readable.append(plain[::-1])
    return readable


def _unescaped(line: str) -> str:
    text = re.sub(
        r"\\x([0-9a-fA-F]{2})|\\u00([0-9a-fA-F]{2})|&#x([0-9a-fA-F]{2});",
        lambda m: chr(int(m.group(1) or m.group(2) or m.group(3), 16)),
        line,
    )
    text = re.sub(r"&#(\d{2,3});", lambda m: chr(int(m.group(1))), text)
    return urllib.parse.unquote(text)
