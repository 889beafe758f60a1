"""Where a guided session was left: written after each answer, so that it can be gone on with after any interruption."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from adapters.trace import Json
from refinery.store.port import Store

KEY = KIND = "guided"


@dataclass(frozen=True, slots=True)
class Bookmark:
    """What was said so far."""

    trace: str = ""
    """Empty: nothing was chosen yet."""
    asked: str = ""
    """What the chosen conversation is about, to be known again by."""
    complaint: str = ""
    """As it was pasted."""
    says: str | None = None
    """What should have happened; None: not asked yet."""
    wishes: tuple[str, ...] | None = None
    """By what a right answer is known; None: not asked yet."""
    answers: tuple[str, ...] = ()
    """To the questions of the diagnosis, in their order; empty ones too."""
    decided: tuple[str, ...] = ()
    """Which of several answers is right in situations that changes part on; see `doubts`."""
    kept: str = ""
    """The branch of the fix that was kept, while it is not settled whether it is taken over."""


def opened(store: Store) -> Bookmark:
    """The bookmark as it was left; an empty one where there is none."""
    filed = store.report(KEY)
    body = filed.body if filed else {}
    says, wishes = body.get("says"), body.get("wishes")
    return Bookmark(
        trace=str(body.get("trace") or ""),
        asked=str(body.get("asked") or ""),
        complaint=str(body.get("complaint") or ""),
        says=says if isinstance(says, str) else None,
        wishes=_texts(wishes) if isinstance(wishes, list) else None,
        answers=_texts(body.get("answers")),
        decided=_texts(body.get("decided")),
        kept=str(body.get("kept") or ""),
    )


def put(mark: Bookmark, store: Store, now: Callable[[], str]) -> Bookmark:
    """Keep the bookmark in the place of the one before."""
    body: dict[str, Json] = {key: [*value] if isinstance(value, tuple) else value for key, value in asdict(mark).items()}
    store.save_report(KEY, KIND, body, now())
    return mark


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list) else ()
