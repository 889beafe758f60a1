"""Tables in YAML, TOML and JSON: an entry put in, taken out or given another name, with everything else byte for byte as it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from adapters.trace import Json
from refinery.edits import jsons, tomls, yamls
from refinery.edits.config import LANGUAGES
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar, Value, same

LOAD = {"yaml": yamls.load, "toml": tomls.load, "json": jsons.load}
SIGN = {"yaml": ": ", "toml": " = ", "json": ": "}
MOST_TRIED = 20
"""Places at which a name stands in a file that are tried for that of an entry."""
BARE = re.compile(r"[A-Za-z_][\w-]*")


def with_entry(text: str, behind: Scalar, key: str, like: Scalar) -> str:
    """The text with one more entry behind another, with the value of `like`, written as that is. NotFaithful where that cannot be."""
    language = _language(behind)
    name = key if language != "json" and BARE.fullmatch(key) else json.dumps(key)
    entry = f"{name}{SIGN[language]}{like.raw.strip()}"
    try:
        wanted = _put(LOAD[language](text), behind.keys[:-1], key, like.value)
        for after in _written(text, behind, entry, language):
            if _reads(after, wanted, language):
                return after
    except NotParsable:
        pass
    raise NotFaithful(f"{key} cannot be added behind {behind.name} without changing something else of {behind.path}")


def without_entry(text: str, scalar: Scalar) -> str:
    """The text without one entry: its line, or its share of one. NotFaithful where anything else would change."""
    language = _language(scalar)
    name = re.escape(str(scalar.keys[-1]))
    head = re.search(rf"[\"']?{name}[\"']?\s*[:=]\s*$", text[: scalar.start])
    if head is None:
        raise NotFaithful(f"{scalar.name} is not written as an entry of its own")
    try:
        wanted = _less(LOAD[language](text), scalar.keys)
        for after in _shorter(text, head.start(), scalar.end):
            if _reads(after, wanted, language):
                return after
    except NotParsable:
        pass
    raise NotFaithful(f"{scalar.name} cannot be taken out without changing something else of {scalar.path}")


def renamed(text: str, scalar: Scalar, depth: int, name: str) -> str:
    """The text with another name for a table, or an entry, on the way to a value: that of so many keys before it."""
    language, old = _language(scalar), str(scalar.keys[depth])
    found = [match.span() for match in re.finditer(rf"(?<![\w-]){re.escape(old)}(?![\w-])", text)][:MOST_TRIED]
    try:
        wanted = _named(LOAD[language](text), scalar.keys[: depth + 1], name)
        for start, end in sorted(found, key=lambda span: abs(span[0] - scalar.start)):
            for written in (name, json.dumps(name, ensure_ascii=False)):
                after = text[:start] + written + text[end:]
                if _reads(after, wanted, language):
                    return after
    except NotParsable:
        pass
    raise NotFaithful(f"{scalar.name} cannot be called {name} without changing something else of {scalar.path}")


def _language(scalar: Scalar) -> str:
    language = LANGUAGES.get(PurePosixPath(scalar.path).suffix.lower())
    if language is None or not scalar.keys or not isinstance(scalar.keys[-1], str):
        raise NotFaithful("only an entry of a table can be changed so")
    return language


def _shorter(text: str, start: int, end: int) -> Iterator[str]:
    """Without its lines, without the comma behind it, without the one before it."""
    line, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    last = len(text) if last < 0 else last + 1
    if not text[line:start].strip(" \t"):
        yield text[:line] + text[last:]
        if before := re.search(r",(?=\s*$)", text[:line]):
            yield text[: before.start()] + text[before.end() : line] + text[last:]
    if behind := re.match(r"\s*,[ \t]*", text[end:]):
        yield text[:start] + text[end + behind.end() :]
    if before := re.search(r"\s*,\s*$", text[:start]):
        yield text[: before.start()] + text[end:]


def _less(document: Json, keys: tuple[str | int, ...]) -> Json:
    first, rest = keys[0], keys[1:]
    if isinstance(document, dict):
        return {key: _less(item, rest) if key == first else item for key, item in document.items() if rest or key != first}
    if isinstance(document, list):
        return [_less(item, rest) if place == first else item for place, item in enumerate(document)]
    raise NotFaithful("the way to the entry has changed")


def _named(document: Json, keys: tuple[str | int, ...], name: str) -> Json:
    first, rest = keys[0], keys[1:]
    if isinstance(document, dict) and not rest:
        if name in document:
            raise NotFaithful("there is such an entry already")
        return {name if key == first else key: item for key, item in document.items()}
    if isinstance(document, dict):
        return {key: _named(item, rest, name) if key == first else item for key, item in document.items()}
    if isinstance(document, list) and rest:
        return [_named(item, rest, name) if place == first else item for place, item in enumerate(document)]
    raise NotFaithful("the way to the entry has changed")


def _written(text: str, behind: Scalar, entry: str, language: str) -> Iterator[str]:
    """Where it could stand: in a line of its own, or in the same one."""
    begin = text.rfind("\n", 0, behind.start) + 1
    line = text[begin : behind.start]
    found = re.match(r"[\s-]*", line)
    indent = found.group().replace("-", " ") if found else ""
    end = text.find("\n", behind.end)
    end = len(text) if end < 0 else end
    alone = str(behind.keys[-1]) in line[len(indent) : len(indent) + len(str(behind.keys[-1])) + 2]
    if language == "json" and alone:
        yield f"{text[: behind.end]},\n{indent}{entry}{text[behind.end :]}"
    elif language != "json":
        yield f"{text[:end]}\n{indent}{entry}{text[end:]}"
    yield f"{text[: behind.end]}, {entry}{text[behind.end :]}"


def _reads(text: str, wanted: Json, language: str) -> bool:
    try:
        return same(LOAD[language](text), wanted)
    except NotParsable:
        return False


def _put(document: Json, keys: tuple[str | int, ...], key: str, value: Value) -> Json:
    if not keys:
        if not isinstance(document, dict) or key in document:
            raise NotFaithful("it is no table, or has such an entry")
        return {**document, key: value}
    first, rest = keys[0], keys[1:]
    if isinstance(document, dict):
        return {name: _put(item, rest, key, value) if name == first else item for name, item in document.items()}
    if isinstance(document, list):
        return [_put(item, rest, key, value) if place == first else item for place, item in enumerate(document)]
    raise NotFaithful("the way to the table has changed")
