"""One step of a trace in words: a heading, its texts with what was told before left out, and as much of them as there is room for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.trace import Span, Status, Trace
from refinery.signals.turns import GAP, clip, is_chat, reach_of

REPEATED = 60
"""Lines shorter than this are told again; it costs less than to refer to them."""
FIRST_WORDS = 60
AROUND = 160
"""Characters told on either side of words that must be seen."""
CUT = " [... {} characters cut ...] "


@dataclass(frozen=True, slots=True)
class Telling:
    """A step as it may be told."""

    heading: str
    line: str
    """The heading and the first words."""
    text: str
    must: tuple[str, ...] = ()
    """Words that are told before any others."""
    own: int = 0
    """Characters of the text."""

    @property
    def size(self) -> int:
        """Bytes of the whole text."""
        return size(self.text)

    def within(self, room: int) -> str:
        """As much of the text as fits: the words that must be seen, then its head and its tail; empty when too little does."""
        return cut(self.text, room, self.must)

    def shown_in(self, text: str) -> int:
        """How many characters of the step's own are in a text that was cut from it."""
        return len(re.sub(r" \[\.\.\. \d+ characters cut \.\.\.\] ", "", text))


def tellings(trace: Trace, must: Mapping[str, Sequence[str]]) -> tuple[Telling, ...]:
    """Every step in words, as far as the rules read it too."""
    reach = reach_of(trace)
    told: dict[str, int] = {}
    return tuple(_telling(step, span, reach, told, tuple(must.get(span.id, ()))) for step, span in enumerate(trace.spans))


def size(text: str) -> int:
    """Bytes of a text."""
    return len(text.encode("utf-8", "replace"))


def cut(text: str, room: int, must: Sequence[str] = ()) -> str:
    """As much of a text as fits into `room` bytes, its ends first, and what was cut is counted; empty when hardly anything fits."""
    if not text or size(text) <= room:
        return text
    wide = size(text) / len(text)
    most = int((room - len(CUT) - 8) / wide)
    while most > 20:
        pieces = _pieces(text, most, must)
        shown = _joined(text, pieces)
        if size(shown) <= room:
            return shown
        most = int(most * 0.9) - 1
    return ""


def _pieces(text: str, most: int, must: Sequence[str]) -> list[tuple[int, int]]:
    """The stretches that are kept: around words that must be seen, for at most half of the room; the head, and the tail."""
    kept: list[tuple[int, int]] = []
    left = most
    for words in must:
        at = text.find(words)
        if at >= 0 and left > most / 2:
            start, end = max(0, at - AROUND), min(len(text), at + len(words) + AROUND)
            if end - start <= left - most / 2:
                kept.append((start, end))
                left -= end - start
    kept += [(0, left * 2 // 3), (len(text) - left // 3, len(text))]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(kept):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _joined(text: str, pieces: Sequence[tuple[int, int]]) -> str:
    parts: list[str] = []
    at = 0
    for start, end in pieces:
        if start > at:
            parts.append(CUT.format(start - at))
        parts.append(text[start:end])
        at = end
    if at < len(text):
        parts.append(CUT.format(len(text) - at))
    return "".join(parts)


def _telling(step: int, span: Span, reach: int, told: dict[str, int], must: tuple[str, ...]) -> Telling:
    heading = f"[step {step}] {_what(span)}"
    parts = [_new(label, clip(text, reach).replace(GAP, " [...] "), step, told) for label, text in _texts(span) if text.strip()]
    text = "\n".join(parts)
    first = " ".join(text.split())[:FIRST_WORDS]
    return Telling(heading, f"{heading}: {first}" if first else heading, text, must, len(text))


def _what(span: Span) -> str:
    words = [str(span.kind)] if not is_chat(span) else []
    words += [" ".join(name.split())[:60] for name in dict.fromkeys((span.agent, span.tool, span.name)) if name]
    words += ["ERROR"] if span.failed else []
    return " ".join(words) or "unnamed"


def _texts(span: Span) -> list[tuple[str, str]]:
    found = []
    if span.failure:
        found.append(("failure", f"{span.failure.type}: {span.failure.message}\n{span.failure.stacktrace}"))
    elif span.status is Status.ERROR:
        found.append(("status", "error"))
    chat = is_chat(span)
    if span.input and not chat:
        found.append(("in", span.input))
    elif not chat:
        found += [(f"in, {message.role}", message.content) for message in span.input_messages]
    found += [("", span.output) if chat else ("out", span.output)]
    said = [message for message in span.output_messages if message.content and not span.output]
    found += [("out", message.content) for message in said]
    calls = [call for message in span.output_messages for call in message.tool_calls]
    found += [(f"calls {call.name}", call.arguments) for call in calls]
    found += [(f"document {document.id or place}", document.content) for place, document in enumerate(span.documents)]
    return found


def _new(label: str, text: str, step: int, told: dict[str, int]) -> str:
    """A text without the long lines that were told before; in their place stands where."""
    lines: list[str] = []
    again: list[tuple[int, int]] = []
    for line in text.split("\n"):
        bare = line.strip()
        if len(bare) >= REPEATED and (earlier := told.setdefault(bare, step)) != step:
            again.append((earlier, len(line)))
            continue
        if again:
            lines.append(_reference(again))
            again = []
        lines.append(line)
    if again:
        lines.append(_reference(again))
    body = "\n".join(lines)
    return f"{label}: {body}" if label else body


def _reference(again: Sequence[tuple[int, int]]) -> str:
    steps = sorted({step for step, _ in again})
    where = f"step {steps[0]}" + (f" and {len(steps) - 1} more" if len(steps) > 1 else "")
    return f"[{sum(length for _, length in again)} characters as in {where}]"
