"""A failing trace becomes a scenario in its recorded world; a diagnosis is tested in it, and a fix carries that proof."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journeys.conftest import SETTINGS, Answer, Refinery, commit, git

TOOLS = '''"""What the desk asks others."""


def customer(name):
    raise SystemError("the real register was asked")


def price(plan, currency="USD"):
    raise SystemError("the real price list was asked")
'''
AGENT = '''"""A price desk that asks its tools, and a model that words the answer."""

from desk.tools import customer, price


def model(text):
    raise SystemError("there is no key")


def answer(question):
    who = customer(question["name"])
    found = price(question["plan"], who["currency"])
    return model(f"{found['amount']} {found['currency']}")
'''
WORLD = """[world]
tools = ["desk.tools:customer", "desk.tools:price", "desk.agent:model"]
"""
INPUT = {"name": "Eve", "plan": "pro"}


def span(number: int, trace: str, name: str, kind: str, given: object, came: object) -> dict[str, object]:
    start = 1_789_387_200_000_000_000 + number * 1_000_000
    about = {"openinference.span.kind": kind, "input.value": given, "output.value": came} | ({"tool.name": name} if kind == "TOOL" else {})
    attributes = [
        {"key": key, "value": {"stringValue": value if isinstance(value, str) else json.dumps(value)}} for key, value in about.items()
    ]
    shape: dict[str, object] = {
        "traceId": trace,
        "spanId": f"{trace[:12]}{number:04d}",
        "name": name,
        "attributes": attributes,
        "status": {"code": 1},
    }
    shape |= {"parentSpanId": f"{trace[:12]}0000"} if number else {}
    return shape | {"startTimeUnixNano": str(start), "endTimeUnixNano": str(start + 500_000)}


def run(folder: Path, name: str, trace: str, currency: str, asked: str, price: str, answer: str) -> str:
    """The trace of a run of the desk, as a file."""
    spans = [
        span(0, trace, "desk", "AGENT", INPUT, answer),
        span(1, trace, "customer", "TOOL", {"name": "Eve"}, {"currency": currency}),
        span(2, trace, "price", "TOOL", {"plan": "pro", "currency": asked}, json.loads(price)),
        span(3, trace, "model", "LLM", answer, answer),
    ]
    (folder / name).write_text(json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}))
    return str(folder / name)


@pytest.fixture
def bad(tmp_path: Path) -> str:
    """The register said dollars, and so did everything after it."""
    return run(tmp_path, "bad.json", "ab" * 16, "USD", "USD", '{"amount": 49, "currency": "USD"}', "49 USD")


@pytest.fixture
def good(tmp_path: Path) -> str:
    return run(tmp_path, "good.json", "cd" * 16, "EUR", "EUR", '{"amount": 45, "currency": "EUR"}', "45 EUR")


@pytest.fixture
def shop(desk: Path) -> Path:
    """The desk with tools that cannot be had here, and a model without a key."""
    (desk / "desk" / "tools.py").write_text(TOOLS)
    (desk / "desk" / "agent.py").write_text(AGENT)
    (desk / "scenarios" / "prices.yaml").unlink()
    (desk / "refinery.toml").write_text(SETTINGS + WORLD)
    commit(desk, "The desk asks others")
    return desk


def world_of(made: Answer) -> Any:
    """The world that was written beside the scenario."""
    path = Path(str(json.loads(made.out)["path"]))
    (scenario,) = yaml.safe_load(path.read_text())
    return yaml.safe_load((path.parent / scenario["world"]).read_text())


def test_a_trace_becomes_a_scenario_in_its_world_that_runs_without_tools_or_key(shop: Path, refinery: Refinery, bad: str) -> None:
    made = refinery("suite", "from-trace", bad, "--expect", 'contains: "49 USD"', "--json")
    assert made.status == 0, made.err
    assert json.loads(made.out)["world"] == {
        "path": str(json.loads(made.out)["path"]).replace(".yaml", ".world.yaml"),
        "calls": 3,
        "tools": ["customer", "price", "model"],
    }
    assert world_of(made)["calls"][1] == {
        "tool": "price",
        "arguments": {"plan": "pro", "currency": "USD"},
        "result": {"amount": 49, "currency": "USD"},
        "seconds": 0.0005,
        "span": "abababababab0002",
    }
    commit(shop, "What support heard")
    ran = refinery("suite", "run", "--trials", "2", "--json")
    assert ran.status == 0, ran.err
    (result,) = json.loads(ran.out)["scenarios"]
    assert [each["world"] for each in result["attempts"]] == [{"recorded": 3, "again": 0, "outside": []}] * 2
    assert any("2 attempts ran in a recorded world" in str(note) for note in json.loads(ran.out)["notes"])


def test_the_smallest_world_holds_the_calls_that_matter(shop: Path, refinery: Refinery, bad: str) -> None:
    (shop / "desk" / "agent.py").write_text(AGENT.replace('who = customer(question["name"])', 'who = {"currency": "USD"}'))
    commit(shop, "It does not ask who it is")
    made = refinery("suite", "from-trace", bad, "--expect", 'contains: "EUR"', "--minimal", "--json")
    assert made.status == 0, made.err
    assert [each["tool"] for each in world_of(made)["calls"]] == ["price", "model"]
    assert "2 of 3 recorded calls matter" in json.loads(made.out)["notes"]


def test_calls_of_another_trace_can_be_had_too_and_a_world_can_be_left_out(shop: Path, refinery: Refinery, bad: str, good: str) -> None:
    made = refinery("suite", "from-trace", bad, "--expect", "contains: EUR", "--with", good, "--json")
    assert json.loads(made.out)["world"]["calls"] == 5
    bare = refinery("suite", "from-trace", bad, "--expect", "contains: GBP", "--no-world", "--json")
    assert json.loads(bare.out)["world"] is None
    assert "world" not in yaml.safe_load(Path(str(json.loads(bare.out)["path"])).read_text())[0]


def test_a_diagnosis_is_proven_by_a_replay_with_the_right_result(shop: Path, refinery: Refinery, bad: str, good: str) -> None:
    made = refinery("diagnose", bad, "--expect", 'contains: "EUR"', "--passing", good, "--replay", "--json")
    assert made.status == 0, made.err
    assert (json.loads(made.out)["step"], json.loads(made.out)["proof"]) == (1, "replayed")
    replay = json.loads(made.out)["replay"]
    assert isinstance(replay, dict)
    assert (replay["substituted"], replay["cured"], replay["of"]) == ({"currency": "EUR"}, 5, 5)
    assert replay["without"] == {"cured": 0, "of": 5, "interval": [0.0, 0.5218]}
    assert "the failure was gone in 5 of 5 runs (95 %: 0.48 to 1.00)" in str(replay["says"])


def test_a_wrong_result_proves_nothing(shop: Path, refinery: Refinery, bad: str, good: str) -> None:
    made = refinery("diagnose", bad, "--expect", 'contains: "EUR"', "--passing", good, "--step-result", '{"currency": "GBP"}', "--json")
    assert made.status == 0, made.err
    assert json.loads(made.out)["proof"] == "unproven"
    replay = json.loads(made.out)["replay"]
    assert isinstance(replay, dict)
    assert (replay["cured"], replay["of"]) == (0, 5)
    assert 'that proves nothing (5 calls were outside of the recordings: price({"plan": "pro", "currency": "GBP"}) (refused))' in str(
        replay["says"]
    )


def test_a_failure_that_does_not_show_is_not_cured(shop: Path, refinery: Refinery, bad: str, good: str) -> None:
    (shop / "desk" / "agent.py").write_text(AGENT.replace('who["currency"]', '"EUR"'))
    commit(shop, "Always euros")
    made = refinery("diagnose", bad, "--expect", 'contains: "EUR"', "--passing", good, "--replay", "3", "--json")
    assert made.status == 0, made.err
    assert json.loads(made.out)["proof"] == "unproven"
    says = json.loads(made.out)["replay"]["says"]
    assert says == "the failure does not show in the recorded world: 3 of 3 runs passed, so the diagnosis stays unproven"


def test_without_a_right_result_the_diagnosis_stays_unproven_and_says_what_is_missing(shop: Path, refinery: Refinery, bad: str) -> None:
    made = refinery("diagnose", bad, "--failed", "--expect", 'contains: "EUR"', "--replay", "2")
    assert "unproven" in made.out
    assert "--step-result JSON" in " ".join(made.out.split())
    wrong = refinery("diagnose", bad, "--step-result", "45 EUR")
    assert (wrong.status, "--step-result is not JSON" in wrong.err) == (2, True)


def test_a_replay_needs_tools_that_a_recording_answers_for(desk: Path, refinery: Refinery, bad: str) -> None:
    refused = refinery("diagnose", bad, "--expect", 'contains: "EUR"', "--replay")
    assert (refused.status, "names no tools" in refused.err) == (2, True), refused.err


def test_a_fix_runs_in_the_recorded_world_and_tells_how_the_diagnosis_was_tested(
    shop: Path, refinery: Refinery, good: str, tmp_path: Path
) -> None:
    bad = run(tmp_path, "late.json", "ef" * 16, "EUR", "USD", '{"amount": 49, "currency": "USD"}', "49 USD")
    (shop / "desk" / "agent.py").write_text(AGENT.replace('who["currency"]', 'who.get("curency", "USD")'))
    commit(shop, "A slip of the pen")
    assert refinery("traces", "import", bad).status == 0
    tested = refinery("diagnose", "efef", "--expect", 'contains: "45 EUR"', "--passing", good, "--replay", "--json")
    assert tested.status == 0, tested.err
    assert (json.loads(tested.out)["step"], json.loads(tested.out)["proof"]) == (2, "replayed"), tested.out
    fixing = ("fix", "efef", "--expect", 'contains: "45 EUR"', "--says", "in euros", "--yes", "--json")
    shut = refinery(*fixing, "--seconds", "1")
    assert (shut.status, "refinery suite from-trace --with TRACE" in shut.out) == (1, True)
    assert refinery("traces", "import", good).status == 0
    made = refinery(*fixing)
    assert made.status == 0, made.out + made.err
    assert any("diagnosed by rules on" in note for note in json.loads(made.out)["diagnosis"]["notes"])
    kept = json.loads(made.out)["kept"]["commit"]
    message = git(shop, "show", "-s", "--format=%B", str(kept))
    assert "How the diagnosis was tested: with what" in message
    assert ", replayed" in message
    (path,) = git(shop, "diff", "--name-only", f"{kept}~", str(kept), "--", "scenarios").splitlines()
    (scenario,) = yaml.safe_load(git(shop, "show", f"{kept}:{path}"))
    assert [each["tool"] for each in scenario["world"]["calls"]] == ["customer", "price", "model", "price", "model"]
    assert refinery("verify", str(kept)).status == 0
    assert refinery("check", f"HEAD..{kept}").status == 0


def test_a_world_too_large_for_a_fix_is_to_be_written_down_first(shop: Path, refinery: Refinery, bad: str) -> None:
    (shop / "refinery.toml").write_text(SETTINGS + WORLD + "[safety]\nmax_changed_lines = 12\n")
    commit(shop, "Small changes only")
    refused = refinery("fix", bad, "--expect", 'contains: "EUR"', "--yes")
    assert (refused.status, "refinery suite from-trace" in refused.err) == (2, True)


def test_a_change_to_a_recorded_world_is_judged_by_that_of_the_base(shop: Path, refinery: Refinery, bad: str) -> None:
    made = refinery("suite", "from-trace", bad, "--expect", 'contains: "49 USD"', "--json")
    base = commit(shop, "What support heard")
    world = Path(str(json.loads(made.out)["path"]).replace(".yaml", ".world.yaml"))
    world.write_text(world.read_text().replace("49", "50"))
    (shop / "desk" / "agent.py").write_text(AGENT.replace("question[", "question ["))
    head = commit(shop, "Another world")
    checked = refinery("check", f"{base}..{head}", "--json")
    assert checked.status == 0, checked.out
    assert json.loads(checked.out)["decision"] == "accept"
