"""Credentials that fill several lines: private keys in their armour, the secrets of a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safety.rules.secret_found import Secret, line_at
from safety.rules.secret_values import entropy, is_placeholder

_BEGIN = "-----BEGIN "
_LONGEST_KEY = 30_000


def blocks(text: str) -> Iterator[Secret]:
    """Every credential that is a block of lines."""
    yield from private_keys(text)
    yield from _in_cluster(text)


def private_keys(text: str) -> Iterator[Secret]:
    """Private keys in every armour, also where the line ends are written out."""
    at = text.find(_BEGIN)
    while at >= 0:
        dashes = text.find("-----", at + len(_BEGIN), at + 80)
        title = text[at + len(_BEGIN) : dashes].removesuffix(" BLOCK") if dashes >= 0 else ""
        if title.endswith("PRIVATE KEY") or title.startswith("OpenVPN Static key"):
            yield from _armoured(text, at, dashes + 5)
        at = text.find(_BEGIN, at + len(_BEGIN))
    for match in _PUTTY.finditer(text):
        if "PuTTY-User-Key-File" in text:
            yield Secret(match.group(1), line_at(text, match.start()), "private key of PuTTY", True)
    if '"kty"' in text:
        for match in _JSON_KEY.finditer(text):
            if entropy(match.group(1)) > 3.5 and not is_placeholder(match.group(1)):
                yield Secret(match.group(1), line_at(text, match.start()), "private JSON web key", True)


_PUTTY = re.compile(r"Private-Lines: ?\d{1,3}(?:\\r|\\n|\s)+([A-Za-z0-9+/]{20,64}={0,2})")
_JSON_KEY = re.compile(r"\"(?:d|k)\"[ \t]*:[ \t]*\"([A-Za-z0-9_-]{22,700})\"")


def _armoured(text: str, at: int, start: int) -> Iterator[Secret]:
    close = text.find("-----", start, start + _LONGEST_KEY)
    opening = text[text.rfind("\n", 0, at) + 1 : at].strip(" \t\"'`(=")
    body = "".join(_key_lines(text[start : close if close >= 0 else start + _LONGEST_KEY], opening[-40:]))
    if len(body) >= 40 and entropy(body) > 3.5:
        yield Secret(body, line_at(text, at), "private key", True)
    elif close < 0 and not text[start:].strip() and not text[text.rfind("\n", 0, at) + 1 : at].strip():
        # the line stands alone and what follows is not to be seen: it is taken for what it says it is
        yield Secret(text[at:start], line_at(text, at), "beginning of a private key", True)


def _key_lines(block: str, opening: str) -> Iterator[str]:
    """The lines of Base64 in a block, without what other languages put around a line, up to the first that is none."""
    for line in re.split(r"\\+[nr]|[\r\n]", block):
        bare = line.strip().removeprefix(opening).strip(" \t\"'`+,|>*#/\\")
        if re.fullmatch(r"[A-Za-z0-9+/=]+(?: [A-Za-z0-9+/=]+)*", bare):
            yield bare
        elif bare and not re.match(r"[\w-]+: ", bare):  # `Proc-Type: ...`
            return


_INLINE = re.compile(r"[\"']?([\w.-]+)[\"']?[ \t]*:[ \t]*[\"']?([A-Za-z0-9+/]{8,}={0,2})[\"']?[ \t]*(?=[,}])")


def _in_cluster(text: str) -> Iterator[Secret]:
    """The values of a Kubernetes secret: encoded, but for everybody to decode."""
    if "data" not in text.lower() or re.search(r"\bkind[\"']?[ \t]*:[ \t]*[\"']?Secret\b(?!\w)", text) is None:
        return
    depth = -1
    for number, line in enumerate(text.split("\n"), 1):
        indent = len(line) - len(line.lstrip())
        bare = line.strip().removeprefix("- ")
        opened = re.search(r"(?:^|[{,][ \t]*)[\"']?(?:data|stringData)[\"']?[ \t]*:[ \t]*(\{?)", bare)
        if opened:
            depth = indent
            if opened.group(1):
                for name, value in _INLINE.findall(bare[opened.end() :] + ","):
                    if _is_kept(value):
                        yield Secret(value, number, f"value of {name}", True)
        elif bare and indent <= depth:
            depth = -1
        elif depth >= 0 and bare:
            name, colon, value = bare.rpartition(":")
            value = (value if colon else bare).strip(" \"',")
            if _is_kept(value):
                yield Secret(value, number, f"value of {name or 'a secret'}", True)


def _is_kept(value: str) -> bool:
    return (
        len(value) >= 8 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", value) is not None and not is_placeholder(value) and entropy(value) > 2.5
    )
