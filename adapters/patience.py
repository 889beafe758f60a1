"""Asking a platform again when it is busy or a connection drops: with back-off, as long as it wishes, and not for ever."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

from adapters.source import SourceError

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")

PASSING = frozenset({408, 409, 425, 429, *range(500, 600)} - {501})
"""Statuses after which the same request may succeed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, and how often, we ask. Clocks, sleep and chance are given so that tests need not wait."""

    tries: int = 6
    deadline_s: float = 180.0
    """No new try starts later than this after the first."""
    first_wait_s: float = 0.5
    longest_wait_s: float = 60.0
    """Also for a `Retry-After`: a platform that asks for more is not waited for, and that is told."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    chance: Callable[[], float] = field(default_factory=lambda: random.Random().random)


class Busy(Exception):
    """A failure that may pass, and what it is when it does not; private to the doors of the platforms."""

    def __init__(self, failure: SourceError, retry_after: str | None = None, *, throttled: bool = False) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.retry_after = retry_after
        self.throttled = throttled
        """We asked too fast: others must wait as well."""


def again(call: Callable[[], T], patience: Patience, tell: Callable[[str], None], hold: Callable[[float], None] | None = None) -> T:
    """Call until it succeeds or patience ends; then the last failure is raised, with the number of tries in it.

    `hold` keeps others from asking while a platform wishes to be left alone.
    """
    from tenacity import Retrying, retry_if_exception_type

    start = patience.clock()

    def give_up(state: RetryCallState) -> bool:
        asked, wait = _asked(_busy(state), patience), _wait(state, patience)
        late = patience.clock() - start + wait > patience.deadline_s
        return state.attempt_number >= patience.tries or late or (asked or 0.0) > patience.longest_wait_s

    def say(state: RetryCallState) -> None:
        wait = state.next_action.sleep if state.next_action else 0.0
        if hold and _busy(state).throttled:
            hold(wait)
        tell(f"{_busy(state).failure}; asking again in {wait:.0f} s")

    retrying = Retrying(
        sleep=patience.sleep,
        stop=give_up,
        wait=lambda state: _wait(state, patience),
        retry=retry_if_exception_type(Busy),
        before_sleep=say,
        reraise=True,
    )
    try:
        return retrying(call)
    except Busy as last:
        raise _told(last, retrying.statistics.get("attempt_number", 1), patience) from None


def _busy(state: RetryCallState) -> Busy:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, Busy):
        raise TypeError(f"only Busy is tried again, not {type(error).__name__}")
    return error


def _asked(busy: Busy, patience: Patience) -> float | None:
    """Seconds of a `Retry-After`, which is a number or a date; None when there is none that can be read."""
    if busy.retry_after is None:
        return None
    try:
        return max(0.0, float(busy.retry_after))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(busy.retry_after).timestamp() - patience.wall())
    except ValueError:
        return None


def _wait(state: RetryCallState, patience: Patience) -> float:
    """As long as was asked for; without a wish, longer each time."""
    asked = _asked(_busy(state), patience)
    if asked is not None:
        return asked
    backoff = min(patience.longest_wait_s, patience.first_wait_s * 2.0 ** (state.attempt_number - 1))
    return backoff * (0.5 + patience.chance() / 2)


def _told(last: Busy, tries: int, patience: Patience) -> SourceError:
    asked = _asked(last, patience) or 0.0
    if asked > patience.longest_wait_s:
        says = f"{last.failure}; it asks to wait {asked:.0f} s, which is longer than Refinery waits ({patience.longest_wait_s:.0f} s)"
    else:
        says = f"{last.failure}; asked {tries} times"
    return type(last.failure)(says, last.failure.hint)
