"""An engineer reviews what was committed: looks for it, reads it, hands it on, and opens a request for it."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.journeys.conftest import Refinery, add_scenario, commit, git, lay_out

EUROS = """- id: pro-in-euros
  input: {plan: pro}
  expect:
    - equals: 45 EUR
"""
POUNDS = """- id: team-in-pounds
  input: {plan: team}
  expect:
    - equals: 90 GBP
"""


@pytest.fixture
def fix(desk: Path, refinery: Refinery) -> str:
    """The name of a fix that was kept."""
    add_scenario(desk, EUROS + POUNDS)
    done = refinery("fix", "--failing", "--yes", "--json")
    assert done.status == 0, done.err
    kept = done.json["kept"]
    assert isinstance(kept, dict)
    return str(kept["branch"]).removeprefix("refinery/")


def fixes(refinery: Refinery, *conditions: str) -> int:
    done = refinery("history", *conditions, "--json")
    assert done.status == 0, done.err
    found = done.json["fixes"]
    assert isinstance(found, list)
    return len(found)


def test_a_reviewer_finds_reads_hands_on_and_asks_about_a_fix(desk: Path, refinery: Refinery, fix: str, tmp_path: Path) -> None:
    """One fix is made for all of it, since making it takes longest."""
    for conditions, many in {
        (): 1,
        ("--since", "1h"): 1,
        ("--until", "1h"): 0,
        ("--state", "kept"): 1,
        ("--state", "accepted", "--state", "undone"): 0,
        ("--file", "desk/agent.py"): 1,
        ("--file", "./desk/"): 1,
        ("--file", "**/*.py"): 1,
        ("--file", "des"): 0,
        ("--scenario", "pro-in"): 1,
        ("--scenario", "in-euros"): 0,
        ("--search", "CURRENCY"): 1,
        ("--search", "no such words"): 0,
    }.items():
        assert fixes(refinery, *conditions) == many, conditions
    assert "no fix is like this" in refinery("history", "--state", "undone").out
    assert refinery("history", "--journal", "--state", "kept").status == 2
    assert refinery("history", "--since", "the other day").status == 2

    shown = refinery("show", fix)
    for part in ("What was tried", "The gate", "(target)", "The bill", "as it was sealed"):
        assert part in shown.out

    text = refinery("show", fix, "--markdown").out
    assert "## What failed" in text
    assert "before (failed):" in text
    assert "after (passed):" in text
    assert "45 EUR" in text

    report = tmp_path / "report.html"
    assert refinery("show", fix, "--html", str(report)).status == 0
    assert "45 EUR" in report.read_text()
    assert refinery("show", fix, "--html", str(report)).status == 0
    report.write_text("my own notes")
    assert refinery("show", fix, "--html", str(report)).status == 2
    assert report.read_text() == "my own notes"
    assert refinery("show", "--html", str(tmp_path / "last.html")).status == 0
    assert fix in (tmp_path / "last.html").read_text()
    assert refinery("show", fix, "--json", "--markdown").status == 2

    told = refinery("explain", fix).out
    for about in ("it is", "failed", "changed", "because", "believed", "where", "evidence"):
        assert f"  {about}" in told
    assert len(told.splitlines()) < 40

    git(desk, "cherry-pick", f"refinery/{fix}")
    again = refinery("explain", "HEAD", "--json").json
    assert again["kind"] == "fix"
    assert json.loads(json.dumps(again))["fixes"][0]["name"] == fix
    assert "It is part of what is checked out." in str(again["says"])
    assert fixes(refinery, "--state", "accepted") == 1


def test_the_last_search_is_shown_when_it_kept_nothing(desk: Path, refinery: Refinery, tmp_path: Path) -> None:
    assert refinery("show").status == 2
    add_scenario(desk, "- id: never\n  input: {plan: pro}\n  expect:\n    - equals: a poem about prices\n")
    assert refinery("fix", "--failing", "--yes", "--seconds", "3").status in (1, 4)
    shown = refinery("show")
    assert shown.status == 0
    assert "no fix was kept" in shown.out
    assert refinery("show", "--json").json["commit"] is None
    assert refinery("show", "--html", str(tmp_path / "r.html")).status == 0
    assert "nothing kept" in (tmp_path / "r.html").read_text()


def test_a_commit_like_any_other_is_explained_by_what_it_can_touch(desk: Path, refinery: Refinery) -> None:
    agent = desk / "desk" / "agent.py"
    agent.write_text(agent.read_text().replace('return "Please call us."', 'return "Please " + "call us."'))
    commit(desk, "Say it otherwise")
    made = json.loads(refinery("explain", "HEAD", "--json").out)
    assert made["kind"] == "commit"
    assert (made["scenarios"]["known"], made["scenarios"]["of"]) == (True, 3)
    assert made["guard"]["verdict"] == "allow"
    (desk / "desk" / "limits.json").write_text('{"seats": 6}\n')
    commit(desk, "More seats")
    made = json.loads(refinery("explain", "HEAD", "--json").out)
    assert len(made["scenarios"]["touched"]) == 3
    assert "may be read by all" in made["scenarios"]["says"]
    assert json.loads(refinery("explain", "HEAD", "--no-runs", "--json").out)["scenarios"]["known"] is False
    assert "nothing can be compared" in refinery("explain", "HEAD~2").out
    assert refinery("explain", "nowhere").status == 2


def test_a_commit_that_holds_several_fixes_is_explained_by_each_of_them(desk: Path, refinery: Refinery) -> None:
    kept(desk)
    git(desk, "checkout", "-q", "-b", "refinery/other")
    (desk / "notes.txt").write_text("a note\n")
    commit(desk, "Write a note\n\nWhat failed: nobody knew.\n\nRefinery-Trace: cdcd\nRefinery-Fix: fedcba9876543210")
    git(desk, "checkout", "-q", "main")
    messages = [git(desk, "log", "-1", "--format=%B", f"refinery/{name}") for name in ("mend", "other")]
    squashed = "\n\n".join("\n".join(f"    {line}".rstrip() for line in text.splitlines()) for text in messages)
    (desk / "desk" / "limits.json").write_text('{"seats": 7}\n')
    (desk / "notes.txt").write_text("a note\n")
    commit(desk, f"Squashed commit of the following:\n\n{squashed}")
    made = json.loads(refinery("explain", "HEAD", "--json").out)
    assert {each["name"] for each in made["fixes"]} == {"mend", "other"}
    told = " ".join(each["says"] for each in made["says"])
    assert "The fix: Set seats to 7." in told
    assert "nobody knew." in told


def test_of_an_agent_with_several_functions_only_those_scenarios_are_named_that_run_them(desk: Path, refinery: Refinery) -> None:
    other = "def phone():\n    return 'Please call us.'\n"
    (desk / "desk" / "phone.py").write_text(other)
    agent = desk / "desk" / "agent.py"
    agent.write_text(agent.read_text().replace('return "Please call us."', "from desk.phone import phone\n        return phone()"))
    commit(desk, "A module of its own")
    (desk / "desk" / "phone.py").write_text(other.replace("Please call us.", "Please call."))
    commit(desk, "Shorter")
    made = json.loads(refinery("explain", "HEAD", "--json").out)
    assert made["scenarios"]["touched"] == ["many-seats-by-phone"]


def test_where_nothing_can_be_run_it_is_said_why(desk: Path, refinery: Refinery) -> None:
    (desk / "refinery.toml").write_text('[scope]\neditable = ["desk/**"]\n')
    commit(desk, "No agent")
    (desk / "desk" / "agent.py").write_text("def answer(question):\n    return ''\n")
    commit(desk, "Empty")
    done = refinery("explain", "HEAD")
    assert done.status == 0
    assert "not known: refinery.toml does not say how to run the agent" in " ".join(done.out.split())


# -- opening a request ----------------------------------------------------------------------------------------------

GH = f"""#!{sys.executable}
import json, pathlib, sys
text = sys.stdin.read()
here = pathlib.Path(__file__).parent
(here / "asked.json").write_text(json.dumps({{"arguments": sys.argv[1:], "text": text}}))
if (here / "fails").exists():
    sys.exit("pull request create failed: no permission")
print("https://forge.example/pull/7")
"""


@pytest.fixture
def forge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a gh and a glab of ours, before everything else on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("gh", "glab"):
        program = folder / name
        program.write_text(GH)
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder


def kept(root: Path) -> str:
    """A fix made by hand, which is all that a request asks for."""
    git(root, "checkout", "-q", "-b", "refinery/mend")
    (root / "desk" / "limits.json").write_text('{"seats": 7}\n')
    made = commit(root, "Set seats to 7\n\nWhat failed: seven were asked for.\n\nRefinery-Trace: abab\nRefinery-Fix: 0123456789abcdef")
    git(root, "checkout", "-q", "main")
    return made


def remote(root: Path, address: str, at: str) -> None:
    """A remote, and where it was last seen."""
    git(root, "remote", "add", "origin", address)
    git(root, "update-ref", "refs/remotes/origin/refinery/mend", at)


@pytest.mark.parametrize(
    ("address", "program", "words"),
    [
        ("git@github.com:us/desk.git", "gh", ["pr", "create", "--head", "refinery/mend", "--base", "main", "--title", "Set seats to 7"]),
        ("https://gitlab.example/us/desk.git", "glab", ["mr", "create", "--source-branch", "refinery/mend", "--target-branch", "main"]),
    ],
)
def test_a_request_is_opened_by_the_forges_own_command_line(
    desk: Path, refinery: Refinery, forge: Path, address: str, program: str, words: list[str]
) -> None:
    remote(desk, address, kept(desk))
    done = refinery("request", "mend", "--base", "main", "--yes")
    assert done.status == 0, done.err
    assert done.out == "https://forge.example/pull/7\n"
    asked = json.loads((forge / "asked.json").read_text())
    assert asked["arguments"][: len(words)] == words
    text = asked["text"] if program == "gh" else asked["arguments"][-1]
    assert "seven were asked for" in text


def test_nothing_is_published_the_command_is_told_instead(desk: Path, refinery: Refinery, forge: Path) -> None:
    kept(desk)
    remote(desk, "git@github.com:us/desk.git", git(desk, "rev-parse", "HEAD"))
    done = refinery("request", "mend", "--yes")
    assert done.status == 1
    assert "  git push -u origin refinery/mend\n" in done.out
    assert refinery("request", "mend", "--yes", "--json").json["command"] == "git push -u origin refinery/mend"
    assert not (forge / "asked.json").exists()


def test_without_a_yes_nothing_is_opened(desk: Path, refinery: Refinery, forge: Path) -> None:
    remote(desk, "git@github.com:us/desk.git", kept(desk))
    done = refinery("request", "mend")
    assert done.status == 1
    assert "nobody is there to be asked" in done.err
    assert not (forge / "asked.json").exists()


def test_what_the_forge_refuses_is_told_in_its_words(desk: Path, refinery: Refinery, forge: Path) -> None:
    remote(desk, "git@github.com:us/desk.git", kept(desk))
    (forge / "fails").touch()
    done = refinery("request", "mend", "--yes")
    assert done.status == 5
    assert "no permission" in done.err


def test_a_program_in_the_repository_is_not_taken_for_the_forge(desk: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch) -> None:
    remote(desk, "git@github.com:us/desk.git", kept(desk))
    (desk / "gh").write_text(GH)
    (desk / "gh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{desk}:/usr/bin:/bin")
    done = refinery("request", "mend", "--yes")
    assert done.status == 5
    assert "gh is not installed" in done.err
    assert not (desk / "asked.json").exists()


@pytest.mark.parametrize(
    ("remotes", "options", "says"),
    [
        ({}, (), "no remote"),
        ({"a": "x", "b": "y"}, (), "several remotes"),
        ({"a": "x"}, ("--remote", "b"), "no remote 'b'"),
    ],
)
def test_without_a_remote_that_is_meant_nothing_is_guessed(
    desk: Path, refinery: Refinery, remotes: dict[str, str], options: tuple[str, ...], says: str
) -> None:
    kept(desk)
    for name, address in remotes.items():
        git(desk, "remote", "add", name, address)
    done = refinery("request", "mend", *options)
    assert done.status == 2
    assert says in done.err


# -- the guard's answer for machines --------------------------------------------------------------------------------


def test_the_guards_answer_is_written_for_code_hosts_and_ci(desk: Path, refinery: Refinery, tmp_path: Path) -> None:
    (desk / "desk" / "run.py").write_text("import os\n\n\ndef run(text):\n    os.system(text)\n")
    git(desk, "add", "-A")
    into = tmp_path / "guard.sarif"
    done = refinery("guard", "--staged", "--format", "sarif", "--output", str(into))
    assert done.status == 1
    log = json.loads(into.read_text())
    assert log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "desk/run.py"
    junit = ElementTree.fromstring(refinery("guard", "--staged", "--format", "junit").out)
    assert (junit.get("tests"), junit.get("failures")) == ("1", "1")
    assert "| desk/run.py" in refinery("guard", "--staged", "--format", "markdown").out.replace("`", "")
    assert refinery("guard", "--staged", "--format", "json").json["verdict"] == refinery("guard", "--staged", "--json").json["verdict"]
    assert refinery("guard", "--changes", "x.jsonl", "--format", "junit").status == 2


def test_a_change_without_objection_is_one_passing_test(desk: Path, refinery: Refinery) -> None:
    lines = (desk / "desk" / "limits.json").read_text().replace("5", "6")
    (desk / "desk" / "limits.json").write_text(lines)
    git(desk, "add", "-A")
    done = refinery("guard", "--staged", "--format", "junit")
    assert done.status == 0
    junit = ElementTree.fromstring(done.out)
    assert (junit.get("tests"), junit.get("failures")) == ("1", "0")


def test_a_repository_elsewhere_is_reviewed_too(desk: Path, refinery: Refinery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with letters of another script, and a space."""
    root = tmp_path / "prix élevés 価格"
    lay_out(root)
    kept(root)
    monkeypatch.chdir(root)
    assert refinery("show", "mend", "--html", "à voir.html").status == 0
    assert refinery("explain", "mend").status == 0
