"""Runs of one small agent, as every fake platform shows them in its own form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BEGAN = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=6)


@dataclass(frozen=True)
class Step:
    """One step of a run: `desk` asks a model, which calls a tool."""

    trace: int
    number: int
    name: str
    kind: str
    parent: int | None = None
    error: str = ""
    asked: str = ""
    answered: str = ""
    tokens: tuple[int, int] | None = None

    @property
    def start(self) -> datetime:
        return BEGAN + timedelta(seconds=self.trace, milliseconds=self.number)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(milliseconds=500)

    @property
    def start_ns(self) -> int:
        return int(self.start.timestamp() * 1000) * 1_000_000

    @property
    def trace_id(self) -> str:
        return trace_id(self.trace)

    @property
    def span_id(self) -> str:
        return span_id(self.trace, self.number)

    @property
    def parent_id(self) -> str | None:
        return None if self.parent is None else span_id(self.trace, self.parent)


@dataclass(frozen=True)
class Said:
    """A judgement of a run."""

    trace: int
    name: str
    value: float
    comment: str = ""


def trace_id(trace: int) -> str:
    return f"{0xABC0000000000000000000000000 + trace:032x}"


def span_id(trace: int, number: int) -> str:
    return f"{0xD00000000000 + trace * 100_000 + number:016x}"


def desk(trace: int, error: str = "", tools: int = 1) -> list[Step]:
    """A run with so many tool calls, of which the last goes wrong where there is an error."""
    steps = [
        Step(trace, 0, "desk", "agent", asked=f"What does plan {trace} cost?", answered=f"{trace} EUR"),
        Step(trace, 1, "model", "llm", 0, asked=f"plan {trace}?", answered="I look it up.", tokens=(7, 3)),
    ]
    for number in range(2, tools + 2):
        wrong = error if number == tools + 1 else ""
        steps.append(Step(trace, number, "look_up", "tool", 0, wrong, '{"plan":"pro"}', "" if wrong else '{"amount":45}'))
    return steps


def roots(steps: Sequence[Step]) -> list[Step]:
    """The first steps, newest first."""
    return sorted((step for step in steps if step.parent is None), key=lambda step: step.start, reverse=True)


def failed(steps: Sequence[Step]) -> set[int]:
    return {step.trace for step in steps if step.error}


def by_trace(steps: Sequence[Step]) -> dict[str, list[Step]]:
    """The steps of each trace, so that a server with many is not slow."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        found.setdefault(step.trace_id, []).append(step)
    return found
