"""A person commits and pushes, and the hooks look on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import Refinery, git

KEY = "AKIA" + "Z7QX4WNT2LSB6HVD"


@pytest.fixture
def hooked(desk: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(desk, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(desk, "push", "-q", "origin", "main")
    assert refinery("hooks", "install").status == 0
    return desk


def said(root: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stderr


def edit(root: Path, old: str, new: str) -> None:
    path = root / "desk" / "agent.py"
    path.write_text(path.read_text().replace(old, new))
    git(root, "add", "-A")


def test_a_key_is_not_committed_unless_a_reason_is_given_and_recorded(hooked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(hooked, "PLANS =", f'ACCESS_KEY = "{KEY}"\nPLANS =')
    status, err = said(hooked, "commit", "-m", "A key")
    assert (status, "secrets: desk/agent.py:" in err, "REFINERY_SKIP" in err) == (1, True, True)
    assert KEY not in err
    monkeypatch.setenv("REFINERY_SKIP", "a key of the test system")
    status, err = said(hooked, "commit", "-m", "A key")
    assert (status, "pre-commit is skipped: a key of the test system" in err) == (0, True)
    assert "a key of the test system" in (hooked / ".git" / "refinery" / "journal.jsonl").read_text()


def test_a_regression_is_not_pushed_and_a_harmless_change_is(hooked: Path) -> None:
    edit(hooked, "found = look_up", "found = dict() or look_up")
    assert said(hooked, "commit", "-q", "-m", "Harmless")[0] == 0
    status, err = said(hooked, "push", "origin", "main")
    assert status == 0, err
    assert "accept: none of the 3 scenarios got worse" in err
    edit(hooked, '"Please call us."', '"Please write."')
    assert said(hooked, "commit", "-q", "-m", "A regression")[0] == 0
    status, err = said(hooked, "push", "origin", "main")
    assert (status, "many-seats-by-phone passed before the change and fails with it" in err) == (1, True)


def test_what_no_agent_reads_is_pushed_at_once(hooked: Path) -> None:
    (hooked / "README.md").write_text("The price desk\n")
    git(hooked, "add", "-A")
    assert said(hooked, "commit", "-q", "-m", "Words")[0] == 0
    status, err = said(hooked, "push", "origin", "main")
    assert (status, "refinery" in err) == (0, False)


def test_after_their_removal_the_hooks_are_gone(hooked: Path, refinery: Refinery) -> None:
    assert "pre-commit is gone" in refinery("hooks", "remove").out
    assert [path.name for path in (hooked / ".git" / "hooks").iterdir() if not path.name.endswith(".sample")] == []
    assert "nothing of ours" in refinery("hooks", "remove").out
