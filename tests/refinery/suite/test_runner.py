from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from refinery.domain import AgentSpec, Attempt
from refinery.events import Event
from refinery.suite.runner import Runner
from refinery.suite.unfinished import Unfinished
from tests.refinery.suite.conftest import PATH, asking


def test_a_suite_is_run_and_summed_up(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text("import os\ndef answer(given):\n    return given if os.environ['REFINERY_TRIAL'] != '1' else 'no'")
    said: list[Event] = []
    runner = Runner(AgentSpec(python="agent:answer", interpreter=sys.executable), 3, environment=PATH)
    scenarios = [asking("yes", ("equals", "yes"), name="wavers"), asking("no", ("equals", "no"), name="holds")]
    scenarios.append(asking("x", ("equals", "x"), ("llm-rubric", "is x"), name="unjudged"))
    result = runner.run(tmp_path, scenarios, 3, said.append)
    wavers, holds, unjudged = result.scenarios
    assert (wavers.pass_rate, holds.pass_rate) == (2 / 3, 1.0)
    assert [attempt.trial for attempt in wavers.attempts] == [0, 1, 2]
    assert (round(holds.interval.low, 3), holds.interval.high) == (0.292, 1.0)
    assert unjudged.pass_rate == 0.0, "one attempt was wrong; the others cannot be judged"
    assert sum(not attempt.counts for attempt in unjudged.attempts) == 2
    assert any("unjudged: 2 of 3 attempts do not count" in note for note in result.notes)
    assert any("the agent ran confined" in note for note in result.notes)
    assert (result.bill.runs, result.bill.usd) == (9, 0.0), "it could reach nothing that has a price"
    assert said[-1].done == said[-1].total == 9


def test_a_scenario_may_ask_for_trials_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text("def answer(given): return 'ok'")
    runner = Runner(AgentSpec(python="agent:answer", interpreter=sys.executable), environment=PATH)
    result = runner.run(tmp_path, [replace(asking(), trials=4)], 1)
    assert len(result.scenarios[0].attempts) == 4


def test_an_interrupted_run_keeps_what_it_has_and_is_taken_up_again(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "agent.py").write_text("def answer(given): return given")
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable)
    scenarios = [asking("a", ("equals", "a"), name="a"), asking("b", ("equals", "b"), name="b")]
    unfinished = Unfinished(tmp_path / "suite.jsonl", "c1", agent, scenarios)

    def impatient(event: Event) -> None:
        if event.done == 3:
            raise KeyboardInterrupt

    runner = Runner(agent, 1, environment=PATH)
    first = runner.run(tree, scenarios, 4, impatient, keep=unfinished.add)
    assert (first.interrupted, sum(len(each.attempts) for each in first.scenarios)) == (True, 2)
    assert any("6 of 8 attempts were not made" in note for note in first.notes)
    done = unfinished.done()
    assert sorted(done) == [("a", 0), ("b", 0)]
    assert done["a", 0] == first.scenarios[0].attempts[0]
    second = runner.run(tree, scenarios, 4, done=done, keep=unfinished.add)
    assert (second.interrupted, [len(each.attempts) for each in second.scenarios]) == (False, [4, 4])
    assert (second.bill.runs, second.pass_all) == (6, (1.0, 1.0, 1.0, 1.0))
    assert any("2 of 8 attempts were made before" in note for note in second.notes)


def test_what_was_done_for_another_commit_or_another_scenario_is_done_again(tmp_path: Path) -> None:
    agent = AgentSpec(python="agent:answer", interpreter=sys.executable)
    path = tmp_path / "suite.jsonl"
    Unfinished(path, "c1", agent, [asking("a")]).add(Attempt("a", 0, True))
    assert sorted(Unfinished(path, "c1", agent, [asking("a")]).done()) == [("a", 0)]
    assert Unfinished(path, "c2", agent, [asking("a")]).done() == {}
    assert Unfinished(path, "c1", agent, [asking("b")]).done() == {}
    assert Unfinished(path, "c1", replace(agent, timeout_s=1.0), [asking("a")]).done() == {}
    with path.open("a") as file:
        file.write('{"key": "torn')
    assert sorted(Unfinished(path, "c1", agent, [asking("a")]).done()) == [("a", 0)]
