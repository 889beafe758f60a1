"""One dangerous thing found in a text, in whatever language it is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from safety.verdict import Effect


@dataclass(frozen=True, slots=True)
class Danger:
    """What can be done that should not, where it stands, and how hard the guard takes it."""

    key: str
    """The same danger before and after a change has the same key; it does not depend on the place."""
    line: int
    says: str
    effect: Effect
    acts_alone: bool = False
    """It publishes, deploys or commits: a script may do so with approval, a running agent may not."""

    def at(self, line: int) -> Danger:
        """The same danger, met at another line (of the file that carries the text)."""
        return replace(self, line=line)
