from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from adapters.trace import Json
from refinery.domain import AgentSpec, Attempt, Cause, Decision, GateVerdict, Scenario, World
from refinery.events import Say, silent
from refinery.flows.heldback import on_held_back
from refinery.flows.neighbours import kept_back, neighbours
from refinery.suite.gate import decide
from refinery.suite.runner import Pair

AGENT = AgentSpec(command=("true",))
RED = Scenario("red", {"country": "DE", "days": 3}, ())
GREEN = Scenario("green", {"country": "US", "days": 5}, ())


class Answers:
    """An agent that answers from its input; what raises, crashes."""

    def __init__(self, answer: Callable[[dict[str, Json]], Json]) -> None:
        self._answer = answer
        self.asked: list[Json] = []

    def attempt(self, scenario: Scenario, trial: int) -> Attempt:
        self.asked.append(scenario.input)
        assert isinstance(scenario.input, dict)
        try:
            output = json.dumps(self._answer(dict(scenario.input)))
        except (LookupError, TypeError):
            return Attempt(scenario.id, trial, False, cause=Cause.EXIT, says="it crashed")
        passed = scenario.id != "red" or output == '{"vat": 19}'
        return Attempt(scenario.id, trial, passed, cause=None if passed else Cause.CHECKS, output=output)

    def attempts(self, pairs: Sequence[Pair], say: Say = silent) -> Iterator[Attempt]:  # the port's signature
        for scenario, trial in pairs:
            yield self.attempt(scenario, trial)


def base(_: dict[str, Json]) -> Json:
    return {"vat": 0}


def judged(candidate: Callable[[dict[str, Json]], Json], agent: AgentSpec = AGENT) -> tuple[GateVerdict, Answers]:
    arms = Answers(base), Answers(candidate)
    verdict = decide(*arms, [RED], [GREEN], 5, 1, silent)
    assert verdict.decision is Decision.ACCEPT
    return on_held_back(verdict, [RED], [GREEN], *arms, agent, silent), arms[1]


def test_what_is_held_back_was_not_seen_by_the_search() -> None:
    held = kept_back([RED], [GREEN])
    assert held
    assert not [each for each in held if each.input in neighbours([RED], [GREEN]).inputs]
    assert {each.red for each in held} == {True, False}


def test_nobody_is_asked_anything_near_a_scenario_in_a_recorded_world() -> None:
    within = replace(RED, world=World(()))
    assert neighbours([within], []).inputs == ()
    assert kept_back([within], []) == ()
    around = neighbours([within], [GREEN])
    assert around.own == (GREEN.input,)
    assert not any(each.red for each in (*around.near, *kept_back([within], [GREEN])))


def test_a_cure_that_holds_nearby_is_told_to() -> None:
    verdict, asked = judged(lambda given: {"vat": 19 if given["country"] == "DE" else 0})
    assert verdict.decision is Decision.ACCEPT
    assert verdict.held_back is not None
    assert (verdict.held_back.crashed, verdict.held_back.odd) == ((), ())
    assert verdict.held_back.tried == len([each for each in asked.asked if each not in (RED.input, GREEN.input)])
    assert f"on {verdict.held_back.tried} held-back inputs near the scenarios it crashes no more than the base" in verdict.says
    assert verdict.held_back.alike == sum(each["country"] != "DE" for each in asked.asked[-verdict.held_back.passing :])  # type: ignore[index,call-overload]


def test_a_cure_that_has_learnt_its_scenarios_and_crashes_around_them_is_not_accepted() -> None:
    known = {("DE", 3): 19, ("US", 5): 0}
    verdict, _ = judged(lambda given: {"vat": known[given["country"], given["days"]]})  # type: ignore[index]
    assert verdict.decision is Decision.NOT_ENOUGH
    assert verdict.held_back is not None
    assert len(verdict.held_back.crashed) == verdict.held_back.tried
    assert "crashes" in verdict.says


def test_another_form_of_answer_is_told() -> None:
    verdict, _ = judged(lambda given: {"vat": 19} if given == RED.input else {"vat": 0} if given == GREEN.input else ["what?"])
    assert verdict.decision is Decision.ACCEPT
    assert verdict.held_back is not None
    assert len(verdict.held_back.odd) == verdict.held_back.tried
    assert verdict.held_back.alike == 0
    assert "in a form not seen before" in verdict.says


def test_what_acts_on_the_world_is_not_run_on_inputs_nobody_asked_for() -> None:
    for agent in (AgentSpec(command=("true",), network=True), AgentSpec(http="http://127.0.0.1:1/")):
        verdict, asked = judged(lambda _: {"vat": 19}, agent)
        assert verdict.held_back is None
        assert all(each in (RED.input, GREEN.input) for each in asked.asked)
