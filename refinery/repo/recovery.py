"""Clearing away what a run that was killed had left in the user's repository, by what its journal says."""

from __future__ import annotations

from collections.abc import Callable

from refinery.errors import RefineryError
from refinery.repo.journal import Journal, Row
from refinery.repo.landing import Landing
from refinery.repo.publish import BRANCHES, KEPT, PINS, Publisher, Refs, forget_pin

Note = Callable[[str, str], bool]
"""Puts a text, given as a blob, beside a commit."""


def recover(journal: Journal, refs: Refs, publisher: Publisher, only: str = "", note: Note | None = None) -> tuple[str, ...]:
    """Finish or give up every operation that has no end. The caller holds the lock on publishing."""
    reading = journal.read()
    said = list(reading.problems)
    open_ones = [intent for intent in reading.open() if not only or intent.subject == only]
    if open_ones and not only:
        refs.unlock_dead(since=open_ones[0].at)
    said.extend(_close(intent, reading.rows, journal, refs, publisher, note) for intent in open_ones)
    if not only:
        for pin in refs.find(PINS):  # whose operation is over: the user's git held the lock then
            forget_pin(refs, pin)
    return tuple(said)


def _close(intent: Row, rows: tuple[Row, ...], journal: Journal, refs: Refs, publisher: Publisher, note: Note | None) -> str:
    for row in rows:
        same = (row.operation, row.subject, row.phase) == (intent.operation, intent.subject, "packed")
        if same and row.number > intent.number:
            publisher.release(row.details["pack"])
    short = intent.subject[:12]
    if intent.operation == "keep":
        branches = [name for name, tip in refs.find(BRANCHES).items() if tip == intent.subject]
        forget_pin(refs, f"{PINS}{intent.subject}")
        if branches:
            refs.create(f"{KEPT}{intent.subject}", intent.subject)
            name = branches[0].removeprefix("refs/heads/")
            journal.write("keep", "done", intent.subject, branch=name, base=intent.details.get("base", ""))
            return f"fix {short} had been kept as {name} when a run was killed"
        journal.write("keep", "abandoned", intent.subject)
        return f"keeping fix {short} was interrupted; nothing of it is left"
    if "private" in intent.details:
        return _landed(intent, journal)
    if intent.operation in ("undo", "redo") and "from" in intent.details:
        gone = intent.details["from"] not in refs.find(intent.details["from"])
        there = intent.details["to"] in refs.find(intent.details["to"])
        if there and not gone:  # both stand at the fix: the second half was still to do
            gone = refs.delete(intent.details["from"], intent.subject)
        journal.write(intent.operation, "done" if there and gone else "abandoned", intent.subject, **intent.details)
        return f"the {intent.operation} of fix {short} was interrupted; it is {'finished now' if there and gone else 'as if never begun'}"
    if intent.operation == "note" and note and _noted(intent, note):
        return f"the evidence of fix {short} was being written down when a run was killed; it stands beside it now"
    journal.write(intent.operation, "abandoned", intent.subject)
    return f"the {intent.operation} of fix {short} was interrupted; nothing was changed"


def _noted(intent: Row, note: Note) -> bool:
    """Whether the evidence could be put beside its commit after all: both have to be there still."""
    try:
        return "blob" in intent.details and note(intent.subject, intent.details["blob"])
    except RefineryError:
        return False


def _landed(intent: Row, journal: Journal) -> str:
    """A fix on its way into somebody's work tree; where a git command of theirs is in the way, the next run tries again."""
    doing = f"the {intent.operation} of fix {intent.subject[:12]} in {intent.details['root']}"
    try:
        there, left = Landing.read(intent.details).settle(killed=True)
    except RefineryError as error:
        return f"{doing} was interrupted, and cannot be cleared up yet: {error}"
    journal.write(intent.operation, "done" if there else "abandoned", intent.subject, **intent.details)
    return "; ".join((f"{doing} was interrupted; it is {'finished now' if there else 'as if never begun'}", *left))
