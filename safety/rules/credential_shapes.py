"""How the outer form of a credential is told: runs of signs from one alphabet, and the marks between them."""

from __future__ import annotations

import re
from typing import NamedTuple


class Run(NamedTuple):
    """So many signs of one alphabet."""

    letters: str
    """As between the brackets of a regular expression."""
    shortest: int
    longest: int


class Form(NamedTuple):
    """One kind of credential."""

    name: str
    marks: tuple[str, ...]
    """What never changes, one of them."""
    after: tuple[Run | str, ...]
    """What follows the mark: runs, and the signs that stand between them."""
    before: Run | None = None
    """What comes in front of the mark, where that does not open the credential."""
    faint: bool = False
    """The mark is also met in ordinary words and file names, so it counts only where a word begins."""


def run(letters: str, shortest: int, longest: int | None = None) -> Run:
    """Signs of any alphabet: as many as the first number, or up to the second."""
    return Run(letters, shortest, shortest if longest is None else longest)


def hexa(shortest: int, longest: int | None = None) -> Run:
    """Hexadecimal digits, small letters."""
    return run("0-9a-f", shortest, longest)


def either(shortest: int, longest: int | None = None) -> Run:
    """Hexadecimal digits, small letters or capitals."""
    return run("0-9a-fA-F", shortest, longest)


def digits(shortest: int, longest: int | None = None) -> Run:
    """Decimal digits."""
    return run("0-9", shortest, longest)


def upper(shortest: int, longest: int | None = None) -> Run:
    """Capitals and digits."""
    return run("A-Z0-9", shortest, longest)


def lower(shortest: int, longest: int | None = None) -> Run:
    """Small letters and digits."""
    return run("a-z0-9", shortest, longest)


def alnum(shortest: int, longest: int | None = None) -> Run:
    """Letters and digits."""
    return run("A-Za-z0-9", shortest, longest)


def under(shortest: int, longest: int | None = None) -> Run:
    """Letters, digits and the underscore."""
    return run("A-Za-z0-9_", shortest, longest)


def url(shortest: int, longest: int | None = None) -> Run:
    """Base64 as it may stand in an address."""
    return run("A-Za-z0-9_-", shortest, longest)


def b64(shortest: int, longest: int | None = None) -> Run:
    """Base64."""
    return run("A-Za-z0-9+/", shortest, longest)


def tilde(shortest: int, longest: int | None = None) -> Run:
    """The signs that an address leaves as they are."""
    return run("A-Za-z0-9_.~-", shortest, longest)


def bech32(shortest: int, longest: int | None = None) -> Run:
    """The alphabet of addresses of coins, small letters."""
    return run("02-9ac-hj-np-z", shortest, longest)


def base58(shortest: int, longest: int | None = None) -> Run:
    """Letters and digits without those that look alike."""
    return run("1-9A-HJ-NP-Za-km-z", shortest, longest)


UUID: tuple[Run | str, ...] = (hexa(8), "-", hexa(4), "-", hexa(4), "-", hexa(4), "-", hexa(12))


def form(name: str, marks: str, *after: Run | str, before: Run | None = None, faint: bool = False) -> Form:
    """One row of a table; several marks stand with a space between them."""
    return Form(name, tuple(marks.split()), after, before, faint)


def tree(words: list[str]) -> str:
    """An expression for any of the words that looks at each sign only once."""
    branches: dict[str, list[str]] = {}
    for word in words:
        if word:
            branches.setdefault(word[0], []).append(word[1:])
    if not branches:
        return ""
    choice = "|".join(re.escape(letter) + tree(rest) for letter, rest in sorted(branches.items()))
    if "" in words:
        return f"(?:{choice})?"
    return f"(?:{choice})" if len(branches) > 1 else choice
