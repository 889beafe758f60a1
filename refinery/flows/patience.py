"""How long and how much one look at a candidate may take: an edit can make a loop that never ends or a list that never stops growing."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from refinery.domain import Attempt, Cause, Scenario
from refinery.suite.runner import Runner

LEAST = 1.0
"""Seconds that any run may take."""
LEAST_PROCESSOR = 0.4
"""The same of the processor's, which does not pass faster where the machine is busy, for a test among others."""
LEAST_OUTSIDE = 15.0
"""The same for an agent that talks to others, whose answers take longer than its failures."""
TIMES = 8.0
"""How much longer than on the base a run may take."""
SHARE = 0.1
"""Of the agent's own limit, where no run on the base came to an end by which to judge."""


def bounded(
    runner: Runner, tree: Path, suite: Sequence[Scenario], attempts: Sequence[Attempt], clock: Callable[[], float], workers: int
) -> Runner:
    """The same runner with the patience of a quick look: a multiple of what the slowest run takes on the base, start included.

    The agent's own limit stays the limit above it, and the one by which the gate judges. All candidates that are looked at at once
    share half of the machine's memory.
    """
    least = LEAST_OUTSIDE if runner.agent.network or runner.agent.http else LEAST
    ended = {attempt.scenario: attempt.latency_s for attempt in attempts if attempt.counts and attempt.cause is not Cause.TIMEOUT}
    known = [scenario for scenario in suite if scenario.id in ended]
    if known:
        seconds = TIMES * _taken(runner, tree, max(known, key=lambda scenario: ended[scenario.id]), clock)
    else:
        seconds = SHARE * runner.agent.timeout_s
    agent = replace(runner.agent, timeout_s=min(runner.agent.timeout_s, max(least, round(seconds, 1))))
    tests = replace(runner.tests, timeout_s=min(runner.tests.timeout_s, agent.timeout_s)) if runner.tests else None
    limits = replace(runner.limits, memory_bytes=_least(runner.limits.memory_bytes, _memory() // (2 * workers)))
    return replace(runner, agent=agent, tests=tests, limits=limits)


def brief(pace: Sequence[float]) -> float:
    """Seconds of the processor that one test among others may take, where tests take as long as told on the base."""
    return max(LEAST_PROCESSOR, round(TIMES * max(pace, default=0.0), 2))


def _taken(runner: Runner, tree: Path, scenario: Scenario, clock: Callable[[], float]) -> float:
    """Seconds that one run takes as a candidate's does: with the start of the worker, and unrecorded."""
    began = clock()
    with runner.open(tree) as running:
        running.attempt(scenario, 0)
    return clock() - began


def _memory() -> int:
    """Bytes of memory that the machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _least(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)
