"""The rule `unicode`: text must be what it looks like."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from safety.changes import FileChange
from safety.guard import Case
from safety.rules.added import added
from safety.rules.kinds import CODE, Kind, kind_of
from safety.rules.lookalikes import looks_latin, skeleton
from safety.rules.size import is_binary
from safety.verdict import Effect, Finding

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d")
_INVISIBLE = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028\u2029\u2060\u2061\u2062\u2063\u2064\u3164\uffa0\ufeff"
)
_ODD = re.compile(r"[^\t\n\r\f -~]")
_WORD = re.compile(r"[^\W_][\w]*", re.UNICODE)
_HOST = re.compile(r"(?:https?://|@|\b(?:host|domain|endpoint|url)\w*\s*[:=]\s*[\"']?(?!https?:))([^\s/\"'<>)\]}:]+)", re.IGNORECASE)


def unicode(case: Case) -> Iterator[Finding]:
    """Says where characters hide, reorder or imitate others."""
    for change in case.readable():
        if change.after is None or change.after == change.before or is_binary(change.after):
            continue
        if _ODD.search(change.after):
            yield from _hidden(change)
            yield from _imitations(change)


def _hidden(change: FileChange) -> Iterator[Finding]:
    known = Counter(c for c in change.before or "" if not c.isascii())
    code = kind_of(change.path, change.after) in CODE
    for number, text in enumerate((change.after or "").split("\n"), 1):
        for at, c in enumerate(text):
            if " " <= c <= "~" or c in "\t\r\f":
                continue
            if known[c] > 0:
                known[c] -= 1
                continue
            named = f"U+{ord(c):04X}"
            if c in _BIDI:
                yield _finding(change, number, f"{named} makes text read in another order than it runs", Effect.BLOCK)
            elif "\U000e0000" <= c <= "\U000e007f" and not _in_flag(text, at):
                yield _finding(change, number, f"{named} is an invisible letter: text is hidden here", Effect.BLOCK)
            elif "\U000e0100" <= c <= "\U000e01ef" or (("\ufe00" <= c <= "\ufe0f") and _run_of_selectors(text, at)):
                yield _finding(change, number, f"{named} is an invisible mark that can carry hidden text", Effect.BLOCK)
            elif (c in _INVISIBLE and not (c == "\ufeff" and number == 1 and at == 0)) or (c in _JOINERS and not _joins(text, at)):
                inside_name = code and _between_letters(text, at) and not _quoted(text, at)
                says = f"{named} is invisible: two texts that look the same would differ"
                yield _finding(change, number, says, Effect.BLOCK if inside_name else Effect.NEEDS_APPROVAL)
            elif code and unicodedata.category(c) == "Zs" and c in _outside_quotes(text):
                says = f"{named} looks like a space and is none: the program reads it as part of a name"
                yield _finding(change, number, says, Effect.NEEDS_APPROVAL)
            elif unicodedata.category(c) == "Cc" or unicodedata.category(c) == "Co":
                hard = c in "\x1b\x08\x00\x7f"
                says = f"{named} is a control character; terminals may obey it and show another text"
                yield _finding(change, number, says, Effect.BLOCK if hard else Effect.NEEDS_APPROVAL)


def _imitations(change: FileChange) -> Iterator[Finding]:
    kind = kind_of(change.path, change.after)
    known = set(_WORD.findall(change.before or ""))
    ascii_words = {word for word in _WORD.findall(change.after or "") if word.isascii()}
    for line in added(change):
        if line.text.isascii():
            continue
        for host in _HOST.findall(line.text):
            if not host.isascii() and looks_latin(host):
                says = f"the address {host} has letters of another alphabet that look like Latin ones (it reads {skeleton(host)})"
                yield _finding(change, line.number, says, Effect.BLOCK)
        bare = _outside_quotes(line.text) if kind in (Kind.PYTHON, Kind.SCRIPT, Kind.SHELL, Kind.NOTEBOOK) else ""
        for word in set(_WORD.findall(line.text)) - known:
            if word.isascii():
                continue
            name = word in bare
            if name and unicodedata.normalize("NFKC", word) != word:
                yield _finding(
                    change,
                    line.number,
                    f"the name {word!r} is read as {unicodedata.normalize('NFKC', word)!r}, which it does not look like",
                    Effect.BLOCK,
                )
            elif looks_latin(word) and (name or skeleton(word) in ascii_words):
                says = f"the word {word!r} has letters of another alphabet; it looks like {skeleton(word)!r} but is not"
                yield _finding(change, line.number, says, Effect.BLOCK)
            elif looks_latin(word):
                says = f"the word {word!r} mixes letters of two alphabets that look alike ({skeleton(word)!r})"
                yield _finding(change, line.number, says, Effect.NEEDS_APPROVAL)


def _finding(change: FileChange, line: int, says: str, effect: Effect) -> Finding:
    return Finding("unicode", change.path, line, says, effect)


def _joins(text: str, at: int) -> bool:
    """Whether a joiner stands where scripts and emoji need one."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return bool(before) and ord(before) > 0x2FF and (not after or ord(after) > 0x2FF or after == " ")


def _in_flag(text: str, at: int) -> bool:
    start = at
    while start > 0 and "\U000e0000" <= text[start] <= "\U000e007f":
        start -= 1
    return text[start] == "\U0001f3f4" and at - start <= 7


def _run_of_selectors(text: str, at: int) -> bool:
    return at > 0 and "\ufe00" <= text[at - 1] <= "\ufe0f"


def _between_letters(text: str, at: int) -> bool:
    return (text[at - 1 : at].isalnum() or text[at - 1 : at] == "_") and (text[at + 1 : at + 2].isalnum() or text[at + 1 : at + 2] == "_")


def _quoted(text: str, at: int) -> bool:
    return text[at] not in _outside_quotes(text) or text[max(0, at - 2) : at + 2] not in _outside_quotes(text)


def _outside_quotes(text: str) -> str:
    """A line without its string literals and comment, good enough to tell names from words."""
    return re.sub(r"(#|//)[^'\"]*$", "", re.sub(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`", " ", text))
