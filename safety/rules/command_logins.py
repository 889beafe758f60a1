"""Logins on a command line: `curl -u name:password`, `sshpass -p`, `docker login -p` and their like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from safety.rules.shell_words import read_script


class Login(NamedTuple):
    """What a command is given to log in with."""

    program: str
    value: str
    line: int


class _Flags(NamedTuple):
    flags: tuple[str, ...]
    behind: str = ""
    """The value is what stands behind this sign, as in `name:password`."""
    glued: bool = False
    """The value stands right behind the flag."""
    opening: str = ""
    """What comes in front of the value."""
    only: tuple[str, ...] = ()
    """One of these words must be in the call."""


_USER = ("-u", "--user", "-U", "--proxy-user")
_PROGRAMS = {
    "curl": (_Flags(_USER, behind=":"), _Flags(("--oauth2-bearer", "--pass", "--proxy-pass"))),
    "wget": (_Flags(("--password", "--http-password", "--ftp-password", "--proxy-password")),),
    "http": (_Flags(("-a", "--auth"), behind=":"),),
    "https": (_Flags(("-a", "--auth"), behind=":"),),
    "etcdctl": (_Flags(("--user",), behind=":"),),
    "skopeo": (_Flags(("--creds", "--src-creds", "--dest-creds"), behind=":"), _Flags(("-p", "--password"), only=("login",))),
    "smbclient": (_Flags(("-U", "--user"), behind="%"),),
    "lftp": (_Flags(("-u",), behind=","),),
    "sshpass": (_Flags(("-p",), glued=True),),
    **dict.fromkeys(
        ("mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump"), (_Flags(("-p",), glued=True), _Flags(("--password",)))
    ),
    **dict.fromkeys(("mongo", "mongosh", "mongodump", "mongorestore", "mongoexport", "mongoimport"), (_Flags(("-p", "--password")),)),
    "redis-cli": (_Flags(("-a", "--pass")),),
    **dict.fromkeys(("docker", "podman", "buildah", "helm", "oras", "crane", "nerdctl"), (_Flags(("-p", "--password"), only=("login",)),)),
    "az": (_Flags(("-p", "--password", "--account-key", "--sas-token")),),
    **dict.fromkeys(("ldapsearch", "ldapadd", "ldapmodify", "ldapdelete", "ldappasswd", "ldapwhoami"), (_Flags(("-w",)),)),
    "openssl": (_Flags(("-passin", "-passout", "-pass", "-password"), opening="pass:"),),
    **dict.fromkeys(("keytool", "jarsigner"), (_Flags(("-storepass", "-keypass", "-srcstorepass", "-deststorepass")),)),
    **dict.fromkeys(("sqlcmd", "bcp"), (_Flags(("-P",)),)),
    "cqlsh": (_Flags(("-p",)),),
    "clickhouse-client": (_Flags(("--password",)),),
    "influx": (_Flags(("-t", "--token", "-password")),),
    "snowsql": (_Flags(("--private-key-passphrase",)),),
    "twine": (_Flags(("-p", "--password")),),
    "gpg": (_Flags(("--passphrase",)),),
    **dict.fromkeys(("zip", "unzip"), (_Flags(("-P",)),)),
    "ipmitool": (_Flags(("-P",)),),
    **dict.fromkeys(("mosquitto_pub", "mosquitto_sub"), (_Flags(("-P", "--pw")),)),
    "nuget": (_Flags(("-Password", "-ApiKey")),),
    "flyctl": (_Flags(("-t", "--access-token")),),
}
_MOST = 200
_LONGEST = 4_000
_READ = 200_000
"""Characters of calls in all: where each stands in the line of the one before, every one would be read up to its end again."""


def command_logins(text: str) -> Iterator[Login]:
    """Every login in the calls of known programs, wherever they are written down."""
    present = tuple(program for program in _PROGRAMS if program in text)
    if not present:
        return
    read = 0
    for number, match in enumerate(_calls(present).finditer(text)):
        if number >= _MOST or read > _READ:
            return
        program = match.group()
        whole = _logical_line(text, match.start())
        read += len(whole)
        line = text.count("\n", 0, match.start()) + 1
        words = _words(whole)
        for known in _PROGRAMS[program]:
            for value in _given(words, known):
                yield Login(program, value, line + whole[: max(0, whole.find(value))].count("\n"))


@lru_cache(maxsize=64)
def _calls(programs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(sorted(programs, key=len, reverse=True))})(?=[ \t\\])")


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
    if known.only and not set(known.only) & set(words):
        return
    for index, word in enumerate(words[1:], 1):
        following = words[index + 1] if index + 1 < len(words) else ""
        flag, _, value = word.partition("=")
        together = known.behind and re.fullmatch(r"-[a-zA-Z]{1,6}u", word)  # `-su name:password`
        if together or (word in known.flags and (not known.glued or words[0] == "sshpass")):
            value = following
        elif not word.startswith("--") and len(word) > 2 and word[:2] in known.flags and flag not in known.flags:
            value = word[2:].lstrip("=")
        elif flag not in known.flags:
            continue
        if known.behind:
            user, sign, password = value.partition(known.behind)
            value = (password or user) if sign else ""
        if known.opening:
            value = value.removeprefix(known.opening) if value.startswith(known.opening) else ""
        if value:
            yield value
