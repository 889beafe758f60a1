"""What is told while something runs; the command line decides how it looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One piece of progress."""

    stage: str
    """Which part of the work: `diagnose`, `search`, `gate`, `suite`, ..."""
    says: str
    done: int = 0
    total: int = 0
    """0 when it is not known how much there is to do."""


Say = Callable[[Event], None]


def silent(_: Event) -> None:
    """Tell nobody."""
