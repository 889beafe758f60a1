"""Settings that cannot be read at all, for one sign: put right in the line at which reading stops, or the one before, so that they can."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from refinery.edits.config import LANGUAGES
from refinery.edits.entries import LOAD
from refinery.edits.scalar import NotParsable
from refinery.repair.slips.sight import Found, Sight, rewritten

SURE, WEARS = 0.9, 0.8
"""How likely the first change after which a file can be read is the right one, and what each further one counts."""
MOST = 4
PLACE = re.compile(r"line (\d+)")
PAIR = {
    "yaml": re.compile(r"^(\s*(?:- )?[\"']?[\w.-]+[\"']?\s*:\s+|\s*- )(\S.*?)(\s*)$"),
    "json": re.compile(r"^(\s*\"[^\"]*\"\s*:\s*)([^\s,\[\]{}\"][^,\[\]{}]*?)(,?\s*)$"),
    "toml": re.compile(r"^(\s*[\w.-]+\s*=\s*)(\S.*?)(\s*)$"),
}
CLOSES = {'"': '"', "'": "'", "[": "]", "{": "}"}
WORDS = {
    "json": {"True": "true", "False": "false", "None": "null"},
    "toml": {"True": "true", "False": "false", "yes": "true", "no": "false"},
}


def broken(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    for path, text in sight.settings.items():
        language = LANGUAGES[PurePosixPath(path).suffix.lower()]
        if (stopped := _stops(text, language)) is None:
            continue
        lines = text.splitlines()
        seen: set[str] = set()
        end = "\r\n" if "\r\n" in text else "\n"
        unclosed = [at for at, line in enumerate(lines) if line.count('"') % 2]
        places = [at for at in dict.fromkeys((stopped, stopped - 1, *unclosed[:MOST])) if 0 <= at < len(lines)]
        changed = [(at, new) for each in (_lines, _indented) for at in places for new in each(lines, at, language)]
        for at, new in changed:
            after = end.join([*lines[:at], new, *lines[at + 1 :]]) + (end if text.endswith("\n") else "")
            if after not in seen and len(seen) < MOST and _stops(after, language) is None:
                says, why = f"Write `{new.strip()[:60]}`", f"it cannot be read from line {stopped + 1} on"
                yield from rewritten(path, after, SURE * WEARS ** len(seen), says, why)
                seen.add(after)
        for after in _whole(text, language):
            if after not in seen and len(seen) < MOST and _stops(after, language) is None:
                yield from rewritten(path, after, SURE * WEARS ** len(seen), "Put brackets and commas right", "it cannot be read")
                seen.add(after)


def _stops(text: str, language: str) -> int | None:
    """The line at which reading stops; None where all is read."""
    try:
        LOAD[language](text)
    except NotParsable as error:
        places = PLACE.findall(str(error))
        return int(places[-1]) - 1 if places else text.count("\n")
    return None


def _lines(lines: list[str], at: int, language: str) -> Iterator[str]:
    """A line with one thing changed, the likeliest first."""
    line = lines[at]
    if language == "json":
        if any(line.rstrip().endswith(each) for each in ('"', "]", "}", *"0123456789", "e", "l")):
            yield f"{line.rstrip()},"
        yield re.sub(r",(\s*)$", r"\1", line)
        yield re.sub(r"\s*(?://|#).*$", "", line)
        yield line.replace("'", '"')
        yield re.sub(r"^(\s*\{?\s*)([A-Za-z_]\w*)(\s*:)", r'\1"\2"\3', line)
    if language == "yaml":
        indent = line[: len(line) - len(line.lstrip())]
        yield indent.replace("\t", "  ") + line.lstrip()
        yield re.sub(r"^(\s*(?:- )?[\w-]+):(?=\S)", r"\1: ", line)
        yield re.sub(r"^(\s*(?:- )?[\w-]+)\s*=\s*", r"\1: ", line)
    if language == "toml":
        yield re.sub(r"^(\s*[\w.-]+)\s*:\s*", r"\1 = ", line)
    for word, right in WORDS.get(language, {}).items():
        yield re.sub(rf"\b{word}\b", right, line)
    bare = re.sub(r"\s+(?:#.*)?$|,$", "", line)
    for sign, close in CLOSES.items():
        if bare.count(sign) > bare.count(close) or (sign == close and bare.count(sign) % 2):
            yield bare + close + line[len(bare) :]
    if pair := PAIR[language].match(line):
        value = pair[2]
        inner = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value.strip("\"'")
        yield f"{pair[1]}{json.dumps(inner, ensure_ascii=False)}{pair[3]}"
    if language == "yaml":
        yield re.sub(r"^(\s*[\w-]+)\s*$", r"\1:", line)
        yield re.sub(r"^(\s*[\w-]+) +(?=\S)", r"\1: ", line)


def _indented(lines: list[str], at: int, language: str) -> Iterator[str]:
    """A line that begins where the one before, or behind, does."""
    for other in (lines[at - 1] if at else "", lines[at + 1] if at + 1 < len(lines) else "") if language == "yaml" else ():
        yield other[: len(other) - len(other.lstrip(" "))] + lines[at].lstrip()


def _whole(text: str, language: str) -> Iterator[str]:
    if language == "json":
        yield re.sub(r",(\s*[}\]])", r"\1", text)
        yield f"{text.rstrip()}\n}}\n"
        yield f"{text.rstrip()}\n]\n"
        yield text.lstrip("\ufeff")
