"""Plain words become checks."""

from __future__ import annotations

import pytest

from adapters.trace import Kind, Span, Trace
from refinery.domain import Expectation
from refinery.flows.session.wishes import checks_of, guessed, in_plain_words, met_already, wishes_from


def test_each_part_is_a_wish() -> None:
    assert wishes_from(" 90 GBP ; not USD；「ポンド」;; ") == ("90 GBP", "not USD", "「ポンド」")
    assert wishes_from(" ; “” ") == ()


@pytest.mark.parametrize(
    ("wish", "check"),
    [
        ("90 GBP", Expectation("icontains", "90 GBP")),
        ("“ponds”", Expectation("icontains", "ponds")),
        ("not “USD”", Expectation("icontains", "USD", negated=True)),
        ("without USD", Expectation("icontains", "USD", negated=True)),
        ("exactly 90 GBP", Expectation("equals", "90 GBP")),
        ("nothing", Expectation("icontains", "nothing")),
        ("「ポンド」", Expectation("icontains", "ポンド")),
    ],
)
def test_a_wish_is_a_check(wish: str, check: Expectation) -> None:
    assert checks_of([wish]) == (check,)


def asked(question: str, answered: str = "A parcel of 2.0 kg costs 6.90 EUR.") -> Trace:
    return Trace("t", (Span("s", "answer", Kind.AGENT, input=question, output=answered),), task=question)


def test_values_in_what_the_expert_said_are_guessed() -> None:
    trace = asked("?", "90 USD")
    assert guessed("the price in pounds: 90 GBP, not USD", trace) == ("90", "GBP")
    assert guessed("it should be friendlier", trace) == ()


def test_what_was_asked_about_is_no_wish() -> None:
    trace = asked('{"question": "What does it cost to send 2.0 kg?"}')
    assert guessed("a parcel of 2 kg should cost 4.90 EUR", trace) == ("4.90", "EUR")


def test_of_what_was_asked_about_alone_the_wish_is_what_the_answer_lacks() -> None:
    trace = asked("Is it 6.90 EUR or 4.90 EUR?")
    assert guessed("4.90 EUR", trace) == ("4.90",)


def test_wishes_are_read_back() -> None:
    assert in_plain_words(["90", "not USD", "exactly x"]) == "says “90”, does not say “USD” and is exactly “x”"


@pytest.mark.parametrize(
    ("wishes", "met"), [(["90"], True), (["90", "gbp"], False), (["not USD"], False), (["exactly 90 USD"], True), ([], False)]
)
def test_an_answer_that_has_all_that_is_wished_says_that_too_little_is_wished(wishes: list[str], met: bool) -> None:
    trace = Trace("t", (Span("s", "answer", Kind.AGENT, input="?", output="90 USD"),))
    assert met_already(wishes, trace) is met
