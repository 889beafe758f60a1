"""Calendar days as customers read them."""

from __future__ import annotations

from datetime import date

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def spoken(day: str) -> str:
    """`2026-09-01` as `1 September 2026`, the same in every locale."""
    year, month, number = day.split("-")
    return f"{int(number)} {MONTHS[int(month) - 1]} {year}"


def days_between(earlier: str, later: str) -> int:
    """Whole days from one day to another; negative when `later` is earlier."""
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
