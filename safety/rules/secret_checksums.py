"""Keys that carry their own checksum: a text that passes it by chance is rarer than a leak, whatever it is called."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from safety.rules.secret_found import Secret, line_at

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_COINS = re.compile(rf"(?<![A-Za-z0-9])[{_BASE58}]{{51,112}}(?![A-Za-z0-9])")
_KEYS = (
    (b"\x80", (33, 34), "private key of a coin"),
    (b"\xef", (33, 34), "private key of a coin"),
    (b"\xb0", (33, 34), "private key of a coin"),
    (b"\x9e", (33, 34), "private key of a coin"),
    (b"\x01\x42", (39,), "encrypted private key of a coin"),
    (b"\x01\x43", (39,), "encrypted private key of a coin"),
    (b"\x04\x88\xad\xe4", (78,), "extended private key of a coin"),
    (b"\x04\x35\x83\x94", (78,), "extended private key of a coin"),
)
"""How the bytes begin, how many they are without the checksum, and what they are. Addresses and public keys begin otherwise."""


def checked_keys(text: str) -> Iterator[Secret]:
    """Private keys in the alphabet of coins whose checksum is right."""
    for match in _COINS.finditer(text):
        body = _checked(match.group())
        name = next((name for begins, lengths, name in _KEYS if body.startswith(begins) and len(body) in lengths), "")
        if name:
            yield Secret(match.group(), line_at(text, match.start()), name, True)


def _checked(text: str) -> bytes:
    """The bytes in front of the checksum; none if it is wrong."""
    number = 0
    for sign in text:
        number = number * 58 + _BASE58.index(sign)
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    body, checksum = raw[:-4], raw[-4:]
    return body if hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4] == checksum else b""
