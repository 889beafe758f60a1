"""A chat as a trace: its text goes where the agent takes one, and what dies of the form of its input is not searched for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from tests.journeys.conftest import Refinery, commit, git
from tests.journeys.test_fix import part

PARCELS = '''"""What a parcel costs."""


def answer(given):
    words = given["question"].split()
    weight = float(words[words.index("kg") - 1])
    if weight < 2.0:
        return "4.90 EUR"
    return "6.90 EUR"
'''
SCENARIOS = """- id: light
  input: {question: What does 1 kg cost}
  expect: [contains: 4.90 EUR]
- id: heavy
  input: {question: What does 3 kg cost}
  expect: [contains: 6.90 EUR]
"""
TWO_TEXTS = """- id: light
  input: {question: What does 1 kg cost, country: DE}
  expect: [contains: 4.90 EUR]
"""


@pytest.fixture
def parcels(desk: Path) -> Path:
    """The price desk sells parcels, and somebody was told a wrong price in a chat."""
    (desk / "desk" / "agent.py").write_text(PARCELS)
    (desk / "scenarios" / "prices.yaml").write_text(SCENARIOS)
    commit(desk, "Parcels")
    turns = [{"role": "user", "content": "What does 2.0 kg cost"}, {"role": "assistant", "content": "6.90 EUR"}]
    (desk.parent / "chat.json").write_text(json.dumps(turns))
    return desk


def test_the_text_of_a_chat_is_given_to_the_agent_in_the_field_that_its_scenarios_have(parcels: Path, refinery: Refinery) -> None:
    chat = str(parcels.parent / "chat.json")
    done = refinery("fix", chat, "--expect", "contains: 4.90 EUR", "--json")
    assert done.status == 0, done.out + done.err
    assert "given to the agent as {question: ...}" in str(done.json["notes"])
    branch = str(part(done.json, "kept", "branch"))
    (path,) = [name for name in git(parcels, "diff", "--name-only", "HEAD", branch).splitlines() if "regressions" in name]
    assert yaml.safe_load(git(parcels, "show", f"{branch}:{path}"))[0]["input"] == {"question": "What does 2.0 kg cost"}
    made = refinery("suite", "from-trace", chat, "--expect", "contains: 4.90 EUR", "--json")
    assert made.json["input"] == {"question": "What does 2.0 kg cost"}


def test_a_run_that_dies_of_the_form_of_its_input_is_not_the_failure_of_the_trace(parcels: Path, refinery: Refinery) -> None:
    (parcels / "scenarios" / "prices.yaml").write_text(TWO_TEXTS)
    commit(parcels, "Two texts, of which none is the one")
    done = refinery("fix", str(parcels.parent / "chat.json"), "--expect", "contains: 4.90 EUR", "--json")
    assert done.status == 1
    assert done.json["steps"] == []
    says = str(done.json["says"])
    assert says.startswith("this does not fail as in the trace: there the agent answered “6.90 EUR”, here it dies of TypeError")
    assert says.endswith("your agent takes {question: ..., country: ...}")
