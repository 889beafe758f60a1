"""Personal data that its form gives away: addresses of mail, telephone numbers, numbers of accounts and cards."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.redaction import Found

MAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.)+[A-Za-z]{2,24}(?![\w-])")
PHONE = re.compile(
    r"(?<![\w+])\+\d{1,3}[ .()/-]{0,2}(?:\d[ .()/-]{0,2}){6,12}\d(?!\w)|(?<![\w.-])(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?![\w-])"
)
ACCOUNT = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
CARD = re.compile(r"(?<![\w.-])[3-6]\d{3}([ -]?)\d{4}\1\d{4}\1\d{3,4}(?![\w-]|\.\d)|(?<![\w.-])3[47]\d{2}([ -]?)\d{6}\2\d{5}(?![\w-]|\.\d)")
SOCIAL = re.compile(r"(?<![\w.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")


def personal(text: str) -> Iterator[Found]:
    """What of a text is personal data, by forms that little else has."""
    if "@" in text:
        yield from (Found("mail", match[0]) for match in MAIL.finditer(text))
    yield from (Found("account", match[0]) for match in ACCOUNT.finditer(text) if _is_account(match[0]))
    yield from (Found("card", match[0]) for match in CARD.finditer(text) if _is_card(match[0]))
    yield from (Found("social-security-number", match[0]) for match in SOCIAL.finditer(text))
    yield from (Found("phone", match[0]) for match in PHONE.finditer(text))


def _is_account(text: str) -> bool:
    """Whether the check digits of an IBAN are right."""
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    """Whether the check digit of a card is right."""
    digits = [int(letter) for letter in reversed(text) if letter.isdecimal()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0
