from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from refinery.domain import Attempt, Cause
from refinery.errors import ConfigError
from tests.refinery.suite.testing.conftest import Shop, named

PRICES = """PLANS = {"pro": 45, "team": 90}


def quote(plan):
    return f"{PLANS[plan]} USD"
"""
TESTS = """import unittest
import pytest
from prices import quote

@pytest.mark.slow
@pytest.mark.parametrize("plan", ["pro, yearly", "pro"])
def test_quotes(plan):
    assert quote(plan.partition(",")[0]) == "45 USD"

class TestTeam(unittest.TestCase):
    def test_in_pounds(self):
        self.assertEqual(quote("team"), "90 GBP")

def test_unknown():
    quote("free")

@pytest.fixture
def broken():
    raise RuntimeError("no database")

def test_with_a_database(broken):
    pass

def test_slow(tmp_path):
    (tmp_path / "note").write_text("x")
    while True:
        pass

def test_gone():
    import os
    os._exit(0)

def test_not_here():
    pytest.skip("not on this machine")

@pytest.mark.skipif("sys.version_info > (3,)", reason="later")
def test_later():
    pass

@pytest.mark.xfail(reason="a wish")
def test_wish():
    assert False
"""


@pytest.fixture
def priced(shop: Shop) -> Shop:
    shop.write("prices.py", PRICES)
    shop.write("tests/test_prices.py", TESTS)
    return shop


def tried(shop: Shop, name: str, seconds: float = 30.0) -> Attempt:
    return shop.opened("pytest", "-q", seconds=seconds).attempt(named(f"tests/test_prices.py::{name}"), 0)


def test_each_test_is_a_scenario_and_what_its_marks_take_out_is_counted(priced: Shop) -> None:
    found = priced.found("pytest", "-q", "-q", "--strict-markers", "-o", "markers=slow")
    assert [(each.test.partition("::")[2], each.tags) for each in found.scenarios[:3]] == [
        ("test_quotes[pro, yearly]", ("test", "slow")),
        ("test_quotes[pro]", ("test", "slow")),
        ("TestTeam::test_in_pounds", ("test",)),
    ]
    assert found.scenarios[0].id == "tests/test_prices.py::test_quotes[pro,yearly]"
    assert (found.scenarios[2].path, found.scenarios[2].line) == ("tests/test_prices.py", 11)
    assert found.notes == ("1 test is skipped, and no scenario", "1 test is expected to fail, and no scenario")


def test_a_command_chooses_among_the_tests_and_each_is_run_alone(priced: Shop) -> None:
    priced.write("tests/test_other.py", "def test_other():\n    raise SystemExit('should not run')\n")
    command = ("python", "-X", "dev", "-m", "pytest", "tests", "-k", "quotes")
    found = priced.found(*command)
    assert len(found.scenarios) == 2
    bench = priced.opened(*command)
    assert [bench.attempt(each, 0).passed for each in found.scenarios] == [True, True]
    assert priced.opened("pytest", "tests").attempt(found.scenarios[0], 0).passed, "those that fail are others"


@pytest.mark.parametrize(
    ("name", "cause", "says", "last"),
    [
        ("TestTeam::test_in_pounds", Cause.CHECKS, "AssertionError: '90 USD' != '90 GBP'", ""),
        ("test_unknown", Cause.EXIT, "KeyError: 'free'", 'File "prices.py", line 5, in quote'),
        ("test_with_a_database", Cause.EXIT, "at setup: RuntimeError: no database", "in broken"),
        ("test_gone", Cause.EXIT, "before there was a result", ""),
        ("test_not_here", Cause.SKIPPED, "not on this machine", ""),
        ("test_nowhere", Cause.EXIT, "no such test here", ""),
    ],
)
def test_a_test_that_does_not_pass_says_why(priced: Shop, name: str, cause: Cause, says: str, last: str) -> None:
    attempt = tried(priced, name)
    assert (attempt.passed, attempt.cause) == (False, cause)
    assert says in attempt.says
    assert last in attempt.error
    assert str(priced.tree) not in attempt.error


def test_a_test_that_does_not_end_is_ended(priced: Shop) -> None:
    attempt = tried(priced, "test_slow", seconds=4.0)
    assert attempt.cause is Cause.TIMEOUT
    assert "the test did not end within 4 s" in attempt.says.replace("the test did not end, ", "")
    assert not list(priced.tree.rglob("__pycache__"))
    assert not (priced.tree / ".pytest_cache").exists()


def test_an_import_that_fails_while_the_test_is_collected_is_told_as_such(priced: Shop) -> None:
    (priced.tree / "prices.py").write_text("import nothing_of_the_kind\n")
    attempt = tried(priced, "test_unknown")
    assert attempt.says == "at collection: ModuleNotFoundError: No module named 'nothing_of_the_kind'"
    assert attempt.error.strip().endswith("No module named 'nothing_of_the_kind'")


def test_the_lines_that_a_test_runs_are_seen(priced: Shop) -> None:
    execution = priced.opened("pytest", "-q", coverage=True).execution(named("tests/test_prices.py::test_unknown"))
    assert execution is not None
    assert execution.lines["prices.py"] == frozenset({1, 4, 5})


def test_a_root_above_the_tests_does_not_change_their_names(shop: Shop) -> None:
    shop.write("back/pytest.ini", "[pytest]\naddopts = -q\n")
    shop.write("back/tests/test_a.py", "def test_a():\n    pass\n")
    (found,) = shop.found("pytest", "back").scenarios
    assert found.id == "back/tests/test_a.py::test_a"
    assert shop.opened("pytest", "back").attempt(found, 0).passed


def test_what_stands_beside_refinerys_own_files_does_not_hide_the_users_modules(shop: Shop) -> None:
    shop.write("score.py", "WHOSE = 'mine'\n")
    shop.write("tests/test_score.py", "import score\n\ndef test_whose():\n    assert score.WHOSE == 'mine'\n")
    open_to_all = shop.runner("pytest", sandbox="none")  # in a sandbox those files are not there
    (found,) = open_to_all.tests_in(shop.tree).scenarios
    with open_to_all.open(shop.tree) as bench:
        assert bench.attempt(found, 0).passed


def test_a_second_run_that_passes_excuses_nothing(shop: Shop) -> None:
    shop.write("conftest.py", RERUNS)
    shop.write("test_a.py", "import os\n\ndef test_a():\n    assert os.environ.setdefault('BEFORE', '') != os.environ.update(BEFORE='x')\n")
    shop.write("test_b.py", "SEEN = []\n\ndef test_b():\n    SEEN.append(1)\n    assert len(SEEN) > 1\n")
    attempt = shop.opened("pytest").attempt(named("test_b.py::test_b"), 0)
    assert (attempt.passed, attempt.cause) == (False, Cause.CHECKS)


RERUNS = """
from _pytest.runner import runtestprotocol

def pytest_runtest_protocol(item, nextitem):
    for _ in range(2):
        for report in runtestprotocol(item, nextitem=nextitem, log=False):
            pass
    return True
"""


@pytest.mark.parametrize(
    ("files", "command", "says"),
    [
        ({"test_a.py": "import nothing_of_the_kind\n"}, ("pytest",), "cannot collect test_a.py: ModuleNotFoundError"),
        ({"test_a.py": "def test_a(:\n"}, ("pytest",), "cannot collect test_a.py: .*SyntaxError"),
        ({}, ("pytest", "-q"), "`pytest -q` finds no tests in this commit"),
        ({"test_a.py": "import pytest\npytestmark = pytest.mark.skip\ndef test_a(): pass\n"}, ("pytest",), "1 test is skipped"),
        ({}, ("pytest", "--no-such-option"), "unrecognized arguments: --no-such-option"),
        ({"conftest.py": "1/0\n"}, ("pytest",), "ZeroDivisionError"),
        ({}, ("make", "test"), "could not be read"),
    ],
)
def test_tests_that_cannot_be_listed_are_told_in_the_runners_words(
    shop: Shop, files: dict[str, str], command: tuple[str, ...], says: str
) -> None:
    for path, text in files.items():
        shop.write(path, text)
    with pytest.raises(ConfigError, match=says):
        shop.found(*command)


def test_a_python_without_pytest_is_named(shop: Shop, tmp_path: Path) -> None:
    import subprocess
    import sys

    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    bare = str(tmp_path / "bare" / "bin" / "python")
    with pytest.raises(ConfigError, match=f"pytest is not installed for {bare}"):
        shop.runner("pytest", interpreter=bare).tests_in(shop.tree)


def test_assertions_are_rewritten_in_plug_ins_of_the_tree_and_not_in_installed_ones(shop: Shop) -> None:
    """What is installed is no test's business, and to rewrite it takes longer than all else at the start."""
    shop.write("ours.py", "VALUE = 1\n")
    for name, text in (
        ("METADATA", "Name: ours\nVersion: 1\n"),
        ("entry_points.txt", "[pytest11]\nours = ours\n"),
        ("RECORD", "ours.py,,\n"),
    ):
        shop.write(f"ours-1.dist-info/{name}", text)
    kinds = "[type(sys.modules[name].__loader__).__name__ for name in ('ours', '_hypothesis_pytestplugin')]"
    shop.write("test_a.py", f"import sys\n\ndef test_b():\n    assert {kinds} == ['AssertionRewritingHook', 'SourceFileLoader']\n")
    with replace(shop.runner("pytest", "-q"), environment={"PATH": "/usr/bin:/bin"}).open(shop.tree) as bench:
        attempt = bench.attempt(named("test_a.py::test_b"), 0)
    assert attempt.passed, attempt.says
