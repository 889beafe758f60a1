"""Tests with other values in them tell cures apart that pass the same tests."""

from __future__ import annotations

import sys
from pathlib import Path

from refinery.domain import AgentSpec, Scenario
from refinery.flows.neighbours import Seen
from refinery.flows.variations import HANGS, Probe, probe_for, told
from refinery.flows.weighed import changed, weighed
from refinery.suite.runner import Runner
from tests.refinery.suite.conftest import PATH

TESTS = '''
"""Of clamping."""
import pytest
from clamp import Box, clamp

LOW = 0

def test_low():
    assert clamp(-5, LOW, 9) == 0

def test_high():
    """Too high."""
    assert clamp(12, 0, 9) == 9

@pytest.mark.parametrize("value, wanted", [(3, 3), (4, 4)])
def test_inside(value, wanted):
    assert clamp(value, 0, 9) == wanted, "inside"

def test_box():
    box = Box(2)
    box.put(1)
    assert box.items == [1]

def test_with_a_fixture(tmp_path):
    assert clamp(1, 0, 9) == 1
'''
CODE = """
class Box:
    def __init__(self, size):
        self.items = []
    def put(self, item):
        self.items.append(item)

def clamp(value, low, high):
    return BODY
"""
BASE, RIGHT, OTHER, LEARNT, ENDLESS = (
    "max(low, value)",
    "max(low, min(value, high))",
    "min(max(low, value), high)",
    "9 if value == 12 else max(low, value)",
    "[each for each in iter(int, 1)]",
)


def scenario(name: str) -> Scenario:
    test = f"tests/test_clamp.py::{name}"
    return Scenario(test, {"test": test}, (), test=test)


RED = (scenario("test_high"),)
GREEN = tuple(map(scenario, ("test_low", "test_inside[3-3]", "test_inside[4-4]", "test_box", "test_with_a_fixture")))


def probe() -> Probe:
    found = probe_for(RED, GREEN, {"tests/test_clamp.py": TESTS})
    assert found is not None
    return found


def seen(folder: Path, body: str) -> list[Seen]:
    asked = probe()
    (folder / "tests").mkdir(parents=True)
    (folder / "clamp.py").write_text(CODE.replace("BODY", body))
    (folder / asked.path).write_text(asked.source)
    tests = AgentSpec(("pytest", "-q"), timeout_s=60, interpreter=sys.executable)
    with Runner(tests, 1, environment=PATH, tests=tests).open(folder) as running:
        return told(running.attempt(asked.test, 0))


def test_the_cure_that_behaves_as_others_do_nearby_is_believed_before_one_that_learnt_the_test(tmp_path: Path) -> None:
    base, right, other, learnt = (seen(tmp_path / str(number), body) for number, body in enumerate((BASE, RIGHT, OTHER, LEARNT)))
    around = probe().around
    assert len(base) == len(around.inputs)
    assert base[len(around.near) :][0].behaviour == (("12",), "")
    assert right == other
    cures = [learnt, right, other]
    assert weighed([0.4] * 3, [changed(base, each) for each in cures], cures, red=1).order[0] != 0


def test_fixtures_are_not_varied_and_parameters_are() -> None:
    source = probe().source
    assert "tmp_path" not in source
    assert "value = 3" in source
    assert "Box(3)" in source
    assert "LOW = 0" in source
    assert "assert" not in source.replace("AssertionError", "")


def test_what_does_not_come_to_an_end_is_told_as_a_crash(tmp_path: Path) -> None:
    found = seen(tmp_path, ENDLESS)
    assert len(found) == len(probe().around.inputs)
    assert [each.crashed for each in found[:HANGS]] == [True] * HANGS


def test_there_is_nothing_to_vary_in_a_file_that_is_no_python() -> None:
    assert probe_for(RED, (), {"tests/test_clamp.py": "def ("}) is None
    assert probe_for(RED, (), {}) is None
