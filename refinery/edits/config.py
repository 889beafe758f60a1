"""Byte-faithful changes in YAML, TOML, JSON and front matter: a value changes, and not one character around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from adapters.trace import Json
from refinery.edits import jsons, tomls, yamls
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar, Value, same, with_value

LANGUAGES = {".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".json": "json"}
TEXTS = frozenset({".md", ".markdown", ".j2", ".jinja", ".jinja2", ".txt", ".prompt"})
"""Texts of which only the front matter is configuration."""


def is_config(path: str) -> bool:
    """Whether a file of this name can hold configuration values."""
    suffix = PurePosixPath(path).suffix.lower()
    return suffix in LANGUAGES or suffix in TEXTS


def scalars(text: str, path: str) -> tuple[Scalar, ...]:
    """Every value of the file with its place, in order of appearance. NotParsable when the text is not what its name says."""
    if not is_config(path):
        return ()
    offset, body, language = _body(text, path)
    if language == "none":
        return ()
    lines = text.count("\n", 0, offset)
    found: Iterator[Scalar] = {"yaml": yamls.scan, "toml": tomls.scan, "json": jsons.scan}[language](body)
    return tuple(
        replace(scalar, start=scalar.start + offset, end=scalar.end + offset, line=scalar.line + lines, path=path) for scalar in found
    )


def replaced(text: str, scalar: Scalar, value: Value) -> str:
    """The text with one value changed, in the style in which it is written.

    The result was parsed back and is the same document but for that value; otherwise NotFaithful is raised.
    """
    if text[scalar.start : scalar.end] != scalar.raw:
        raise NotFaithful("the value does not stand there any more")
    _, body, language = _body(text, scalar.path)
    wanted = with_value(_load(body, language), scalar.keys, value)
    spellings = {"yaml": yamls.spellings, "toml": tomls.spellings, "json": jsons.spellings}[language]
    for spelling in spellings(scalar, value):
        after = text[: scalar.start] + spelling + text[scalar.end :]
        try:
            if same(_load(_body(after, scalar.path)[1], language), wanted):
                return after
        except NotParsable:
            continue
    raise NotFaithful(f"{scalar.name} cannot be set to {value!r} without changing something else of {scalar.path}")


def _body(text: str, path: str) -> tuple[int, str, str]:
    """Where the configuration begins, its text and its language (`none` when the text has no front matter)."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in LANGUAGES:
        return 0, text, LANGUAGES[suffix]
    front = yamls.front_matter(text)
    return (front[0], front[1], "yaml") if front else (0, "", "none")


def _load(text: str, language: str) -> Json:
    return {"yaml": yamls.load, "toml": tomls.load, "json": jsons.load}[language](text)
