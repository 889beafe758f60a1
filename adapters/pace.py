"""How fast a platform is asked: no faster than it allows, by what it says in its headers and by what is known of its rules."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from adapters.notation import number
from adapters.patience import Patience

LEFT = ("ratelimit-remaining", "x-ratelimit-remaining")
RESET = ("ratelimit-reset", "x-ratelimit-reset")
SCARCE = 20.0
"""With fewer requests left than this, they are spread over the time until there are more."""
BURST_S = 5.0
"""A pause is made up for by asking faster, as far as this."""
EPOCH = 1e9
"""A reset beyond this is a time of day, not a wait."""


class Pace:
    """Gives each request its turn. Used by several threads."""

    def __init__(self, patience: Patience, per_minute: float | None = None) -> None:
        self._patience = patience
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def turn(self) -> None:
        """Wait until a request may be made."""
        with self._lock:
            now = self._patience.clock()
            at = max(self._next, now - BURST_S)
            self._next = at + self._gap
        if at > now:
            self._patience.sleep(at - now)

    def heed(self, headers: Mapping[str, str]) -> None:
        """What an answer says of how many requests are left, and until when."""
        left, reset = _figure(headers, LEFT), _figure(headers, RESET)
        if left is None or reset is None:
            return
        wait = reset - self._patience.wall() if reset > EPOCH else reset
        if left >= SCARCE or not 0.0 < wait <= self._patience.longest_wait_s:
            return
        self.hold(wait / (left + 1.0))

    def hold(self, seconds: float) -> None:
        """Nobody asks for so long."""
        with self._lock:
            self._next = max(self._next, self._patience.clock() + seconds)


def _figure(headers: Mapping[str, str], names: tuple[str, ...]) -> float | None:
    return next((found for name in names if (found := number(headers.get(name))) is not None), None)
