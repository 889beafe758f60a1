"""A look at a candidate takes no longer than a multiple of what the base takes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from refinery.domain import AgentSpec, Attempt, Cause
from refinery.flows.patience import LEAST, LEAST_OUTSIDE, SHARE, TIMES, bounded
from refinery.suite.runner import Runner
from tests.fakes.bench import outcome, scenario

SLOW = "import time\ntime.sleep({0})\n\n\ndef answer(given):\n    return 1\n"


def patience(
    tree: Path,
    attempts: Mapping[str, Attempt],
    sleeps: float = 0.0,
    limit: float = 60.0,
    network: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> float:
    (tree / "agent.py").write_text(SLOW.format(sleeps))
    runner = Runner(AgentSpec(python="agent:answer", interpreter=sys.executable, timeout_s=limit, network=network))
    suite = [scenario(name) for name in attempts]
    named = [Attempt(name, 0, attempt.passed, cause=attempt.cause) for name, attempt in attempts.items()]
    return bounded(runner, tree, suite, named, clock, workers=2).agent.timeout_s


def test_a_quick_agent_is_given_the_least(tmp_path: Path) -> None:
    assert patience(tmp_path, {"a": outcome(True)}, clock=iter([0.0, 0.1]).__next__) == pytest.approx(LEAST)


def test_a_slower_one_is_given_a_multiple_of_what_it_takes(tmp_path: Path) -> None:
    assert patience(tmp_path, {"a": outcome(True)}, clock=iter([0.0, 0.7]).__next__) == pytest.approx(0.7 * TIMES)


def test_the_import_of_the_agent_counts(tmp_path: Path) -> None:
    assert patience(tmp_path, {"a": outcome(True)}, sleeps=0.3) >= 0.3 * TIMES


def test_it_is_never_more_than_the_agent_s_own_limit(tmp_path: Path) -> None:
    assert patience(tmp_path, {"a": outcome(True)}, limit=1.0) == pytest.approx(1.0)


def test_an_agent_that_talks_to_others_is_given_more(tmp_path: Path) -> None:
    assert patience(tmp_path, {"a": outcome(False)}, network=True) >= LEAST_OUTSIDE


def test_where_the_base_never_ends_it_is_a_share_of_the_limit(tmp_path: Path) -> None:
    endless = Attempt("", 0, False, cause=Cause.TIMEOUT)
    assert patience(tmp_path, {"a": endless}) == pytest.approx(60.0 * SHARE)


def test_looks_at_once_share_half_of_the_memory(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(SLOW.format(0))
    runner = Runner(AgentSpec(python="agent:answer", interpreter=sys.executable))
    one = bounded(runner, tmp_path, [], [], time.monotonic, workers=1).limits.memory_bytes
    many = bounded(runner, tmp_path, [], [], time.monotonic, workers=1000).limits.memory_bytes
    assert one is not None
    assert many is not None
    assert many < one <= (runner.limits.memory_bytes or 0)
