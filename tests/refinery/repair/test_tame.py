"""Only patterns are tried of which it is known that they come to an end."""

from __future__ import annotations

import json

import pytest

from refinery.repair.asked import asked_in
from refinery.repair.mutations.patterns import variants
from refinery.repair.samples import sample
from refinery.repair.tame import tame


@pytest.mark.parametrize(
    "pattern", [r"^\s*(\d+)[.)]\s+", r"\{.*?\}", "a|b*", r"(?:ab){3}", r"(?=x+)y", "[a-z]{2,5}", r"\d{1,3}(?:\.\d{1,3}){3}", "(?:a|b){2}"]
)
def test_what_is_repeated_by_itself_is_tried(pattern: str) -> None:
    assert tame(pattern)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|aa)*b", "(a?){30}b", "(?:(?:x*)y)*", ".*.*.*.*x", "(", r"(a)?(?(1)b|c)"])
def test_what_may_be_met_in_several_ways_time_and_again_is_not(pattern: str) -> None:
    assert not tame(pattern)


def test_a_pattern_that_would_never_end_is_varied_without_being_tried() -> None:
    asked = asked_in([json.dumps("a" * 60)], [])
    assert list(variants('r"(a+)+b"', asked))
    assert sample("(a+)+b") == ""
