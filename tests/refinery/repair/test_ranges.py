"""Lists that share out a range are made to share it out whole, and each number once."""

from __future__ import annotations

from refinery.edits.items import listings
from refinery.repair.ranges import shared_out


def made(text: str, path: str = "c.toml") -> set[str]:
    return {after for _, (_, after, _, _) in shared_out(text, list(listings(text, path)))}


def test_a_number_that_no_list_has_is_added_to_those_next_to_it() -> None:
    assert made("low = [1, 2]\nmid = [3]\nhigh = [5, 6]\n") == {
        "low = [1, 2]\nmid = [3, 4]\nhigh = [5, 6]\n",
        "low = [1, 2]\nmid = [3]\nhigh = [4, 5, 6]\n",
    }


def test_months_go_round() -> None:
    text = "first = [2, 3, 4]\nsecond = [5, 6, 7]\nthird = [8, 9, 10]\nfourth = [12, 1]\n"
    assert text.replace("[8, 9, 10]", "[8, 9, 10, 11]") in made(text)
    assert text.replace("[12, 1]", "[11, 12, 1]") in made(text)


def test_what_goes_round_lacks_its_end_too() -> None:
    text = "a = [2, 3, 4]\nb = [5, 6, 7]\nc = [8, 9, 10, 11]\nd = [12]\n"
    assert made(text) == {text.replace("[2,", "[1, 2,"), text.replace("[12]", "[12, 1]")}


def test_a_number_that_two_lists_have_is_taken_out_of_either() -> None:
    assert made("low = [1, 2, 3]\nhigh = [3, 4, 5]\n") == {"low = [1, 2]\nhigh = [3, 4, 5]\n", "low = [1, 2, 3]\nhigh = [4, 5]\n"}


def test_lists_that_share_nothing_out_are_left_alone() -> None:
    assert made("low = [1, 2, 3]\nhigh = [4, 5]\n") == set()
    assert made("one = [3, 9, 4]\nother = [80, 443, 22]\n") == set()
