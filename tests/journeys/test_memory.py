"""What is remembered of a fix, by whoever meets the same failure again: here, or in a fresh clone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from refinery.cli.main import run
from tests.journeys.conftest import Refinery, add_scenario, at_home, git, lay_out
from tests.journeys.test_fix import RED

BRANCH = "refinery/return-currency-in-look-up"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A price desk with an accepted fix, made once and copied for each test."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("template")
        at_home(folder / "home", patch)
        root = folder / "desk"
        lay_out(root)
        add_scenario(root, RED)
        patch.chdir(root)
        assert run(["fix", "--failing", "--json"]) == 0
        assert run(["accept", BRANCH]) == 0
    return root


@pytest.fixture
def accepted(template: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "desk"
    shutil.copytree(template, root, symlinks=True)
    git(root, "status")
    monkeypatch.chdir(root)
    return root


def note_of(root: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(git(root, "notes", "--ref=refinery", "show", BRANCH))
    return made


def passages(refinery: Refinery, question: str) -> list[dict[str, Any]]:
    found: Any = refinery("guides", "search", question, "--json").json["passages"]
    return [each for each in found if each["id"].startswith("fix-")]


def test_a_fresh_clone_remembers_what_the_notes_know(accepted: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch) -> None:
    note = note_of(accepted)
    clone = accepted.parent / "clone"
    git(accepted.parent, "clone", "-q", str(accepted), str(clone))
    monkeypatch.chdir(clone)
    assert passages(refinery, note["symptom"]) == []
    git(clone, "fetch", "-q", "origin", "refs/notes/refinery:refs/notes/refinery")
    (met,) = passages(refinery, note["symptom"])
    assert met["id"] == f"fix-{note['kept']['commit'][:12]}"
    assert "It was kept." in met["text"]
    git(clone, "reset", "-q", "--hard", "HEAD~1")
    again = refinery("fix", "--failing", "--json")
    assert any("met before" in str(each) and "was kept" in str(each) for each in again.json["notes"])  # type: ignore[union-attr]


def test_a_clone_sees_in_the_history_that_a_fix_was_taken_back(accepted: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch) -> None:
    symptom = note_of(accepted)["symptom"]
    assert refinery("undo", "--here", BRANCH).status == 0
    clone = accepted.parent / "clone"
    git(accepted.parent, "clone", "-q", str(accepted), str(clone))
    git(clone, "fetch", "-q", "origin", "refs/notes/refinery:refs/notes/refinery")
    monkeypatch.chdir(clone)
    (met,) = passages(refinery, symptom)
    assert "undone later" in met["text"]


def test_the_same_change_again_warns_of_having_been_undone(accepted: Path, refinery: Refinery) -> None:
    assert refinery("undo", "--here", BRANCH).status == 0
    again = refinery("fix", "--failing", "--json")
    assert any("undone later" in str(each) for each in again.json["notes"])  # type: ignore[union-attr]
    steps: Any = again.json["steps"]
    same = [step for step in steps if step["hypothesis"]["change"] == note_of(accepted)["steps"][-1]["hypothesis"]["change"]]
    assert all("undone later" in step["hypothesis"]["risks"] for step in same)
    assert same, "the same change is found again, and stays a possible one"


def test_a_note_that_somebody_changed_is_not_remembered(accepted: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch) -> None:
    note = note_of(accepted)
    note["symptom"] = "the moon is missing"
    (accepted.parent / "note.json").write_text(json.dumps(note))
    git(accepted, "notes", "--ref=refinery", "add", "-f", "-F", str(accepted.parent / "note.json"), BRANCH)
    clone = accepted.parent / "clone"
    git(accepted.parent, "clone", "-q", str(accepted), str(clone))
    git(clone, "fetch", "-q", "origin", "refs/notes/refinery:refs/notes/refinery")
    monkeypatch.chdir(clone)
    assert passages(refinery, "the moon is missing") == []
