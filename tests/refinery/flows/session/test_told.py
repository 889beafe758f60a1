"""A complaint that nobody recorded is asked of the agent in the form that it takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.trace import Json
from refinery.domain import Scenario
from refinery.flows.complaint import input_of
from refinery.flows.session.told import as_given, told, unrecorded

QUESTION: Json = {"question": "What does it cost?"}


def suite(*inputs: Json) -> tuple[Scenario, ...]:
    return tuple(Scenario(str(number), given, ()) for number, given in enumerate(inputs))


@pytest.mark.parametrize(
    ("inputs", "given"),
    [
        ([{"question": "Where is it?", "seats": 2}, {"question": "When?", "tone": "short"}], QUESTION),
        ([{"question": "Where is it?", "tone": "short"}], "What does it cost?"),
        ([{"question": "Where is it?"}, "When?"], "What does it cost?"),
        ([], "What does it cost?"),
    ],
)
def test_words_go_where_the_situations_written_down_have_theirs(inputs: list[Json], given: Json) -> None:
    assert as_given("What does it cost?", suite(*inputs)) == given


def test_json_is_given_as_it_is() -> None:
    assert as_given('{"plan": "pro"}', suite({"question": "Where is it?"})) == {"plan": "pro"}


def test_the_same_question_is_the_same_conversation_and_nothing_else_is_known_of_it() -> None:
    first, again = (told("What does it cost?", suite({"question": "When?"})) for _ in range(2))
    assert first == again
    assert unrecorded(first)
    assert input_of(first) == QUESTION


def test_tests_of_the_users_own_say_nothing_of_how_the_agent_is_asked() -> None:
    tests = tuple(replace(each, test="tests/test_a.py::test_b") for each in suite({"test": "tests/test_a.py::test_b"}))
    assert as_given("What does it cost?", tests) == "What does it cost?"
    assert as_given("What does it cost?", (*tests, *suite({"question": "Where is it?"}))) == {"question": "What does it cost?"}
