"""The same mistake at two places is known as the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refinery.domain import Edit, Hypothesis, Layer
from refinery.repair.pairs import ELSEWHERE, Guess, Twice, changed, kindred


def guess(place: int, around: str, change: tuple[str, str], score: float = 0.5) -> Guess:
    made = Hypothesis(change=f"Change {place}", rationale="", layer=Layer.CODE, edits=(), risks="", confidence=score)
    return Guess(score, made, "copy", None, ("m.py", place), around, change)


@pytest.mark.parametrize(("old", "new"), [("a.b", "dict(a.b)"), ("rows", "dict(rows)"), ("x[1]", "dict(x[1])")])
def test_what_is_put_into_the_same_is_the_same_change(old: str, new: str) -> None:
    assert changed(old, new) == ("", "dict ( _ )")


def test_what_is_put_behind_is_told_as_it_is() -> None:
    assert changed("a", "a is not None") == ("", "is not None")
    assert changed("a + b", "a - b") == ("+", "-")


def test_a_question_turned_round_is_the_same_question() -> None:
    assert changed("not a", "a is None") == changed("b", "b is not None") == ("", "is not None")


def test_both_are_as_likely_as_the_place_they_come_at_says() -> None:
    twice, change = Twice(), ("", "dict ( _ )")
    list(twice.saw(guess(1, "store = self.rows", change)))
    [(score, both)] = twice.saw(guess(2, "self.rows = rows", change))
    assert both.confidence == pytest.approx(score)


def test_an_edit_that_both_make_is_made_once() -> None:
    twice, change = Twice(), ("", "dict ( _ )")
    brought = Edit("m.py", "import a\n", "import a\nimport b\n")
    for place in (1, 2):
        made = guess(place, "store = self.rows", change)
        edits = (brought, Edit("m.py", f"x{place}", f"y{place}"))
        found = list(twice.saw(replace(made, hypothesis=replace(made.hypothesis, edits=edits))))
    assert [each.new for each in found[0][1].edits] == ["import a\nimport b\n", "y1", "y2"]


def test_a_habit_is_one_wherever_it_shows() -> None:
    twice, change = Twice(), ("", "is not None")
    for place, score in enumerate((0.5, 0.1, 0.1, 0.1)):
        list(twice.saw(replace(guess(place, f"other{place}", change, score), operator="truth for presence")))
    found = list(twice.saw(replace(guess(9, "rows[1]", change, 0.4), operator="truth for presence")))
    assert max(score for score, _ in found) == pytest.approx(0.4 * ELSEWHERE)


def test_much_of_the_same_code_comes_in_place_of_different_things() -> None:
    twice, new = Twice(), "xs . insert ( 0 , xs . pop ( i ) )"
    list(twice.saw(guess(1, "xs[0], xs[i] = xs[i], xs[0]", ("a", new))))
    assert list(twice.saw(guess(2, "xs[0], xs[i] = x, xs[0]", ("b", new))))
    list(twice.saw(guess(3, "one", ("a", "x"))))
    assert not list(twice.saw(guess(4, "other", ("b", "x"))))
    list(twice.saw(replace(guess(5, "one", ("a", "y")), unused=True)))
    assert list(twice.saw(replace(guess(6, "other", ("b", "y")), unused=True)))


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
