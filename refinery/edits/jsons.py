"""JSON: where its scalars stand, by a small scanner that keeps positions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from adapters.trace import Json
from refinery.edits.scalar import NotParsable, Scalar, Value

SPACE = re.compile(r"[ \t\r\n]*")
ATOM = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null', re.DOTALL)


def load(text: str) -> Json:
    """The document."""
    try:
        loaded: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotParsable(str(error)) from error
    return loaded


def scan(text: str) -> Iterator[Scalar]:
    """Every scalar value, in order of appearance."""
    load(text)
    yield from _Scanner(text).value(_skip(text, 0), ())


def lists(text: str) -> Iterator[tuple[tuple[str | int, ...], list[tuple[int, int]], bool]]:
    """Every list: the way to it, the places of its items, and that they stand in brackets."""
    load(text)
    scanner = _Scanner(text)
    for _ in scanner.value(_skip(text, 0), ()):
        pass
    yield from ((keys, spans, False) for keys, spans in scanner.lists)


def spellings(scalar: Scalar, value: Value) -> Iterator[str]:
    """Ways to write the value."""
    ascii_only = scalar.raw.isascii()
    yield json.dumps(value, ensure_ascii=ascii_only and "\\u" in scalar.raw)


class _Scanner:
    """Walks a text that is known to be JSON; `end` is where the last value ended."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.end = 0
        self.lists: list[tuple[tuple[str | int, ...], list[tuple[int, int]]]] = []

    def value(self, at: int, keys: tuple[str | int, ...]) -> Iterator[Scalar]:
        if self.text[at] == "{":
            yield from self._members(at + 1, keys, "}")
        elif self.text[at] == "[":
            yield from self._members(at + 1, keys, "]")
        else:
            raw, self.end = self._atom(at)
            yield Scalar(keys, at, self.end, raw, json.loads(raw), self.text.count("\n", 0, at) + 1)

    def _members(self, at: int, keys: tuple[str | int, ...], close: str) -> Iterator[Scalar]:
        at, place = _skip(self.text, at), 0
        spans: list[tuple[int, int]] = []
        while self.text[at] != close:
            key: str | int = place
            if close == "}":
                raw, end = self._atom(at)
                key = str(json.loads(raw))
                at = _skip(self.text, _skip(self.text, end) + 1)
            yield from self.value(at, (*keys, key))
            spans.append((at, self.end))
            at, place = _skip(self.text, self.end), place + 1
            if self.text[at] == ",":
                at = _skip(self.text, at + 1)
        self.end = at + 1
        if close == "]":
            self.lists.append((keys, spans))

    def _atom(self, at: int) -> tuple[str, int]:
        match = ATOM.match(self.text, at)
        if match is None:  # NaN and Infinity, which Python reads and JSON does not have
            raise NotParsable(f"not JSON at character {at}")
        return match.group(), match.end()


def _skip(text: str, at: int) -> int:
    match = SPACE.match(text, at)
    return match.end() if match else at
