"""Values of settings that their own form shows to be wrong: a time of no day, a zone without summer, an address without its last stroke."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from zoneinfo import available_timezones

from refinery.edits.scalar import Scalar, Value
from refinery.repair.slips.sight import Found, Sight, turned
from refinery.repair.wording import parts

CRON = re.compile(r"(\S+) (\S+)((?: \S+){3})")
EVERY_MINUTE, EXCHANGED, NO_HOUR = 0.6, 0.45, 0.9
"""How likely a job is not meant for each minute of an hour, its hour and minute are exchanged, and so where there is no such hour."""
ZONES = {
    "EST": "America/New_York", "EDT": "America/New_York", "CST": "America/Chicago", "CDT": "America/Chicago", "MST": "America/Denver",
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles", "GMT": "Europe/London", "BST": "Europe/London", "CET": "Europe/Berlin",
    "CEST": "Europe/Berlin", "MET": "Europe/Berlin", "EET": "Europe/Athens", "EEST": "Europe/Athens", "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo", "AEST": "Australia/Sydney", "HST": "Pacific/Honolulu",
}  # fmt: skip
FIXED = re.compile(r"(?:Etc/)?(?:UTC|GMT)?[+-]\d{1,2}(?::?\d\d)?")
ZONE, ZONE_OF_CITY = 0.65, 0.85
"""How likely an offset is meant as the zone that has it, and as that of a city which the record names."""
MOST_BESIDE = 40
ADDRESS = re.compile(r"https?://[^/\s]+/[^\s?#]*[^/\s?#]")
JOINED, BESIDE, STROKE = 0.85, 0.5, 0.5
"""How likely an address is to end with a stroke, where code joins it with the rest, and where those beside it do; and is not to."""
SHARES = frozenset({"probability", "likelihood", "fraction", "ratio", "similarity"})
OF_ONE = re.compile(r"([^.;:\n]*)\b(?:between 0 and 1|from 0 to 1|0 to 1|0\.\.1|0-1|in \[0, ?1\]|between 0\.0 and 1\.0)\b")
SAID_SHARE, SHARE = 0.75, 0.55
"""How likely what is more than one is a share in percent: where code says that it is one of one, and where its name does."""


UNITS = {"second": 1000, "sec": 1000, "minute": 60, "hour": 60}
"""How many of the smaller unit, by the word of a name that says a larger one."""
UNIT, UNIT_BESIDE = 0.45, 0.75
"""How likely a value is of another unit than its name says, and so where values of the same name are of other sizes."""


def values(sight: Sight) -> Iterator[Found]:
    """Every such change with its score, in no order."""
    of_one = {word for said in OF_ONE.findall(sight.code) for word in re.findall(r"[a-z]{4,}", said.lower())}
    by_key: dict[str, list[Scalar]] = defaultdict(list)
    for scalar in sight.scalars:
        by_key[scalar.key].append(scalar)
    for scalar in sight.scalars:
        beside = by_key[scalar.key]
        others = (*_jobs(scalar), *_zones(scalar, sight), *_addresses(scalar, beside, sight), *_shares(scalar, of_one))
        for new, prior, why in (*others, *_units(scalar, beside)):
            yield from turned(sight.sources, scalar, new, prior, f"Set {scalar.name} to {new}", why)


Other = tuple[Value, float, str]


def _jobs(scalar: Scalar) -> Iterator[Other]:
    found = CRON.fullmatch(scalar.value) if isinstance(scalar.value, str) else None
    if not found or not re.fullmatch(r"[\d*/,-]+ [\d*/,-]+[ \w*/,?#-]+", found.group()):
        return
    minute, hour, rest = found.groups()
    if minute.isdigit() and hour.isdigit() and minute != hour and int(minute) < 24:
        prior, why = (NO_HOUR, "no day has such an hour") if int(hour) > 23 else (EXCHANGED, "the minute comes before the hour")
        yield f"{hour} {minute}{rest}", prior, why
    elif minute == "*" and hour.isdigit():
        yield f"0 {hour}{rest}", EVERY_MINUTE, "it is each minute of that hour"


@cache
def _cities() -> dict[str, str]:
    return {zone.rpartition("/")[2].replace("_", " ").lower(): zone for zone in sorted(available_timezones()) if zone.count("/") == 1}


def _zones(scalar: Scalar, sight: Sight) -> Iterator[Other]:
    value = scalar.value
    if not isinstance(value, str) or not (value in ZONES or FIXED.fullmatch(value)) or "ZoneInfo" not in sight.code:
        return
    record = [
        each.value for each in sight.scalars if each.path == scalar.path and each.keys[:-1] == scalar.keys[:-1] and each is not scalar
    ]
    named = [str(word).replace("_", " ").lower() for word in (*scalar.keys[:-1], *record)]
    cities = [_cities()[name] for name in named if name in _cities()]
    for city in cities[:1]:
        yield city, ZONE_OF_CITY, "an offset has no summer"
    if not cities and value in ZONES:
        yield ZONES[value], ZONE, "an offset has no summer"


def _addresses(scalar: Scalar, kin: Sequence[Scalar], sight: Sight) -> Iterator[Other]:
    value = scalar.value
    if not isinstance(value, str) or not value.startswith(("http://", "https://")) or "{" in value or "?" in value:
        return
    beside = [each.value for each in kin if each is not scalar and isinstance(each.value, str)] if len(kin) <= MOST_BESIDE else []
    closed = [other.endswith("/") for other in beside if other.startswith("http")]
    if ADDRESS.fullmatch(value) and ("urljoin" in sight.code or (closed and all(closed))):
        yield f"{value}/", JOINED if "urljoin" in sight.code else BESIDE, "its last part is lost, or grows together with what comes next"
    elif value.endswith("/") and "urljoin" not in sight.code and closed and not any(closed):
        yield value.rstrip("/"), STROKE, "none of the others ends with a stroke"


def _shares(scalar: Scalar, of_one: set[str]) -> Iterator[Other]:
    value, names = scalar.value, parts(scalar.key) if scalar.key else set()
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 < value <= 100:
        return
    if names & (of_one | SHARES):
        yield value / 100, SAID_SHARE if names & of_one else SHARE, "it is a share of one"


def _units(scalar: Scalar, kin: Sequence[Scalar]) -> Iterator[Other]:
    """`pause_seconds: 5000`, which are milliseconds."""
    value, names = scalar.value, parts(scalar.key) if scalar.key else frozenset()
    for word, many in UNITS.items():
        if word in names and type(value) is int and value >= many and value % many == 0:
            beside = [each.value for each in kin if each is not scalar and isinstance(each.value, int | float)]
            odd = bool(beside) and all(each < many for each in beside)
            if odd or (not beside and many == 1000):
                yield value // many, UNIT_BESIDE if odd else UNIT, f"{value} {word}s are many, and may be counted in a smaller unit"
