"""An engineer at a terminal of 80 columns: which fixes are there, what is this one, take it over, take it back."""

from __future__ import annotations

from pathlib import Path

from refinery.cli.wrapping import cells
from tests.journeys.conftest import Refinery, add_scenario, git
from tests.journeys.terminal import REFINERY, Terminal
from tests.journeys.test_review import POUNDS

COLUMNS = 80


def told(*words: str) -> list[str]:
    """What a command says in a terminal."""
    opened = Terminal(*REFINERY, *words, columns=COLUMNS)
    assert opened.ended() == 0, opened.seen
    opened.close()
    return opened.lines


def test_a_fix_is_found_read_taken_over_and_taken_back(desk: Path, refinery: Refinery) -> None:
    add_scenario(desk, POUNDS)
    assert refinery("fix", "--failing", "--yes").status == 0
    before = (desk / "desk" / "agent.py").read_text()
    listed = told("history")
    (name,) = {line.strip().removeprefix("refinery/") for line in listed if line.strip().startswith("refinery/")}
    shown = told("show", name)
    assert any(line.startswith('+    return {"amount": record["amount"], ') for line in shown), shown
    explained = told("explain", name, "--no-runs")
    assert "It waits on a branch of its own" in " ".join(explained)
    assert max(cells(line.rstrip()) for line in (*listed, *explained)) <= COLUMNS
    told("accept", name)
    assert (desk / "desk" / "agent.py").read_text() != before
    assert "accepted" in " ".join(told("history"))
    told("undo", "--here", name)
    assert (desk / "desk" / "agent.py").read_text() == before
    assert git(desk, "status", "--porcelain") == ""
