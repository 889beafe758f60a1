"""The search end to end, on agents that do not hold still: loops without end."""

from __future__ import annotations

import time
from pathlib import Path

from tests.journeys.conftest import Refinery, git

COUNTS = '''"""Counts down."""


def answer(given):
    left, rounds = given["from"], 0
    while left > 0:
        left -= 1
        rounds += 1
    return {"rounds": rounds}
'''
ROUNDS = """- id: three
  input: {from: 3}
  expect:
    - equals: {rounds: 3}
- id: king
  input: {from: 4}
  expect:
    - equals: {rounds: "Karl XVI of Ruritania"}
"""


def agent(desk: Path, source: str, scenarios: str) -> None:
    (desk / "desk" / "agent.py").write_text(source)
    (desk / "scenarios" / "prices.yaml").write_text(scenarios)
    git(desk, "add", "-A")
    git(desk, "commit", "-q", "-m", "another agent")


def test_candidates_that_loop_for_ever_do_not_stall_the_search(desk: Path, refinery: Refinery) -> None:
    agent(desk, COUNTS, ROUNDS)
    began = time.monotonic()
    done = refinery("fix", "--failing", "--json", "--seconds", "2")
    assert time.monotonic() - began < 15, "the agent's own limit is 20 s"
    assert "were given up: a run of theirs took more than 2 s" in done.out
