"""A trace's input in the form in which the agent takes it here, and how it shows that it is not."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.trace import Json, Trace
from refinery.domain import Attempt, Scenario
from refinery.signals.stacks import raised
from refinery.signals.turns import answer

FORM = re.compile(r"'(?:str|list|int|float|NoneType)' object|indices must be|not subscriptable")
"""In what an agent dies of that takes its input for something else."""


def field_of(suite: Sequence[Scenario]) -> str:
    """The one field with a text that the inputs of all scenarios have; empty where there is none, or more than one."""
    fields: set[str] | None = None
    for scenario in suite:
        if scenario.test:
            continue
        texts = {name for name, value in scenario.input.items() if isinstance(value, str)} if isinstance(scenario.input, dict) else set()
        fields = texts if fields is None else fields & texts
    return fields.pop() if fields and len(fields) == 1 else ""


def fitted(given: Json, suite: Sequence[Scenario]) -> Json:
    """A plain text, as chats hold it, in the field in which the suite's scenarios have theirs; any other input as it is."""
    field = field_of(suite) if isinstance(given, str) else ""
    return {field: given} if field else given


def told(given: Json, suite: Sequence[Scenario]) -> tuple[str, ...]:
    """A note where a text was put into a field."""
    if not isinstance(given, str) or not (field := field_of(suite)):
        return ()
    return (f"the trace holds a plain text, which was given to the agent as {{{field}: ...}}, as the suite's scenarios do",)


def misfit(trace: Trace, scenario: Scenario, attempt: Attempt, suite: Sequence[Scenario]) -> str:
    """How a run here fails otherwise than its trace, which ended with an answer: it dies of its input's form. Empty where it does not."""
    error = raised(attempt.error)
    if error is None or trace.failed or (final := answer(trace)) is None or not _of_form(error.type, error.message, scenario.input, suite):
        return ""
    taken = _form(suite)
    return (
        f"this does not fail as in the trace: there the agent answered “{' '.join(final.text.split())[:80]}”, here it dies of {error.line} "
        f"because of the form of its input: " + (f"your agent takes {taken}" if taken else "your agent takes another one")
    )


def _of_form(kind: str, message: str, given: Json, suite: Sequence[Scenario]) -> bool:
    if kind in ("TypeError", "AttributeError"):
        return not isinstance(given, dict) and bool(FORM.search(message))
    key = message.strip("'\"")
    return kind == "KeyError" and isinstance(given, dict) and key not in given and key in _fields(suite)


def _form(suite: Sequence[Scenario]) -> str:
    return f"{{{', '.join(f'{name}: ...' for name in _fields(suite))}}}" if _fields(suite) else ""


def _fields(suite: Sequence[Scenario]) -> list[str]:
    """The fields that all inputs of the suite have, in their order."""
    inputs = [scenario.input for scenario in suite if not scenario.test]
    first = inputs[0] if inputs else None
    if not isinstance(first, dict):
        return []
    return [name for name in first if all(isinstance(each, dict) and name in each for each in inputs)]
