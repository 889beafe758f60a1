"""Expressions that fit are found in real runs, and only those that all scenarios bear out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from refinery.domain import AgentSpec, Attempt, Execution, Expectation, Replaced, Scenario
from refinery.flows.reproduce import Reproduction
from refinery.flows.screen import Screen
from refinery.flows.worked import Answers, Given, chosen, fitting, worked
from refinery.repair.replacing.instrument import Site
from refinery.suite.runner import Runner
from safety.changes import ChangeSet

CODE = """\
def answer(order):
    limit = 100
    total = order["price"] * order["pieces"]
    if total > order["price"]:
        return f"{total} is too much"
    return f"{total} is fine"
"""

TEST = """\
import pytest
from desk import answer

@pytest.mark.parametrize(("price", "pieces", "says"), [(20, 3, "fine"), (60, 2, "too much"), (20, 1, "fine")])
def test_it(price, pieces, says):
    assert answer({"price": price, "pieces": pieces}) == f"{price * pieces} is {says}"
"""


def scenario(name: str, price: int, pieces: int, says: str) -> Scenario:
    return Scenario(name, {"price": price, "pieces": pieces}, (Expectation("equals", f"{price * pieces} is {says}"),))


RED = scenario("red", 20, 3, "fine")
GREEN = (scenario("one", 60, 2, "too much"), scenario("two", 20, 1, "fine"), scenario("three", 50, 4, "too much"))


@dataclass
class Desk:
    """A screen whose runs are real, in a folder of its own."""

    tree: Path
    agent: AgentSpec = field(default_factory=lambda: AgentSpec((), "desk:answer", interpreter=sys.executable))
    asked: list[str] = field(default_factory=list)
    tests: AgentSpec | None = None

    def entered(self, changes: ChangeSet, entry: str, scenario: Scenario, seconds: float) -> Attempt:
        self.asked.append(scenario.id)
        for change in changes:
            (self.tree / change.path).write_text(change.after or "")
        agent = AgentSpec((), entry, timeout_s=seconds, interpreter=sys.executable)
        with Runner(agent, environment={"PATH": "/usr/bin:/bin"}, tests=self.tests).open(self.tree) as running:
            return running.attempt(scenario, 0)

    def texts(self, red: tuple[Scenario, ...] = (RED,), green: tuple[Scenario, ...] = GREEN) -> set[str]:
        shown = Reproduction(red, green, (), tuple(Execution(each.id, False, {"desk.py": frozenset({2, 3, 4, 5})}) for each in red), "")
        screen = cast(Screen, SimpleNamespace(runner=SimpleNamespace(agent=self.agent, tests=self.tests), entered=self.entered))
        found = [Replaced("desk.py", 4, frozenset({"red"}))]
        made = worked(shown, screen, {"desk.py": CODE}, lambda paths: dict.fromkeys(paths, TEST), found, [("desk.py", 4)], 30.0)
        return {each.text for each in made}


def test_a_condition_is_found_that_all_scenarios_bear_out(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    found = desk.texts()
    assert "total > limit" in found or "limit < total" in found
    assert 'total > order["pieces"]' not in found
    assert desk.asked == ["red", "one", "two", "three"]


def test_the_users_own_tests_bear_out_in_the_same_way(tmp_path: Path) -> None:
    desk = Desk(tmp_path, tests=AgentSpec((sys.executable, "-m", "pytest", "-p", "no:cacheprovider"), interpreter=sys.executable))
    for path, text in {"desk.py": CODE, "test_desk.py": TEST}.items():
        (tmp_path / path).write_text(text)
    red, *green = (Scenario(name, None, (), test=f"test_desk.py::test_it[{name}]") for name in ("20-3-fine", "60-2-too much", "20-1-fine"))
    found = desk.texts((red,), tuple(green))
    assert "total > limit" in found or "limit < total" in found
    assert 'total > order["pieces"]' not in found


@pytest.mark.parametrize(
    "agent", [AgentSpec(("python", "desk.py")), AgentSpec((), "desk:answer", network=True), AgentSpec((), "desk:answer", models="live")]
)
def test_an_agent_that_cannot_be_looked_into_is_not_asked(tmp_path: Path, agent: AgentSpec) -> None:
    desk = Desk(tmp_path, agent)
    assert desk.texts() == set()
    assert desk.asked == []


def test_what_comes_to_no_answer_is_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.entered = lambda *_: Attempt("red", 0, True, output="no JSON")  # type: ignore[method-assign]
    assert desk.texts() == set()


def test_a_text_has_to_be_right_everywhere() -> None:
    told = {"red": {"good": ["a", "b"]}, "green": {"good": ["b"], "bad": ["a"]}}

    def ask(scenario: Scenario, _given: Given, _seconds: float) -> Answers:
        return Answers(answers=[(answer, [(7, [(text, 0.5) for text in texts])]) for answer, texts in told[scenario.id].items()])

    def right(_: Scenario, answer: str) -> bool:
        return answer == "good"

    plain: Mapping[int, dict[str, object]] = {7: {"kind": "value"}}
    made = fitting([Scenario("red", "", ())], [Scenario("green", "", ())], plain, ask, right, 60.0)  # type: ignore[arg-type]
    assert made == {7: {"b": 0.5}}


def test_where_another_value_cured_comes_before_what_is_merely_suspicious() -> None:
    sites = [Site("a.py", line, "value", (line, 0, line, 1)) for line in (1, 2, 3)]
    assert chosen(sites, [Replaced("a.py", 3, frozenset({"red"}))], [("a.py", 2), ("a.py", 3)]) == [2, 1]
