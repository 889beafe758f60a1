"""Durations as people write them, in settings and in scenarios."""

from __future__ import annotations

import re

WRITTEN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)\s*")
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
FORMS = "500ms, 2s, 1.5m, 1h or 7d"


def seconds(value: object) -> float | None:
    """`2s`, `500ms`, `1.5m`, `1h`, `7d`, or a bare number of seconds; None when it is none of these."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    match = WRITTEN.fullmatch(value) if isinstance(value, str) else None
    return float(match[1]) * UNITS[match[2]] if match else None
