"""Takes out of a trace what must not be kept or passed on, and puts marks in its place: the same mark for the same value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from adapters.trace import Document, Failure, Feedback, Json, Message, Span, ToolCall, Trace

SHORTEST = 4
"""Shorter values would be found in every other word."""
OTHER = "-other-case"


@dataclass(frozen=True, slots=True)
class Found:
    """Something that must not be kept."""

    what: str
    """The word that stands in its mark."""
    value: str


Find: TypeAlias = Callable[[str], Iterable[Found]]


class Masking:
    """Marks for values, as long as one works on what belongs together."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._marks: dict[str, str] = {}
        self._values: dict[str, str] = {}

    @property
    def count(self) -> int:
        """How many different values were masked."""
        return len(self._marks)

    def text(self, text: str) -> str:
        """The text with every value that is found in it, or was found before, replaced by its mark."""
        if len(text) < SHORTEST:
            return text
        seen = [*self._find(text)]
        if '\\"' in text:  # JSON inside JSON
            seen += self._find(text.replace('\\"', '"'))
        for found in seen:
            if len(found.value) >= SHORTEST and found.value not in self._marks and found.value not in self._values:
                self._name(found, text)
        if not any(value in text for value in self._marks):
            return text
        either = "|".join(re.escape(value) for value in sorted(self._marks, key=len, reverse=True))
        return re.sub(either, lambda match: self._marks[match[0]], text)

    def back(self, text: str) -> str:
        """The text with the values in the place of their marks."""
        if not any(mark in text for mark in self._values):
            return text
        either = "|".join(re.escape(mark) for mark in self._values)
        return re.sub(either, lambda match: self._values[match[0]], text)

    def json(self, value: Json) -> Json:
        """A value with all its texts masked."""
        return _each_text(value, self.text)

    def json_back(self, value: Json) -> Json:
        """A value with all its marks replaced."""
        return _each_text(value, self.back)

    def _name(self, found: Found, text: str) -> None:
        """Its mark; one that tells so where it differs from a value that has a mark in capitals alone."""
        alike = next((mark for value, mark in self._marks.items() if OTHER not in mark and value.casefold() == found.value.casefold()), "")
        stem = f"{alike[:-1]}{OTHER}" if alike else f"[{found.what}"
        number = 1 + sum(mark.startswith(f"{stem}-") and OTHER not in mark[len(stem) :] for mark in self._values)
        while (mark := f"{stem}-{number}]") in text or mark in self._values:
            number += 1
        self._marks[found.value], self._values[mark] = mark, found.value


def redacted(trace: Trace, find: Find) -> Trace:
    """A trace without what `find` finds in it; how much that was stands in its attributes."""
    masking = Masking(find)
    made = replace(
        trace,
        name=masking.text(trace.name),
        task=masking.text(trace.task),
        spans=tuple(_span(span, masking) for span in trace.spans),
        attributes=_object(trace.attributes, masking),
        feedback=tuple(_feedback(each, masking) for each in trace.feedback),
    )
    return replace(made, attributes={**made.attributes, "refinery.redacted": masking.count}) if masking.count else made


def _span(span: Span, masking: Masking) -> Span:
    failure = span.failure
    return replace(
        span,
        name=masking.text(span.name),
        failure=Failure(failure.type, masking.text(failure.message), masking.text(failure.stacktrace)) if failure else None,
        input=masking.text(span.input),
        output=masking.text(span.output),
        input_messages=tuple(_message(each, masking) for each in span.input_messages),
        output_messages=tuple(_message(each, masking) for each in span.output_messages),
        documents=tuple(_document(each, masking) for each in span.documents),
        attributes=_object(span.attributes, masking),
    )


def _message(message: Message, masking: Masking) -> Message:
    calls = tuple(ToolCall(call.name, masking.text(call.arguments), call.id) for call in message.tool_calls)
    return replace(message, content=masking.text(message.content), tool_calls=calls)


def _document(document: Document, masking: Masking) -> Document:
    return replace(document, content=masking.text(document.content), metadata=_object(document.metadata, masking))


def _feedback(feedback: Feedback, masking: Masking) -> Feedback:
    return replace(feedback, label=masking.text(feedback.label), comment=masking.text(feedback.comment))


def _object(held: Mapping[str, Json], masking: Masking) -> dict[str, Json]:
    return {masking.text(key): masking.json(value) for key, value in held.items()}


def _each_text(value: Json, change: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(each, change) for each in value]
    if isinstance(value, dict):
        return {change(key): _each_text(each, change) for key, each in value.items()}
    return value
