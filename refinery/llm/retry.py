"""Trying again when a provider is busy or a connection drops: with back-off, within a deadline, and not for ever."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from refinery.events import Event, Say, silent
from refinery.llm.port import Garbled, ModelError, Unavailable

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")

RETRIED = frozenset({408, 409, 425, 429, *range(500, 600)})
"""Statuses after which the same request may succeed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, and how often, we try. Clock, sleep and chance are given so that tests need not wait."""

    tries: int = 6
    deadline_s: float = 180.0
    """No new try starts later than this after the first."""
    first_wait_s: float = 0.5
    longest_wait_s: float = 60.0
    """Also for a `Retry-After`: whoever asks for more is told that it is not waited for."""
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = field(default_factory=lambda: random.Random().random)


class Transient(Exception):
    """A failure that may pass; private to the doors of the vendors."""

    def __init__(self, failure: ModelError, retry_after: float | None = None) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.retry_after = retry_after


def again(call: Callable[[], T], patience: Patience, say: Say = silent) -> T:
    """Call until it succeeds or patience ends; then the last failure is raised, with the number of tries in it."""
    from tenacity import Retrying, retry_if_exception_type

    start = patience.clock()

    def give_up(state: RetryCallState) -> bool:
        wait = _wait(state, patience)
        late = patience.clock() - start + min(wait, patience.longest_wait_s) > patience.deadline_s
        return state.attempt_number >= patience.tries or late or _asked(state) > patience.longest_wait_s

    def tell(state: RetryCallState) -> None:
        why = _transient(state).failure
        wait = state.next_action.sleep if state.next_action else 0.0
        say(Event("model", f"{why}; trying again in {wait:.0f} s", state.attempt_number, patience.tries))

    retrying = Retrying(
        sleep=patience.sleep,
        stop=give_up,
        wait=lambda state: _wait(state, patience),
        retry=retry_if_exception_type(Transient),
        before_sleep=tell,
        reraise=True,
    )
    try:
        return retrying(call)
    except Transient as last:
        tries = retrying.statistics.get("attempt_number", 1)
        raise _told(last, tries, patience) from None


def retry_after(value: str | None) -> float | None:
    """Seconds of a `Retry-After` header; None when it is missing, or is a date (those are as rare as they are wrong)."""
    try:
        return max(0.0, float(value)) if value is not None else None
    except ValueError:
        return None


def _transient(state: RetryCallState) -> Transient:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, Transient):
        raise TypeError(f"only Transient is tried again, not {type(error).__name__}")
    return error


def _asked(state: RetryCallState) -> float:
    return _transient(state).retry_after or 0.0


def _wait(state: RetryCallState, patience: Patience) -> float:
    backoff = min(patience.longest_wait_s, patience.first_wait_s * 2.0 ** (state.attempt_number - 1))
    return max(_asked(state), backoff * (0.5 + patience.chance() / 2))


def _told(last: Transient, tries: int, patience: Patience) -> ModelError:
    failure = last.failure
    if (last.retry_after or 0.0) > patience.longest_wait_s:
        says = f"{failure}; it asks to wait {last.retry_after:.0f} s, which is longer than Refinery waits ({patience.longest_wait_s:.0f} s)"
    else:
        says = f"{failure}; tried {tries} times"
    kind = type(failure) if isinstance(failure, Unavailable | Garbled) else Unavailable
    return kind(says, failure.hint, failure.spent)
