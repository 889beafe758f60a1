from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from refinery.domain import AgentSpec
from refinery.events import Event
from refinery.suite.runner import Runner
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
    assert any("not sandboxed" in note for note in result.notes)
    assert (result.bill.runs, result.bill.usd) == (9, None)
    assert said[-1].done == said[-1].total == 9


def test_a_scenario_may_ask_for_trials_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text("def answer(given): return 'ok'")
    runner = Runner(AgentSpec(python="agent:answer", interpreter=sys.executable), environment=PATH)
    result = runner.run(tmp_path, [replace(asking(), trials=4)], 1)
    assert len(result.scenarios[0].attempts) == 4
