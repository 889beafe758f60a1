"""What other packages add to Refinery: sources of traces, found by their entry points; ours are declared in the same way."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import TypeAlias

from adapters.source import Opening, Source
from refinery.errors import UsageError

SOURCES = "refinery.sources"
"""The group of entry points. Each names a function that takes an `Opening` and answers a `Source`."""

Opener: TypeAlias = Callable[[Opening], Source]


def source_names() -> tuple[str, ...]:
    """The names of all sources that are installed."""
    return tuple(sorted({point.name for point in entry_points(group=SOURCES)}))


def source_opener(name: str) -> Opener:
    """What opens the source of this name. Raises UsageError when there is none, or when its package cannot be loaded."""
    found = _found(name)
    try:
        opener: Opener = found.load()
    except (ImportError, AttributeError) as error:
        says = f'the source "{name}" cannot be loaded: {error}'
        raise UsageError(says, hint=f"install {found.dist.name if found.dist else 'its package'} again") from None
    return opener


def _found(name: str) -> EntryPoint:
    for point in entry_points(group=SOURCES, name=name):
        return point
    known = source_names()
    near = difflib.get_close_matches(name, known, n=1)
    hint = f'did you mean "{near[0]}"?' if near else f"installed are: {', '.join(known)}"
    raise UsageError(f'there is no source of traces called "{name}"', hint=hint)
