"""What can be wrong is told in one clear sentence with the way out, and nothing is left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import Refinery, commit, git
from tests.journeys.test_fix import part


def told(err: str) -> tuple[str, str]:
    """The sentence and the way out; progress lines stand before them."""
    lines = err.strip().splitlines()
    return lines[-2].removeprefix("refinery: "), lines[-1].removeprefix("  -> ")


def test_outside_a_repository(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, refinery: Refinery) -> None:
    monkeypatch.chdir(tmp_path)
    done = refinery("fix", "--failing")
    assert done.status == 2
    assert "repository" in told(done.err)[0]


def test_a_repository_without_a_commit(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, refinery: Refinery) -> None:
    git(tmp_path, "init", "-q", "empty")
    monkeypatch.chdir(tmp_path / "empty")
    (tmp_path / "empty" / "refinery.toml").write_text('[agent]\npython = "a:b"\n')
    done = refinery("suite", "run")
    assert done.status == 2
    assert "no commit yet" in told(done.err)[0]


def test_a_bare_repository(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, refinery: Refinery) -> None:
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    monkeypatch.chdir(tmp_path / "bare.git")
    done = refinery("fix", "--failing")
    assert done.status == 2
    assert "bare" in told(done.err)[0]


def test_no_settings(desk: Path, refinery: Refinery) -> None:
    (desk / "refinery.toml").unlink()
    done = refinery("suite", "run")
    assert done.status == 2
    assert "refinery init" in told(done.err)[1]


def test_an_unknown_key_is_named_with_the_nearest_right_one(desk: Path, refinery: Refinery) -> None:
    (desk / "refinery.toml").write_text('[agent]\npython = "desk.agent:answer"\ntimeuot = "1s"\n')
    done = refinery("suite", "run")
    assert done.status == 2
    assert told(done.err) == ("refinery.toml:3: unknown key `agent.timeuot`", "did you mean `timeout`?")


def test_a_rule_that_the_guard_does_not_have_is_named_with_the_nearest(desk: Path, refinery: Refinery) -> None:
    (desk / "refinery.toml").write_text('[agent]\npython = "desk.agent:answer"\n[safety]\nyes_approves = ["dependancies"]\n')
    done = refinery("suite", "list")
    assert done.status == 2
    says, _ = told(done.err)
    assert says.startswith("refinery.toml:4: `safety.yes_approves`: 'dependancies' is no rule of the guard; did you mean 'dependencies'?")


def test_a_scenario_that_does_not_parse_is_named_with_its_line(desk: Path, refinery: Refinery) -> None:
    (desk / "scenarios" / "prices.yaml").write_text("- id: a\n  input: {plan: pro}\n  expect:\n    - contians: x\n")
    commit(desk, "Broken")
    done = refinery("suite", "list")
    assert done.status == 2
    says, way_out = told(done.err)
    assert says.startswith("scenarios/prices.yaml:4:")
    assert "contains" in way_out + says


AGENTS = {
    "hangs": ("import time\ntime.sleep(600)", "timeout", "1 s"),
    "floods": ("import sys\nwhile True: sys.stdout.write('x' * 65536)", "output", "without end"),
    "writes nothing": ("pass", "output", "no answer"),
    "ends with an error": ("import sys\nsys.stderr.write('no such table')\nsys.exit(3)", "exit", "3"),
    "is killed": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "signal", "SIGKILL"),
}


@pytest.mark.parametrize("name", AGENTS)
def test_an_agent_that(name: str, desk: Path, refinery: Refinery) -> None:
    program, cause, says = AGENTS[name]
    (desk / "desk" / "bad.py").write_text(program)
    commit(desk, "A bad agent")
    settings = f"[agent]\ncommand = ['{sys.executable}', '-m', 'desk.bad']\ntimeout = \"1s\"\n[suite]\ntrials = 1\n"
    (desk / "refinery.toml").write_text(settings)
    done = refinery("suite", "run", "pro-costs-45", "--json")
    assert done.status == 1, done.err
    assert part(done.json, "scenarios", 0, "attempts", 0, "cause") == cause
    assert says in str(part(done.json, "scenarios", 0, "attempts", 0, "says"))


def test_an_agent_that_forks_leaves_no_process_behind(desk: Path, refinery: Refinery) -> None:
    mark = "refinery-journey-daemon"
    daemon = f"[sys.executable, '-c', 'import time; time.sleep(300)', '{mark}']"
    program = f"import subprocess, sys\nsubprocess.Popen({daemon}, start_new_session=True)\nprint('45')"
    (desk / "desk" / "bad.py").write_text(program)
    commit(desk, "An agent with a daemon")
    (desk / "refinery.toml").write_text(f"[agent]\ncommand = ['{sys.executable}', '-m', 'desk.bad']\n[suite]\ntrials = 1\n")
    assert refinery("suite", "run", "pro-costs-45", "--json").status == 0
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert mark not in listed


def test_an_agent_that_cannot_be_imported_is_told_as_such(desk: Path, refinery: Refinery) -> None:
    (desk / "refinery.toml").write_text(f"[agent]\npython = 'desk.agent:anser'\ninterpreter = '{sys.executable}'\n[suite]\ntrials = 1\n")
    done = refinery("suite", "run", "pro-costs-45", "--json")
    assert done.status == 1
    assert "anser" in str(part(done.json, "scenarios", 0, "attempts", 0))


@pytest.mark.parametrize("timeout", ['"soon"', '"0s"', "-5"])
def test_a_timeout_that_nobody_can_wait_for(desk: Path, refinery: Refinery, timeout: str) -> None:
    (desk / "refinery.toml").write_text(f'[agent]\npython = "desk.agent:answer"\ntimeout = {timeout}\n')
    done = refinery("suite", "run")
    assert done.status == 2
    assert "refinery.toml:3: `agent.timeout`" in done.err


def test_the_doctor_names_what_is_wrong(desk: Path, refinery: Refinery) -> None:
    (desk / "refinery.toml").unlink()
    rows = refinery("doctor", "--json").json["rows"]
    assert isinstance(rows, list)
    assert [(row["name"], row["state"]) for row in rows if isinstance(row, dict) and row["state"] == "bad"] == [("settings", "bad")]


def test_the_doctor_says_what_the_agent_is_kept_from(desk: Path, refinery: Refinery) -> None:
    def row() -> tuple[str, str, str]:
        rows = refinery("doctor", "--json").json["rows"]
        assert isinstance(rows, list)
        (found,) = [each for each in rows if isinstance(each, dict) and each["name"] == "sandbox"]
        return str(found["state"]), str(found["says"]), str(found["mend"])

    settings = (desk / "refinery.toml").read_text()
    state, says, _ = row()
    assert "passed its test" in says
    assert state == "ok" or "not the strongest, because" in says
    for line, told, mend in (("network = true", "may use the network", "network = true"), ('sandbox = "none"', "not sandboxed", "none")):
        (desk / "refinery.toml").write_text(settings.replace("[agent]\n", f"[agent]\n{line}\n"))
        state, says, how = row()
        assert state == "warn"
        assert told in says
        assert mend in how


def test_a_package_that_is_missing_is_told_with_the_python_it_is_missing_from(desk: Path, refinery: Refinery) -> None:
    (desk / "desk" / "agent.py").write_text("import no_such_package\n")
    commit(desk, "A new package")
    done = refinery("doctor", "--json")
    mend = part(done.json, "rows", -1, "mend")
    assert "no_such_package" in str(mend)
    assert sys.executable in str(mend)


def test_one_expectation_is_not_taken_for_every_trace_of_a_file(desk: Path, refinery: Refinery) -> None:
    span = '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%s","spanId":"%s","name":"answer"}]}]}]}'
    (desk / "two.jsonl").write_text("\n".join(span % (digit * 32, digit * 16) for digit in "12"))
    done = refinery("fix", "two.jsonl", "--expect", 'contains: "EUR"')
    assert done.status == 2
    assert "holds 2 traces" in told(done.err)[0]


def test_a_list_of_traces_that_is_cut_says_so(desk: Path, refinery: Refinery) -> None:
    span = '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%s","spanId":"%s","name":"answer"}]}]}]}'
    (desk / "two.jsonl").write_text("\n".join(span % (digit * 32, digit * 16) for digit in "12"))
    assert refinery("traces", "import", "two.jsonl").status == 0
    assert "only the newest 1" in refinery("traces", "list", "--limit", "1").err
    assert refinery("traces", "list", "--limit", "2").err == ""


def test_an_agent_that_lacks_a_package_is_not_searched_for_a_cure(desk: Path, refinery: Refinery) -> None:
    (desk / "desk" / "agent.py").write_text("import no_such_package\n")
    commit(desk, "A new package")
    done = refinery("fix", "--failing")
    assert done.status == 5
    says, way_out = told(done.err)
    assert says == f"the agent cannot start: no_such_package is not installed for {sys.executable}"
    assert "interpreter" in way_out


def test_a_misspelt_module_of_the_repository_is_a_fault_like_any_other(desk: Path, refinery: Refinery) -> None:
    (desk / "desk" / "agent.py").write_text("from desk import agent_two\nimport limits\n")
    (desk / "desk" / "limits.py").write_text("")
    commit(desk, "A wrong import")
    done = refinery("fix", "--failing", "--seconds", "5")
    assert (done.status, "Take back" in done.out) == (0, True), "and the file is given back what it had"
