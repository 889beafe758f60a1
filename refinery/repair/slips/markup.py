"""Marks that give a text its parts: comments and tags left open, headings and lines between examples unlike the others, front matter."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from refinery.repair.prompts import Wording
from refinery.repair.slips.sight import Found, Sight, reworded

ALMOST_CLOSED = re.compile(r"[ \t]*(?:--[ \t!]+>|--|-?>|-)?[ \t]*$")
TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)(?:[ \t\n][^<>]*)?(?<!/)>")
EMPTY_TAGS = frozenset({"br", "hr", "img", "input", "wbr"})
HEADING = re.compile(r"^(#{1,6})([ \t]*)(\S[^\n]*)$", re.MULTILINE)
RULE = re.compile(r"^([-=*~_+#])\1+[ \t]*$", re.MULTILINE)
ENTRY = re.compile(r"(?:[A-Za-z][\w-]*:(?: .*)?|[ \t]+\S.*|- .*)")
OPEN, UNCLOSED, ALIKE = 0.9, 0.6, 0.7
"""How likely a mark that is left open is closed where it is said to be, and that a closing one is missing; how alike two tags are."""
LEVEL, LEVEL_ASKED, NO_BLANK = 0.4, 0.75, 0.85
"""How likely a heading is one level off: where it is but the only one, and where code looks for the others'; that it lacks a blank."""
LENGTH, LENGTH_ASKED = 0.6, 0.85
FRONT, HEADLESS = 0.9, 0.7
CELL_SAID, CELL = 0.7, 0.3
MOST_CELLS = 4


def markup(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    fronts = any(text.text.startswith("---\n") for text in sight.texts)
    for text in sight.texts:
        if text.lines:
            yield from _comments(text)
            yield from _headings(text, sight)
            yield from _between(text, sight)
            yield from _front(text, fronts or any("---" in said for said in sight.said))
            yield from _rows(text, sight)
        yield from _tags(text, "</" in sight.code)


def _comments(text: Wording) -> Iterator[Found]:
    starts = [each.start() for each in re.finditer("<!--", text.text)]
    for start, following in pairwise([*starts, len(text.text)] if starts else []):
        if "-->" in text.text[start:following]:
            continue
        end = text.text.find("\n", start)
        end = len(text.text) if end < 0 else end
        almost = ALMOST_CLOSED.search(text.text, start + 4, end)
        new = " -->" if almost is None or almost.group()[:1] in ("", " ") else "-->"
        span = (almost.start() if almost else end, end, new)
        yield from reworded(text, [span], OPEN, "Close the comment", "it is opened and never closed")


def _tags(text: Wording, asked: bool) -> Iterator[Found]:
    found = list(TAG.finditer(text.text))
    closed = {each[2] for each in found if each[1]}
    tags = [each for each in found if each[2].lower() not in EMPTY_TAGS or each[2] in closed]
    opens, closes = Counter(each[2] for each in tags if not each[1]), Counter(each[2] for each in tags if each[1])
    if not asked and not any(opens[name] for name in closes):
        return
    for name in opens | closes:
        own = [each for each in tags if each[2] == name]
        if opens[name] == closes[name] + 2:
            second = next((each for one, each in pairwise(own) if not one[1] and not each[1]), own[-1])
            span = (*second.span(), f"</{name}>")
            yield from reworded(text, [span], OPEN, f"Close <{name}>", "it is opened twice and not closed")
        elif closes[name] == opens[name] + 2:
            first = next((one for one, each in pairwise(own) if one[1] and each[1]), own[0])
            yield from reworded(text, [(*first.span(), f"<{name}>")], OPEN, f"Open <{name}>", "it is closed twice and not opened")
        elif opens[name] == closes[name] + 1:
            yield from _closed(text, tags, own, opens, closes)


def _closed(
    text: Wording, tags: Sequence[re.Match[str]], own: Sequence[re.Match[str]], opens: Counter[str], closes: Counter[str]
) -> Iterator[Found]:
    """A tag that is never closed: by a closing one that is spelt much the same, at the end of its line, or before the next tag."""
    name, last = own[0][2], [each for each in own if not each[1]][-1]
    for each in tags:
        if each[1] and closes[each[2]] > opens[each[2]] and SequenceMatcher(None, each[2], name).ratio() >= ALIKE:
            yield from reworded(text, [(*each.span(), f"</{name}>")], OPEN, f"Close <{name}>", f"`{each.group()}` closes nothing")
            return
    line = text.text.find("\n", last.end())
    following = next((each.start() for each in tags if each.start() >= last.end()), len(text.text))
    before = len(text.text[:following].rstrip())
    for end in dict.fromkeys((before, min(len(text.text) if line < 0 else line, following))):
        new = f"\n</{name}>" if text.text[last.end() : last.end() + 1] == "\n" else f"</{name}>"
        yield from reworded(text, [(end, end, new)], UNCLOSED, f"Close <{name}>", "it is opened and never closed")


def _headings(text: Wording, sight: Sight) -> Iterator[Found]:
    found = list(HEADING.finditer(text.text))
    proper = [each for each in found if each[2]]
    for each in found:
        if not each[2] and len(proper) > 1:
            span = (each.end(1), each.end(2), " ")
            yield from reworded(text, [span], NO_BLANK, "Put a blank behind the sign of the heading", "all the other headings have one")
    levels = Counter(len(each[1]) for each in proper)
    for each in proper:
        level = len(each[1])
        for other in (level - 1, level + 1):
            if levels[level] != 1 or levels[other] < 2 or (level == 1 and each is proper[0]):
                continue
            looked = re.compile(rf"(?<!#)#{{{other}}}(?!#|\{{)[ \\]")
            asked = any(looked.search(said) for said in sight.said) or each[3].strip() in sight.said
            says, why = f"Make `{each[3][:40]}` a heading of level {other}", "all the others are of that level"
            yield from reworded(text, [(*each.span(1), "#" * other)], LEVEL_ASKED if asked else LEVEL, says, why)


def _between(text: Wording, sight: Sight) -> Iterator[Found]:
    """Lines of one sign alone, which part a text, of another length than the others, or than code looks for."""
    asked = {found.group().strip() for said in sight.said for found in RULE.finditer(said.strip("^$\n\\sn"))}
    lines = [each for each in RULE.finditer(text.text) if not (each.start() == 0 and each.group() == "---")]
    by_sign: dict[str, list[re.Match[str]]] = defaultdict(list)
    for each in lines:
        by_sign[each[1]].append(each)
    for sign, own in by_sign.items():
        count = Counter(each.group().rstrip() for each in own)
        wanted = [rule for rule in asked if rule[0] == sign] or [rule for rule, times in count.most_common(1) if times > 1]
        for each in own:
            if len(wanted) == 1 and each.group() != wanted[0]:
                prior = LENGTH_ASKED if wanted[0] in asked else LENGTH
                yield from reworded(text, [(*each.span(), wanted[0])], prior, f"Write `{wanted[0]}` between the parts", "others are so")


def _front(text: Wording, usual: bool) -> Iterator[Found]:
    """Front matter that is never closed, or not opened."""
    lines = text.text.splitlines(keepends=True)
    begins = bool(lines) and lines[0].strip() == "---"
    at = 1 if begins else 0
    while at < len(lines) and ENTRY.fullmatch(lines[at].rstrip()):
        at += 1
    entries, rest = at - (1 if begins else 0), lines[at].strip() if at < len(lines) else ""
    if not entries or (begins and rest == "---"):
        return
    offset = sum(len(line) for line in lines[:at])
    if begins:
        spoilt = rest and set(rest) <= set("-=_.")
        span = (offset, offset + (len(lines[at].rstrip("\n")) if spoilt else 0), "---" if spoilt else "---\n")
        yield from reworded(text, [span], FRONT, "Close the front matter", "it is opened and never closed")
    elif rest == "---" and usual and all(re.match(r"[a-z][\w-]*:", line) for line in lines[:at]):
        yield from reworded(text, [(0, 0, "---\n")], HEADLESS, "Open the front matter", "it is closed and never opened")


def _rows(text: Wording, sight: Sight) -> Iterator[Found]:
    """A row of a table that has a cell less than its head: one of its column put in, where the failure speaks of it first."""
    lines = [(each.start(), each.group()) for each in re.finditer(r"^\|[^\n]*\|[ \t]*$", text.text, re.MULTILINE)]
    rows = [(start, [cell.strip() for cell in line.strip().strip("|").split("|")]) for start, line in lines]
    if len(rows) < 4 or not all(set(cell) <= set(":-") for cell in rows[1][1]):
        return
    width = len(rows[0][1])
    full = [cells for _, cells in rows[2:] if len(cells) == width]
    for place, (start, cells) in enumerate(rows):
        if place < 2 or len(cells) != width - 1 or not full:
            continue
        for column in range(width):
            count = Counter(each[column] for each in full)
            few = len(count) <= MOST_CELLS
            for value in [value for value, times in count.most_common() if few or times > 1 or sight.clues.says(value)][:MOST_CELLS]:
                new = f"| {' | '.join([*cells[:column], value, *cells[column:]])} |"
                prior = CELL_SAID if sight.clues.says(value) else CELL
                span = (start, start + len(lines[place][1].rstrip()), new)
                yield from reworded(text, [span], prior, f"Put `{value}` into the row", "it has a cell less than the head of its table")
