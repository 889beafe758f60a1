"""Rubrics judged by a model: in a run of the suite, in a fix and its commit, and held against people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.messages import Vendor, vendor
from tests.journeys.conftest import Refinery, add_scenario, git
from tests.journeys.test_fix import part

POLITE = """- id: pro-names-the-currency
  input: {plan: pro}
  expect:
    - llm-rubric: names the currency EUR
"""
LABELS = """scenario,answer,verdict
pro-names-the-currency,45 EUR,pass
pro-names-the-currency,45 USD,fail
pro-names-the-currency,45,fail
"""


def says(verdict: str, reasoning: str = "It says USD.") -> str:
    return json.dumps({"reasoning": reasoning, "quotes": [], "verdict": verdict})


@pytest.fixture
def judged(desk: Path) -> Path:
    add_scenario(desk, POLITE)
    return desk


def served(server: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "nobody's")


def with_model(desk: Path) -> None:
    (desk / "refinery.toml").write_text((desk / "refinery.toml").read_text() + '[model]\nprovider = "anthropic"\n')


def test_without_a_model_a_rubric_is_neither_passed_nor_skipped(judged: Path, refinery: Refinery) -> None:
    done = refinery("suite", "run", "pro-names-the-currency", "--trials", "1", "--json")
    assert done.status == 1
    attempt = part(done.json, "scenarios", 0, "attempts", 0)
    assert isinstance(attempt, dict)
    assert (attempt["passed"], attempt["cause"], attempt["judging"]) == (False, "judge", None)
    assert "no model" in refinery("suite", "run", "pro-names-the-currency", "--trials", "1").out


def test_a_run_asks_the_judge_and_says_that_nobody_audited_it(judged: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch) -> None:
    with_model(judged)
    with vendor(says("fail"), says("fail")) as server:
        served(server, monkeypatch)
        done = refinery("suite", "run", "pro-names-the-currency", "--trials", "1", "--json")
    attempt = part(done.json, "scenarios", 0, "attempts", 0)
    assert isinstance(attempt, dict)
    assert (done.status, attempt["cause"]) == (1, "checks")
    assert len(server.asked) == 2, "the same question is asked anew, though answers of models are kept: it has to be a second opinion"
    assert part(attempt, "judging", "audit") == ""
    assert "never audited here" in str(done.json["notes"])
    assert part(done.json, "usage", "steps", 1, "step") == "judge"
    assert part(done.json, "usage", "steps", 1, "input_tokens") == 14_000
    assert 0 < float(str(part(done.json, "usage", "steps", 1, "usd"))) < 1
    assert "45 USD" in server.prompts[0]


def test_an_audit_is_kept_and_told_wherever_the_judge_judges(
    judged: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_model(judged)
    (tmp_path / "labels.csv").write_text(LABELS)
    with vendor(lambda asked: says("fail" if "45 USD" in asked else "pass")) as server:
        served(server, monkeypatch)
        done = refinery("suite", "audit-judge", str(tmp_path / "labels.csv"), "--json")
    assert done.status == 0, done.err
    assert part(done.json, "accuracy", "count") == 2
    assert part(done.json, "false_pass_rate", "count") == 1
    assert done.json["flips"] == {"value": 0.0, "count": 0, "of": 3, "interval": [0.0, 0.7076], "times": 2}
    assert "at most" in done.err
    with vendor(says("fail"), says("fail")) as server:
        served(server, monkeypatch)
        after = refinery("suite", "run", "pro-names-the-currency", "--trials", "1")
    assert "agrees with people on 2 of 3" in " ".join(after.out.split())
    assert "never audited" not in after.out


def test_a_commit_says_who_judged_and_how_far_that_can_be_trusted(
    judged: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch
) -> None:
    with vendor(lambda asked: says("fail" if "45 USD" in asked else "pass")) as server:
        served(server, monkeypatch)
        with_model(judged)
        done = refinery("fix", "--failing", "--seconds", "20", "--yes", "--json")
    assert done.status == 0, done.out + done.err
    message = git(judged, "log", "-1", "--format=%B", str(part(done.json, "kept", "branch")))
    assert "never audited here" in " ".join(message.split())
    assert "pro-names-the-currency" in message
    thresholds = json.loads(git(judged, "notes", "--ref", "refinery", "show", str(part(done.json, "kept", "commit"))))["claim"][
        "thresholds"
    ]
    assert len(thresholds["rubrics"]) == 1


def test_without_a_model_nothing_can_be_audited(judged: Path, refinery: Refinery, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(LABELS)
    done = refinery("suite", "audit-judge", str(tmp_path / "labels.csv"))
    assert done.status == 2
    assert "no model" in done.err
