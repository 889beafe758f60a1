"""Times as people write them on the command line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from refinery.errors import UsageError


def moment(when: str) -> datetime:
    """A date, or so long ago."""
    from refinery.duration import FORMS, seconds

    try:
        moment = datetime.fromisoformat(when)
    except ValueError:
        pass
    else:
        return moment if moment.tzinfo else moment.astimezone()
    ago = seconds(when)
    try:
        if ago is not None:
            return datetime.now(UTC) - timedelta(seconds=ago)
    except OverflowError:
        pass
    raise UsageError(f"the time {when} is not understood", hint=f"write {FORMS}, or a date such as 2026-11-01")
