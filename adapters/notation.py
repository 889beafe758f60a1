"""Texts, numbers, times and JSON in the notations that recorders use; the one door to orjson."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta, timezone

import orjson

from adapters.trace import Json

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017  datetime.UTC is the same, this reads the same on both sides
MICROSECOND = timedelta(microseconds=1)
DEEP = 250
"""More levels than this are not carried; it is also where the encoder gives up."""


def loads(data: bytes | str) -> Json:
    """The value of a JSON text; ValueError names the line and column of a fault."""
    value: Json = orjson.loads(data)
    return value


def dumps(value: object) -> bytes:
    """Compact JSON. What orjson refuses (lone surrogates, huge integers) is written by the standard library, behind a space.

    That space tells `loads_own` who must read it back to the same value. Dataclasses are written as objects.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        return b" " + json.dumps(value, separators=(",", ":"), default=_fields).encode()


def loads_own(data: bytes) -> Json:
    """What `dumps` wrote, the same to the last surrogate."""
    value: Json = json.loads(data) if data[:1] == b" " else orjson.loads(data)
    return value


def canonical(value: Json) -> bytes:
    """JSON that is the same for equal values, to be hashed."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def too_deep(value: Json) -> bool:
    """Whether a value is nested deeper than anything here can carry safely."""
    try:
        orjson.dumps(value)
    except TypeError:
        levels: list[tuple[Json, int]] = [(value, 1)]
        while levels:
            at, depth = levels.pop()
            if depth > DEEP:
                return True
            if isinstance(at, dict):
                levels.extend((inner, depth + 1) for inner in at.values())
            elif isinstance(at, list):
                levels.extend((inner, depth + 1) for inner in at)
    return False


def parsed(text: str) -> Json:
    """The object or list that a text is; None when it is another thing, or nested too deeply."""
    bare = text.strip()
    if not bare or bare[0] not in "{[":
        return None
    try:
        value: Json = orjson.loads(bare)
    except ValueError:
        return None
    return None if bare.count("[") + bare.count("{") > DEEP and too_deep(value) else value


def text(value: Json) -> str:
    """Verbatim when it is text, empty for nothing, else compact JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if too_deep(value):
        return "(nested too deeply to be shown)"
    return dumps(value).decode().lstrip()


def word(value: Json) -> str:
    """A text or number as text; empty for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def whole(value: Json) -> int | None:
    """A count, as a number or in digits."""
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return None
    if isinstance(value, int):
        return None if isinstance(value, bool) else value
    return int(value) if isinstance(value, float) and value.is_integer() else None


def number(value: Json) -> float | None:
    """A finite number, as a number or in digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def nanoseconds(value: Json) -> int | None:
    """A point in time as Unix nanoseconds, from digits of any unit, ISO 8601 (UTC unless it says otherwise) or [seconds, nanoseconds]."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return _scaled(value)
    if isinstance(value, str):
        return _moment(value.strip())
    if isinstance(value, list) and len(value) == 2:
        seconds, rest = whole(value[0]), whole(value[1])
        return None if seconds is None or rest is None else seconds * 1_000_000_000 + rest
    return None


def _scaled(value: int | float) -> int | None:
    """Nobody records agents of before 1973 or after 5138, so the size tells the unit."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    size = abs(value)
    unit = 1 if size >= 1e17 else 1_000 if size >= 1e14 else 1_000_000 if size >= 1e11 else 1_000_000_000
    if size >= 1e20:
        return None
    if isinstance(value, int):
        return value * unit or None
    return round(value * unit) or None


def _moment(value: str) -> int | None:
    if not value:
        return None
    if value.lstrip("-").isdecimal():
        return _scaled(int(value)) if len(value) < 25 else None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        found = number(value)
        return None if found is None else _scaled(found)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=EPOCH.tzinfo)
    return (moment - EPOCH) // MICROSECOND * 1_000 + _beyond_microseconds(value)


def _beyond_microseconds(value: str) -> int:
    """Digits seven to nine of the fraction, which datetime drops."""
    _, dot, fraction = value.partition(".")
    digits = fraction[:9]
    return int(digits[6:].ljust(3, "0")) if dot and len(digits) > 6 and digits.isdecimal() else 0


def fields(value: Json) -> dict[str, Json]:
    """The object that a value is; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def items(value: Json) -> list[Json]:
    """The list that a value is; an empty one for anything else."""
    return value if isinstance(value, list) else []


def _fields(value: object) -> object:
    names = getattr(value, "__dataclass_fields__", None)
    if names is None:
        raise TypeError(f"not JSON: {type(value).__name__}")
    return {name: getattr(value, name) for name in names}
