"""Server-sent events: cut out of the bytes as they come, put together where only a text goes on, and written again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from adapters import notation
from adapters.trace import Json

BORDER = re.compile(rb"\r?\n\r?\n")
GROWING = frozenset({"text", "partial_json", "thinking", "content", "arguments", "delta", "reasoning_content"})
"""Fields of an event that hold the next piece of a text."""
COUNTING = frozenset({"sequence_number", "obfuscation"})
"""Those that differ from event to event and say nothing."""
KIND = "text/event-stream"


def cut(parts: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Whole events with the blank line behind them, those together that came together; what is left of a broken stream comes last."""
    held = b""
    for part in parts:
        held += part
        events, at = [], 0
        for border in BORDER.finditer(held):
            events.append(held[at : border.end()])
            at = border.end()
        held = held[at:]
        if events:
            yield events
    if held:
        yield [held]


def data(event: bytes) -> Json:
    """What an event says: its JSON, its text where it is none, None where it says nothing."""
    lines = [line[5:].removeprefix(b" ") for line in event.splitlines() if line.startswith(b"data:")]
    if not lines:
        return None
    text = b"\n".join(lines)
    try:
        return notation.loads(text)
    except ValueError:
        return text.decode("utf-8", "replace")


def written(event: Json) -> bytes:
    """An event in bytes; those that have a type carry it as their name too."""
    kind = notation.word(notation.fields(event).get("type"))
    name = f"event: {kind}\n".encode() if kind else b""
    return name + b"data: " + (event.encode() if isinstance(event, str) else notation.dumps(event)) + b"\n\n"


def together(events: Iterable[Json]) -> list[Json]:
    """The same stream in fewer events: those that do nothing but carry on a text are one."""
    found: list[Json] = []
    for event in events:
        joined = _joined(found[-1], event) if found else None
        if joined is None:
            found.append(event)
        else:
            found[-1] = joined
    return found


def _joined(first: Json, second: Json) -> Json:
    """Both as one event; None when the second says something else than how a text goes on."""
    grew = False

    def join(a: Json, b: Json, name: str) -> Json:
        nonlocal grew
        if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
            return {key: join(a[key], b[key], key) for key in a}
        if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
            return [join(x, y, name) for x, y in zip(a, b, strict=True)]
        if name in GROWING and isinstance(a, str) and isinstance(b, str):
            grew = True
            return a + b
        if name not in COUNTING and (a != b or type(a) is not type(b)):
            raise ValueError
        return a

    try:
        made = join(first, second, "") if isinstance(first, dict) and isinstance(second, dict) else None
    except ValueError:
        return None
    return made if grew else None
