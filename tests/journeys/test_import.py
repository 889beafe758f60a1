"""Test cases of another tool, brought into a repository and run from there."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.conftest import Refinery, commit

CASES = "plan,__expected1,__expected2\npro,contains: 45,icontains: usd\nteam,contains: 91,not-contains: USD\n"


def test_cases_of_another_tool_are_brought_in_and_run(desk: Path, refinery: Refinery) -> None:
    (desk / "cases.csv").write_text(CASES)
    brought = refinery("suite", "import", "cases.csv")
    assert brought.status == 0, brought.err
    assert "scenarios/cases.yaml: 2 scenarios" in brought.out
    commit(desk, "Cases of the old suite")
    ran = refinery("suite", "run", "cases-1", "cases-2", "--trials", "1", "--json")
    assert ran.status == 1, ran.err
    rows = ran.json["scenarios"]
    assert isinstance(rows, list)
    assert [(row["id"], row["pass_rate"]) for row in rows if isinstance(row, dict)] == [("cases-1", 1.0), ("cases-2", 0.0)]


def test_an_import_overwrites_nothing(desk: Path, refinery: Refinery) -> None:
    (desk / "prices.csv").write_text(CASES)
    before = (desk / "scenarios" / "prices.yaml").read_bytes()
    refused = refinery("suite", "import", "prices.csv")
    assert refused.status == 2
    assert "is there already" in refused.err
    assert (desk / "scenarios" / "prices.yaml").read_bytes() == before
