"""Logins on a command line: `curl -u name:password`, `sshpass -p`, `docker login -p` and their like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from safety.rules.shell_words import read_script


class Login(NamedTuple):
    """What a command is given to log in with."""

    program: str
    value: str
    line: int


class _Flags(NamedTuple):
    flags: tuple[str, ...]
    has_user: bool
    """The value is `name:password`."""
    glued: bool = False
    """The value stands right behind the flag."""


_PROGRAMS = {
    "curl": _Flags(("-u", "--user", "-U", "--proxy-user"), has_user=True),
    "http": _Flags(("-a", "--auth"), has_user=True),
    "sshpass": _Flags(("-p",), has_user=False, glued=True),
    "mysql": _Flags(("-p",), has_user=False, glued=True),
    "mysqldump": _Flags(("-p",), has_user=False, glued=True),
    "redis-cli": _Flags(("-a", "--pass"), has_user=False),
    "docker": _Flags(("-p",), has_user=False),
    "podman": _Flags(("-p",), has_user=False),
}
_CALL = re.compile(rf"(?<![\w.-])(?:{'|'.join(_PROGRAMS)})(?=[ \t\\])")
_MOST = 200
_LONGEST = 4_000


def command_logins(text: str) -> Iterator[Login]:
    """Every login in the calls of known programs, wherever they are written down."""
    for number, match in enumerate(_CALL.finditer(text)):
        if number >= _MOST:
            return
        program = match.group()
        whole = _logical_line(text, match.start())
        if program in ("docker", "podman") and " login" not in whole:
            continue
        line = text.count("\n", 0, match.start()) + 1
        for value in _given(_words(whole), _PROGRAMS[program]):
            yield Login(program, value, line + whole[: max(0, whole.find(value))].count("\n"))


def _logical_line(text: str, start: int) -> str:
    """Up to the end of the line, and on where that ends in a backslash."""
    end = start
    for _ in range(12):
        at = text.find("\n", end, start + _LONGEST)
        if at < 0:
            return text[start : start + _LONGEST]
        if not text[start:at].rstrip("\r").endswith("\\"):
            return text[start:at]
        end = at + 1
    return text[start:end]


def _words(call: str) -> list[str]:
    script = read_script(call.replace("\r", ""))
    words = script.commands[0].words if script.commands else []
    if any("closed" in says for _, says in script.faults) or not words:  # it stands in a text of another language
        return [word.strip("\"'`,;)") for word in call.replace("\\\n", " ").split()]
    return words


def _given(words: list[str], known: _Flags) -> Iterator[str]:
    for index, word in enumerate(words[1:], 1):
        following = words[index + 1] if index + 1 < len(words) else ""
        flag, _, value = word.partition("=")
        together = known.has_user and re.fullmatch(r"-[a-zA-Z]{1,6}u", word)  # `-su name:password`
        if together or (word in known.flags and (not known.glued or words[0] == "sshpass")):
            value = following
        elif not word.startswith("--") and word[:2] in known.flags and len(word) > 2:
            value = word[2:].lstrip("=")
        elif flag not in known.flags:
            continue
        if known.has_user:
            user, colon, password = value.partition(":")
            value = (password or user) if colon else ""
        if value:
            yield value
