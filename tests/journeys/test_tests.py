"""A repository whose own tests say what is right: no agent, no scenario files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import Refinery, commit, git
from tests.journeys.test_fix import everything, part

PRICES = """PLANS = {"pro": {"amount": 45, "currency": "EUR"}, "team": {"amount": 90, "currency": "GBP"}}


def look_up(plan):
    record = PLANS[plan]
    return {"amount": record["amount"]}


def quote(plan):
    found = look_up(plan)
    return f"{found['amount']} {found.get('currency', 'USD')}"
"""
TESTS = """import pytest
from shop.prices import look_up, quote


@pytest.mark.parametrize(("plan", "says"), [("pro", "45 EUR"), ("team", "90 GBP")])
def test_quotes_in_the_plans_currency(plan, says):
    assert quote(plan) == says


def test_amount():
    assert look_up("pro")["amount"] == 45


def test_elsewhere():
    pytest.skip("not on this machine")


@pytest.mark.skip(reason="later")
def test_later():
    pass
"""
SETTINGS = f"""[agent]
interpreter = '{sys.executable}'
timeout = "30s"
environment = ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
[scope]
editable = ["shop/**"]
[suite]
command = "pytest -q"
"""
CURED = PRICES.replace('{"amount": record["amount"]}', "record")


@pytest.fixture
def shop(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop whose prices lose their currency, which two tests show; it is the current folder."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # what is installed beside Refinery is not the shop's
    root = tmp_path / "shop"
    for path, text in (("shop/prices.py", PRICES), ("tests/test_prices.py", TESTS), ("refinery.toml", SETTINGS)):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git(root, "init", "-q")
    commit(root, "The shop")
    monkeypatch.chdir(root)
    return root


def test_failing_tests_become_a_fix_that_can_be_verified(shop: Path, refinery: Refinery) -> None:
    before = everything(shop)
    done = refinery("fix", "--failing", "--json")
    assert done.status == 0, done.err
    assert everything(shop) == before
    branch = str(part(done.json, "kept", "branch"))
    assert git(shop, "diff", "--name-only", f"{branch}~1", branch) == "shop/prices.py"
    assert "currency" in git(shop, "show", f"{branch}:shop/prices.py").split("def quote")[0].split("def look_up")[1]
    assert git(shop, "log", "-1", "--format=%(trailers:key=Refinery-Gate,valueonly)", branch).startswith("accept")
    assert "test_quotes_in_the_plans_currency[pro-45 EUR]" in git(shop, "log", "-1", "--format=%B", branch)
    assert "AssertionError" in str(part(done.json, "diagnosis", "summary"))
    assert "1 test is skipped, and no scenario" in str(part(done.json, "notes"))
    verified = refinery("verify", branch, "--json")
    assert verified.status == 0, verified.out
    assert [part(point, "ok") for point in verified.json["integrity"] if part(point, "check") == "sealed"] == [True]  # type: ignore[union-attr]


def test_the_tests_are_listed_and_run(shop: Path, refinery: Refinery) -> None:
    listed = refinery("suite", "list", "--json")
    assert [part(row, "path") for row in listed.json["scenarios"]] == ["tests/test_prices.py"] * 4  # type: ignore[union-attr]
    ran = refinery("suite", "run", "--trials", "1", "--json")
    assert ran.status == 1
    assert len(ran.json["scenarios"]) == 3  # type: ignore[arg-type]
    assert "test_elsewhere" not in str(ran.json["scenarios"])
    assert "1 test skipped itself, which says nothing: tests/test_prices.py::test_elsewhere" in str(ran.json["notes"])
    chosen = refinery("suite", "run", "tests/test_prices.py::test_amount", "--trials", "1", "--json")
    assert (chosen.status, len(chosen.json["scenarios"])) == (0, 1)  # type: ignore[arg-type]


def test_a_change_is_held_to_the_tests_of_its_base(shop: Path, refinery: Refinery) -> None:
    (shop / "shop" / "prices.py").write_text(PRICES.replace('record["amount"]}', '1 + record["amount"]}'))
    (shop / "tests" / "test_prices.py").write_text(TESTS.replace("== 45\n", "== 46\n"))
    commit(shop, "One more")
    worse = refinery("check", "HEAD~1..HEAD", "--json")
    assert (worse.status, worse.json["decision"]) == (1, "reject")
    assert "test_amount passed before the change" in str(worse.json["says"])


def test_a_change_may_bring_tests_that_only_it_passes(shop: Path, refinery: Refinery) -> None:
    (shop / "shop" / "prices.py").write_text(CURED)
    (shop / "tests" / "test_more.py").write_text(
        "from shop.prices import look_up\n\ndef test_more():\n    assert 'currency' in look_up('pro')\n"
    )
    commit(shop, "With the currency")
    better = refinery("check", "HEAD~1..HEAD", "--json")
    assert (better.status, better.json["decision"]) == (0, "accept"), better.out
    assert "tests/test_more.py::test_more" in str(better.json["selected"])
    assert "test_more" in str(better.json["says"])


def test_tests_of_another_runner_are_cured_too(shop: Path, refinery: Refinery) -> None:
    settings = SETTINGS.replace('"pytest -q"', '"python -m pytest -q --junitxml={junit}"')
    (shop / "refinery.toml").write_text(settings)
    done = refinery("fix", "--failing", "--json")
    assert done.status == 0, done.err
    assert part(done.json, "steps", 0, "gate", "interval") is None
    (shop / "shop" / "prices.py").write_text(CURED)
    assert refinery("suite", "run", "--trials", "1", "--json").status == 1, "what is not committed does not count"


def test_scenarios_without_an_agent_are_an_error_that_names_the_file(shop: Path, refinery: Refinery) -> None:
    (shop / "scenarios").mkdir()
    (shop / "scenarios" / "a.yaml").write_text("- id: a\n  input: 1\n  expect:\n    - equals: 1\n")
    commit(shop, "A scenario")
    done = refinery("suite", "list")
    assert (done.status, "scenarios/a.yaml asks an agent" in done.err) == (2, True)


def test_doctor_looks_at_the_tests(shop: Path, refinery: Refinery) -> None:
    rows = {str(part(row, "name")): row for row in refinery("doctor", "--json").json["rows"]}  # type: ignore[union-attr]
    assert "4 tests" in str(part(rows["tests"], "says"))
    assert "scenarios" not in rows or part(rows["scenarios"], "state") != "warn"


def test_init_proposes_the_tests_where_it_finds_no_agent(shop: Path, refinery: Refinery) -> None:
    (shop / "refinery.toml").unlink()
    made = refinery("init", "--json")
    assert made.json["suite_command"] == "pytest -q"
    assert "how to run the agent" not in str(made.json["missing"])
    commit(shop, "Settings")
    assert refinery("suite", "list").status == 0


def test_tests_run_beside_the_scenarios_of_an_agent(desk: Path, refinery: Refinery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    (desk / "tests").mkdir()
    (desk / "tests" / "test_desk.py").write_text(
        "from desk.agent import answer\n\ndef test_desk():\n    assert '45' in answer({'plan': 'pro'})\n"
    )
    settings = (desk / "refinery.toml").read_text().replace("timeout", 'environment = ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]\ntimeout')
    (desk / "refinery.toml").write_text(settings + '[suite]\ncommand = "pytest -q"\n')
    commit(desk, "Tests")
    ran = refinery("suite", "run", "--trials", "1", "--json")
    assert ran.status == 0, ran.err
    assert "tests/test_desk.py::test_desk" in str(ran.json["scenarios"])
    assert len(ran.json["scenarios"]) == 4  # type: ignore[arg-type]
    assert len(refinery("suite", "run", "--tag", "test", "--trials", "1", "--json").json["scenarios"]) == 1  # type: ignore[arg-type]
