"""A single value in a configuration file, where it stands, and what can go wrong in changing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from adapters.trace import Json

Value: TypeAlias = "bool | int | float | str | None"
"""What a scalar can be; dates and times are carried as their ISO text."""


class NotParsable(ValueError):
    """The text is not what its file name says."""


class NotFaithful(ValueError):
    """The value cannot be changed so that nothing but the value changes."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value, and the characters it is written with."""

    keys: tuple[str | int, ...]
    """The way to it from the document's root; numbers are places in lists."""
    start: int
    end: int
    raw: str
    value: Value
    line: int
    path: str = ""
    """The file, whose name says what language it is."""

    @property
    def name(self) -> str:
        """The way to it in the usual notation, `retrieval.sources[0]`."""
        text = ""
        for key in self.keys:
            text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
        return text

    @property
    def key(self) -> str:
        """The nearest name on the way: list items answer with the list's name."""
        return next((key for key in reversed(self.keys) if isinstance(key, str)), "")


def plain(loaded: object) -> Json:
    """A loaded document as JSON has it, nothing shared: anchors are written out, dates are text."""
    if loaded is None or isinstance(loaded, bool | int | float | str):
        return loaded
    if isinstance(loaded, dict):
        return {str(key): plain(value) for key, value in loaded.items()}
    if isinstance(loaded, list | tuple):
        return [plain(value) for value in loaded]
    isoformat = getattr(loaded, "isoformat", None)
    return str(isoformat()) if callable(isoformat) else str(loaded)


def with_value(document: Json, keys: tuple[str | int, ...], value: Value) -> Json:
    """The document with one value changed; NotFaithful when nothing stands there."""
    if not keys:
        return value
    first, rest = keys[0], keys[1:]
    if isinstance(document, dict) and isinstance(first, str) and first in document:
        return {key: with_value(item, rest, value) if key == first else item for key, item in document.items()}
    if isinstance(document, list) and isinstance(first, int) and 0 <= first < len(document):
        return [with_value(item, rest, value) if place == first else item for place, item in enumerate(document)]
    raise NotFaithful(f"nothing stands at {first!r}")


def value_at(document: Json, keys: tuple[str | int, ...]) -> Json:
    """What stands there; NotFaithful when nothing does."""
    for key in keys:
        inside = isinstance(document, dict) and key in document
        inside = inside or (isinstance(document, list) and isinstance(key, int) and 0 <= key < len(document))
        if not inside:
            raise NotFaithful(f"nothing stands at {key!r}")
        document = document[key]  # type: ignore[index]  # just looked
    return document


def same(a: Json, b: Json) -> bool:
    """Equality that tells True from 1 and 1 from 1.0, in any order of keys; NaN equals itself."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    return type(a) is type(b) and (a == b or (a != a and b != b))
