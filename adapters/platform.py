"""What all platforms do alike: a trace is read page by page, whole or in pieces; adapters say how a page is had and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adapters.gather import Gathering, Notes
from adapters.source import NotFound, Pulled, Receipt, Unable, Unreadable
from adapters.trace import Json, Span


@dataclass(frozen=True, slots=True)
class Page:
    """Some items of a list, and where the next ones are; an empty cursor ends."""

    items: tuple[Json, ...]
    cursor: str


def every(ask: Callable[[str], Page], where: str, what: str, one: str = "item") -> Iterator[tuple[str, Json]]:
    """Every item of every page, with its place. A server that repeats a cursor would be asked for ever."""
    cursor, known, number = "", {""}, 0
    while True:
        page = ask(cursor)
        number += 1
        for place, item in enumerate(page.items, 1):
            yield f"{what}, page {number}, {one} {place}", item
        if not page.cursor:
            return
        if page.cursor in known:
            raise Unreadable(f"{where} gives the same page again after page {number} of {what}")
        known.add(cursor := page.cursor)


def strange(where: str, platform: str, what: str, address_at: str) -> Unreadable:
    """An answer in JSON that is not of the platform's shape."""
    return Unreadable(
        f"{where} answers with another shape than {platform}'s ({what})", f"see that {address_at} names a server of {platform}"
    )


HEAVY = 4_000_000
"""Characters of spans that are held of one trace before they are handed on."""


class Platform:
    """The half of `Source` that is the same everywhere."""

    name = ""
    place = ""
    at_once = 4

    def __init__(self) -> None:
        self._skipped = Notes()

    def fetch(self, trace_id: str) -> Pulled:
        """One whole trace."""
        gathering = self._gathering(trace_id)
        for _ in self._pages(trace_id, gathering):
            pass
        return gathering.pulled()

    def pieces(self, trace_id: str) -> Iterator[Pulled]:
        """The same, one part of its spans after the other; the receipt comes with the last."""
        gathering = self._gathering(trace_id)
        for _ in self._pages(trace_id, gathering):
            if gathering.weight >= HEAVY:
                yield gathering.piece()
        yield gathering.pulled()

    def hierarchy(self, trace_id: str) -> dict[str | None, tuple[Span, ...]]:
        """The spans of one trace by the parent they stand under; None is the top."""
        (trace,) = self.fetch(trace_id).traces
        return dict(trace.children())

    def noticed(self) -> Receipt:
        """What searching met that belongs to no trace, since this was last asked."""
        met, self._skipped = self._skipped, Notes()
        return Receipt(asked="", not_understood=met.all())

    def _gathering(self, trace_id: str) -> Gathering:
        raise NotImplementedError

    def _pages(self, trace_id: str, gathering: Gathering) -> Iterator[None]:
        """Gathers the spans of one page after the other. Raises NotFound when there is no such trace."""
        raise NotImplementedError


def unable(platform: str, condition: str, instead: str = "") -> Unable:
    """A condition that the platform's API does not know."""
    return Unable(f"{platform} cannot search by {condition}", instead or "pull without it, then: refinery traces list --text")


def unnamed(platform: str) -> NotFound:
    """No project was said, and the platform does not do without."""
    return NotFound(f"no project of {platform} is named", "set `project` under [traces] in refinery.toml, or pass --project")
