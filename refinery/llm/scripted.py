"""A model that says what it was told to say: for tests, demonstrations and trying things out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeAlias

from refinery.errors import RefineryError
from refinery.llm.port import Reply, Request

Line: TypeAlias = "str | Reply | RefineryError | Callable[[Request], Reply]"
"""An answer, an error to raise, or a function that makes the answer of the request."""


class Scripted:
    """Gives its lines in order, one a call, and keeps the requests it was asked."""

    def __init__(self, *lines: Line, model: str = "scripted") -> None:
        self.requests: list[Request] = []
        self._lines = list(lines)
        self._model = model
        self._lock = threading.Lock()

    @property
    def model(self) -> str:
        return self._model

    def complete(self, request: Request) -> Reply:
        """The next line; a RefineryError when there is none left."""
        with self._lock:
            self.requests.append(request)
            if not self._lines:
                raise RefineryError(f"the script has no answer to request {len(self.requests)} ({request.purpose or 'no purpose given'})")
            line = self._lines.pop(0)
        if isinstance(line, str):
            return Reply(line)
        if isinstance(line, RefineryError):
            raise line
        return line if isinstance(line, Reply) else line(request)
