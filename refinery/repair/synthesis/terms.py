"""What may stand in the place of an expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Span: TypeAlias = tuple[int, int, int, int]
"""Line and column at which an expression begins, and those at which it ends, as `ast` counts them."""


@dataclass(frozen=True, slots=True)
class Term:
    """An expression that may stand in the place of another."""

    span: Span
    kind: str
    text: str
    """As it is written, with `OWN` for what stands there now."""
    atom: str
    """What is in it beside that."""
    share: float
    """What it counts: of the failing runs, in how many it comes to something else; less where it does in passing ones too. 0 to 1."""
