"""A trace becomes a scenario, as small as still shows the failure."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from tests.journeys.conftest import Refinery, commit

INPUT = {"plan": "pro", "seats": 2, "note": "please be quick", "customer": {"name": "Eve", "vip": True}}


def recorded(folder: Path) -> str:
    """A transcript of one question with a wrong answer."""
    path = folder / "chat.json"
    path.write_text(json.dumps([{"role": "user", "content": json.dumps(INPUT)}, {"role": "assistant", "content": "45 USD"}]))
    return str(path)


def test_a_trace_becomes_a_scenario_with_the_smallest_input_that_fails(desk: Path, refinery: Refinery, tmp_path: Path) -> None:
    made = refinery("suite", "from-trace", recorded(tmp_path), "--expect", 'contains: "EUR"', "--says", "in euros", "--minimal", "--json")
    assert made.status == 0, made.err
    assert made.json["input"] == {"plan": "pro"}
    (scenario,) = yaml.safe_load(Path(str(made.json["path"])).read_text())
    assert (scenario["input"], scenario["expect"], scenario["assumption"]) == ({"plan": "pro"}, [{"contains": "EUR"}], "in euros")


PARCELS = """def answer(given):
    question = given["question"]
    if "cost" not in question:
        return "I can tell you what a parcel costs."
    return "It costs 4.90 EUR." if "1 kg" in question else "It costs 6.90 EUR."
"""


def test_another_wrong_answer_is_another_failure(desk: Path, refinery: Refinery, tmp_path: Path) -> None:
    (desk / "desk" / "agent.py").write_text(PARCELS)
    commit(desk, "Parcels")
    asked = {"question": "Please, what does it cost to send 2 kg?", "hour": 3}
    path = tmp_path / "chat.json"
    path.write_text(json.dumps([{"role": "user", "content": json.dumps(asked)}, {"role": "assistant", "content": "It costs 6.90 EUR."}]))
    made = refinery("suite", "from-trace", str(path), "--expect", 'contains: "4.90 EUR"', "--minimal", "--json")
    assert made.status == 0, made.err
    assert made.json["input"] == {"question": "cost "}


def test_without_that_the_input_is_the_traces(desk: Path, refinery: Refinery, tmp_path: Path) -> None:
    made = refinery("suite", "from-trace", recorded(tmp_path), "--expect", 'contains: "EUR"')
    assert made.status == 0, made.err
    (path,) = (desk / "scenarios" / "regressions").iterdir()
    assert yaml.safe_load(path.read_text())[0]["input"] == INPUT
    again = refinery("suite", "from-trace", recorded(tmp_path), "--expect", 'contains: "EUR"')
    assert (again.status, "is there already" in again.err) == (2, True)


def test_a_failure_that_does_not_show_is_not_made_smaller(desk: Path, refinery: Refinery, tmp_path: Path) -> None:
    refused = refinery("suite", "from-trace", recorded(tmp_path), "--expect", 'contains: "USD"', "--minimal")
    assert (refused.status, "passes at HEAD" in refused.err) == (2, True)
    assert not (desk / "scenarios" / "regressions").exists()
    assert "nobody has said" in refinery("suite", "from-trace", recorded(tmp_path)).err
