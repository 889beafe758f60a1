"""Expressions are told that come to something else where the answer is wrong, and to the same where it is right."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from refinery.domain import AgentSpec, Attempt, Expectation, Scenario
from refinery.flows.reproduce import Reproduction
from refinery.flows.screen import Screen
from refinery.flows.synthesised import synthesised
from refinery.repair.synthesis.refinery_terms import OWN
from refinery.suite.launch import Course
from refinery.suite.runner import Runner
from safety.changes import ChangeSet

CODE = """\
def stamps(letter, grams):
    wanted = grams // letter["step"]
    return wanted

def answer(grams):
    letter = {"step": 20, "most": 5}
    return {"stamps": stamps(letter, grams)}
"""
RED = Scenario("red", 180, (Expectation("equals", {"stamps": 5}),))
GREEN = Scenario("green", 60, (Expectation("equals", {"stamps": 3}),))
LINE = ("post.py", 2)
TEST = """\
from post import answer

def test_a_light_letter():
    assert answer(60) == {"stamps": 3}

def test_a_heavy_letter():
    assert answer(180) == {"stamps": 5}
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
        with Runner(AgentSpec((), entry, timeout_s=seconds, interpreter=sys.executable), environment={"PATH": "/usr/bin:/bin"}).open(
            self.written(changes)
        ) as running:
            return running.attempt(scenario, 0)

    def tested(self, changes: ChangeSet, tests: list[Scenario], seconds: float) -> list[Attempt]:
        with Runner(self.agent, environment={"PATH": "/usr/bin:/bin"}, tests=self.tests).open(self.written(changes)) as running:
            return list(running.looked(tests, Course(seconds, seconds)))

    def written(self, changes: ChangeSet) -> Path:
        for change in changes:
            (self.tree / change.path).parent.mkdir(parents=True, exist_ok=True)
            (self.tree / change.path).write_text(change.after or "")
        return self.tree

    def found(
        self, red: Scenario = RED, green: Scenario = GREEN, code: str = CODE, *more: Scenario, beside: Mapping[str, str] | None = None
    ) -> dict[str, float]:
        """What could stand in the place of the whole right side of the line, with what it counts."""
        shown = Reproduction((red,), (green, *more), (), (), "")
        bench = SimpleNamespace(limits=SimpleNamespace(workers=1))
        runner = SimpleNamespace(agent=self.agent, tests=self.tests)
        screen = cast(Screen, SimpleNamespace(runner=runner, bench=bench, entered=self.entered, tested=self.tested))
        texts = {"post.py": code, **(beside or {})}
        made = synthesised(
            shown, screen, {"post.py": code}, lambda paths: {path: texts[path] for path in paths if path in texts}, [LINE], []
        )
        begin = code.split("\n")[1].index("=") + 2
        return {term.text: term.share for term in made.get(LINE, ()) if term.span[1] == begin and term.span[3] == len(code.split("\n")[1])}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, AgentSpec((), "post:answer", interpreter=sys.executable))


def test_a_bound_that_is_reached_in_what_fails_alone_is_told(desk: Desk) -> None:
    found = desk.found()
    assert found[f'min({OWN}, letter["most"])'] == 1.0
    assert f'max({OWN}, letter["most"])' not in found, "the same where it is wrong"
    assert f'{OWN} + letter["most"]' not in found, "something else where it is right"


def test_what_does_so_in_one_of_several_passing_runs_counts_less(desk: Desk) -> None:
    free = Scenario("free", 500, (Expectation("equals", {"stamps": 25}),))
    assert desk.found(RED, GREEN, CODE, free)[f'min({OWN}, letter["most"])'] == 0.35


def test_where_the_answer_of_a_passing_run_does_not_hang_on_it_it_may_be_anything(desk: Desk) -> None:
    code = CODE.replace("stamps(letter, grams)}", "stamps(letter, grams) if grams > 100 else stamps(letter, grams) * 0 + 3}")
    assert f'{OWN} - letter["most"]' in desk.found(code=code)


def test_of_tests_the_same_is_told(desk: Desk) -> None:
    desk.tests = AgentSpec((sys.executable, "-m", "pytest", "-p", "no:cacheprovider"), interpreter=sys.executable)
    red, green = (Scenario(name, None, (), test=f"test_post.py::test_a_{name}_letter") for name in ("heavy", "light"))
    for path, text in {"post.py": CODE, "test_post.py": TEST, "conftest.py": ""}.items():
        (desk.tree / path).write_text(text)
    assert desk.found(red, green, beside={"test_post.py": TEST})[f'min({OWN}, letter["most"])'] == 1.0


def test_an_agent_that_acts_on_the_world_is_not_asked(desk: Desk) -> None:
    desk.agent = AgentSpec((), "post:answer", network=True)
    assert desk.found() == {}
    assert desk.asked == []


@pytest.mark.parametrize("text", ["", "no JSON", '{"reached": "all"}', '{"reached": [77], "rows": []}'])
def test_what_cannot_be_read_is_nothing(desk: Desk, text: str) -> None:
    desk.entered = lambda *_: Attempt("red", 0, True, output=text)  # type: ignore[method-assign]
    assert desk.found() == {}
