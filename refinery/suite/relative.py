"""Paths of the throw-away copy an agent ran in, told as paths of the repository: nobody else can open the others, nor should see them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from adapters.trace import Failure, Json, Span, Trace
from refinery.domain import Attempt


def attempt_from(tree: Path, attempt: Attempt) -> Attempt:
    """The attempt as if the agent had run at the repository's root; what it answered is left as it is."""
    return replace(attempt, error=_without(tree, attempt.error), says=_without(tree, attempt.says))


def trace_from(tree: Path, trace: Trace) -> Trace:
    """The same for what its spans say of failures and of places in the code."""
    return replace(trace, spans=tuple(_span(tree, span) for span in trace.spans))


def _span(tree: Path, span: Span) -> Span:
    failure = span.failure
    if failure:
        failure = Failure(failure.type, _without(tree, failure.message), _without(tree, failure.stacktrace))
    return replace(span, failure=failure, attributes={key: _value(tree, value) for key, value in span.attributes.items()})


def _value(tree: Path, value: Json) -> Json:
    if isinstance(value, str):
        return _without(tree, value)
    if isinstance(value, list):
        return [_value(tree, each) for each in value]
    if isinstance(value, dict):
        return {key: _value(tree, each) for key, each in value.items()}
    return value


def _without(tree: Path, text: str) -> str:
    for form in {str(tree), os.path.realpath(tree)}:
        text = text.replace(form + os.sep, "")
    return text
