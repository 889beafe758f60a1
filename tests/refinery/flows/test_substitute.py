"""What should have come of a step, where that can be derived; and when a difference counts as proof."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.trace import Json
from refinery.domain import Expectation, Recording, World
from refinery.flows.counterfactual import chance
from refinery.flows.substitute import Known, Substitute, freshest_first, substitute, substituted

BAD = Recording("price", {"plan": "pro", "currency": "USD"}, result=49)
GOOD = Recording("price", {"plan": "pro", "currency": "EUR"}, result=45)
DOWN = replace(BAD, error="TimeoutError: late", result=None)


def derived(*calls: Recording, place: int = 0, known: Known | None = None) -> object:
    found = substitute(place, World(calls), known or Known())
    return None if found is None else found.result


def test_the_same_call_of_a_passing_run_comes_first() -> None:
    same = replace(BAD, result=45)
    assert derived(BAD, known=Known(passing=(GOOD, same, replace(same, result=46)))) == 45
    assert derived(BAD, BAD, place=1, known=Known(passing=(same, replace(same, result=46)))) == 46


def test_a_passing_run_that_gave_the_same_shows_nothing() -> None:
    assert derived(BAD, known=Known(passing=(BAD,))) is None
    assert derived(BAD) is None


def test_the_result_of_the_call_that_was_expected() -> None:
    check = Expectation("tool-called", {"name": "price", "args": {"currency": "EUR"}})
    found = substitute(0, World((BAD, GOOD)), Known(checks=(check,)))
    assert found == Substitute(45, "what the expected call gives")
    assert derived(BAD, GOOD, known=Known(checks=(replace(check, negated=True),))) is None
    assert derived(GOOD, BAD, known=Known(checks=(check,))) is None


def test_an_error_by_the_success_that_followed() -> None:
    assert derived(DOWN, GOOD, BAD) == 49
    assert derived(BAD, DOWN, place=1) is None
    assert derived(BAD, replace(BAD, result=45), known=Known(category="tool-error")) == 45
    assert derived(BAD, replace(BAD, result=45)) is None


def test_stale_documents_by_the_same_with_the_newest_first() -> None:
    old: Json
    new: Json
    old, new = {"text": "14 days", "metadata": {"effective": "2024-01-01"}}, {"text": "30 days", "metadata": {"effective": "2026-01-01"}}
    stale = Recording("search", {"q": "refund"}, result=[old, new])
    assert derived(stale, known=Known(category="stale-retrieval")) == [new, old]
    assert derived(stale) is None
    assert derived(replace(stale, result=[new, old]), known=Known(category="stale-retrieval")) is None
    assert freshest_first([{"text": "a"}, new]) is None
    assert freshest_first("text") is None


def test_the_tools_result_at_this_place_of_a_passing_run_comes_last() -> None:
    assert derived(BAD, known=Known(passing=(GOOD,))) == 45
    assert derived(BAD, replace(BAD, result=50), place=1, known=Known(passing=(GOOD,))) is None


def test_a_substitute_takes_the_place_of_an_error() -> None:
    made = substituted(World((GOOD, DOWN)), 1, 45)
    assert made.calls == (GOOD, replace(DOWN, error="", result=45))


@pytest.mark.parametrize(
    ("within", "of", "without", "of_without", "expected"), [(5, 5, 0, 5, 1 / 252), (3, 3, 0, 3, 1 / 20), (3, 5, 3, 5, 0.738)]
)
def test_the_chance_that_it_made_no_difference(within: int, of: int, without: int, of_without: int, expected: float) -> None:
    assert chance(within, of, without, of_without) == pytest.approx(expected, abs=0.001)
