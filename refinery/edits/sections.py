"""Prompts by section: what stands under a heading is replaced or added to, or put in; read again, nothing else may differ."""

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
    known = sections(text)
    found = [each for each in known if _called(each, title)]
    if len(found) != 1:
        there = ", ".join(repr(each.title) for each in known) or "none"
        raise NotFaithful(f"{len(found) or 'no'} sections are called {title!r}; the file's sections are: {there}")
    return found[0]


def with_section(text: str, title: str, new: str) -> str:
    """The text with `new` at the end of a section; where `new` begins with the section's own heading, it is the whole section anew.

    A section that is not there yet is put at the end, and needs its heading for that. Raises NotFaithful with what is wrong.
    """
    windows = "\r\n" in text
    text, new = (text.replace("\r\n", "\n") if windows else text), new.replace("\r\n", "\n").strip("\n")
    own = next((each for each in sections(new) if not each.start), None)
    if own and not _called(own, title):
        raise NotFaithful(f"`new` begins with the heading {own.title!r}; a heading is only for the section {title!r} itself, whole")
    if own and not any(_called(each, title) for each in sections(text)):
        after = _appended(text, own, new[own.body :])
    elif own:
        after = _replaced(text, section_of(text, title), new[own.body :])
    else:
        after = _added(text, section_of(text, title), new)
    return after.replace("\n", "\r\n") if windows else after


def in_section(text: str, title: str, old: str) -> int:
    """Where the text `old` begins in a section and those under it. Raises NotFaithful where it does not stand there once."""
    own = section_of(text, title)
    count = text[own.start : own.end].count(old)
    if count != 1:
        raise NotFaithful(f"`old` stands {count} times in the section {own.title!r}, and has to stand there once")
    return text.index(old, own.start)


def _appended(text: str, own: Section, body: str) -> str:
    known = sections(text)
    level = min((each.level for each in known), default=1)
    if len(known) == 1 and known[0].level == 1:
        level = 2  # a single title is that of the whole text
    before = f"{text.rstrip()}\n\n" if text.strip() else ""
    written = f"{'#' * level} {own.title}\n{body if body.startswith(chr(10)) else chr(10) + body}\n"
    return _faithful(text, before + written, [(None, own)])


def _replaced(text: str, place: Section, body: str) -> str:
    """The empty lines around the old body stay: they are no part of what was asked for."""
    was = text[place.body : place.next]
    lead = was[: len(was) - len(was.lstrip("\n"))]
    trail = was[len(was.rstrip("\n")) :] if was.strip() else "\n"
    return _faithful(text, text[: place.body] + lead + body.strip("\n") + trail + text[place.next :], [(place, place)])


def _added(text: str, place: Section, more: str) -> str:
    """Straight under the last line, as one more of its kind."""
    there = text[place.body : place.next].rstrip()
    at = place.body + len(there)
    before = "\n" if there or not text[:at].endswith("\n") else ""
    after = "" if there and text[at:].startswith("\n") else "\n"
    return _faithful(text, text[:at] + before + more + after + text[at:], [(place, place)])


def _called(section: Section, title: str) -> bool:
    return section.title.casefold() == title.strip().lstrip("#").strip().casefold()


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
