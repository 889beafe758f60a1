"""Words of names are the same for one and for many."""

from __future__ import annotations

import pytest

from refinery.repair.wording import parts


@pytest.mark.parametrize(
    ("name", "words"),
    [("max_children", {"max", "child"}), ("peopleServed", {"person", "served"}), ("glass", {"glass"})],
)
def test_a_name_says_the_same_of_one_and_of_many(name: str, words: set[str]) -> None:
    assert parts(name) == words
