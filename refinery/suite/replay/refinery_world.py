"""A recorded world around one attempt: entered before the agent runs, left with a list of what it was asked."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Json = dict[str, Any]

VARIABLE = "REFINERY_WORLD"
"""Names the file with what a Python process needs to know of the world around it."""


class Entered:
    """The world of an attempt, from the process that watches over it."""

    def __init__(self, told: Json, inside: bool) -> None:
        answers, tools = beside("refinery_answers"), beside("refinery_tools")
        served = beside("refinery_served") if told["http"] else None
        self.told = told
        self.world = answers.World(told)
        self.served = served.Served(self.world, answers, told["http"]) if served else None
        if inside:
            tools.Tools(self.world, beside).install()
            self.world.journal.note({"ready": True})
            if served and self.served:
                served.redirect(self.served.port)

    def environment(self) -> dict[str, str]:
        """The variables that point the agent's HTTP tools to the recording."""
        return {name: self.served.address(name) for name in self.told["http"]} if self.served else {}

    def leave(self) -> list[Json]:
        """What was asked, and how it was answered. The server ends with this process: shutting it down would only take time."""
        found: list[Json] = self.world.journal.entries()
        self.world.journal.close()
        for path in (self.told["journal"], self.told["file"]):
            with contextlib.suppress(OSError):
                os.unlink(path)
        return found


def prepared(http: bool) -> None:
    """Everything loaded that an attempt needs, once for all that are forked from here."""
    for name in ("refinery_answers", "refinery_tools", "refinery_shapes", "refinery_main", *(("refinery_served",) if http else ())):
        beside(name)
    for name in ("fcntl", "typing"):
        importlib.import_module(name)


def beside(name: str) -> Any:
    """A module of this folder; nothing of the folder stays to be found by others."""
    if name in sys.modules:
        return sys.modules[name]
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, folder)
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(folder)
