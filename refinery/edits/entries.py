"""Tables in YAML, TOML and JSON: one more entry behind another, with everything else byte for byte as it was."""

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
BARE = re.compile(r"[A-Za-z_][\w-]*")


def with_entry(text: str, behind: Scalar, key: str, like: Scalar) -> str:
    """The text with one more entry behind another, with the value of `like`, written as that is. NotFaithful where that cannot be."""
    language = LANGUAGES.get(PurePosixPath(behind.path).suffix.lower())
    if language is None or not behind.keys or not isinstance(behind.keys[-1], str):
        raise NotFaithful("only a table of a configuration file can be added to")
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
