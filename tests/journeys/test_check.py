"""Before a merge: what a range of commits does to the scenarios of its base."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from tests.journeys.conftest import AGENT, Refinery, commit, git

GREET = 'def greet(question):\n    return "Good day."\n\n\n'
ASKED = '    if question.get("greeting"):\n        return greet(question)\n'
TWO_DESKS = AGENT.replace("def answer(question):\n", f"{GREET}def answer(question):\n{ASKED}")
GREETING = '- id: greets\n  input: {greeting: true}\n  expect:\n    - contains: "day"\n'


def change(root: Path, old: str, new: str, message: str = "A change") -> str:
    path = root / "desk" / "agent.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return commit(root, message)


def test_a_change_that_breaks_a_scenario_is_rejected(desk: Path, refinery: Refinery) -> None:
    change(desk, '"Please call us."', '"Please write."')
    checked = refinery("check", "HEAD~1..HEAD", "--json")
    assert checked.status == 1, checked.err
    assert checked.json["decision"] == "reject"
    gate = checked.json["gate"]
    assert isinstance(gate, dict)
    assert gate["regressions"] == ["many-seats-by-phone"]


def test_a_change_that_breaks_nothing_is_accepted_and_the_checkout_is_left_alone(desk: Path, refinery: Refinery) -> None:
    change(desk, "found = look_up", "found = dict(look_up(question['plan'])) or look_up")
    (desk / "desk" / "limits.json").write_text("not committed")
    before = git(desk, "status", "--porcelain")
    checked = refinery("check", "HEAD~1..HEAD")
    assert checked.status == 0, checked.err
    assert "none of the 3 scenarios got worse" in checked.out
    assert git(desk, "status", "--porcelain") == before
    assert git(desk, "branch", "--list", "refinery/*") == ""


def test_a_change_that_weakens_its_own_judge_is_judged_by_the_base(desk: Path, refinery: Refinery) -> None:
    weaker = (desk / "scenarios" / "prices.yaml").read_text().replace("Please call us.", "Please write.")
    (desk / "scenarios" / "prices.yaml").write_text(weaker)
    change(desk, '"Please call us."', '"Please write."')
    judged = refinery("check", "HEAD~1..HEAD", "--json")
    gate = judged.json["gate"]
    assert isinstance(gate, dict)
    assert (judged.status, gate["regressions"]) == (1, ["many-seats-by-phone"])
    assert "A person should look at this: tests: scenarios/prices.yaml" in str(judged.json["says"])


def test_what_the_guard_blocks_is_not_run(desk: Path, refinery: Refinery) -> None:
    (desk / "refinery.toml").write_text((desk / "refinery.toml").read_text() + "[check]\ntolerate = []\n")
    commit(desk, "Nothing is tolerated")
    (desk / "scenarios" / "prices.yaml").write_text((desk / "scenarios" / "prices.yaml").read_text().replace("Please call us.", "P"))
    commit(desk, "A weaker judge")
    refused = refinery("check", "HEAD~1..HEAD", "--json")
    assert (refused.status, refused.json["gate"]) == (1, None)
    assert "refused by the guard: " in str(refused.json["says"])


def test_a_change_does_not_choose_the_walls_behind_which_it_runs(desk: Path, refinery: Refinery) -> None:
    text = (desk / "refinery.toml").read_text()
    (desk / "refinery.toml").write_text(text.replace("[agent]", '[agent]\nsandbox = "none"'))
    change(desk, "found = look_up", "found = dict() or look_up")
    assert "not sandboxed" in refinery("suite", "run", "--trials", "1").out
    checked = refinery("check", "HEAD~1..HEAD", "--json")
    assert checked.status == 0, checked.err
    assert "not sandboxed" not in str(checked.json["notes"])
    assert "A person should look at this: scope: refinery.toml" in str(checked.json["says"])


def test_a_check_needs_no_name_to_commit_in(desk: Path, refinery: Refinery, home: Path) -> None:
    change(desk, "found = look_up", "found = dict() or look_up")
    (home / ".gitconfig").write_text("")
    assert refinery("check", "HEAD~1..HEAD").status == 0
    assert refinery("suite", "run", "--trials", "1").status == 0
    assert "git does not know who you are" in refinery("fix", "--failing").err or refinery("fix", "--failing").status == 0


def test_only_scenarios_that_touch_the_change_are_run(desk: Path, refinery: Refinery) -> None:
    (desk / "desk" / "agent.py").write_text(TWO_DESKS)
    (desk / "scenarios" / "greeting.yaml").write_text(GREETING)
    commit(desk, "A greeting")
    change(desk, "Good day.", "Good day to you.")
    checked = refinery("check", "HEAD~1..HEAD", "--json")
    assert (checked.status, checked.json["selected"]) == (0, ["greets"])
    assert checked.json["left_out"] == ["many-seats-by-phone", "pro-costs-45", "team-costs-90"]
    whole = refinery("check", "HEAD~1..HEAD", "--json", "--all")
    assert len(str(whole.json["selected"]).split(",")) == 4


def test_what_is_read_and_not_executed_touches_every_scenario(desk: Path, refinery: Refinery) -> None:
    (desk / "desk" / "limits.json").write_text('{\n  "seats": 50\n}\n')
    commit(desk, "More seats")
    checked = refinery("check", "HEAD~1..HEAD", "--json")
    assert (checked.status, checked.json["decision"], checked.json["left_out"]) == (1, "reject", [])


def test_a_scenario_that_has_to_get_better_is_held_to_it(desk: Path, refinery: Refinery) -> None:
    fixed = '{"amount": record["amount"], "currency": record["currency"]}'
    (desk / "scenarios" / "euro.yaml").write_text('- id: pro-in-euro\n  input: {plan: pro}\n  expect:\n    - contains: "EUR"\n')
    commit(desk, "What support heard")
    change(desk, '{"amount": record["amount"]}', fixed)
    checked = refinery("check", "HEAD~1..HEAD", "--target", "pro-in-euro", "--json")
    gate = checked.json["gate"]
    assert isinstance(gate, dict)
    assert (checked.status, gate["targets"], gate["effect"]) == (0, ["pro-in-euro"], 1.0)
    undone = refinery("check", "HEAD..HEAD~1", "--target", "pro-in-euro", "--json")
    assert undone.status in (1, 4)


def test_the_answer_comes_in_the_forms_that_code_hosts_read(desk: Path, refinery: Refinery, tmp_path: Path) -> None:
    change(desk, '"Please call us."', '"Please write."')
    sarif = refinery("check", "HEAD~1..HEAD", "--format", "sarif")
    (result,) = json.loads(sarif.out)["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("regression", "error")
    out = tmp_path / "junit.xml"
    assert refinery("check", "HEAD~1..HEAD", "--format", "junit", "--output", str(out)).status == 1
    suite = ElementTree.parse(out).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("4", "1")
    markdown = refinery("check", "HEAD~1..HEAD", "--format", "markdown").out
    assert markdown.startswith("### Refinery: rejected")
    assert "| many-seats-by-phone | 5/5 | 0/5 |" in markdown


def test_a_limit_of_money_is_kept_only_where_the_cost_of_a_run_is_known(desk: Path, refinery: Refinery) -> None:
    change(desk, '"Please call us."', '"Please write."')
    offline = refinery("check", "HEAD~1..HEAD", "--budget", "0.5")
    assert (offline.status, "reject" in offline.out, "$0.00" in offline.out) == (1, True, True), "it could reach nothing that has a price"
    settings = desk / "refinery.toml"
    settings.write_text(settings.read_text().replace("[agent]\n", "[agent]\nnetwork = true\n"))
    commit(desk, "The agent may call out")
    change(desk, '"Please write."', '"Please ring."')
    capped = refinery("check", "HEAD~1..HEAD", "--budget", "0.5")
    assert capped.status == 4
    assert "nobody knows what these runs cost" in capped.err


def test_a_range_that_changes_nothing_or_names_nothing_is_refused(desk: Path, refinery: Refinery) -> None:
    assert refinery("check", "HEAD..HEAD").status == 2
    assert refinery("check", "HEAD").status == 2
    assert refinery("check", "HEAD~1..HEAD").status == 2
    change(desk, '"Please call us."', '"Please write."')
    assert refinery("check", "HEAD~1..HEAD", "--target", "nobody").status == 2
