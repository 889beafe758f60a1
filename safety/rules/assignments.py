"""Reads where a name is given a value: in code, settings, headers, markup, command lines and addresses alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_VALUE = 600
SHORTEST_VALUE = 8


class Assignment(NamedTuple):
    """One name with its value."""

    name: str
    value: str
    start: int
    """Where the value begins in the line."""
    literal: bool
    """It can only be a value; otherwise it may be an expression of a program."""


_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_TYPE = re.compile(r"[ \t]*:[ \t]*(?:&(?:'\w{1,20}[ \t])?)?[A-Za-z_][\w.\[\]|, \t?]*?=(?![=>])")
_SIGN = re.compile(r"[ \t]*(:=|=>|===?|!==?|\|\|=|\?\?=|\?=|\+=|[=:,>])")
_DEFAULT = re.compile(r"[ \t]*(?:\|\||\?\?|\bor\b)")
_WRAPPED = re.compile(r"(?:new[ \t]+)?(?:[\w.]*\.)?(?:Secret|SecretStr|SecretBytes|SecretString|str|String|bytes|b64decode|Some)\([ \t]*")
_PAIRED = re.compile(r"[ \t]*,?[ \t]*[\"']?\bvalue[\"']?[ \t]*[=:]", re.IGNORECASE)
_OPENING = re.compile(r"[rbfuRBFU@$]{0,2}(\"\"\"|'''|[\"'`])")
_SCHEME = re.compile(
    r"(?:bearer|basic|token|apikey|api-key|api-token|key|digest|ssws|negotiate|splunk|oauth|geniekey|pat|bot|sso-key|klaviyo-api-key)[ \t]+"
    r"(?:(?:token|key|api_key|apikey|access_token|id)=[\"']?)?",
    re.IGNORECASE,
)
_NAMING = re.compile(r"\b(?:name|key)[\"']?[ \t]*[=:][ \t]*[\"']?$", re.IGNORECASE)
_ONLY_TEXT = re.compile(r"\([ \t]*(?=@?(?:\"[^\"\s]{1,600}\"|'[^'\s]{1,600}')[ \t]*\))")
_OPTION = re.compile(r"(?:^|[\s\"'])--?(?:[\w-]{1,40}[= ])?$")
_DEFINED = re.compile(r"(?:[#%][ \t]{0,4}(?:define|global)|\b(?:setx|setenv|set[ \t]-g?x|ENV|ARG))[ \t]{1,8}$")
_WRITTEN = re.compile(r"[ \t]+(?=(?:\"[^\"\s]{8,100}\"|'[^'\s]{8,100}')[ \t]*(?:$|[};,]))")
_SCHEMED = re.compile(r"[ \t]+(?=[\"'](?:basic|bearer|token)[ \t])", re.IGNORECASE)
_FLAG = re.compile(r"(?:^|[\s\"'])--?$")
_PAIRS = re.compile(r"(?:^|[ \t])[\w.-]{1,60}[=:][^\s=]{1,80}[ \t/,]{1,20}-{0,2}$")
_IN_TAG = re.compile(r"[^\s<>\"']{8,601}")
_BARE = re.compile(r"[^\s\"'`,;<>(){}\[\]]{8,601}")
_LINE_STARTS = frozenset(
    ("", "export", "set", "setx", "setenv", "env", "ENV", "ARG", "declare", "local", "readonly", "-", "+", "#", "//", "*", "-e", "--env")
)


def assignments(line: str) -> Iterator[Assignment]:
    """Every name that a line gives a value to."""
    for match in _NAME.finditer(line):
        yield from _given(line, match.group().rstrip(".-"), match.start(), match.end())


def _given(line: str, name: str, start: int, end: int) -> Iterator[Assignment]:
    before = line[:start]
    at = end
    while at < len(line) and line[at] in "\"'`])*\\" and at - end < 4:
        at += 1
    called = (name.isupper() and "_" in name and line[at : at + 1] == ",") or (
        before.rstrip("\"'`\\").endswith(("(", ",", " ", "[")) and at > end and line[end] in "\"'`\\"
    )
    typed = _TYPE.match(line, at)
    sign = _SIGN.match(line, at)
    fallback = _DEFAULT.match(line, at)
    if name in ("key", "Key", "KEY") and (word := re.search(r"[A-Za-z]{1,30} $", before[-32:])):
        name = word.group() + name  # `Your API key: ...`
    paired = _PAIRED.match(line, at)
    if paired and _NAMING.search(before):  # `name: API_KEY, value: ...`
        yield from _value(line, name, paired.end(), "", ":")
    elif typed:
        yield from _value(line, name, typed.end(), before, "=")
    elif fallback:
        yield from _value(line, name, fallback.end(), before, "==")
    elif sign is None:
        yield from _without_sign(line, name, start, end, at)
    elif sign.group(1) == ",":
        if called:
            yield from _value(line, name, sign.end(), before, ",")
    elif sign.group(1) == ">":
        if before.endswith("<") or _NAMING.search(before[-40:]):
            yield from _value(line, name, sign.end(), before, "tag")
    elif not (sign.group(1) == ":" and line.startswith(("//", ":"), sign.end())):
        yield from _value(line, name, sign.end(), before, sign.group(1))


def _without_sign(line: str, name: str, start: int, end: int, at: int) -> Iterator[Assignment]:
    """`name("value")`, `--name value`, `#define name value`, `name is value`, `name "value"` and `name "Basic value"`."""
    before = line[:start]
    if only := _ONLY_TEXT.match(line, end):
        yield from _value(line, name, only.end(), "", ",")
    elif (written := _WRITTEN.match(line, at)) and before.rstrip()[-1:] in ("", "{"):
        yield from _value(line, name, written.end(), before, ",")
    elif schemed := _SCHEMED.match(line, at):
        yield from _value(line, name, schemed.end(), before, ",")
    elif (_FLAG.search(before[-3:]) and len(name) > 2 and line[at : at + 1] == " ") or _DEFINED.search(before[-20:]):
        yield from _value(line, name, at, before, "flag")
    elif line.startswith(" is ", at):
        yield from _value(line, name, at + 4, before, "is")
    elif at == end and "machine " in before and "login " in before:  # .netrc
        yield from _value(line, name, at, before, "flag")


def _value(line: str, name: str, at: int, before: str, sign: str) -> Iterator[Assignment]:
    spaced = at < len(line) and line[at] in " \t"
    at = _skip(line, at)
    wrapped = _WRAPPED.match(line, at)
    at = wrapped.end() if wrapped else at
    opening = _OPENING.match(line, at)
    if opening is None and line.startswith(('\\"', "\\'"), at):
        at += 1  # a quotation within a quotation
        opening = _OPENING.match(line, at)
    if opening is not None:
        quote = opening.group(1)
        if len(quote) == 1 and not spaced and sign in ("=", ":") and line.count(quote, 0, opening.start(1)) % 2:
            return  # it closes the quotation in which the name stands
        close = _closing(line, opening.end(), quote)
        value, start = line[opening.end() : close], opening.end()
        scheme = _SCHEME.match(value)
        if scheme:
            value, start = value[scheme.end() :], start + scheme.end()
        if SHORTEST_VALUE <= len(value) <= LONGEST_VALUE and (not re.search(r"\s", value) or _is_noise(value)):
            yield Assignment(name, value, start, True)
        return
    if sign in (",", "!=", "!==", "==", "==="):
        return
    scheme = _SCHEME.match(line, at)
    at = scheme.end() if scheme else at
    if before.endswith("${") and line[at : at + 1] in ("-", "="):
        at += 1
    bare = (_IN_TAG if sign == "tag" else _BARE).match(line, at)
    if bare is None or len(bare.group()) > LONGEST_VALUE:
        return
    value = bare.group()
    if before.endswith(("?", "&")) or (not spaced and "&" in value):
        value = value.partition("&")[0]
    value = value.rstrip(":\\") if value.endswith("..") else value.rstrip(".:\\")  # an ellipsis says that it is cut short
    fallback = _DEFAULT.match(line, bare.end())
    if fallback is not None:  # `key = settings.key || "..."`
        yield from _value(line, name, fallback.end(), before, "=")
    elif (
        sign in ("flag", "tag")
        or scheme
        or (name.isupper() and sign == "=" and not spaced)
        or _stands_alone(line, before, at + len(value), sign, spaced)
    ):
        literal = sign in ("flag", "tag") or scheme is not None
        if sign == "=" and not spaced:  # as no program would write it
            literal = literal or name.isupper() or ";" in line[max(0, at - 200) : at + 200] or _OPTION.search(before[-60:]) is not None
        if len(value) >= SHORTEST_VALUE:
            yield Assignment(name, value, at, literal)


def _stands_alone(line: str, before: str, end: int, sign: str, spaced: bool) -> bool:
    """Whether an unquoted value is one: it ends its line as in settings, or the quotation or address that it stands in."""
    rest = line[end:].strip()
    if rest[:1] in ("&", '"', "'", "`", "\\") and not spaced:
        return True
    if (before.count('"') % 2 and rest[:1] == '"') or (before.count("'") % 2 and rest[:1] == "'"):
        return True
    if sign == "=" and not spaced and (rest[:1] == ";" or _OPTION.search(before[-60:]) or (not rest and before[-1:] in ("", " ", "\t"))):
        return True
    if sign in ("=", ":") and not spaced and line[end : end + 1] in ("", " ", "\t") and _PAIRS.search(before[-100:]):
        return True  # one of several `name=value`, as in an inventory
    head = before.strip().strip("\"'")
    if before.endswith("${") and rest[:1] == "}":
        return True  # what is taken when nothing is set
    ends = not rest or rest.startswith(("#", "//", "*/", "|")) or (sign == "is" and rest.startswith(")"))
    opens = head in _LINE_STARTS or sign == "is" or head.endswith(("{", ",", "-e", "--env", "|", "--", ";", "&", "?"))
    return ends and (opens or _is_prose(head) or re.fullmatch(r"[\w.-]{1,40}:", head) is not None)


def _is_noise(value: str) -> bool:
    """A text of so many odd signs that a space among them is one more."""
    return 32 <= len(value) <= 128 and len(re.findall(r"[^A-Za-z0-9\s]", value)) * 5 >= len(value) and value.count(" ") * 12 < len(value)


def _is_prose(head: str) -> bool:
    """`Your API key: ...`, a line of a comment or a letter."""
    return len(head) < 60 and re.fullmatch(r"(?:[#/*>-]+ ?)?[A-Za-z' ]+", head) is not None and not head.endswith((" in", "return", "if"))


def _skip(line: str, at: int) -> int:
    while at < len(line) and line[at] in " \t":
        at += 1
    return at


def _closing(line: str, at: int, quote: str) -> int:
    while at < len(line):
        if line[at] == "\\" and not line.startswith(quote, at + 1):
            at += 2
        elif line.startswith(quote, at) or line[at] == "\\":
            return at
        else:
            at += 1
    return at
