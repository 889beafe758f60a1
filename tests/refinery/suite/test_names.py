"""Names that can be told apart."""

from __future__ import annotations

import pytest

from refinery.suite.names import slug


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Compare `weight` with `<=` instead of `<` in rate", "compare-weight-with-at-most-instead-of-less-than"),
        ("Compare `weight` with `<` instead of `<=` in rate", "compare-weight-with-less-than-instead-of-at-most"),
        ("Ask for x != y", "ask-for-x-not-equals-y"),
        ("Follow a -> b and <b> => c", "follow-a-b-and-b-c"),
    ],
)
def test_a_name_says_which_operator_it_is_about(text: str, name: str) -> None:
    assert slug(text) == name
