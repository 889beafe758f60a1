"""The journal in plain words: what was done to the repository, one sentence for each operation from its beginning to its end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from refinery.repo.journal import Row

_DOING = {
    "keep": "keeping fix {fix}",
    "note": "writing down the evidence of {fix}",
    "accept": "accepting fix {fix}",
    "undo": "undoing fix {fix}",
    "redo": "bringing back fix {fix}",
}
_ENDS = {
    "done": "",
    "abandoned": "given up: nothing came of it",
    "intent": "not ended: it is under way, or was killed and is cleared up by the next command",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One operation."""

    at: float
    """When it began, Unix time in seconds."""
    operation: str
    commit: str
    ended: str
    """`done`, `abandoned`, or `intent` when it has no end."""
    says: str


def told(rows: Iterable[Row]) -> tuple[Told, ...]:
    """The operations in the order in which they began."""
    begun: dict[tuple[str, str], int] = {}
    found: list[tuple[Row, Row]] = []
    for row in rows:
        key = row.operation, row.subject
        if row.phase == "intent":
            begun[key] = len(found)
            found.append((row, row))
        elif row.phase in _ENDS and key in begun:
            place = begun.pop(key)
            found[place] = found[place][0], row
        elif row.phase in _ENDS:  # its beginning was in a line that does not hold any more
            found.append((row, row))
    return tuple(Told(first.at, first.operation, first.subject, last.phase, _sentence(first, last)) for first, last in found)


def _sentence(first: Row, last: Row) -> str:
    doing = _DOING.get(first.operation, f"{first.operation} of {{fix}}").format(fix=first.subject[:12])
    return ": ".join(filter(None, (f"{doing}{_where({**first.details, **last.details})}", _ENDS[last.phase])))


def _where(details: dict[str, str]) -> str:
    if "private" in details:
        branch = details["branch"].removeprefix("refs/heads/")
        return f" on branch {branch} in {details['root']}, from {details['old'][:12]} to {details['new'][:12]}"
    if "from" in details:
        return f", from {details['from']} to {details['to']}"
    return f" on branch {details['branch']}" if "branch" in details else ""
