"""What a quick look says of an edit that cures a part of the failures."""

from __future__ import annotations

from refinery.flows.screen import Screened


def seen(turned: str, moved: str = "", broke: str = "") -> Screened:
    return Screened(frozenset(turned), frozenset(broke), frozenset(moved))


def test_a_cure_that_leaves_the_other_failures_as_they_were_convinces() -> None:
    assert seen("a").convincing


def test_a_cure_that_touches_another_failure_without_curing_it_does_not() -> None:
    assert not seen("a", moved="b").convincing
    assert not seen("ab", moved="cd").convincing


def test_many_cures_outweigh_one_that_was_touched() -> None:
    assert seen("ab", moved="c").convincing


def test_an_edit_that_breaks_something_never_convinces() -> None:
    assert not seen("ab", broke="c").convincing
