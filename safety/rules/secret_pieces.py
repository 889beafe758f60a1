"""Texts that a file puts together from its own variables: `${a}${b}`, `$(A)$(B)`, `#{a}#{b}`, `a + b`."""
# ruff: noqa: E501  a pattern is not wrapped: it would read worse in pieces

from __future__ import annotations

import re
from collections.abc import Iterator

_GIVEN = re.compile(
    r"(?:^|[\s;,{(&])(?:(?:export|const|let|var|local|set|readonly|declare|final|static|val|my|ENV|ARG)\s+)*[\"'$@]?(\w{1,40})[\"']?\s{0,8}(?::=|\?=|=>|[:=])\s{0,8}"
    r"(?:\"([^\"\s]{2,200})\"|'([^'\s]{2,200})'|`([^`\s$]{2,200})`|([A-Za-z0-9+/_=.-]{2,200})(?=[\s;,)}]|$))",
    re.MULTILINE,
)
_REFERENCE = r"(?:[$#]\{\{?\s{0,3}(?:env\.|var\.|local\.)?(\w{1,40})(?::[-?+][^{}]{0,40})?\s{0,3}\}\}?|\$\((\w{1,40})\)|\$(\w{1,40})|%(\w{1,40})%|\{\{-?\s{0,3}\.?(\w{1,40})\s{0,3}-?\}\})"
_FILLED = re.compile(rf"(?:[A-Za-z0-9+/_=.-]{{0,200}}{_REFERENCE}){{1,24}}[A-Za-z0-9+/_=.-]{{0,200}}")
_ONE = re.compile(_REFERENCE)
_ADDED = re.compile(
    r"(?<![\w.)\]])(?:\w{1,40}|\"[^\"\s]{1,200}\"|'[^'\s]{1,200}')(?:\s{0,4}(?:\+|\.\.?|&|~|\|\|)\s{0,4}(?:\w{1,40}|\"[^\"\s]{1,200}\"|'[^'\s]{1,200}')){1,24}(?![\w.(\[])"
)
_OPERAND = re.compile(r"(\w{1,40})|\"([^\"\s]{1,200})\"|'([^'\s]{1,200})'")
LONGEST = 60_000
MOST = 400


def pieced(text: str) -> Iterator[tuple[int, str]]:
    """What each text says once the variables of this file are filled in, with its line; only where something was filled in."""
    if len(text) > LONGEST:
        return
    values: dict[str, str] = {}
    for match in _GIVEN.finditer(text):
        values.setdefault(match.group(1), next(v for v in match.groups()[1:] if v is not None))
    if len(values) < 2 and not values:
        return
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > 2_000 or number > 5_000:
            continue
        if "$" in line or "#{" in line or "{{" in line or "%" in line:
            for match in list(_FILLED.finditer(line))[:MOST]:
                whole = _ONE.sub(lambda m: values.get(next(g for g in m.groups() if g), ""), match.group())
                if len(whole) >= 16:
                    yield number, line[: match.start()] + whole + line[match.end() :]
        if re.search(r"\w\s{0,4}(?:\+|\.|&|~|\|\|)", line):
            for match in list(_ADDED.finditer(line))[:MOST]:
                parts = [values.get(m.group(1), "") if m.group(1) else m.group(2) or m.group(3) for m in _OPERAND.finditer(match.group())]
                if all(parts) and len("".join(parts)) >= 16:
                    yield number, f'{line[: match.start()]}"{"".join(parts)}"{line[match.end() :]}'
