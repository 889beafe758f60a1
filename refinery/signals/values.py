"""Values that stand in texts and can be compared: numbers, sums of money, dates, distinctive words, fields of JSON."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from adapters.trace import Json


def listed(text: str) -> frozenset[str]:
    """The words of a text, as a set: word lists read better in lines than in columns."""
    return frozenset(text.split())


SYMBOLS = {"€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS", "$": "USD"}
CODES = listed(
    "USD EUR GBP JPY CNY INR CHF CAD AUD NZD SEK NOK DKK PLN CZK HUF RON BGN TRY RUB UAH ILS AED SAR ZAR BRL MXN ARS CLP COP "
    "KRW TWD HKD SGD THB IDR MYR PHP VND EGP NGN KES"
)
CODE = re.compile(r"(?<![A-Za-z0-9])(" + "|".join(sorted(CODES)) + r")(?![A-Za-z0-9])")
WORDED = {"euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "pounds": "GBP", "yen": "JPY", "rupees": "INR"}
NUMBER = re.compile(r"(?<![\w.,])[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w])")
ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?(?!\d)")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONG = re.compile(
    r"\b(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?:(\d{1,2})(?:st|nd|rd"
    r"|th)?,?\s+)?((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
WORD = re.compile(r"[A-Za-z][A-Za-z'\-]{3,}|[A-Za-z]*\d[\w\-]*")
STOP = listed(
    "about above according action after again agent also answer been before being below between both call called cannot check code "
    "could data does doing done each error every false find first following from further give given have having here http https "
    "information input into just know like list make more most must name need next none null number only other output over please "
    "provide question response result results same should some status step such sure task text than thank that their them then there "
    "these they this those through time tool true type under used user using value want were what when where which while will with "
    "would your you're i'll let's it's based let us"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One value, the characters it is written in and where they begin."""

    value: str
    raw: str
    at: int


def numbers(text: str) -> Iterator[tuple[float, Found]]:
    """Plain numbers, not those inside names, ids or dates."""
    taken = sorted((match.start(), match.end()) for match in (*ISO.finditer(text), *LONG.finditer(text)))
    for match in NUMBER.finditer(text):
        before = bisect_right(taken, (match.start(), len(text))) - 1
        if before < 0 or match.start() >= taken[before][1]:
            raw = match.group()
            yield float(raw.replace(",", "")), Found(raw, raw, match.start())


def currencies(text: str) -> Iterator[Found]:
    """Currencies by code or symbol, or by word after a number."""
    for match in CODE.finditer(text):
        yield Found(match.group(), match.group(), match.start())
    for match in re.finditer(r"[€£¥₹₩₽₺₪]|(?<![A-Za-z])\$(?=\s?\d)", text):
        yield Found(SYMBOLS[match.group()], match.group(), match.start())
    for match in re.finditer(r"\d\s*(euros?|dollars?|pounds|yen|rupees)\b", text, re.IGNORECASE):
        yield Found(WORDED[match.group(1).lower()], match.group(1), match.start(1))


def dates(text: str) -> Iterator[tuple[date, Found]]:
    """Dates as ISO or in English words; a month stands for its first day."""
    for match in ISO.finditer(text):
        day = _date(int(match[1]), int(match[2]), int(match[3] or 1))
        if day:
            yield day, Found(day.isoformat(), match.group(), match.start())
    for match in LONG.finditer(text):
        day = _date(int(match[4]), MONTHS.index(match[2].lower()) + 1, int(match[1] or match[3] or 1))
        if day:
            yield day, Found(day.isoformat(), match.group(), match.start())


def words(text: str) -> frozenset[str]:
    """Words and codes that carry meaning, in lower case."""
    return frozenset(word for word in (match.group().lower().strip("-'") for match in WORD.finditer(text)) if word not in STOP)


@dataclass(frozen=True, slots=True)
class Field:
    """One scalar of a JSON value, with the keys that lead to it (list positions left out)."""

    keys: tuple[str, ...]
    value: bool | int | float | str | None

    @property
    def key(self) -> str:
        return self.keys[-1] if self.keys else ""


def fields(value: Json, keys: tuple[str, ...] = (), limit: int = 2_000) -> Iterator[Field]:
    """The scalars of a JSON value, at most `limit`, without recursion."""
    todo: list[tuple[tuple[str, ...], Json]] = [(keys, value)]
    while todo and limit:
        path, item = todo.pop()
        if isinstance(item, dict):
            todo.extend(((*path, key), inner) for key, inner in reversed(item.items()))
        elif isinstance(item, list):
            todo.extend((path, inner) for inner in reversed(item))
        else:
            limit -= 1
            yield Field(path, item)


def keys(value: Json) -> frozenset[str]:
    """All keys anywhere in a JSON value."""
    return frozenset(key for field in fields(value) for key in field.keys)


def name_words(name: str) -> frozenset[str]:
    """`maxRetry_count` -> max, retry, count."""
    return frozenset(re.sub(r"([a-z])([A-Z])", r"\1 \2", name).replace("_", " ").replace("-", " ").replace(".", " ").lower().split())


def akin(names: frozenset[str], others: frozenset[str]) -> bool:
    """Whether a word of one set is a word of the other, but for its ending."""
    stems = {other[:5] for other in others if len(other) >= 4}
    return any(name[:5] in stems for name in names if len(name) >= 4)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
