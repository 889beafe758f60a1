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
    text = "spring = [3, 4, 5]\nsummer = [6, 7, 8]\nautumn = [9, 10, 11]\nwinter = [1, 2]\n"
    assert text.replace("[9, 10, 11]", "[9, 10, 11, 12]") in made(text)
    assert text.replace("[1, 2]", "[12, 1, 2]") in made(text)


def test_a_number_that_two_lists_have_is_taken_out_of_either() -> None:
    assert made("low = [1, 2, 3]\nhigh = [3, 4, 5]\n") == {"low = [1, 2]\nhigh = [3, 4, 5]\n", "low = [1, 2, 3]\nhigh = [4, 5]\n"}


def test_lists_that_share_nothing_out_are_left_alone() -> None:
    assert made("low = [1, 2, 3]\nhigh = [4, 5]\n") == set()
    assert made("one = [3, 9, 4]\nother = [80, 443, 22]\n") == set()
