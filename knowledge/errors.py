"""What goes wrong with what is known: a guide, a pattern file or an index that cannot be used."""

from __future__ import annotations


class KnowledgeError(Exception):
    """A message the user can act on; `hint` is the way out."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
