"""The guard from the command line: over a range, over what is staged, and over proposals in a file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.journeys.conftest import Refinery, commit, git


def test_a_range_that_brings_and_drops_files_is_judged_from_its_base(desk: Path, refinery: Refinery) -> None:
    (desk / "desk" / "old.py").write_text("OLD = 1\n")
    base = commit(desk, "base")
    (desk / "desk" / "plans.py").write_text("BEST = 'pro'\n")
    (desk / "desk" / "old.py").unlink()
    commit(desk, "head")
    judged = refinery("guard", f"{base}..HEAD", "--json")
    findings = judged.json["findings"]
    assert isinstance(findings, list)
    assert [finding for finding in findings if isinstance(finding, dict) and finding["rule"] == "fit"] == []
    assert judged.json["verdict"] == "needs_approval"  # for the deletion


def test_ends_without_a_common_commit_are_told(desk: Path, refinery: Refinery) -> None:
    git(desk, "checkout", "-q", "--orphan", "apart")
    commit(desk, "apart")
    done = refinery("guard", "main...HEAD")
    assert done.status == 2
    assert "no commit in common" in done.err


def test_what_is_staged_before_the_first_commit_is_judged(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, refinery: Refinery
) -> None:
    git(tmp_path, "init", "-q", "new")
    monkeypatch.chdir(tmp_path / "new")
    Path("agent.py").write_text("ANSWER = 42\n")
    git(tmp_path / "new", "add", "agent.py")
    assert refinery("guard", "--staged", "--json").json["verdict"] == "allow"


def test_in_a_hook_the_index_that_git_names_is_judged(desk: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk / "desk" / "agent.py").write_text("ANSWER = 42\n")
    git(desk, "add", "-A")
    (desk / ".git" / "next-index").write_bytes((desk / ".git" / "index").read_bytes())
    git(desk, "reset", "-q")
    assert refinery("guard", "--staged").status == 2
    monkeypatch.setenv("GIT_INDEX_FILE", os.path.join(".git", "next-index"))
    assert refinery("guard", "--staged", "--json").json == {"verdict": "allow", "findings": []}


@pytest.mark.parametrize("content", [None, b'{"id": "1", "path": "a.py", "before": null, "after": "\xff"}\n', b"{\n"])
def test_a_file_of_proposals_that_cannot_be_read_is_wrong_usage(tmp_path: Path, refinery: Refinery, content: bytes | None) -> None:
    file = tmp_path / "proposals.jsonl"
    if content is not None:
        file.write_bytes(content)
    done = refinery("guard", "--changes", str(file))
    assert done.status == 2
    assert str(file) in done.err
    assert "->" in done.err


def test_a_file_that_others_use_is_not_deleted(desk: Path, refinery: Refinery) -> None:
    (desk / "desk" / "web.py").write_text("from desk.agent import answer\n\nprint(answer({'plan': 'pro'}))\n")
    commit(desk, "base")
    (desk / "desk" / "agent.py").unlink()
    git(desk, "add", "-A")
    judged = refinery("guard", "--staged", "--json")
    assert judged.json["verdict"] == "block"
    assert "desk/web.py still uses it" in judged.out


def test_a_scenario_does_not_take_the_place_of_another(desk: Path, refinery: Refinery) -> None:
    (desk / "scenarios" / "again.yaml").write_text("- id: pro-costs-45\n  input: {plan: pro}\n  expect:\n    - no-error: true\n")
    git(desk, "add", "-A")
    judged = refinery("guard", "--staged", "--json")
    assert judged.json["verdict"] == "block"
    assert "exists already" in judged.out
