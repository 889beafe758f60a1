"""A smaller input that fails in the same way."""

from __future__ import annotations

from adapters.trace import Json
from refinery.suite.reduce import reduce

BOOKING: Json = {
    "question": "Hello there.\nCan I still change the name on my ticket for tomorrow?\nThank you!",
    "customer": {"id": 7, "country": "NO", "notes": ["likes tea", "vip", "speaks French"]},
    "history": [{"role": "user", "text": "hi"}, {"role": "agent", "text": "hello"}],
}


def test_what_does_not_matter_is_taken_out_on_every_level() -> None:
    def fails(value: Json) -> bool:
        told = str(value)
        return "name" in told and "vip" in told

    found = reduce(BOOKING, fails)
    assert fails(found)
    assert found == {"question": "name ", "customer": {"notes": ["vip"]}}


def test_an_input_that_needs_all_of_it_stays_whole() -> None:
    assert reduce({"a": "x", "b": [1, 2]}, lambda value: value == {"a": "x", "b": [1, 2]}) == {"a": "x", "b": [1, 2]}


def test_the_tries_are_an_upper_limit_and_what_was_found_by_then_fails() -> None:
    asked: list[Json] = []

    def fails(value: Json) -> bool:
        asked.append(value)
        return "vip" in str(value)

    found = reduce(BOOKING, fails, tries=5)
    assert len(asked) == 5
    assert "vip" in str(found)


def test_a_text_keeps_a_word_however_little_the_words_matter() -> None:
    assert reduce({"question": "Where is it?"}, lambda value: isinstance(value, dict) and "question" in value) == {"question": "it?"}


def test_numbers_and_nothing_are_left_alone() -> None:
    assert reduce(7, lambda _: True) == 7
    assert reduce(None, lambda _: True) is None
