"""Credentials in a text: by the form of known vendors, by what they are assigned to, and under the usual encodings."""

from __future__ import annotations

import base64
import binascii
import codecs
import contextlib
import json
import math
import re
import urllib.parse
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from safety.rules.assignments import Assignment, assignments
from safety.rules.command_logins import command_logins
from safety.rules.credential_names import STEM, Says, is_private_feed, says, vendor_of
from safety.rules.form_scan import find_forms

LONGEST_LINE = 4_000
MOST_TOKENS = 3_000


class Secret(NamedTuple):
    """One credential."""

    value: str
    line: int
    name: str
    """What it is, as far as can be told."""
    sure: bool
    """Its form gives it away; otherwise it is judged by its context."""


def scan(text: str, *, lenient: bool = False) -> list[Secret]:
    """Every credential in a text. `lenient` asks for more of those that only their context gives away (tests, examples)."""
    text = _bounded(text)
    found = [
        *_formats(text),
        *_private_keys(text),
        *_in_commands(text),
        *_in_addresses(text),
        *_assigned(text, lenient=lenient),
        *_in_cluster(text),
    ]
    return list({(s.value, s.line): s for s in sorted(found, key=lambda s: s.sure)}.values())


def scan_strictly(text: str) -> list[Secret]:
    """Only what its own form gives away; for texts that were put together or decoded."""
    text = _bounded(text)
    return [*_formats(text), *_private_keys(text), *_in_addresses(text)]


def unveiled(text: str) -> list[tuple[int, str]]:
    """What the tokens of a text say when they are decoded, turned round or unescaped, with their line."""
    out: list[tuple[int, str]] = []
    for number, line in enumerate(_bounded(text).split("\n"), 1):
        if len(out) > MOST_TOKENS:
            break
        if "\\x" in line or "\\u" in line or "&#" in line or re.search(r"%[0-9a-fA-F]{2}.*%[0-9a-fA-F]{2}", line):
            out.append((number, _unescaped(line)))
        for token in re.findall(r"[A-Za-z0-9+/_=.:~-]{20,}", line):
            out += [(number, plain) for plain in _decoded(token)]
            out.append((number, token[::-1]))
            out.append((number, codecs.decode(token, "rot13")))
    return out


def entropy(value: str) -> float:
    """Bits per character."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values()) if value else 0.0


_PLACEHOLDER = re.compile(
    r"your[_\-. ]?|[_\-. ]here$|placeholder|change[_-]?me|insert[_-]|replace|redacted|dummy|<[^>]*>|\$\{|\$\(|\{\{|%\(|todo\b"
    r"|x{6,}|\*{3,}|\.{3,}|#{6,}|not[_-]?a?[_-]?(?:real|secret)|fake|lorem|1234567890123|0{9,}|1{9,}|abcdefghij|deadbeefdead",
    re.IGNORECASE,
)
_PUBLIC = re.compile(
    r"^(?:pk_(?:test|live)_|chatcmpl-|msg_|toolu_|req_|call_|run_|resp_|asst_|thread_|fp_|file-|ft:|batch_|evt_|cus_|pi_|ch_"
    r"|sha\d{1,3}[-:]|md5[-:]|urn:|arn:|data:)"
)


def is_placeholder(value: str) -> bool:
    """Whether a value stands for a credential without being one."""
    if _PLACEHOLDER.search(value) or _PUBLIC.match(value):
        return True
    if len(value) <= 64 and re.search(r"example|sample", value, re.IGNORECASE):
        return True
    return len(set(value.lower()) - set("-_")) <= 3


def _formats(text: str) -> Iterator[Secret]:
    """What a vendor's mark, alphabet and length give away."""
    for found in find_forms(text):
        value = found.value
        if (
            is_placeholder(value.rpartition("/")[2] or value)
            or entropy(found.body) < (2.5 if len(found.body) < 20 else 3.0)
            or _is_words(value)
        ):
            continue
        if found.form.name == "JSON web token" and not _is_jwt(value):
            continue
        yield Secret(value, text.count("\n", 0, found.start) + 1, found.form.name, True)


def _is_words(value: str) -> bool:
    """Whether what follows the prefix is only words, as in a name of a program."""
    last = re.split(r"[-_.]", value)[-1]
    body = re.sub(r"^[A-Za-z]{1,6}[-_]", "", value)
    plain = r"[a-z]+|[A-Z]+|(?:[A-Z][a-z]+)+|[a-z]+(?:[A-Z][a-z]+)+"
    return (len(last) > 8 and re.fullmatch(plain, last) is not None) or (
        not re.search(r"\d", body) and all(re.fullmatch(plain, p) for p in re.split(r"[-_.]", body) if p)
    )


def _is_jwt(value: str) -> bool:
    for part in value.split(".")[:2]:
        try:
            if not isinstance(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))), dict):
                return False
        except (ValueError, binascii.Error):
            return False
    return True


_BEGIN = "-----BEGIN "
_LONGEST_KEY = 30_000


def _private_keys(text: str) -> Iterator[Secret]:
    """Blocks between the lines that open and close a private key, also where the line ends are written out."""
    at = text.find(_BEGIN)
    while at >= 0:
        dashes = text.find("-----", at + len(_BEGIN), at + 80)
        if dashes >= 0 and text[at:dashes].removesuffix(" BLOCK").endswith("PRIVATE KEY"):
            close = text.find("-----", dashes + 5, dashes + _LONGEST_KEY)
            body = "".join(_key_lines(text[dashes + 5 : close if close >= 0 else dashes + _LONGEST_KEY]))
            if len(body) >= 40 and entropy(body) > 3.5:
                yield Secret(body, text.count("\n", 0, at) + 1, "private key", True)
        at = text.find(_BEGIN, at + len(_BEGIN))


def _key_lines(block: str) -> Iterator[str]:
    """The lines of Base64 in a block, without what other languages put around a line, up to the first that is none."""
    for line in re.split(r"\\[nr]|[\r\n]", block):
        bare = line.strip(" \t\"'+,|>\\")
        if re.fullmatch(r"[A-Za-z0-9+/=]+(?: [A-Za-z0-9+/=]+)*", bare):
            yield bare
        elif bare and not re.match(r"[\w-]+: ", bare):  # `Proc-Type: ...`
            return


def _in_commands(text: str) -> Iterator[Secret]:
    for login in command_logins(text):
        value = login.value.strip("{}")
        if _is_password(value) and not re.match(r"[$\[<{%]", login.value):
            yield Secret(value, login.line, f"login of a call of {login.program}", True)


def _in_cluster(text: str) -> Iterator[Secret]:
    """The values of a Kubernetes secret: encoded, but for everybody to decode."""
    if "data:" not in text.lower() or re.search(r"\bkind:[ \t]*[\"']?Secret\b", text) is None:
        return
    depth = -1
    for number, line in enumerate(text.split("\n"), 1):
        indent = len(line) - len(line.lstrip())
        bare = line.strip()
        if bare in ("data:", "stringData:"):
            depth = indent
        elif bare and indent <= depth:
            depth = -1
        elif depth >= 0 and bare:
            name, colon, value = bare.rpartition(":")
            value = (value if colon else bare).strip(" \"'")
            if len(value) >= 10 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", value) and not is_placeholder(value) and entropy(value) > 2.5:
                yield Secret(value, number, f"value of {name or 'a secret'}", True)


_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,30}://([^\s:/@\"'<>`]{0,100}):([^\s/@\"'<>`]{3,200})@([\w.-]+|\[[\da-f:]+\])")
_NO_HOST = re.compile(
    r"^(?:localhost|127\.|0\.0\.0\.0|\[?::1|host|hostname|server|db|database|postgres|mysql|redis|mongo|rabbitmq|example\.\w+"
    r"|.*\.example(?:\.\w+)?|.*\bhost\b.*)$",
    re.IGNORECASE,
)


def _in_addresses(text: str) -> Iterator[Secret]:
    for match in _ADDRESS.finditer(text):
        user, word, host = match.groups()
        if re.match(r"[$%{<\[*]", word) or is_placeholder(word) or re.match(r"[$%{<\[]", host):
            continue
        common = (
            re.fullmatch(
                r"(?:pass(?:word|wd)?|secret|pw|pwd|token|user(?:name)?|admin|root|postgres|guest|test|changeit)\d*", word, re.IGNORECASE
            )
            is not None
        )
        if common and (_NO_HOST.match(host) or len(word) < 8):
            continue
        if word == user and _NO_HOST.match(host):
            continue
        yield Secret(word, text.count("\n", 0, match.start()) + 1, "user name and password in an address", True)


_NAMED = re.compile(r"\bname[\"']?[ \t]*:[ \t]*[\"']?[\w.-]+[\"']?,?[ \t]*$")
_VALUE_BELOW = re.compile(r"\r?\n[ \t]*([\"']?value[\"']?[ \t]*:[^\r\n]*)")


def _assigned(text: str, *, lenient: bool) -> Iterator[Secret]:
    """What a name gives away, where the value looks as if it were one."""
    small = text.lower()
    if len(small) != len(text):  # letters of some alphabets grow
        small = "".join(c.lower() if c.isascii() else c for c in text)
    done = 0
    for stem in STEM.finditer(small):
        if stem.start() < done:
            continue
        start = text.rfind("\n", 0, stem.start()) + 1
        end = text.find("\n", stem.end())
        done = len(text) if end < 0 else end
        line = text[start:done].rstrip("\r")
        if _NAMED.search(line) and (below := _VALUE_BELOW.match(text, done)):
            line = f"{line.rstrip(' ,')}, {below.group(1)}"  # the name in one line, the value in the next, as in a list of variables
        number = 0
        for piece in _pieces(line):
            for given in assignments(piece):
                name = _secret_in(given)
                if name and (not lenient or (len(given.value) >= 16 and _is_random(given.value))):
                    number = number or text.count("\n", 0, start) + 1
                    yield Secret(given.value, number, name, False)


def _pieces(line: str) -> Iterator[str]:
    """A line in pieces that are read in no time, with some overlap."""
    for start in range(0, max(1, len(line)), LONGEST_LINE - 400):
        yield line[start : start + LONGEST_LINE]


def _secret_in(given: Assignment) -> str:
    """What the value of a name is, if it is a credential."""
    promise, value, vendor = says(given.name), given.value, vendor_of(given.name, given.value)
    feed = is_private_feed(given.name)
    if (promise is Says.NOTHING and not vendor and not feed) or is_placeholder(value) or _is_code(value):
        return ""
    if vendor and entropy(value) > 2.5 and re.search(r"\d", value) and not _is_words(value):
        return f"key of {vendor}"
    if feed and value.count(":") == 1 and _is_login(value):
        return "login to a server of packages"
    if promise is Says.NOTHING or (not given.quoted and _is_expression(value)):
        return ""
    if "authorization" in given.name.lower() and _is_encoded_login(value):
        return "login in a header"
    good = _is_password(value) if promise is Says.PASSWORD else _is_random(value)
    return f"value of {given.name[-40:]}" if good else ""


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
    return len(user) > 2 and len(password) >= 8 and re.search(r"\d", password) is not None


def _is_password(value: str) -> bool:
    """At least eight signs of two sorts, and no word that is only an example."""
    if len(value) < 8 or is_placeholder(value) or _is_code(value):
        return False
    if value.isalpha() and len(value) >= 4 * len(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", value)):
        return False  # words run together, as in the name of a class
    sorts = sum(bool(re.search(p, value)) for p in (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]"))
    if re.fullmatch(
        r"(?i)(?:pass|password|passwd|secret|username|user|token|test|admin|hunter|letmein|qwerty|foo|bar|baz|my|some|the|demo|_|-|\d{1,3})+",
        value,
    ):
        return False
    return sorts >= 2 and (
        re.search(r"\d", value) is not None
        or sorts >= 3
        or (
            sorts == 2
            and entropy(value) > 3.3
            and "_" not in value
            and "-" not in value
            and not re.fullmatch(r"[A-Z]?[a-z]+(?:[A-Z][a-z]+)*", value)
        )
    )


def _is_random(value: str) -> bool:
    """Long, mixed and without the rhythm of words."""
    if len(value) < 16 or not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value) or entropy(value) < 3.3:
        return False
    if re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", value, re.IGNORECASE):
        return False
    if re.fullmatch(r"[0-9a-fA-F]+", value) and re.search(r"[a-f]", value) and re.search(r"[A-F]", value):
        return False  # hexadecimal in two cases is made up by hand
    parts = [p for p in re.split(r"[-_./:]", value) if p]
    wordlike = sum(1 for p in parts if re.fullmatch(r"[A-Za-z][a-z]*|[A-Z]+|\d{1,4}|v\d+(?:\d|\.)*|[A-Z]?[a-z]+\d{1,4}", p))
    return wordlike * 2 <= len(parts)


def _is_code(value: str) -> bool:
    """A reference, path or expression rather than a value."""
    return bool(
        re.match(
            r"(?:os\.|env\.|process\.|self\.|this\.|config\.|settings\.|secrets\.|vars\.|params\.|request\.|getenv|ENV\[|\$|%|@|/|\./|~|https?://|file://|[a-z]:\\)",
            value,
        )
        or re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", value)
        or re.fullmatch(r"[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+", value)
        or re.fullmatch(r"(?:[a-z]+[-_])+[a-z]+", value)
        or re.search(r"\\[dws]|\[\^?[\w-]+\]|\{\d+,?\d*\}|\(\?", value)
        or re.search(r"\[[^\]]*(?:a-z|A-Z|0-9)", value)
        or re.fullmatch(r"(?:[^{}]{0,7}\{[A-Za-z_][^{}]*\})+[^{}]{0,7}", value)  # a template
        or re.search(r"(?i)\.(?:cer|pem|p12|key|keytab|json|ya?ml|txt|com|org|net|io|py|js|crt|jar)(?::\d+)?$", value)
    )


def _is_expression(value: str) -> bool:
    """Something that an unquoted value in code would be: a name, a number, a truth value."""
    return re.fullmatch(r"(?i)[a-z_][\w.]*|true|false|null|none|nil|undefined|[\d._]+", value) is not None and not (
        re.search(r"\d", value) and re.search(r"[A-Za-z]", value) and entropy(value) > 3.4 and len(value) >= 12
    )


def _decoded(token: str, depth: int = 0) -> list[str]:
    out: list[str] = []
    stripped = token.strip("=.:~")
    if len(stripped) % 2 == 0 and re.fullmatch(r"[0-9a-fA-F]{24,}", stripped):
        out.append(bytes.fromhex(stripped).decode("latin-1"))
    if re.fullmatch(r"[A-Za-z0-9+/_-]{16,}", stripped):
        with contextlib.suppress(ValueError, binascii.Error):
            out.append(base64.b64decode(stripped.replace("-", "+").replace("_", "/") + "=" * (-len(stripped) % 4)).decode("latin-1"))
        if re.fullmatch(r"[A-Z2-7]{16,}", stripped):
            with contextlib.suppress(ValueError, binascii.Error):
                out.append(base64.b32decode(stripped + "=" * (-len(stripped) % 8)).decode("latin-1"))
    readable = [plain for plain in out if plain and sum(32 <= ord(c) < 127 or c in "\n\r\t" for c in plain) >= 0.95 * len(plain)]
    if depth < 2:
        for plain in list(readable):
            for inner in re.findall(r"[A-Za-z0-9+/_=-]{20,}", plain):
                readable += _decoded(inner, depth + 1)
            readable.append(plain[::-1])
    return readable


def _unescaped(line: str) -> str:
    text = re.sub(
        r"\\x([0-9a-fA-F]{2})|\\u00([0-9a-fA-F]{2})|&#x([0-9a-fA-F]{2});",
        lambda m: chr(int(m.group(1) or m.group(2) or m.group(3), 16)),
        line,
    )
    text = re.sub(r"&#(\d{2,3});", lambda m: chr(int(m.group(1))), text)
    return urllib.parse.unquote(text)


def _bounded(text: str) -> str:
    """No line longer than a person or a program would write: what is longer is cut into pieces that overlap."""
    if len(text) <= LONGEST_LINE or max(map(len, text.split("\n"))) <= LONGEST_LINE:
        return text
    step = LONGEST_LINE - 300
    pieces = [
        " ".join(line[i : i + LONGEST_LINE] for i in range(0, max(len(line), 1), step)) if len(line) > LONGEST_LINE else line
        for line in text.split("\n")
    ]
    return "\n".join(pieces)
