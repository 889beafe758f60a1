"""Settings that are times: other clock times, days, months and zones than the one that stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from refinery.edits.draft import spliced
from refinery.repair.wording import parts

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ROUNDS = (DAYS, MONTHS, *(tuple(word[:letters] for word in each) for each, letters in ((DAYS, 3), (DAYS, 2), (MONTHS, 3))))
"""Names of days and of months that come round, and how they are cut short."""
CLOCK = re.compile(r"(\d{1,2}):(\d\d)((?::\d\d)?)")
DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(.*)")
OFFSET = re.compile(r"([+-])(\d\d:?\d\d)")
CODE = re.compile(r"%-?[dmyYHIMSBbjpAaf]")
OTHER_CODES = (("%H", "%I"), ("%y", "%Y"), ("%m", "%M"), ("%B", "%b"), ("%A", "%a"), ("%d", "%-d"), ("%S", "%f"))
RANGES = (("month", 1, 12), ("weekday", 0, 7), ("hour", 0, 23))
"""What a number can be whose name says so."""

Turn = tuple[str, float, str]


def other_texts(value: str) -> Iterator[Turn]:
    """Other times for one that is written out, with how likely each is and why."""
    if clock := CLOCK.fullmatch(value):
        minutes = int(clock[1]) * 60 + int(clock[2])
        steps = ((720, 0.5), (-720, 0.5), (60, 0.45), (-60, 0.45), (30, 0.4), (-30, 0.4), (120, 0.3), (-120, 0.3), (15, 0.25), (-15, 0.25))
        for step, prior in steps:
            new = minutes + step
            if 0 <= new < 24 * 60:
                hours = f"{new // 60:0{len(clock[1])}d}"
                yield f"{hours}:{new % 60:02d}{clock[3]}", prior, "a step from the present time of day"
    elif day := DATE.fullmatch(value):
        year, month, own = int(day[1]), int(day[2]), int(day[3])
        for near, prior in (((year, own, month), 0.45), ((year + 1, month, own), 0.4), ((year - 1, month, own), 0.4)):
            yield from _day(*near, day[4], prior)
        for step in (1, -1):
            yield from _day(year, month + step, own, day[4], 0.35)
            yield from _stepped(year, month, own, step, day[4])
    elif offset := OFFSET.fullmatch(value):
        yield f"{'-' if offset[1] == '+' else '+'}{offset[2]}", 0.5, "the same distance to the other side"
    yield from other_formats(value)


def other_formats(value: str) -> Iterator[Turn]:
    """`%d/%m` for `%m/%d`, `%H` for `%I`: codes of a time exchanged with those beside them, or taken for another of their kind."""
    places = list(CODE.finditer(value))
    for first, second in pairwise(places):
        if first.group() != second.group():
            between = value[first.end() : second.start()]
            yield (
                f"{value[: first.start()]}{second.group()}{between}{first.group()}{value[second.end() :]}",
                0.4,
                "the parts of a time in another order",
            )
    turned = [
        (place, new, _out_of_place(one, other, place.group(), value))
        for place in places
        for one, other in OTHER_CODES
        for new in [{one: other, other: one}.get(place.group())]
        if new is not None
    ]
    wrong = [(place.start(), place.end(), new) for place, new, odd in turned if odd]
    if len(wrong) > 1:
        yield spliced(value, wrong), 0.9, "other codes for these parts of a time"
    for place, new, odd in turned:
        prior = (0.9 if len(wrong) == 1 else 0.5) if odd else 0.3
        yield f"{value[: place.start()]}{new}{value[place.end() :]}", prior, "another code for this part of a time"


def _out_of_place(one: str, other: str, code: str, value: str) -> bool:
    """Whether a code stands among those of another kind: minutes within a day, months within an hour, half a day that is not named."""
    beside = re.search(rf"(%-?\w)?[^%]?{code}[^%]?(%-?\w)?", value)
    near = {each[-1] for each in (beside.groups() if beside else ()) if each}
    if (one, other) == ("%m", "%M"):
        return bool(near) and near <= set("dYybBj" if code == "%M" else "HISp")
    return (one, other) == ("%H", "%I") and ("%p" in value) == (code == "%H")


def other_numbers(key: str, value: float, comment: str) -> Iterator[tuple[float, float, str]]:
    """Numbers of months, days and hours: those that a comment names, those that a name allows, and a clock time read as a decimal."""
    for place, name in enumerate(MONTHS, 1):
        if re.search(rf"\b{name}\b", comment.lower()) and name != "may":
            yield place, 0.8, f"the comment beside it says {name.capitalize()}"
    for place, name in enumerate(DAYS):
        if re.search(rf"\b{name}s?\b", comment.lower()):
            yield from ((new, 0.4, f"the comment beside it says {name.capitalize()}") for new in (place, place + 1))
    for word, first, last in RANGES:
        if word in parts(key) and isinstance(value, int) and first <= value <= last:
            yield from ((new, 0.35, f"another {word}") for new in range(first, last + 1))
    whole, rest = divmod(abs(value), 1)
    if isinstance(value, float) and rest:
        sign = -1 if value < 0 else 1
        if rest < 0.6:
            yield sign * (whole + round(rest * 100 / 60, 4)), 0.6, "the present one read as hours and minutes"
        yield sign * (whole + round(rest * 0.6, 4)), 0.25, "the present one written as hours and minutes"


def _day(year: int, month: int, day: int, rest: str, prior: float) -> Iterator[Turn]:
    try:
        yield f"{date(year, month, day).isoformat()}{rest}", prior, "a day near the present one"
    except ValueError:
        return


def _stepped(year: int, month: int, day: int, step: int, rest: str) -> Iterator[Turn]:
    try:
        yield f"{(date(year, month, day) + timedelta(days=step)).isoformat()}{rest}", 0.4, "a day near the present one"
    except (ValueError, OverflowError):
        return


def stepped(words: Sequence[str]) -> Iterator[list[str]]:
    """The same stretch of the days of a week, or of the months, one step before and one behind; nothing where it is no such stretch."""
    lower = [word.lower() for word in words]
    members = next((each for each in ROUNDS if set(lower) <= set(each)), ())
    places = [members.index(word) for word in lower] if members else []
    if 1 < len(places) < len(members) and all((other - one) % len(members) == 1 for one, other in pairwise(places)):
        for step in (-1, 1):
            new = [members[(place + step) % len(members)] for place in places]
            yield [_dressed(word, like) for word, like in zip(new, words, strict=True)]


def _dressed(word: str, like: str) -> str:
    return word if like.islower() else word.upper() if like.isupper() else word.capitalize()
