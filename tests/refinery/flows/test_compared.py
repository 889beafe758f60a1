"""Cures are held against each other on inputs that nobody wrote down, as far as time allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from types import SimpleNamespace
from typing import cast

from adapters.trace import Json
from refinery.domain import Attempt, Scenario
from refinery.flows.apart import MOST, apart
from refinery.flows.compared import LONGEST, compare
from refinery.flows.reproduce import Reproduction
from refinery.flows.screen import Screen
from safety.changes import ChangeSet, FileChange

RED = Scenario("red", {"grams": 5400}, ())
GREEN = Scenario("green", {"grams": 5}, ())
SHOWN = Reproduction((RED,), (GREEN,), (), (), "")
BOUNDS = {"": 5900, "a": 5400, "b": 500}
"""From where on each version calls a parcel heavy; the base is without a name."""


def grams(given: Json) -> float:
    value = given.get("grams") if isinstance(given, dict) else None
    return value if isinstance(value, int | float) else 0


@dataclass
class Desk:
    """Runs each version in its head, each run taking so many seconds."""

    seconds: float = 0.001
    network: bool = False
    asked: list[Json] = field(default_factory=list)
    now: float = 0.0

    def behaves(self, changes: ChangeSet, inputs: Sequence[Json]) -> tuple[Attempt, ...]:
        self.asked += inputs
        self.now += self.seconds * len(inputs)
        bound = BOUNDS["".join(change.path for change in changes)]
        said = ["heavy" if grams(each) >= bound else "" for each in inputs]
        return tuple(Attempt(f"n{number}", 0, False, output=text) for number, text in zip(count(), said, strict=False))

    def screen(self) -> Screen:
        agent = SimpleNamespace(network=self.network, http="")
        bench = SimpleNamespace(clock=lambda: self.now, limits=SimpleNamespace(workers=1))
        return cast(Screen, SimpleNamespace(runner=SimpleNamespace(agent=agent), bench=bench, behaves=self.behaves))


def change(path: str) -> ChangeSet:
    return ChangeSet((FileChange(path, "limit = 3000\n", "limit = 2\n"),))


def compared(desk: Desk, *scores: float) -> tuple[tuple[int, ...], object]:
    made = compare([change("a"), change("b")], scores, (), SHOWN, desk.screen(), lambda _: {})
    return made.weighed.order, made.split and made.split.input


def test_of_two_cures_the_one_that_changes_less_comes_first_and_an_input_at_a_bound_of_the_code_parts_them() -> None:
    order, parts = compared(Desk(), 0.4, 0.4)
    assert order == (0, 1)
    assert isinstance(parts, dict)
    assert 500 <= parts["grams"] < 5400


def test_numbers_of_the_changed_files_are_tried() -> None:
    desk = Desk()
    compared(desk, 0.4, 0.4)
    assert {"grams": 3000} in desk.asked


def test_a_slow_agent_is_not_run_on_farther_inputs_than_there_is_time_for() -> None:
    fast, slow = Desk(), Desk(seconds=LONGEST)
    compared(fast, 0.4, 0.4)
    compared(slow, 0.4, 0.4)
    assert len(slow.asked) < len(fast.asked)
    near = slow.asked.index(RED.input)
    assert len(slow.asked) == 3 * (near + 2), "the near ones alone, on the base and with each cure"


def test_what_acts_on_the_world_is_weighed_by_likelihood_alone() -> None:
    desk = Desk(network=True)
    assert compared(desk, 0.3, 0.4) == ((1, 0), None)
    assert desk.asked == []


def test_a_lone_cure_that_is_not_believed_is_asked_about_where_it_changes_an_answer_that_nobody_has_judged() -> None:
    made = compare([change("b")], [0.1], (), SHOWN, Desk().screen(), lambda _: {})
    assert not made.weighed.believed
    assert made.split is not None
    assert made.split.input not in (RED.input, GREEN.input)
    assert made.split.answers == (("heavy", (0,)), ("", ()))


def test_nothing_is_asked_about_a_lone_cure_that_is_believed() -> None:
    assert compare([change("b")], [0.9], (), SHOWN, Desk().screen(), lambda _: {}).split is None


def test_inputs_of_a_large_suite_are_made_only_as_far_as_they_are_wanted() -> None:
    suite = [Scenario(str(number), f"order {number} for customer {7 * number} in room {number % 9}", ()) for number in range(200)]
    found = apart(suite[:1], suite[1:], range(100), {repr("order 0 for customer 0 in room")})
    assert len(found) == MOST
    assert sum(each.red for each in found) == MOST * 2 // 3
    assert len({each.input for each in found}) == MOST
    assert not {each.input for each in found} & {each.input for each in suite}
    assert len({each.origin for each in found if not each.red}) == MOST // 3, "one of each, as far as there is room"


def test_tests_of_the_users_own_count_for_more_than_questions_to_an_agent() -> None:
    test = Scenario("test", None, (), test="tests/test_a.py::test_it")
    assert [Reproduction(red, (), (), (), "").voices for red in ((), (RED,), (test,), (test, test), (test, RED))] == [0, 1, 2, 3, 2]
