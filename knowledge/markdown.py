"""A Markdown guide cut into passages: one per heading, long ones at paragraphs, each with where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from knowledge.passage import Passage

LONGEST = 1600
"""Characters of a passage; a longer section is cut at a paragraph."""

_FENCE = re.compile(r"\s*(```+|~~~+)")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*$")
_FRONT = re.compile(r"\A---\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide: what its front matter says, and its passages."""

    title: str
    about: Mapping[str, str] = field(default_factory=dict)
    """Front matter: `source`, `date`, `models` and whatever else stands there."""
    passages: tuple[Passage, ...] = ()


def parse(text: str, origin: str) -> Guide:
    """The guide in a Markdown text; `origin` is how it is cited, and what its passages' ids are made of."""
    about, body = _front_matter(text.removeprefix("\ufeff"))
    first = next((heading for heading, _ in _sections(body) if heading), ())
    title = about.get("title") or (first[0] if first else origin.rsplit("/", 1)[-1])
    found: list[Passage] = []
    for heading, section in _sections(body):
        names = heading if heading[:1] != (title,) else heading[1:]
        for piece in _pieces(section):
            where = " > ".join(names) or title
            found.append(Passage(f"{prefix(origin)}{len(found):04d}", " > ".join((title, *names)), piece, f"{origin}, {where}"))
    return Guide(title, about, tuple(found))


def prefix(origin: str) -> str:
    """What the ids of all passages of one guide begin with."""
    return sha256(origin.encode("utf-8", "surrogatepass")).hexdigest()[:16] + "-"


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    match = _FRONT.match(text)
    if not match:
        return {}, text
    pairs = (line.partition(":") for line in match[1].splitlines() if ":" in line)
    return {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}, text[match.end() :]


def _sections(body: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Heading path and text of every section. A `#` within a code fence is no heading."""
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    fence = ""
    for line in body.splitlines():
        mark = _FENCE.match(line)
        if mark and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else mark[1]
        heading = None if fence or mark else _HEADING.match(line)
        if not heading:
            lines.append(line)
            continue
        yield tuple(name for _, name in path), "\n".join(lines).strip()
        path = [(level, name) for level, name in path if level < len(heading[1])] + [(len(heading[1]), heading[2])]
        lines = []
    yield tuple(name for _, name in path), "\n".join(lines).strip()


def _pieces(section: str) -> Iterator[str]:
    piece = ""
    for paragraph in re.split(r"\n\s*\n", section):
        if piece and len(piece) + len(paragraph) > LONGEST:
            yield piece
            piece = ""
        piece = f"{piece}\n\n{paragraph}" if piece else paragraph
        while len(piece) > 2 * LONGEST:  # a paragraph without end
            yield piece[:LONGEST]
            piece = piece[LONGEST:]
    if piece.strip():
        yield piece
