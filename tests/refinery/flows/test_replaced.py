"""Failing runs are made with other values on their way, and told by the statements at which that cures."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from refinery.domain import AgentSpec, Attempt, Compared, Execution, Expectation, Scenario
from refinery.flows.replaced import replaced
from refinery.flows.reproduce import Reproduction
from refinery.flows.screen import Screen
from refinery.suite.runner import Runner
from safety.changes import ChangeSet

CODE = """\
ALLOWED = ["read"]

def answer(text):
    word = text.strip()
    if word not in ALLOWED:
        return {"said": "refused"}
    return {"said": f"{word} done"}
"""
RED = Scenario("red", "write", (Expectation("equals", {"said": "write done"}),))
GREEN = Scenario("green", "read", (Expectation("equals", {"said": "read done"}),))
LINES = {"desk.py": frozenset({4, 5, 6})}
TEST = """\
import pytest
from desk import answer

@pytest.mark.parametrize("word", ["read", "write"])
def test_it_is_done(word):
    assert answer(word) == {"said": f"{word} done"}
"""


@dataclass
class Desk:
    """A screen whose runs are real, in a folder of its own."""

    tree: Path
    agent: AgentSpec
    tests: AgentSpec | None = None
    asked: list[Scenario] = field(default_factory=list)

    def entered(self, changes: ChangeSet, entry: str, scenario: Scenario, seconds: float) -> Attempt:
        self.asked.append(scenario)
        for change in changes:
            (self.tree / change.path).parent.mkdir(parents=True, exist_ok=True)
            (self.tree / change.path).write_text(change.after or "")
        agent = AgentSpec((), entry, timeout_s=seconds, interpreter=sys.executable)
        with Runner(agent, environment={"PATH": "/usr/bin:/bin"}, tests=self.tests).open(self.tree) as running:
            return running.attempt(scenario, 0)

    def found(self, *red: Scenario, files: dict[str, str] | None = None) -> dict[int, Any]:
        """What is found, by line."""
        shown = Reproduction(red, (GREEN,), (), tuple(Execution(each.id, False, LINES) for each in red), "")
        bench = SimpleNamespace(limits=SimpleNamespace(workers=1))
        runner = SimpleNamespace(agent=self.agent, tests=self.tests)
        screen = cast(Screen, SimpleNamespace(runner=runner, bench=bench, entered=self.entered))
        texts = files or {"desk.py": CODE}
        made = replaced(shown, screen, texts, lambda paths: {path: texts[path] for path in paths if path in texts}, [("desk.py", 5)])
        return {each.line: each for each in made}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, AgentSpec((), "desk:answer", interpreter=sys.executable))


def test_the_condition_whose_opposite_cures_is_found_with_what_it_compared(desk: Desk) -> None:
    found = desk.found(RED)
    assert found.keys() == {5}
    assert found[5].cured == {"red"}
    assert found[5].compared == (Compared("not in", "write", ["read"]),)


def test_a_test_of_the_users_own_suite_is_looked_into_in_the_same_way(desk: Desk) -> None:
    desk.tests = AgentSpec((sys.executable, "-m", "pytest", "-p", "no:cacheprovider"), interpreter=sys.executable)
    name = "tests/test_desk.py::test_it_is_done[write]"
    files = {"desk.py": CODE, "tests/test_desk.py": TEST, "conftest.py": ""}
    for path, text in files.items():
        (desk.tree / path).parent.mkdir(exist_ok=True)
        (desk.tree / path).write_text(text)
    red = Scenario("red", None, (), test=name)
    assert desk.found(red, files=files).keys() == {5}
    assert desk.found(red, files={"desk.py": CODE}) == {}, "a test that cannot be read"


@pytest.mark.parametrize(
    "agent",
    [
        AgentSpec(("python", "desk.py")),
        AgentSpec((), "desk:answer", network=True),
        AgentSpec((), "desk:answer", models="live"),
        AgentSpec((), "", http="http://127.0.0.1:1/"),
    ],
)
def test_an_agent_that_acts_on_the_world_or_is_no_function_is_not_asked(desk: Desk, agent: AgentSpec) -> None:
    desk.agent = agent
    assert desk.found(RED) == {}
    assert desk.asked == []


@pytest.mark.parametrize("kind", ["rubric", "tool-called"])
def test_what_more_than_the_answer_decides_is_not_asked(desk: Desk, kind: str) -> None:
    assert desk.found(Scenario("red", "write", (Expectation(kind, "x"),))) == {}
    assert desk.asked == []


def test_an_answer_that_is_an_error_cures_nothing(desk: Desk) -> None:
    code = "def answer(text):\n    number = int(text)\n    return f'bad {number}'\n"
    red = Scenario("red", "7", (Expectation("not-contains", "bad"),))
    assert desk.found(red, files={"desk.py": code}) == {}
    assert desk.found(red, files={"desk.py": code.replace("f'bad {number}'", "'bad' if number else ''")}).keys() == {2, 3}


@pytest.mark.parametrize("text", ["", "no JSON", json.dumps([1]), json.dumps({"answers": [['{"said": "write done"}', [[77, 0, "not"]]]]})])
def test_what_cannot_be_read_is_nothing(desk: Desk, text: str) -> None:
    desk.entered = lambda *_: Attempt("red", 0, True, output=text)  # type: ignore[method-assign]
    assert desk.found(RED) == {}
