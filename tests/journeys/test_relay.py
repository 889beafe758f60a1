"""An agent whose model calls go through the relay, end to end: a command line, a sandbox without a network, a vendor on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters import notation
from adapters.trace import Json
from tests.fakes.loopback import given
from tests.fakes.models import ModelServer
from tests.journeys.conftest import SETTINGS, Refinery, commit

AGENT = """
import anthropic
client = anthropic.Anthropic()

def answer(question):
    said = client.messages.create(model="claude-haiku-5-5", max_tokens=100, messages=[{"role": "user", "content": question}])
    return said.content[0].text
"""
SCENARIO = """
defaults: {max_cost: 0.01, timeout: 30s}
scenarios:
  - id: pro
    input: What does Pro cost?
    expect:
      - contains: Pro
      - max-cost: 0.001
      - max-steps: 1
"""


@pytest.fixture
def vendor(desk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with ModelServer() as server:
        (desk / "desk" / "agent.py").write_text(AGENT)
        for file in (desk / "scenarios").iterdir():
            file.unlink()
        (desk / "scenarios" / "pro.yaml").write_text(SCENARIO)
        commit(desk, "an agent that asks a model")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-the-users-own")
        yield server


def settle(desk: Path, **words: Json) -> None:
    lines = "".join(f"{name} = {notation.text(value) if not isinstance(value, str) else repr(value)}\n" for name, value in words.items())
    (desk / "refinery.toml").write_text(SETTINGS.replace("[agent]\n", f"[agent]\n{lines}"))
    commit(desk, "other settings")


def attempts(shape: dict[str, Json]) -> list[dict[str, Json]]:
    (scenario,) = notation.items(shape["scenarios"])
    return [notation.fields(each) for each in notation.items(notation.fields(scenario)["attempts"])]


def test_a_suite_is_recorded_with_the_users_key_and_replayed_without(
    refinery: Refinery, desk: Path, vendor: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(desk, models="record")
    done = refinery("suite", "run", "--trials", "1", "--json")
    (attempt,) = attempts(done.json)
    assert (done.status, attempt["passed"], attempt["says"]) == (0, True, "")
    assert (attempt["input_tokens"], attempt["output_tokens"], attempt["replayed"]) == (10, 100, False)
    assert notation.fields(done.json["usage"])["usd"] == attempt["cost_usd"] == pytest.approx(0.000051)
    assert "the-users-own" in given(vendor.asked[0], "authorization")
    assert not any("the-users-own" in file.read_text() for file in (desk / "recordings").rglob("*.json"))

    settle(desk, models="replay")
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    done = refinery("suite", "run", "--trials", "2", "--json")
    assert [(each["passed"], each["replayed"], each["counts"]) for each in attempts(done.json)] == [(True, True, True), (True, True, False)]
    assert notation.fields(done.json["usage"])["usd"] == 0
    assert len(vendor.asked) == 1


def test_a_spent_budget_stops_the_run_and_says_how_to_go_on(refinery: Refinery, desk: Path, vendor: ModelServer) -> None:
    settle(desk, models="live", budget_usd=0.0001)
    done = refinery("suite", "run", "--trials", "9")
    assert done.status == 4
    assert "--resume" in done.out
    assert "budget_usd" in done.out
    assert len(vendor.asked) < 9
    settle(desk, models="live", budget_usd=1.0)


def test_a_replay_without_a_recording_says_what_to_do_first(refinery: Refinery, desk: Path, vendor: ModelServer) -> None:
    settle(desk, models="replay", recordings="nowhere")
    done = refinery("suite", "run")
    assert (done.status, "there is no folder" in done.err, 'models = "record"' in done.err) == (2, True, True)


def test_the_course_of_a_run_is_shown(refinery: Refinery, desk: Path, vendor: ModelServer) -> None:
    settle(desk, models="live")
    (attempt,) = attempts(refinery("suite", "run", "--trials", "1", "--json").json)
    shown = refinery("traces", "show", str(attempt["trace_id"]), "--trajectory")
    assert shown.status == 0
    assert "asked claude-haiku-5-5, 10 tokens in, 100 out" in shown.out
    lines = notation.items(refinery("traces", "show", str(attempt["trace_id"]), "--trajectory", "--json").json["trajectory"])
    assert {notation.fields(each)["level"] for each in lines} == {"what", "how", "confidence"}
