"""Names that are made from what people wrote."""

from __future__ import annotations

import pytest

from refinery.suite.names import slug, spelled


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Compare `weight` with `<=` instead of `<` in rate", "compare-weight-with-at-most-instead-of-less-than"),
        ("Use `+` instead of `-`", "use-plus-instead-of-minus"),
        ("Take `a-b` instead of `**c`", "take-a-b-instead-of-c"),
        ("Ask for less than < 5", "ask-for-less-than-5"),
    ],
)
def test_an_operator_that_is_quoted_is_spelled_in_a_name(text: str, name: str) -> None:
    assert slug(spelled(text)) == name
