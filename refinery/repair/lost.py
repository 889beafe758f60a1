"""Kinds of edits that fail on code or settings which nobody thought of: the search goes on without them, and says so."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import TypeVar

Each = TypeVar("Each")


class Lost:
    """What went wrong, each once."""

    def __init__(self, strict: bool = True) -> None:
        self.strict = strict
        """Nothing is left out: what goes wrong is raised."""
        self.notes: list[str] = []

    def without(self, made: Iterable[Each]) -> Iterator[Each]:
        """What is made, up to where that fails."""
        if self.strict:
            yield from made
            return
        try:
            yield from made
        except Exception as error:  # noqa: BLE001  one kind of edit in hundreds is no reason to give a fix up
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{PurePath(where.filename).name}, line {where.lineno}"
            note = f"a kind of edit was left out ({type(error).__name__} in {place}): a bug in Refinery, please report it"
            self.notes += [note] if note not in self.notes else []
