"""Inputs of traces in the form in which an agent takes them, and deaths of the form of an input."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.trace import Json, Kind, Span, Trace
from refinery.domain import Attempt
from refinery.flows.fitting import fitted, misfit
from tests.fakes.bench import scenario

ANSWERED = Trace("t", (Span("a", "answer", Kind.AGENT, input="How much?", output="6.90"),))
INDEX = "string indices must be integers, not 'str'"


def died(kind: str, says: str) -> Attempt:
    trail = f'Traceback (most recent call last):\n  File "desk/agent.py", line 3, in answer\n    given["q"]\n{kind}: {says}\n'
    return Attempt("one", 0, passed=False, error=trail)


@pytest.mark.parametrize(
    ("inputs", "given", "made"),
    [
        ([{"q": "a"}, {"q": "b", "hour": 3}], "c", {"q": "c"}),
        ([{"q": "a"}, {"q": "b", "hour": 3}], {"text": "c"}, {"text": "c"}),
        ([{"q": "a", "country": "DE"}], "c", "c"),
        ([{"q": "a"}, "b"], "c", "c"),
        ([{"hour": 3}], "c", "c"),
        ([], "c", "c"),
    ],
)
def test_a_text_goes_into_the_one_field_with_a_text_that_all_inputs_have(inputs: list[Json], given: Json, made: Json) -> None:
    assert fitted(given, [replace(scenario("x"), input=each) for each in inputs]) == made


@pytest.mark.parametrize(
    ("kind", "says", "given", "odd"),
    [
        ("TypeError", INDEX, "How much?", True),
        ("AttributeError", "'str' object has no attribute 'get'", "How much?", True),
        ("KeyError", "'q'", {"text": "How much?"}, True),
        ("KeyError", "'gold'", {"q": "gold"}, False),
        ("TypeError", INDEX, {"q": "gold"}, False),
        ("ZeroDivisionError", "division by zero", "How much?", False),
    ],
)
def test_only_a_death_of_the_inputs_form_is_another_failure(kind: str, says: str, given: Json, *, odd: bool) -> None:
    suite = [replace(scenario("x"), input={"q": "a"})]
    told = misfit(ANSWERED, replace(scenario("one"), input=given), died(kind, says), suite)
    assert bool(told) is odd
    assert not odd or told.endswith("your agent takes {q: ...}")


def test_a_trace_that_died_itself_is_shown_by_a_run_that_dies() -> None:
    silent = replace(ANSWERED, spans=(replace(ANSWERED.spans[0], output=""),))
    assert misfit(silent, replace(scenario("one"), input="How much?"), died("TypeError", INDEX), []) == ""
