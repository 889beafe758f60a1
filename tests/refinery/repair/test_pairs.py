"""The same mistake at two places is known as the same."""

from __future__ import annotations

import pytest

from refinery.domain import Hypothesis, Layer
from refinery.repair.pairs import Guess, Twice, changed, kindred


def guess(place: int, around: str, change: tuple[str, str], score: float = 0.5) -> Guess:
    made = Hypothesis(change=f"Change {place}", rationale="", layer=Layer.CODE, edits=(), risks="", confidence=score)
    return Guess(score, made, "copy", None, ("m.py", place), around, change)


@pytest.mark.parametrize(("old", "new"), [("a.b", "dict(a.b)"), ("rows", "dict(rows)"), ("x[1]", "dict(x[1])")])
def test_what_is_put_into_the_same_is_the_same_change(old: str, new: str) -> None:
    assert changed(old, new) == ("", "dict ( _ )")


def test_what_is_put_behind_is_told_as_it_is() -> None:
    assert changed("a", "a is not None") == ("", "is not None")
    assert changed("a + b", "a - b") == ("+", "-")


def test_guesses_are_kindred_by_half_of_the_names_of_one() -> None:
    first, second, third = (guess(place, text, ("+", "-")) for place, text in enumerate(("here + by * 60", "there - by * 60", "x + y")))
    assert kindred(first, second)
    assert not kindred(first, third)


def test_what_speaks_of_the_same_is_found_though_others_came_first() -> None:
    twice, change = Twice(), ("", "dict ( _ )")
    for place in range(8):
        list(twice.saw(guess(place, f"other{place} = name{place}", change)))
    list(twice.saw(guess(8, "store = (self.rows, n)", change)))
    made = list(twice.saw(guess(9, "self.rows = rows", change)))
    scores = {both.change: score for score, both in made}
    assert scores["Change 8; change 9"] == max(scores.values())
