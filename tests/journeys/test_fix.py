"""The main job end to end: real git, real agent processes, no model."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from adapters.trace import Json
from tests.journeys.conftest import Refinery, add_scenario, git

RED = """- id: team-in-pounds
  input: {plan: team}
  expect:
    - equals: 90 GBP
- id: pro-in-euros
  input: {plan: pro}
  expect:
    - equals: 45 EUR
"""
KNOB = """- id: six-seats-online
  input: {plan: pro, seats: 6}
  expect:
    - contains: "45"
- id: seven-seats-online
  input: {plan: pro, seats: 7}
  expect:
    - contains: "45"
"""
HOPELESS = """- id: who-is-the-king
  input: {plan: pro}
  expect:
    - equals: Karl XVI of Ruritania
"""


def part(value: Json, *keys: str | int) -> Json:
    for key in keys:
        value = value[key]  # type: ignore[index]
    return value


def everything(root: Path) -> dict[str, tuple[bytes, int, int]]:
    """Bytes, modes and times of all the user has, refs and state of Refinery's own apart."""
    own = (".git/refinery", ".git/refs/heads/refinery", ".git/refs/refinery", ".git/refs/notes", ".git/objects", ".git/logs/refs")
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not name.startswith(own):
            seen = path.stat()
            found[name] = (path.read_bytes(), seen.st_mode, seen.st_mtime_ns)
    return found


def test_failing_scenarios_become_one_commit_on_a_branch_of_its_own(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, RED)
    done = refinery("fix", "--failing", "--json")
    assert done.status == 0, done.err
    branch, commit = part(done.json, "kept", "branch"), part(done.json, "kept", "commit")
    assert git(desk, "rev-parse", str(branch)) == commit
    assert git(desk, "rev-parse", f"{branch}~1") == git(desk, "rev-parse", "HEAD")
    source = git(desk, "show", f"{branch}:desk/agent.py")
    assert "currency" in source.split("def look_up")[1].split("def answer")[0]
    assert git(desk, "log", "-1", "--format=%an", str(branch)) == "Ada Reviewer"
    assert git(desk, "log", "-1", "--format=%(trailers:key=Refinery-Gate,valueonly)", str(branch)).startswith("accept")
    assert git(desk, "fsck", "--strict") == ""


def test_a_fix_leaves_a_dirty_tree_byte_for_byte_as_it_was(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, RED)
    (desk / "desk" / "agent.py").write_text("# half-finished work\n")
    (desk / "notes.txt").write_text("untracked")
    git(desk, "add", "notes.txt")
    before = everything(desk)
    assert refinery("fix", "--failing", "--json").status == 0
    assert everything(desk) == before


def test_the_same_fix_again_is_the_same_commit(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, RED)
    first, again = refinery("fix", "--failing", "--json"), refinery("fix", "--failing", "--json")
    assert part(first.json, "kept") == part(again.json, "kept")


def test_a_setting_is_cured_in_the_configuration(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, KNOB)
    done = refinery("fix", "--failing", "--json")
    assert done.status == 0, done.out
    changed = git(desk, "diff", "--name-only", "HEAD", str(part(done.json, "kept", "branch")))
    assert changed == "desk/limits.json"


def test_what_only_a_memorised_answer_would_cure_is_refused(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, HOPELESS)
    done = refinery("fix", "--failing", "--json", "--seconds", "20")
    assert done.status == 1
    assert part(done.json, "kept") is None
    assert git(desk, "branch", "--list", "refinery/*") == ""


def test_a_trace_and_what_should_have_happened_become_a_fix_with_its_regression_scenario(desk: Path, refinery: Refinery) -> None:
    trace = {"traceId": "ab" * 16, "spanId": "cd" * 8, "name": "answer", "startTimeUnixNano": "1", "endTimeUnixNano": "2"}
    values = {"input.value": '{"plan": "team"}', "output.value": "90 USD", "openinference.span.kind": "AGENT"}
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in values.items()]
    body = {"resourceSpans": [{"scopeSpans": [{"spans": [{**trace, "attributes": attributes}]}]}]}
    (desk.parent / "trace.json").write_text(json.dumps(body))
    assert refinery("traces", "import", str(desk.parent / "trace.json")).status == 0
    done = refinery("fix", "abab", "--says", "the price in pounds", "--expect", "equals: 90 GBP", "--json")
    assert done.status == 0, done.out + done.err
    branch = str(part(done.json, "kept", "branch"))
    files = git(desk, "diff", "--name-only", "HEAD", branch).splitlines()
    assert len(files) == 2
    assert files[0] == "desk/agent.py"
    assert files[1].startswith("scenarios/regressions/the-price-in-pounds")
    assert "90 GBP" in git(desk, "show", f"{branch}:{files[1]}")


def test_a_trace_that_nobody_has_judged_asks_what_is_right(desk: Path, refinery: Refinery) -> None:
    (desk.parent / "chat.json").write_text(json.dumps([{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]))
    done = refinery("fix", str(desk.parent / "chat.json"))
    assert done.status == 2
    assert "--expect" in done.err


def test_history_show_undo_and_redo(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, RED)
    kept = refinery("fix", "--failing", "--json").json
    branch = str(part(kept, "kept", "branch"))
    assert part(refinery("history", "--json").json, "fixes", 0, "branch") == branch
    shown = refinery("show", branch, "--json").json
    assert "currency" in str(part(shown, "patch"))
    assert part(shown, "evidence", "kept", "branch") == branch
    assert refinery("undo", branch).status == 0
    assert git(desk, "branch", "--list", branch) == ""
    assert refinery("redo", branch).status == 0
    assert git(desk, "rev-parse", branch) == part(kept, "kept", "commit")


def test_a_fix_is_accepted_taken_back_and_told_of_in_the_journal(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, RED)
    with (desk / "refinery.toml").open("a") as file:
        file.write('\n[git]\nco_author = "Refinery <refinery@example.org>"\n')
    kept = refinery("fix", "--failing", "--json").json
    branch, fix = str(part(kept, "kept", "branch")), str(part(kept, "kept", "fix"))
    trailers = "%(trailers:key=Refinery-Fix,valueonly,separator=%x2c) %(trailers:key=Co-authored-by,valueonly,separator=%x2c)"
    assert git(desk, "log", "-1", f"--format={trailers}", branch) == f"{fix} Refinery <refinery@example.org>"
    accepted = refinery("accept", branch, "--json").json
    assert accepted["made"] == git(desk, "rev-parse", "HEAD") == part(kept, "kept", "commit")
    assert "currency" in git(desk, "diff", "--stat", "-p", "HEAD^", "HEAD")
    assert git(desk, "status", "--porcelain") == "M refinery.toml"
    git(desk, "commit", "-q", "--amend", "--no-edit", "--date=2001-01-01T00:00:00Z")
    shown = refinery("show", "HEAD", "--json").json
    assert (part(shown, "asked", "kind"), part(shown, "asked", "same")) == ("rewritten", True)
    assert part(shown, "evidence", "kept", "fix") == part(shown, "fix") == fix
    assert "makes the same change, rewritten" in refinery("show", "HEAD").out
    assert part(refinery("history", "--json").json, "fixes", 0, "carriers") == [git(desk, "rev-parse", "HEAD")]
    assert refinery("undo", "--here", branch).status == 0
    assert git(desk, "diff", "HEAD~2", "HEAD", "--", "desk") == ""
    told = [str(part(refinery("history", "--journal", "--json").json, "journal", place, "says")) for place in range(4)]
    assert [each.split(" ")[0] for each in told] == ["keeping", "writing", "accepting", "undoing"]
    assert f"on branch {git(desk, 'branch', '--show-current')}" in told[2]
    assert len(refinery("history", "--journal").out.splitlines()) == 4


def test_the_guard_can_stand_in_the_hook_that_accepting_asks(desk: Path, refinery: Refinery, tmp_path: Path) -> None:
    add_scenario(desk, RED)
    branch = str(part(refinery("fix", "--failing", "--json").json, "kept", "branch"))
    with (desk / "desk" / "agent.py").open("a") as file:
        file.write("\n# the fix becomes a new commit, with a file that the repository does not have yet\n")
    git(desk, "commit", "-q", "-a", "-m", "later")
    hook = desk / ".git" / "hooks" / "pre-commit"
    program = "import sys; from refinery.cli.main import main; main(['guard', '--staged', '--json'])"
    hook.write_text(f'#!/bin/sh\n"{sys.executable}" -c "{program}" > {tmp_path}/verdict\n')
    hook.chmod(0o755)
    done = refinery("accept", branch)
    assert (done.status, done.err) == (0, "")
    assert json.loads((tmp_path / "verdict").read_text()) == {"verdict": "allow", "findings": []}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["accept"], "Missing argument"),
        (["accept", "nothing"], "there is no fix 'nothing'"),
        (["accept", "nothing", "--hook-timeout", "soon"], "'soon' is not a duration"),
        (["undo", "nothing", "--no-verify"], "add --here"),
        (["redo", "nothing", "--hook-timeout", "1s"], "add --here"),
    ],
)
def test_wrong_input_to_accept_is_explained(desk: Path, refinery: Refinery, arguments: list[str], says: str) -> None:
    done = refinery(*arguments)
    assert done.status == 2
    assert says in done.err


def test_where_nothing_fails_that_is_said(desk: Path, refinery: Refinery) -> None:
    done = refinery("fix", "--failing")
    assert done.status == 0
    assert "nothing to fix" in done.out
    assert refinery("fix", "--failing", "--json").out == ""


def test_what_could_not_be_tried_does_not_count_as_passing(desk: Path, refinery: Refinery) -> None:
    (desk / "refinery.toml").write_text("[agent]\ncommand = ['no-such-program']\n")
    done = refinery("fix", "--failing")
    assert done.status == 5
    assert "3 of 3 scenarios could not be tried" in done.err


def test_a_result_says_what_was_not_done(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, RED)
    (desk / "refinery.toml").write_text((desk / "refinery.toml").read_text().replace("timeout", "environment = ['PRICE_LIST']\ntimeout"))
    for command in (("fix", "--failing", "--json"), ("suite", "run", "--trials", "1", "--json")):
        notes = str(part(refinery(*command).json, "notes"))
        for told in ("PRICE_LIST", "the agent ran confined"):
            assert told in notes, (command, told)


def test_every_run_of_the_agent_is_on_the_bill(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, RED)
    steps = part(refinery("fix", "--failing", "--json").json, "usage", "steps")
    assert isinstance(steps, list)
    runs = {str(part(step, "step")): part(step, "runs") for step in steps}
    assert runs["reproduce"] == 5
    assert runs["gate"]


def test_a_fix_for_some_of_what_fails_tells_how_those_failed_and_no_other(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, HOPELESS + KNOB)
    kept = json.loads(refinery("fix", "--failing", "--json").out.splitlines()[0])["kept"]
    message = git(desk, "log", "-1", "--format=%B", kept["branch"])
    assert "Refinery-Scenarios: six-seats-online, seven-seats-online" in message
    assert "What failed: six-seats-online: contains" in message
    assert "who-is-the-king" not in message
    assert "Refinery-Trace" not in message


CRASH = """- id: free-plan-costs-nothing
  input: {plan: free}
  expect:
    - no-error: true
"""


def test_what_cannot_be_cured_does_not_stand_in_the_way_of_another_symptom(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, HOPELESS + CRASH)
    reports = [json.loads(line) for line in refinery("fix", "--failing", "--json", "--seconds", "1").out.splitlines()]
    assert [report["kept"] for report in reports] == [None, None]
    assert "who-is-the-king" in reports[0]["diagnosis"]["summary"]
    assert "KeyError" in reports[1]["diagnosis"]["summary"]


def test_what_is_told_of_a_crash_names_files_of_the_repository(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, CRASH)
    told = refinery("fix", "--failing", "--json", "--seconds", "1").out
    report = json.loads(told.splitlines()[0])
    assert report["diagnosis"]["places"][0]["path"] == "desk/agent.py"
    assert str(desk) not in json.dumps(report["before"])


@pytest.mark.parametrize(("network", "cost"), [("true", None), ("false", 0.0)])
def test_what_an_agent_cost_that_sends_no_spans_is_not_known_unless_it_could_reach_nothing(
    desk: Path, refinery: Refinery, network: str, cost: float | None
) -> None:
    settings = desk / "refinery.toml"
    settings.write_text(settings.read_text().replace("[agent]\n", f"[agent]\nnetwork = {network}\n"))
    add_scenario(desk, HOPELESS)
    report = refinery("fix", "--failing", "--json", "--seconds", "1").json
    assert part(report, "kept") is None
    assert part(report, "usage", "usd") == cost
