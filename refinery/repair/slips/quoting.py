"""Texts of settings that are not read as they are written, for want of quotation marks or for the wrong ones.

`#tag` is a comment, `Note: this` a table, `"\\bword"` has a sign that nobody sees, and lines folded into one are no lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from refinery.edits.config import scalars
from refinery.edits.scalar import NotParsable, Scalar
from refinery.repair.slips.sight import Found, Sight, rewritten

YAMLS = (".yaml", ".yml")
COMMENT = re.compile(r"[ \t]*(#[^\s#][^\n]*?)[ \t]*$", re.MULTILINE)
ITEM = re.compile(r"^([ \t]*- )([A-Za-z][^:\n{}\[\]\"']*: [^\n\"\\]*[^\s\"\\])[ \t]*$", re.MULTILINE)
FOLDED = re.compile(r"^([ \t-]*(?:([\w-]+):[ \t]*)?)>([+-]?)[ \t]*\n((?:[ \t]+\S[^\n]*\n?|[ \t]*\n)+)", re.MULTILINE)
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
ESCAPED = re.compile(r"\\([bfavtnre0])")
PATTERN = re.compile(r"\[\^?.+\][*+?{]|\(.*\|.*\)|\\[dwsS]|\^.*\$")
SENTENCE, BULLET = re.compile(r"[.!?:;]$"), re.compile(r"(?:[-*]|\d+[.)]) ")
COMMENTED, TABLE, INVISIBLE, PATH = 0.9, 0.85, 0.9, 0.6
"""How likely a text that is read as a comment, as a table among texts, with signs that nobody sees, or with an end of a line in a path, is
meant as it is written."""
MOST_WORDS = 2
"""Words of a line that is a name."""
LINES_READ, LINES = 0.85, 0.5
"""How likely lines are meant to stay lines: where code reads the text by lines, and where each is a sentence or an item."""


def quoting(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    by_lines = "splitlines" in sight.code or r'split("\n")' in sight.code
    for path, text in sight.settings.items():
        own = [each for each in sight.scalars if each.path == path]
        if path.endswith(YAMLS):
            yield from _comments(path, text, own)
            yield from _tables(path, text, own)
            yield from _folded(path, text, by_lines, sight.code)
        yield from _escapes(path, text, own)


def _comments(path: str, text: str, own: list[Scalar]) -> Iterator[Found]:
    """`colour: #ffffff`, which is nothing and a comment."""
    for scalar in own:
        if scalar.value is None and not scalar.raw and (comment := COMMENT.match(text, scalar.start)):
            quoted = f' "{comment[1]}"' if text[scalar.start - 1 : scalar.start] != " " else f'"{comment[1]}"'
            after = text[: scalar.start] + quoted + text[comment.end() :]
            if '"' not in comment[1] and _parses(path, after):
                yield from rewritten(path, after, COMMENTED, f"Quote {scalar.name}", "without quotation marks it is a comment")


def _tables(path: str, text: str, own: list[Scalar]) -> Iterator[Found]:
    """The one item of a list of texts that is read as a table, because it has a colon."""
    texts = {each.keys[:-1] for each in own if isinstance(each.value, str) and each.keys and isinstance(each.keys[-1], int)}
    inside = [each for each in own if len(each.keys) > 1 and isinstance(each.keys[-2], int) and each.keys[:-2] in texts]
    count = Counter(each.keys[:-1] for each in own)
    for scalar in inside:
        alone = count[scalar.keys[:-1]] == 1
        line = text.rfind("\n", 0, scalar.start) + 1
        if alone and (item := ITEM.match(text, line)):
            after = f'{text[: item.start(2)]}"{item[2]}"{text[item.end() :]}'
            if _parses(path, after):
                yield from rewritten(
                    path, after, TABLE, f"Quote `{item[2][:40]}`", "all the other items are texts, and this is read as a table"
                )


def _folded(path: str, text: str, by_lines: bool, code: str) -> Iterator[Found]:
    for block in FOLDED.finditer(text):
        lines = [line.strip() for line in block[4].splitlines() if line.strip()]
        whole = all(SENTENCE.search(line) for line in lines) or all(BULLET.match(line) for line in lines)
        names = by_lines and all(len(line.split()) <= MOST_WORDS for line in lines)
        read = by_lines and block[2] and re.search(rf"[\"']{re.escape(block[2])}[\"'][^\n]*\.(?:splitlines\(|split\(\"\\n)", code)
        if len(lines) > 1 and (whole or names or read):
            prior = LINES_READ if by_lines else LINES
            after = f"{text[: block.end(1)]}|{text[block.end(1) + 1 :]}"
            yield from rewritten(path, after, prior, f"Keep the lines of {block[2] or 'the text'}", "`>` makes one line of them")


def _escapes(path: str, text: str, own: list[Scalar]) -> Iterator[Found]:
    """Signs of patterns and of paths that are written with one backslash where it takes two, or other quotation marks."""
    for scalar in own:
        if not isinstance(scalar.value, str) or not scalar.raw.startswith('"') or not ESCAPED.search(scalar.raw):
            continue
        unseen = UNSEEN.search(scalar.value)
        broken = re.match(r"[A-Za-z]:", scalar.value) or (PATTERN.search(scalar.raw) and re.search(r"[\t\n]", scalar.value))
        if unseen or broken:
            single = not path.endswith(".json") and "'" not in scalar.raw
            inner = scalar.raw[1:-1]
            new = f"'{inner.replace(chr(92) * 2, chr(92))}'" if single else '"' + re.sub(r"(?<!\\)\\(?=[a-z0])", r"\\\\", inner) + '"'
            after = text[: scalar.start] + new + text[scalar.end :]
            if _parses(path, after):
                says = f"Write {scalar.name} with its backslashes"
                yield from rewritten(path, after, INVISIBLE if unseen else PATH, says, "what they begin is read as another sign")


def _parses(path: str, text: str) -> bool:
    try:
        scalars(text, path)
    except NotParsable:
        return False
    return True
