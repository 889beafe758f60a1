"""A hostile agent against the walls, run in every way in which an agent can be."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from adapters.trace import Json
from refinery.domain import AgentSpec, Attempt
from refinery.suite.runner import Runner
from tests.refinery.suite.conftest import asking
from tests.refinery.suite.sandbox.attacks import ATTEMPTS, LEGITIMATE
from tests.refinery.suite.sandbox.bait import Bait
from tests.refinery.suite.sandbox.conftest import APART, WEAK, apart, calling, hostile, landlocked, runner, strong

COMMAND = AgentSpec(command=("python", "attacks.py"), interpreter=sys.executable, timeout_s=60)


def could(attempt: Attempt) -> set[str]:
    assert attempt.cause is None, (attempt.says, attempt.error)
    found = json.loads(attempt.output)
    return {name for name, why_not in found.items() if not why_not}


def tried(run: Runner, tree: Path, given: Json) -> Attempt:
    with run.open(tree) as bench:
        return bench.attempt(asking(given), 0)


@strong
@pytest.mark.parametrize("agent", [calling("answer"), COMMAND], ids=["callable", "command"])
def test_a_hostile_agent_achieves_nothing(bait: Bait, tmp_path: Path, agent: AgentSpec) -> None:
    attempt = tried(runner(agent), hostile(tmp_path / "tree"), bait.told())
    assert could(attempt) == set()
    assert len(json.loads(attempt.output)) == len(ATTEMPTS)
    assert bait.taken() == []


@strong
def test_a_hostile_candidate_of_a_search_achieves_nothing(bait: Bait, tmp_path: Path) -> None:
    base = hostile(tmp_path / "trees" / "base")
    with runner().warmed(base) as warm:
        assert warm.nursery
        attempt = tried(warm, hostile(tmp_path / "trees" / "one"), bait.told())
    assert could(attempt) == set()
    assert bait.taken() == []


@strong
@pytest.mark.parametrize("agent", [calling("work"), COMMAND], ids=["callable", "command"])
def test_an_honest_agent_can_do_its_work(bait: Bait, tmp_path: Path, agent: AgentSpec) -> None:
    attempt = tried(runner(agent), hostile(tmp_path / "tree"), {"work": True})
    assert could(attempt) == set(LEGITIMATE)
    assert (tmp_path / "tree" / "written").read_text() == "x"


@landlocked
def test_without_namespaces_most_is_kept_from_it_all_the_same(bait: Bait, tmp_path: Path) -> None:
    attempt = tried(runner(walls=WEAK), hostile(tmp_path / "tree"), bait.told())
    assert could(attempt) <= {"start 200 processes"}
    assert bait.taken() == []


@apart
def test_in_a_network_of_its_own_no_more_is_possible(bait: Bait, tmp_path: Path) -> None:
    attempt = tried(runner(walls=APART), hostile(tmp_path / "tree"), bait.told())
    assert could(attempt) <= {"start 200 processes"}
    assert bait.taken() == []
    work = tried(runner(calling("work"), APART), hostile(tmp_path / "other"), {})
    assert set(LEGITIMATE) - could(work) == {"write into /tmp"}


@landlocked
def test_without_namespaces_an_honest_agent_can_do_nearly_all_its_work(tmp_path: Path) -> None:
    attempt = tried(runner(calling("work"), WEAK), hostile(tmp_path / "tree"), {})
    assert set(LEGITIMATE) - could(attempt) == {"serve on loopback", "write into /tmp"}


@strong
def test_a_network_that_was_opened_is_open_and_nothing_else_is(bait: Bait, tmp_path: Path) -> None:
    with runner(calling("answer", network=True)).open(hostile(tmp_path / "tree")) as bench:
        attempt = bench.attempt(asking(bait.told()), 0)
        assert any("network = true" in note for note in bench.notes())
    assert could(attempt) == {"reach TCP", "reach TCP by IPv6", "reach UDP", "reach an abstract socket"}
    assert bait.taken() == []
