"""TOML: where its scalars stand, by a small scanner whose every finding is checked against tomllib."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from adapters.trace import Json
from refinery.edits.scalar import NotFaithful, NotParsable, Scalar, Value, plain, same, value_at
from refinery.edits.yamls import number

BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
KEY = re.compile(r"""[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*""")
STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
BARE = re.compile(r"[^\s,\]}#]+(?: \d\d:[^\s,\]}#]+)?")


def load(text: str) -> Json:
    """The document."""
    try:
        return plain(tomllib.loads(text.replace("\r\n", "\n")))
    except (ValueError, RecursionError) as error:
        raise NotParsable(str(error)) from error


def scan(text: str) -> Iterator[Scalar]:
    """Every scalar value, in order of appearance; what the scanner misread is left out."""
    document = load(text)
    for scalar in _Scanner(text).document():
        try:
            if same(value_at(document, scalar.keys), scalar.value):
                yield scalar
        except NotFaithful:
            continue


def lists(text: str) -> Iterator[tuple[tuple[str | int, ...], list[tuple[int, int]], bool]]:
    """Every list in brackets: the way to it and the places of its items."""
    load(text)
    scanner = _Scanner(text)
    for _ in scanner.document():
        pass
    yield from ((keys, spans, False) for keys, spans in scanner.lists)


def spellings(scalar: Scalar, value: Value) -> Iterator[str]:
    """Ways to write the value, the one most like the present one first."""
    if value is None:
        return
    if isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, int | float):
        yield number(value, scalar.raw)
    else:
        double = '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
        single = f"'{value}'"
        if scalar.raw[:1] not in "\"'":
            yield value
        yield from (single, double) if scalar.raw.startswith("'") else (double, single)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lists: list[tuple[tuple[str | int, ...], list[tuple[int, int]]]] = []
        self.counts: dict[tuple[str | int, ...], int] = {}

    def document(self) -> Iterator[Scalar]:
        table: tuple[str | int, ...] = ()
        while True:
            self._blank()
            if self.at >= len(self.text):
                return
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                yield from self._pair(table)

    def _header(self) -> tuple[str | int, ...]:
        double = self.text.startswith("[[", self.at)
        self.at += 2 if double else 1
        keys = self._resolved(self._keys())
        self.at += 2 if double else 1
        if double:
            self.counts[keys] = self.counts.get(keys, -1) + 1
            return (*keys, self.counts[keys])
        return keys

    def _resolved(self, names: tuple[str, ...]) -> tuple[str | int, ...]:
        """Names of a header with the place of the latest element put in behind each array of tables but the last name."""
        keys: tuple[str | int, ...] = ()
        for place, name in enumerate(names):
            keys = (*keys, name)
            if keys in self.counts and place < len(names) - 1:
                keys = (*keys, self.counts[keys])
        return keys

    def _pair(self, table: tuple[str | int, ...]) -> Iterator[Scalar]:
        keys = (*table, *self._keys())
        self.at += 1  # the equals sign
        yield from self._value(keys)

    def _keys(self) -> tuple[str, ...]:
        names: list[str] = []
        while True:
            match = KEY.match(self.text, self.at)
            if match is None:
                raise NotParsable(f"no key at character {self.at}")
            quoted, literal, bare = match.groups()
            names.append(tomllib.loads(f'x = "{quoted}"')["x"] if quoted is not None else literal if literal is not None else bare)
            self.at = match.end()
            if not self.text.startswith(".", self.at):
                return tuple(names)
            self.at += 1

    def _value(self, keys: tuple[str | int, ...]) -> Iterator[Scalar]:
        self._blank()
        first = self.text[self.at]
        if first == "[":
            yield from self._members(keys, "]")
        elif first == "{":
            yield from self._members(keys, "}")
        else:
            match = STRING.match(self.text, self.at) or BARE.match(self.text, self.at)
            if match is None:
                raise NotParsable(f"no value at character {self.at}")
            self.at = match.end()
            value = plain(tomllib.loads("x = " + match.group().replace("\r\n", "\n"))["x"])
            if not isinstance(value, dict | list):
                line = self.text.count("\n", 0, match.start()) + 1
                yield Scalar(keys, match.start(), match.end(), match.group(), value, line)

    def _members(self, keys: tuple[str | int, ...], close: str) -> Iterator[Scalar]:
        self.at += 1
        place = 0
        spans: list[tuple[int, int]] = []
        while True:
            self._blank()
            if self.text.startswith(close, self.at):
                self.at += 1
                if close == "]":
                    self.lists.append((keys, spans))
                return
            start = self.at
            if close == "}":
                yield from self._pair(keys)
            else:
                yield from self._value((*keys, place))
            spans.append((start, self.at))
            place += 1
            self._blank()
            if self.text.startswith(",", self.at):
                self.at += 1

    def _blank(self) -> None:
        match = BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
