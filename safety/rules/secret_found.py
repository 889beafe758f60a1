"""One credential found in a text."""

from __future__ import annotations

from typing import NamedTuple


class Secret(NamedTuple):
    """One credential."""

    value: str
    line: int
    name: str
    """What it is, as far as can be told."""
    sure: bool
    """Its form gives it away; otherwise it is judged by its context."""


def line_at(text: str, position: int) -> int:
    """The 1-based line of a position."""
    return text.count("\n", 0, position) + 1
