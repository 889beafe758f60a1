"""Tests run from a process that has pytest loaded: for looking at candidates, never as evidence."""

from __future__ import annotations

from pathlib import Path

from refinery.domain import Cause
from tests.refinery.suite.testing.conftest import Shop, named


def test_every_tree_runs_its_own_tests(shop: Shop) -> None:
    shop.write("prices.py", "RATE = 1\n")
    shop.write("conftest.py", "import pytest, prices\n\n@pytest.fixture\ndef rate():\n    return prices.RATE\n")
    shop.write("test_prices.py", "import sys\n\ndef test_rate(rate):\n    assert 'refinery_prober' in sys.modules\n    assert rate == 2\n")
    other = _copied(shop, "other", "prices.py", "RATE = 2\n")
    with shop.runner("pytest", "-q").warmed(shop.tree, tests=True) as warm:
        assert warm.test_nursery
        for _ in range(2):
            with warm.open(shop.tree) as bench:
                failed = bench.attempt(named("test_prices.py::test_rate"), 0)
            with warm.open(other) as bench:
                passed = bench.attempt(named("test_prices.py::test_rate"), 0)
            assert (failed.passed, failed.cause, failed.says) == (False, Cause.CHECKS, "AssertionError: assert 1 == 2")
            assert passed.passed


def test_a_plug_in_is_not_asked_for_a_summary_that_nobody_reads(shop: Shop) -> None:
    shop.write("conftest.py", "def pytest_terminal_summary(terminalreporter):\n    open('summed', 'w').close()\n")
    shop.write("test_a.py", "def test_b():\n    assert False\n")
    with shop.runner("pytest", "-q").open(shop.tree) as bench:
        assert bench.attempt(named("test_a.py::test_b"), 0).cause is Cause.CHECKS
    assert not (shop.tree / "summed").exists()


def test_one_test_leaves_nothing_to_the_next(shop: Shop) -> None:
    shop.write("state.py", "SEEN = []\n")
    body = "import state, os\n\ndef test_{0}():\n    state.SEEN.append(1)\n    os.environ['MARK'] = os.environ.get('MARK', '') + 'x'\n"
    shop.write("test_a.py", "".join(f"{body}    assert len(state.SEEN) == 1 and os.environ['MARK'] == 'x'\n".format(n) for n in "ab"))
    with shop.runner("pytest", "-q").warmed(shop.tree, tests=True) as warm, warm.open(shop.tree) as bench:
        assert all(bench.attempt(named(f"test_a.py::test_{name}"), 0).passed for name in "ab")


def test_what_ends_its_process_or_is_not_there_is_told_as_ever(shop: Shop) -> None:
    shop.write("test_a.py", "import os\n\ndef test_a():\n    os._exit(3)\n")
    with shop.runner("pytest", "-q").warmed(shop.tree, tests=True) as warm, warm.open(shop.tree) as bench:
        told = [bench.attempt(named(f"test_a.py::{name}"), 0) for name in ("test_a", "test_none")]
    assert [each.cause for each in told] == [Cause.EXIT, Cause.EXIT]
    assert "before there was a result" in told[0].says
    assert "no such test" in told[1].says


def test_a_plug_in_of_the_tree_is_not_loaded_beforehand(shop: Shop) -> None:
    """It would be the base's for every candidate."""
    shop.write("ours.py", "import pytest\n\n@pytest.fixture\ndef rate():\n    return 1\n")
    shop.write("test_a.py", "def test_rate(rate):\n    assert rate == 2\n")
    shop.write("pytest.ini", "[pytest]\naddopts = -p ours\n")
    other = _copied(shop, "other", "ours.py", "import pytest\n\n@pytest.fixture\ndef rate():\n    return 2\n")
    with shop.runner("pytest", "-q").warmed(shop.tree, tests=True) as warm, warm.open(other) as bench:
        assert bench.attempt(named("test_a.py::test_rate"), 0).passed


def test_an_agents_own_tests_are_not_warmed_unasked(shop: Shop) -> None:
    with shop.runner("pytest", "-q").warmed(shop.tree) as warm:
        assert warm.test_nursery is None


def _copied(shop: Shop, name: str, path: str, text: str) -> Path:
    tree = shop.tree.parent / name
    tree.mkdir()
    for each in shop.tree.iterdir():
        if each.is_file():
            (tree / each.name).write_bytes(each.read_bytes())
    (tree / path).write_text(text)
    return tree
