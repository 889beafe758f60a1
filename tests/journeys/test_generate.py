"""Scenarios made up from an agent: looked at, tried, written once, and run like any other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.messages import vendor
from tests.journeys.conftest import Refinery, commit, git
from tests.journeys.test_fix import part

WORDS = """- id: what-pro-costs
  capability: quotes prices
  input: {plan: pro, question: "What do 2 seats of the Pro plan cost?"}
  expect:
    - contains: "45"
- id: what-team-costs
  capability: quotes prices
  input: {plan: team, question: "What do 2 seats of the Team plan cost?"}
  expect:
    - contains: "90"
"""
THOUGHT = {"capability": "quotes prices", "assumption": "seats have a limit", "pattern": "misread-request", "fill": ""}


@pytest.fixture
def spoken(desk: Path) -> Path:
    """The desk, with questions in words among its scenarios."""
    (desk / "scenarios" / "words.yaml").write_text(WORDS)
    commit(desk, "Questions")
    return desk


def test_nothing_is_written_before_somebody_says_so(spoken: Path, refinery: Refinery) -> None:
    done = refinery("suite", "generate", "--count", "8")
    assert done.status == 0
    assert "nothing was written" in done.err
    assert "8. " in done.out
    assert "of 6: relevance" in done.out
    assert git(spoken, "status", "--porcelain") == ""


def test_what_was_written_is_found_by_the_suite_and_never_overwritten(spoken: Path, refinery: Refinery) -> None:
    done = refinery("suite", "generate", "--count", "8", "--yes", "--json")
    assert done.status == 0, done.err
    path = spoken / "scenarios" / "generated.yaml"
    assert done.json["written"] == str(path)
    text = path.read_text()
    assert "# Tries " in text
    assert "# FILL IN: " in text
    again = refinery("suite", "generate", "--count", "8", "--yes")
    assert again.status == 2
    assert "nothing is overwritten" in again.err
    assert path.read_text() == text
    commit(spoken, "Made up")
    listed = {str(part(row, "id")) for row in part(refinery("suite", "list", "--json").json, "scenarios")}  # type: ignore[union-attr]
    assert {str(part(row, "id")) for row in part(done.json, "scenarios")} <= listed  # type: ignore[union-attr]


def test_trying_shows_what_the_agent_makes_of_them(spoken: Path, refinery: Refinery) -> None:
    done = refinery("suite", "generate", "--count", "25", "--try", "--json")
    assert done.status == 0, done.err
    rows = part(done.json, "scenarios")
    assert isinstance(rows, list)
    finds = [row for row in rows if part(row, "tried", "find")]
    assert any("unknown plan" in str(part(row, "assumption")) for row in finds), "the desk raises KeyError"
    assert any(not part(row, "tried", "find") for row in rows)
    assert part(done.json, "usage", "runs") == len(rows) + 2 * len({part(row, "base") for row in rows} - {None})


def test_the_same_answer_is_wanted_where_nothing_that_matters_was_changed(desk: Path, refinery: Refinery) -> None:
    agent = (desk / "desk" / "agent.py").read_text()
    shouts = agent.replace(
        '    found = look_up(question["plan"])\n',
        '    found = look_up(question["plan"])\n    if question.get("question", "").isupper():\n        return "45!"\n',
    )
    (desk / "desk" / "agent.py").write_text(shouts)
    (desk / "scenarios" / "prices.yaml").write_text(WORDS.partition("- id: what-team")[0].replace("2 seats of ", ""))
    commit(desk, "It shouts back")
    done = refinery("suite", "generate", "--count", "40", "--try", "--json")
    rows = part(done.json, "scenarios")
    assert isinstance(rows, list)
    (capitals,) = (row for row in rows if part(row, "probe") == "capitals")
    assert part(capitals, "tried", "passed") is True
    assert part(capitals, "tried", "find") is True
    assert "another one" in str(part(capitals, "tried", "says"))


def test_a_base_that_does_not_pass_convicts_nobody(spoken: Path, refinery: Refinery) -> None:
    (spoken / "scenarios" / "words.yaml").write_text(WORDS.replace('"45"', '"46"'))
    commit(spoken, "A wrong expectation")
    rows = part(refinery("suite", "generate", "--count", "30", "--try", "--json").json, "scenarios")
    assert isinstance(rows, list)
    of_it = [row for row in rows if part(row, "base") == "what-pro-costs" and part(row, "probe") in ("capitals", "aside", "very-long")]
    assert of_it
    assert all("says nothing" in str(part(row, "tried", "says")) for row in of_it)
    assert not any(part(row, "tried", "find") for row in of_it)


def test_three_of_ten_are_thought_up_by_a_model_where_there_is_one(
    spoken: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = json.dumps({"plan": "pro", "seats": 6, "question": "And six of them?"})
    checks = [{"check": "contains", "argument": '"Please call us"'}]
    thought = {"id": "six seats", "input": given, "expect": checks, **THOUGHT}
    with vendor(json.dumps({"scenarios": [thought]})) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "nobody's")
        done = refinery("suite", "generate", "--count", "10", "--model", "anthropic", "--json")
    rows = part(done.json, "scenarios")
    assert isinstance(rows, list)
    assert [part(row, "id") for row in rows if part(row, "probe") == "model"] == ["six-seats"]
    assert len(rows) == 8, "seven by rules, and of the three that were asked for, one"
    assert "Think up 3 scenarios" in server.prompts[0]
    assert "what-pro-costs" in server.prompts[0]
    assert "8 of 10 could be made" in str(done.json["notes"])
    assert 0 < float(str(part(done.json, "usage", "usd"))) < 1


def test_a_corrected_profile_is_gone_by(spoken: Path, refinery: Refinery, tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    done = refinery("suite", "profile", "--out", str(path), "--json")
    assert done.status == 0
    assert part(done.json, "inputs", 0, "name") == "plan"
    path.write_text(path.read_text() + "tools:\n  - {name: cancel_plan, changes: true}\n")
    made = refinery("suite", "generate", "--count", "30", "--profile", str(path), "--json")
    assert "cancel_plan" in json.dumps(made.json)
    assert refinery("suite", "profile", "--out", str(path)).status == 2, "nothing is overwritten"
    path.write_text("tols: []")
    wrong = refinery("suite", "generate", "--profile", str(path))
    assert wrong.status == 2
    assert "did you mean" in wrong.err


def test_the_score_is_shown_without_the_scenarios(spoken: Path, refinery: Refinery) -> None:
    done = refinery("suite", "score", "--trials", "2")
    assert done.status == 0
    assert "what-pro-costs" not in done.out
    assert "not measured" in done.out
    assert "count for more than usual" in " ".join(done.out.split())
    shape = refinery("suite", "score", "--trials", "1", "--json").json
    assert part(shape, "reliability", "weights", "completeness") == 0.2857
    assert part(shape, "reliability", "error_handling") is None
