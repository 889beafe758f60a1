"""Prompts by section: what stands under a heading is replaced, put in or taken out; read again, nothing else may differ."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from refinery.edits.scalar import NotFaithful
from refinery.edits.yamls import front_matter
from safety.rules.jinja import jinja_fault


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of Markdown, and the characters up to the next one of its rank or a higher one."""

    title: str
    level: int
    start: int
    body: int
    """Where the line behind the heading begins."""
    end: int
    """Where the next heading of its rank or a higher one begins."""
    next: int
    """Where the next heading begins, of whatever rank."""


def sections(text: str) -> tuple[Section, ...]:
    """All sections, in order. Headings in fenced code are none, nor is front matter."""
    from markdown_it import MarkdownIt  # late: few changes touch a prompt

    front = front_matter(text)
    skipped = text.index("\n", front[0] + len(front[1])) + 1 if front and "\n" in text[front[0] + len(front[1]) :] else 0
    lines = text[skipped:].splitlines(keepends=True)
    offsets = [skipped]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    tokens = MarkdownIt("commonmark").parse(text[skipped:])
    heads: list[tuple[int, int, int, str]] = []
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map and token.map[1] <= len(lines):
            heads.append((int(token.tag[1:]), offsets[token.map[0]], offsets[token.map[1]], inline.content.strip()))
    found = []
    for place, (level, start, body, title) in enumerate(heads):
        end = next((other for rank, other, _, _ in heads[place + 1 :] if rank <= level), len(text))
        following = heads[place + 1][1] if place + 1 < len(heads) else len(text)
        found.append(Section(title, level, start, body, end, following))
    return tuple(found)


def section_of(text: str, title: str) -> Section:
    """The one section of this title, letter case aside. Raises NotFaithful where there is none, or more than one."""
    found = [each for each in sections(text) if each.title.casefold() == title.strip().lstrip("#").strip().casefold()]
    if len(found) != 1:
        raise NotFaithful(f"{len(found) or 'no'} sections are called {title!r}")
    return found[0]


def with_body(text: str, title: str, body: str) -> str:
    """The text with another text under a heading, up to the next heading of any rank."""
    own = section_of(text, title)
    new = _spaced(body, text, own.next)
    return _faithful(text, text[: own.body] + new + text[own.next :], [(own, own)])


def with_section(text: str, title: str, body: str, after: str = "") -> str:
    """The text with a section put behind another (and all that belongs to that), of the same rank; at the end where none is named."""
    known = sections(text)
    place = section_of(text, after) if after else None
    level = place.level if place else min((each.level for each in known), default=1)
    if len(known) == 1 and not after and known[0].level == 1:
        level = 2  # a single title is that of the whole text
    at = place.end if place else len(text)
    gap = "" if not text[:at].strip() or text[:at].endswith("\n\n") else "\n" if text[:at].endswith("\n") else "\n\n"
    new = f"{gap}{'#' * level} {title.strip()}\n{_spaced(body, text, at)}"
    return _faithful(text, text[:at] + new + text[at:], [(None, Section(title.strip(), level, at + len(gap), 0, 0, 0))])


def without_section(text: str, title: str) -> str:
    """The text without a section and those under it."""
    own = section_of(text, title)
    gone = [each for each in sections(text) if own.start <= each.start < own.end]
    return _faithful(text, text[: own.start] + text[own.end :], [(each, None) for each in gone])


def _spaced(body: str, text: str, at: int) -> str:
    """A body with an empty line around it, as prompts are written."""
    return f"\n{body.strip(chr(10))}\n" + ("\n" if at < len(text) else "")


def _faithful(text: str, after: str, changed: list[tuple[Section | None, Section | None]]) -> str:
    """The new text, if all other sections read as they did, and a template that could be parsed still can."""
    old, new = sections(text), sections(after)
    gone = {before.start for before, _ in changed if before}
    come = [now.title for _, now in changed if now]
    left = [_read(text, each) for each in old if each.start not in gone]
    rest = [_read(after, each) for each in new]
    for title in come:
        fits = [each for each in rest if each[1] == title]
        if len(fits) == 1:
            rest.remove(fits[0])
    if left != rest or text[: old[0].start if old else 0] != after[: new[0].start if old and new else 0]:
        raise NotFaithful("the new text changes what stands in other sections")
    if jinja_fault(text) is None and (fault := jinja_fault(after)):
        raise NotFaithful(f"the template could no longer be parsed: {fault[1]} in line {fault[0]}")
    return after


def _read(text: str, section: Section) -> tuple[int, str, str]:
    return section.level, section.title, text[section.body : section.next].strip()
