"""A kind of edit that fails costs what it would have made, and is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from refinery.repair.lost import Lost


def one_and_no_more() -> Iterator[int]:
    yield 1
    raise KeyError("carrier")


def test_what_was_made_before_it_failed_is_kept_and_the_failure_is_told_once() -> None:
    lost = Lost(strict=False)
    assert [*lost.without(one_and_no_more()), *lost.without([2]), *lost.without(one_and_no_more())] == [1, 2, 1]
    (note,) = lost.notes
    assert "KeyError in test_lost.py, line " in note
    assert "report" in note


def test_where_nothing_may_be_left_out_it_is_raised() -> None:
    with pytest.raises(KeyError):
        list(Lost().without(one_and_no_more()))
