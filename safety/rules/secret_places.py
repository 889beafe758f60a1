"""Credentials that their place gives away: addresses, the files of package managers and databases, calls that log in, sentences."""

from __future__ import annotations

import base64
import binascii
import re
import urllib.parse
from collections.abc import Iterator

from safety.rules.secret_found import Secret, line_at
from safety.rules.secret_values import entropy, is_code, is_common, is_password, is_placeholder, is_random, jumps


def in_line(line: str) -> Iterator[tuple[str, str]]:
    """What a line gives away that is no plain assignment, with what it is."""
    yield from _in_settings_of_programs(line)
    yield from _in_calls(line)
    yield from _in_sentences(line)
    yield from _words_of_wallets(line)


_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]{1,30}://([^\s:/\"'<>`]{0,100}):([^\s/@\"'<>`]{3,200})@([\w.-]+|\[[\da-f:]+\])")
_TOKEN_IN_ADDRESS = re.compile(r"https?://([A-Za-z0-9_-]{20,200})@([\w.-]+)")
_SIGNED = re.compile(r"[?&](?:amp;)?sig=([A-Za-z0-9/+%]{40,80}=?)")
_FUNCTION = re.compile(r"\.azurewebsites\.net/[^\s\"'<>]{1,200}?[?&]code=([A-Za-z0-9_/+%-]{40,80}={0,2})")
_NO_HOST = re.compile(
    r"^(?:localhost|127\.|0\.0\.0\.0|\[?::1|host|hostname|server|db|database|postgres|mysql|redis|mongo|rabbitmq|example\.\w+"
    r"|.*\.example(?:\.\w+)?|.*\bhost\b.*)$",
    re.IGNORECASE,
)


def in_addresses(text: str) -> Iterator[Secret]:
    """User name and password in an address, and the signature that opens it."""
    for match in _ADDRESS.finditer(text):
        user, word, host = match.groups()
        if re.match(r"[$%{<\[*]", word) or is_placeholder(word) or re.match(r"[$%{<\[]", host):
            continue
        plain = urllib.parse.unquote(word)
        common = is_common(plain) or re.fullmatch(r"[a-z]{3,7}", plain) is not None
        if common and (_NO_HOST.match(host) or "." not in host or len(word) < 8):
            continue
        if word == user and _NO_HOST.match(host):
            continue
        yield Secret(word, line_at(text, match.start()), "user name and password in an address", True)
    for match in _TOKEN_IN_ADDRESS.finditer(text):
        token = match.group(1)
        if is_random(token) and not re.fullmatch(r"[0-9a-f]+", token) and not is_placeholder(token):
            yield Secret(token, line_at(text, match.start()), "token in an address", True)
    if "sig=" in text and re.search(r"[?&](?:amp;)?s[ve]=", text):
        for match in _SIGNED.finditer(text):
            if jumps(match.group(1)) > 0.2 and not is_placeholder(match.group(1)):
                yield Secret(match.group(1), line_at(text, match.start()), "signature that opens an address", True)
    for match in _FUNCTION.finditer(text):
        if is_random(match.group(1)) and not is_placeholder(match.group(1)):
            yield Secret(match.group(1), line_at(text, match.start()), "key of a function in an address", True)


_SETTING = "|".join(
    (
        r"requirepass|masterauth|bindpw|rootpw|wpa-psk|psk|secret|(?:user[ \t]+\S{1,40}[ \t]+)?[\w-]{0,20}password|passwd",
        r"(?:ngrok[ \t]+)?(?:config[ \t]+)?(?:add-)?authtoken|snmp-server[ \t]+community|set[ \t]+password",
        r"enable[ \t]+(?:secret|password)(?:[ \t]+0)?|aws[ \t]+configure[ \t]+set[ \t]+[\w.]{0,60}aws_s[a-z_]{3,40}",
    )
)
_NPM = re.compile(r"(?m)(?:^|:|[\"'\s])(_authToken|_password|_auth)[\"']?[ \t]*=[ \t]*[\"']?([^\s\"']{8,400})")
_PGPASS = re.compile(r"(?m)^(?:[\w.-]+|\*):(?:\d{2,5}|\*):[\w*-]+:[\w.@*-]+:([^\s:]{8,100})[ \t]*\r?$")
_LINE_OF_SETTING = re.compile(rf"(?mi)^[ \t]*(?:\$[ \t]+)?(?:{_SETTING})[ \t]+([\"']?)([^\s\"'=:(),;{{}}]{{8,100}})\1[ \t]*\r?$")
_SQL = re.compile(r"(?i)\b(?:with[ \t]+password|identified[ \t]+(?:with[ \t]+[\w']{1,40}[ \t]+)?by)[ \t]+'([^'\s]{8,100})'")
_SECURE = re.compile(
    r"(?i)ConvertTo-SecureString[ \t]+(?:-String[ \t]+)?\\?[\"']([^\"'\\\s$]{6,100})\\?[\"']|-AsPlainText[ \t]+[\"']([^\"'\s$]{6,100})[\"']"
)


def in_files_of_passwords(text: str) -> Iterator[Secret]:
    """Lines of `.pgpass`."""
    for match in _PGPASS.finditer(text):
        if is_password(match.group(1)) and jumps(match.group(1)) >= 0.2:
            yield Secret(match.group(1), line_at(text, match.start(1)), "password of a database", False)


def _in_settings_of_programs(line: str) -> Iterator[tuple[str, str]]:
    for match in _NPM.finditer(line):
        value = match.group(2)
        if _is_kept(value) and (match.group(1) == "_authToken" or _is_encoded(value)):
            yield value, "login to a server of packages"
    for match in _LINE_OF_SETTING.finditer(line):
        value = match.group(2)
        if is_password(value) and re.search(r"\d", value) and (jumps(value) >= 0.2 or re.search(r"[^\w.-]", value)):
            yield value, "password in the settings of a program"
    for match in (*_SECURE.finditer(line), *_SQL.finditer(line)):
        value = next(group for group in match.groups() if group)
        if is_password(value):
            yield value, "password of a command"


def _is_kept(value: str) -> bool:
    return not is_placeholder(value) and not is_code(value) and re.search(r"\d", value) is not None and jumps(value) > 0.1


def _is_encoded(value: str) -> bool:
    try:
        plain = base64.b64decode(value, validate=True).decode()
    except (ValueError, binascii.Error):
        return False
    word = plain.partition(":")[2] or plain
    return plain.isprintable() and len(word) >= 6 and not is_placeholder(word)


_TWO_TEXTS = re.compile(
    r"(?i)(?:\bauth[ \t]*=[ \t]*"
    r"|\b\w{0,40}(?:auth|credentials?|login|log_in|signin|sign_in|getconnection|pdo|mysqli_connect)\w{0,40}[ \t]*)"
    r"\([ \t]*(?:[^()\n]{1,80}?,[ \t]*)?[\"']([^\"'\s]{1,60})[\"'][ \t]*,[ \t]*@?[\"']([^\"'\s]{6,100})[\"'][ \t]*\)"
)
_NAMELESS = re.compile(r"(?:^|[^:=\w\s\"'`>]|return)[ \t]*([\"'`])([A-Za-z0-9+/_-]{32,100}={0,2})\1(?![ \t]*[:=])", re.MULTILINE)
_PUBLIC_LINE = re.compile(
    r"(?i)sha|hash|digest|integrity|sum\b|md5|etag|nonce|uuid|\bids?\b|_ids?\b|fingerprint|commit|public|alphabet|pattern|regex|re\."
)


def nameless(text: str) -> Iterator[Secret]:
    """Texts that only chance writes, given without a name: an argument, an element of a list."""
    for match in _NAMELESS.finditer(text):
        value = match.group(2)
        mixed = re.search(r"[a-z]", value) and re.search(r"[A-Z]", value) and not re.match(r"[a-z]{2,8}_", value)
        if (
            mixed
            and jumps(value) >= 0.3
            and entropy(value) >= 3.8
            and is_random(value)
            and not is_placeholder(value)
            and not is_code(value)
        ):
            start, end = text.rfind("\n", 0, match.start(2)) + 1, text.find("\n", match.end())
            if not _PUBLIC_LINE.search(text[max(start, match.start(2) - 200) : match.start(2)] + text[match.end() : end][:200]):
                yield Secret(value, line_at(text, match.start(2)), "random text", False)


_SIGNING = re.compile(
    r"(?i)\b(?:jwt\.(?:sign|verify|encode|decode)|jsonwebtoken\.\w+|createhmac|hmac\.new|jws\.sign)"
    r"\([^()\n]{0,80}?[, (]b?[\"']([^\"'\s]{16,200})[\"']"
)


def _in_calls(line: str) -> Iterator[tuple[str, str]]:
    """`auth=("name", "password")` and calls that log in with two texts."""
    for match in _TWO_TEXTS.finditer(line):
        word = match.group(2)
        if is_password(word) and re.search(r"\d", word) and word != match.group(1) and (jumps(word) >= 0.15 or re.search(r"[^\w.-]", word)):
            yield word, "login of a call"
    for match in _SIGNING.finditer(line):
        if is_random(match.group(1)) and not is_placeholder(match.group(1)):
            yield match.group(1), "key that signs"


_IS = re.compile(
    r"(?i)\b(?:password|passphrase|passcode|pwd|api[ _-]?key|token|secret)\b[^\n.:=\"'`]{0,40}?\bis\b:?[ \t]*[\"'`]?([^\s\"'`,;()]{8,100})"
)
_NAMED_TEXT = re.compile(r"(?i)\b(?:password|passphrase|api[ _-]?key|token|secret)[ \t]+[`\"']([^\s\"'`]{16,200})[`\"']")


def _in_sentences(line: str) -> Iterator[tuple[str, str]]:
    """`The password of the box is ...`, `use the token ...`."""
    for match in _IS.finditer(line):
        value = match.group(1).rstrip(".!?:)")
        strange = jumps(value) >= 0.25 or (re.search(r"[^\w./<>-]", value) and re.search(r"[A-Z]", value))
        if is_password(value) and re.search(r"\d", value) and strange and not re.match(r"\W", value):
            yield value, "credential in a sentence"
    for match in _NAMED_TEXT.finditer(line):
        if is_random(match.group(1)) and not is_placeholder(match.group(1)) and not is_code(match.group(1)):
            yield match.group(1), "credential in a sentence"


_WALLET = re.compile(
    r"(?:mnemonic|seed(?:[_ -]?(?:phrase|words))?|recovery[_ -]?phrase|wallet[_ -]?seed)\w{0,20}[\"']?\s{0,3}[:=]{1,2}\s{0,3}[\"'`]?"
    r"((?:[a-z]{3,8} ){11,23}[a-z]{3,8})",
    re.IGNORECASE,
)


def _words_of_wallets(line: str) -> Iterator[tuple[str, str]]:
    """Twelve words and more from which the key of a wallet is made."""
    for match in _WALLET.finditer(line):
        words = match.group(1).split()
        if len(words) % 3 == 0 and len(set(words)) >= len(words) - 2 and not {"the", "and", "your"} & set(words):
            yield match.group(1), "words of a wallet"
