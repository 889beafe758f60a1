"""The JSON records in a file: one document, JSON lines, or values one after the other; what is broken is noted with its place."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adapters import notation
from adapters.trace import Json

Tell = Callable[[str, str], None]
"""Takes a note: where, and what is the matter."""

TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
BLANK = re.compile(rb"\s*")
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
NEXT = re.compile(r"^[{\[]", re.MULTILINE)
EFFORT = 4
"""Broken text is gone over at most so many times, however it is broken."""
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Record:
    """One value and where it stands; no place for the only one of a file."""

    value: Json
    where: str


def plain(data: bytes) -> bytes:
    """The data as UTF-8 without a byte-order mark."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            body = data[len(mark) :]
            return body if encoding == "utf-8" else body.decode(encoding, "replace").encode("utf-8", "replace")
    return data


def start_of(data: bytes) -> int:
    """Where the white space at the beginning ends."""
    blank = BLANK.match(data)
    return blank.end() if blank else 0


def records(data: bytes, tell: Tell) -> Iterator[Record]:
    """Every record that can be read."""
    try:
        yield Record(notation.loads(data), "")
        return
    except ValueError:
        pass
    begin = start_of(data)
    end = data.find(b"\n", begin)
    if end > 0 and _is_whole(data[begin:end]):
        yield from _lines(data, tell)
    else:
        yield from _values(data, tell)


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(_lenient(line), dict | list)
    except (ValueError, RecursionError):
        return False


def _lines(data: bytes, tell: Tell) -> Iterator[Record]:
    number = start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        number += 1
        line = data[start:end]
        start = end + 1
        if line.isspace() or not line:
            continue
        where = f"line {number}"
        try:
            yield Record(notation.loads(line), where)
        except ValueError:
            try:
                yield Record(_lenient(line), where)
                if not _is_utf8(line):
                    tell(where, "holds bytes that are not UTF-8; they stand as \N{REPLACEMENT CHARACTER}")
            except json.JSONDecodeError as error:
                tell(f"{where}, column {error.colno}", f"not JSON: {error.msg}")
            except RecursionError:
                tell(where, "is nested too deeply")


def _lenient(line: bytes) -> Json:
    """JSON as programs really write it: with NaN, lone surrogates and bytes that are not UTF-8."""
    text = line.decode("utf-8", "replace")
    value: Json = json.loads(text, parse_constant=str, strict=False)
    return _paired(value) if SURROGATE.search(text) else value


def _paired(value: Json) -> Json:
    """The same without lone surrogates, which no encoding can carry."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_paired(each) for each in value]
    if isinstance(value, dict):
        return {notation.text(_paired(key)): _paired(each) for key, each in value.items()}
    return value


def _values(data: bytes, tell: Tell) -> Iterator[Record]:
    """Values one after the other, as exporters print them; behind a broken one it goes on at the next line with a bracket."""
    text = data.decode("utf-8", "replace")
    if not _is_utf8(data):
        tell("", "holds bytes that are not UTF-8; they stand as \N{REPLACEMENT CHARACTER}")
    decoder = json.JSONDecoder(parse_constant=str, strict=False)
    at, line, effort, counted = 0, 1, EFFORT * len(text) + 100_000, 0
    while True:
        at = _skip(text, at)
        if at >= len(text):
            return
        line += text.count("\n", counted, at)
        counted = at
        where = f"line {line}"
        try:
            value, end = decoder.raw_decode(text, at)
            yield Record(_paired(value) if SURROGATE.search(text, at, end) else value, where if at or text[end:].strip() else "")
            at = end
            continue
        except json.JSONDecodeError as error:
            fault, says, ending = error.pos, f"not JSON: {error.msg}", error.pos >= len(text.rstrip()) or "Unterminated" in error.msg
            place = f"line {error.lineno}, column {error.colno}"
        except RecursionError:
            fault, says, ending, place = at + 10_000, "nested too deeply", False, where
        effort -= fault - at
        mended = _mended(text[at : min(fault, len(text))]) if fault - at > 2 else None
        if mended is not None:
            says += "; what stood before is kept, its last part may be incomplete"
            yield Record(mended, where)
        tell(place, "the file ends in the middle" + ("; what stood before is kept" if mended is not None else "") if ending else says)
        found = NEXT.search(text, max(at + 1, fault if mended is not None else at + 1))
        if found is None:
            return
        if effort < 0:
            tell(where, "too much is broken; the rest of the file is not read")
            return
        at = found.start()


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at


def _mended(broken: str) -> Json:
    """What stood before the fault, with its brackets closed after the last object that was whole; None when there is no such object."""
    data = broken.encode("utf-8", "replace")
    stack: list[bytes] = []
    cut, closing = 0, b""
    for token in TOKEN.finditer(data):
        mark = token.group()
        if mark in (b"{", b"["):
            stack.append(b"}" if mark == b"{" else b"]")
        elif mark in (b"}", b"]"):
            if not stack or stack.pop() != mark:
                break
            if mark == b"}" and stack and len(stack) <= notation.DEEP:
                cut, closing = token.end(), b"".join(reversed(stack))
    if not cut:
        return None
    try:
        return notation.loads(data[:cut] + closing)
    except ValueError:
        return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
