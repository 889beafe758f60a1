"""What others wrote, as Markdown in which it stays text: no links, mentions, references, images, headings or HTML of theirs."""

from __future__ import annotations

import re

from refinery.cli.show import harmless

APART = "\u200b"
"""Takes no room; a word with it inside is no mention, reference or address to a code host."""

_MARKS = frozenset("\\`*_[]<>#!|~&$^")
_SIGNS = re.compile(r"([@#!&%~$^])(?=\w)")
"""Before a name or a number: who or what code hosts would link to."""
_SCHEMES = re.compile(r"\b(\w[\w+.-]*)(?=://)|\b(mailto|xmpp|javascript|data)(?=:)|\b(www)(?=\.)|\b(GH)(?=-\d)", re.IGNORECASE)
_COMMIT = re.compile(r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])([0-9a-f]{3})(?=[0-9a-f]{4,37}\b)")


def plain(text: str, longest: int = 0) -> str:
    """On one line, in running text or in the cell of a table."""
    flat = shortened(harmless(" ".join(text.split())), longest)
    if re.match(r"[-+=]|\d+[.)]", flat):
        flat = f"{APART}{flat}"
    for pattern in (_SIGNS, _SCHEMES, _COMMIT):
        flat = pattern.sub(lambda found: f"{found[0]}{APART}", flat)
    return "".join(f"\\{letter}" if letter in _MARKS else letter for letter in flat)


def code(text: str, *, cell: bool = False, longest: int = 0) -> str:
    """On one line, to the letter. In the cell of a table a bar ends it, escaped or not, so such a text is none of code there."""
    flat = shortened(harmless(" ".join(text.split())), longest) or " "
    if cell and ("|" in flat or "\\" in flat):
        return plain(flat)
    fence = "`" * (_run(flat) + 1)
    edge = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{edge}{flat}{edge}{fence}"


def fenced(text: str, language: str = "text", longest: int = 0) -> str:
    """A block of its own, to the letter but for what cannot be shown."""
    body = shortened(harmless(text.rstrip()), longest)
    fence = "`" * max(3, _run(body) + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def shortened(text: str, longest: int) -> str:
    """The text, or its beginning and how much is missing."""
    if not longest or len(text) <= longest:
        return text
    return f"{text[:longest]}… ({len(text) - longest:,} more letters left out)"


def _run(text: str) -> int:
    return max(map(len, re.findall(r"`+", text)), default=0)
