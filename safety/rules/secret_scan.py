"""Credentials in a text: by the form of known vendors, by what they are assigned to, and under the usual encodings."""
# ruff: noqa: E501  a pattern is not wrapped: it would read worse in pieces

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator

from safety.rules.assignments import Assignment, assignments
from safety.rules.command_logins import command_logins
from safety.rules.credential_names import Says, is_private_feed, is_token, lines_that_name, says, vendor_of
from safety.rules.form_scan import find_forms
from safety.rules.secret_blocks import blocks, private_keys
from safety.rules.secret_checksums import checked_keys
from safety.rules.secret_found import Secret, line_at
from safety.rules.secret_places import in_addresses, in_files_of_passwords, in_line, nameless
from safety.rules.secret_values import UUID, entropy, is_code, is_expression, is_password, is_placeholder, is_random, is_words, jumps

LONGEST_LINE = 4_000


def scan(text: str, *, lenient: bool = False) -> list[Secret]:
    """Every credential in a text. `lenient` asks for more of those that only their context gives away (tests, examples)."""
    text = bounded(text)
    found = [
        *_formats(text),
        *blocks(text),
        *checked_keys(text),
        *_in_commands(text),
        *in_addresses(text),
        *(found for look in (in_files_of_passwords, nameless) if not lenient for found in look(text)),
        *_named(text, lenient=lenient),
        *(found for found in _defaults(text) if not lenient),
    ]
    return list({(s.value, s.line): s for s in sorted(found, key=lambda s: s.sure)}.values())


def scan_strictly(text: str) -> list[Secret]:
    """Only what its own form gives away; for texts that were put together or decoded."""
    text = bounded(text)
    return [*_formats(text), *private_keys(text), *checked_keys(text), *in_addresses(text)]


def _formats(text: str) -> Iterator[Secret]:
    """What a vendor's mark, alphabet and length give away."""
    for found in find_forms(text):
        value = found.value
        if (
            is_placeholder(value.rpartition("/")[2] or value)
            or entropy(found.body) < (2.5 if len(found.body) < 20 else 3.0)
            or is_words(value)
        ):
            continue
        if found.form.name.startswith("JSON web token") and not _is_jwt(value):
            continue
        yield Secret(value, line_at(text, found.start), found.form.name, True)


def _is_jwt(value: str) -> bool:
    """Whether its parts are what they must be: objects in JSON; without a signature the first must at least name the kind of it."""
    try:
        if not value.startswith("eyJ"):
            value = base64.b64decode(value + "=" * (-len(value) % 4)).decode("ascii")
        head, body, *signature = value.strip().split(".")
        parts = [json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (head, body)]
    except (ValueError, binascii.Error):
        return False
    return all(isinstance(part, dict) for part in parts) and (bool(signature) or "alg" in parts[0])


def _in_commands(text: str) -> Iterator[Secret]:
    for login in command_logins(text):
        value = login.value
        if (braced := re.fullmatch(r"\{([^{}]+)\}", value)) and re.search(r"\d", value) and jumps(value) >= 0.3:
            value = braced.group(1)
        if not re.match(r"[$\[<{%]", value) and (is_password(value) or is_random(value)):
            yield Secret(value, login.line, f"login of a call of {login.program}", True)


_DEFAULT = re.compile(
    r"^[ \t]*(?:variable[ \t]+)?[\"']?([\w.-]{3,60})[\"']?[ \t]*(?:\{|[:=][ \t]*\{?)[ \t]*\r?\n((?:[^\n{}]*\n){0,4}?)[ \t]*[\"']?(?:default|value)[\"']?[ \t]*[:=][ \t]*[\"']?([^\s\"']{8,300})",
    re.IGNORECASE | re.MULTILINE,
)


def _defaults(text: str) -> Iterator[Secret]:
    """A name that opens a block, and the value that it has unless another is given, a few lines below."""
    for match in _DEFAULT.finditer(text):
        name = _secret_in(Assignment(match.group(1), match.group(3), match.start(3), True))
        if name:
            yield Secret(match.group(3), line_at(text, match.start(3)), name, False)


_NAMED = re.compile(r"\bname[\"']?[ \t]*:[ \t]*[\"']?[\w.-]+[\"']?,?[ \t]*$")
_VALUE_BELOW = re.compile(r"\r?\n[ \t]*([\"']?value[\"']?[ \t]*:[^\r\n]*)")


def _named(text: str, *, lenient: bool) -> Iterator[Secret]:
    """What a name or a sentence gives away, where the value looks as if it were one."""
    sealed = "SealedSecret" in text  # what only its own cluster can open
    for start in lines_that_name(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].rstrip("\r")
        if _NAMED.search(line) and (below := _VALUE_BELOW.match(text, end)):
            line = f"{line.rstrip(' ,')}, {below.group(1)}"  # the name in one line, the value in the next, as in a list of variables
        number = 0
        for value, name in _in_line(line):
            if sealed and len(value) > 120:
                continue
            if not lenient or (len(value) >= 16 and is_random(value)):
                number = number or line_at(text, start)
                yield Secret(value, number, name, False)


def _in_line(line: str) -> Iterator[tuple[str, str]]:
    for piece in _pieces(line):
        for given in assignments(piece):
            if name := _secret_in(given):
                yield given.value, name
        yield from in_line(piece)


def _pieces(line: str) -> Iterator[str]:
    """A line in pieces that are read in no time, with some overlap."""
    for start in range(0, max(1, len(line)), LONGEST_LINE - 400):
        yield line[start : start + LONGEST_LINE]


def _secret_in(given: Assignment) -> str:
    """What the value of a name is, if it is a credential."""
    promise, value, vendor = says(given.name), given.value, vendor_of(given.name, given.value)
    feed = is_private_feed(given.name)
    if (promise is Says.NOTHING and not vendor and not feed) or is_placeholder(value) or is_code(value):
        return ""
    if vendor and entropy(value) > 2.5 and re.search(r"\d", value) and not is_words(value):
        return f"key of {vendor}"
    if feed and value.count(":") == 1 and _is_login(value):
        return "login to a server of packages"
    if promise is Says.NOTHING or (not given.literal and is_expression(value)):
        return ""
    if "authorization" in given.name.lower() and _is_encoded_login(value):
        return "login in a header"
    return f"value of {given.name[-40:]}" if _fits(promise, given.name, value) else ""


_LOOSE = re.compile(r"(?=.*[g-zG-Z])(?:[A-Za-z0-9+/=_-]+|\w{4,}\.\w{4,}:[\w-]{30,})")
"""What may stand behind a name that says little: no digest, no version, no path."""


def _fits(promise: Says, name: str, value: str) -> bool:
    if promise is Says.PASSWORD:
        return is_password(value)
    if promise is Says.PERHAPS:
        return len(value) >= 16 and is_random(value) and _LOOSE.fullmatch(value) is not None
    return is_random(value) or (UUID.fullmatch(value) is not None and is_token(name))


def _is_encoded_login(value: str) -> bool:
    """`name:password` in Base64, as a browser sends it."""
    try:
        plain = base64.b64decode(value, validate=True).decode()
    except (ValueError, binascii.Error):
        return False
    password = plain.partition(":")[2]
    return plain.isprintable() and len(password) >= 6 and not is_placeholder(password)


def _is_login(value: str) -> bool:
    user, _, password = value.partition(":")
    return len(user) > 2 and len(password) >= 8 and re.search(r"\d|^[0-9a-f]+$", password) is not None


def bounded(text: str) -> str:
    """No line longer than a person or a program would write: what is longer is cut into pieces that overlap."""
    if len(text) <= LONGEST_LINE or max(map(len, text.split("\n"))) <= LONGEST_LINE:
        return text
    step = LONGEST_LINE - 300
    pieces = [
        " ".join(line[i : i + LONGEST_LINE] for i in range(0, max(len(line), 1), step)) if len(line) > LONGEST_LINE else line
        for line in text.split("\n")
    ]
    return "\n".join(pieces)
