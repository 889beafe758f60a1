"""JavaScript with its comments gone, its known texts worked out and its computed names made plain, so that spelling hides no call."""

from __future__ import annotations

import base64
import binascii
import re
from functools import lru_cache
from urllib.parse import unquote

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)"""
    r"""|(?P<pattern>(?<=[=(,:!&|?{};\n])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*)""",
    re.DOTALL,
)
_STRING = r'"((?:\\.|[^"\\])*)"'
_LIST = rf"\[\s*({_STRING}(?:\s*,\s*{_STRING})*)\s*,?\s*\]"
_JOINED = re.compile(rf"{_STRING}\s*\+\s*{_STRING}")
_LIST_JOINED = re.compile(rf"{_LIST}\s*\.\s*join\(\s*{_STRING}\s*\)")
_TURNED = re.compile(rf'{_STRING}\s*\.\s*split\(\s*""\s*\)\s*\.\s*reverse\(\s*\)\s*\.\s*join\(\s*""\s*\)')
_DECODED = re.compile(
    rf'(?:atob\(\s*{_STRING}\s*\)|Buffer\s*\.\s*from\(\s*{_STRING}\s*,\s*"(base64|hex)"\s*\)(?:\s*\.\s*toString\([^)]*\))?|(?:decodeURIComponent|unescape)\(\s*{_STRING}\s*\))'
)
_CODES = re.compile(r"String\s*\.\s*fromCharCode\(\s*((?:(?:0x[0-9a-fA-F]+|\d+)\s*,?\s*)+)\)")
_NUMBERS = r"\[\s*((?:0x[0-9a-fA-F]{1,6}|\d{1,7})(?:\s{0,4},\s{0,4}(?:0x[0-9a-fA-F]{1,6}|\d{1,7})){0,5000})\s*,?\s*\]"
_CODES_LISTED = re.compile(
    rf"{_NUMBERS}\s*\.\s*map\([^\n]{{0,80}}?fromCharCode[^\n]{{0,40}}?\)\s*\.\s*join\(\s*\"\"\s*\)"
    rf"|String\s*\.\s*fromCharCode\s*(?:\.\s*apply\(\s*\w+\s*,\s*|\(\s*\.\.\.){_NUMBERS}\s*\)"
    rf"|(?:Buffer|Uint8Array)\s*\.\s*from\(\s*{_NUMBERS}\s*\)(?:\s*\.\s*toString\([^)]*\))?"
)
_CASED = re.compile(rf"{_STRING}\s*\.\s*(toLowerCase|toUpperCase|trim|concat)\(\s*(?:{_STRING})?\s*\)")
_REPLACED = re.compile(rf"{_STRING}\s*\.\s*replace(?:All)?\(\s*{_STRING}\s*,\s*{_STRING}\s*\)")
_BOUND = re.compile(rf"\b(?:const|let|var)\s+(\w+)\s*=\s*{_STRING}\s*(?=[;\n,])")
_MEMBER = re.compile(r'(?<=[\w)\]])\s*(?:\?\.)?\[\s*"(\w+)"\s*\]')


@lru_cache(maxsize=64)
def plain_script(text: str) -> str:
    """The same program, line for line, written plainly."""
    code = _TOKEN.sub(_token, text)
    for _ in range(8):
        worked = _worked_out(code)
        if worked == code:
            break
        code = worked
    return _MEMBER.sub(r".\1", code)


def _token(match: re.Match[str]) -> str:
    whole = match.group()
    if match["comment"]:
        return " " + "\n" * whole.count("\n")
    if match["pattern"]:
        return whole
    body = whole[1:-1]
    if whole[0] == "`" and ("${" in body or "\n" in body):
        return whole
    body = re.sub(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2}))", _escaped, body)
    return '"' + (body if whole[0] == '"' else body.replace("\\'", "'").replace('"', '\\"')) + '"'


def _escaped(match: re.Match[str]) -> str:
    c = chr(min(int(match.group(1) or match.group(2) or match.group(3), 16), 0x10FFFF))
    return c if c.isprintable() and c not in '"\\' and not "\ud800" <= c <= "\udfff" else match.group()


def _worked_out(code: str) -> str:
    code = _JOINED.sub(r'"\1\2"', code)
    code = _LIST_JOINED.sub(lambda m: '"' + m[m.lastindex or 0].join(re.findall(_STRING, m.group(1))) + '"', code)
    code = _TURNED.sub(lambda m: '"' + m.group(1)[::-1] + '"', code)
    code = _DECODED.sub(_decoded, code)
    code = _CODES.sub(_from_codes, code)
    code = _CODES_LISTED.sub(_from_codes, code)
    code = _CASED.sub(_cased, code)
    code = _REPLACED.sub(lambda m: '"' + m.group(1).replace(m.group(2) or "\0", m.group(3)) + '"', code)
    bound = {name: value for name, value in _BOUND.findall(code) if len(value) < 200}
    for name, value in bound.items():
        quoted = f'"{value}"'.replace("\\", "\\\\")
        code = re.sub(rf"(?<=[\[(+,])(\s*){name}(?=\s*[\])+,])", rf"\g<1>{quoted}", code)
    return code


def _decoded(match: re.Match[str]) -> str:
    web, packed, how, percent = match.groups()
    try:
        if percent is not None:
            plain = unquote(percent)
        elif how == "hex":
            plain = bytes.fromhex(packed).decode()
        else:
            plain = base64.b64decode(web if web is not None else packed).decode()
    except (ValueError, binascii.Error, UnicodeDecodeError):
        return match.group()
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def _from_codes(match: re.Match[str]) -> str:
    codes = [int(code, 0) for code in re.findall(r"0x[0-9a-fA-F]+|\d+", re.sub(r"\b0+(?=\d)", "", next(filter(None, match.groups()))))]
    plain = "".join(chr(code) for code in codes if 31 < code < 0xD800)
    return '"' + plain.replace("\\", "").replace('"', "") + '"'


def _cased(match: re.Match[str]) -> str:
    value, how, more = match.groups()
    plain = {"toLowerCase": value.lower(), "toUpperCase": value.upper(), "trim": value.strip(), "concat": value + (more or "")}[how]
    return f'"{plain}"'
