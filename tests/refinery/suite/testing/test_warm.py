from __future__ import annotations

import sys
from pathlib import Path

from refinery.domain import AgentSpec, Cause
from refinery.suite.runner import Runner
from tests.refinery.suite.conftest import PATH

TESTS = """
import sys
from sums import total



def test_total():
    assert total([1, 2]) == 3

def test_end():
    sys.exit(7)

def test_where():
    import os, sums
    assert os.path.dirname(sums.__file__) == os.getcwd()
    assert not hasattr(sys, "left_behind")
    sys.left_behind = True
"""


def tree(folder: Path, body: str) -> Path:
    folder.mkdir()
    (folder / "sums.py").write_text(f"def total(numbers):\n    {body}\n")
    (folder / "test_sums.py").write_text(TESTS)
    return folder


def runner(*command: str) -> Runner:
    tests = AgentSpec(command=command or ("pytest", "-q"), interpreter=sys.executable, timeout_s=30)
    return Runner(tests, 1, environment=PATH, tests=tests)


def test_every_tree_is_tested_with_its_own_code_by_forks_of_one_process(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", "return 0")
    found = {each.test.partition("::")[2]: each for each in runner().tests_in(base).scenarios}
    with runner().warmed(base) as warm:
        assert warm.tests_nursery is not None
        with warm.open(base) as bench:
            attempt = bench.attempt(found["test_total"], 0)
            assert attempt.cause is Cause.CHECKS
            assert "assert 0 == 3" in attempt.says
        with warm.open(tree(tmp_path / "right", "return sum(numbers)")) as bench:
            assert bench.attempt(found["test_total"], 0).passed
            assert [bench.attempt(found["test_where"], trial).passed for trial in range(2)] == [True, True]
            assert not bench.attempt(found["test_end"], 0).passed
        with warm.open(tree(tmp_path / "torn", "return (")) as bench:
            assert "SyntaxError" in bench.attempt(found["test_total"], 0).error


def test_options_of_python_itself_need_a_start_of_their_own(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", "return sum(numbers)")
    own = runner("python", "-X", "dev", "-m", "pytest")
    with own.warmed(base) as warm, warm.open(base) as bench:
        assert warm.tests_nursery is None
        assert bench.attempt(own.tests_in(base).scenarios[0], 0).passed
