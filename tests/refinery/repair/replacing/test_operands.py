"""What a comparison was made with tells what a setting would have to be, where the opposite would cure."""

from __future__ import annotations

from adapters.trace import Json
from refinery.domain import Compared, Replaced
from refinery.edits.config import scalars
from refinery.repair.placeholders import Refill
from refinery.repair.replacing.operands import wanted

SETTINGS = """\
[roles]
clerk = ["read", "list"]
admin = ["read", "list", "write"]

[search]
least = 0.9
most = 25
mode = "strict"
"""


def changes(sign: str, left: Json, right: Json, text: str = SETTINGS) -> list[tuple[str, object]]:
    found = [Replaced("a.py", 3, frozenset({"one"}), (Compared(sign, left, right),))]
    made = sorted(wanted(found, tuple(scalars(text, "desk.toml")), {"desk.toml": text}), key=lambda each: -each[0])
    return [(each.says, each.after) if isinstance(each, Refill) else (each.scalar.name, each.value) for _, each in made]


def test_what_is_not_found_in_a_list_of_settings_is_added_to_that_list() -> None:
    assert changes("not in", "write", ["list", "read"]) == [
        ("Add 'write' to roles.clerk", SETTINGS.replace('clerk = ["read", "list"]', 'clerk = ["read", "list", "write"]'))
    ]


def test_what_should_not_be_found_is_taken_out() -> None:
    ((says, _),) = changes("in", "write", ["read", "list", "write"])
    assert says == "Take 'write' out of roles.admin"


def test_a_bound_that_is_not_reached_is_set_to_what_was_compared_and_to_a_rounder_value() -> None:
    values = [value for name, value in changes(">=", 0.4472, 0.9) if name == "search.least"]
    assert values == [0.44, 0.4]


def test_a_whole_bound_stays_whole() -> None:
    values = [value for name, value in changes(">", 31, 25) if name == "search.most"]
    assert values[0] == 31
    assert all(isinstance(value, int) for value in values)


def test_texts_that_should_have_been_the_same_are_made_so() -> None:
    assert changes("==", "lenient", "strict") == [("search.mode", "lenient")]


def test_numbers_that_stand_nowhere_in_the_settings_lead_to_nothing() -> None:
    assert changes(">", 7, 8) == []
    assert changes("in", "x", {"a": 1}) == []


def test_a_whole_bound_that_is_the_value_goes_to_the_side_on_which_the_opposite_is() -> None:
    assert changes("<", 25, 25)[0] == ("search.most", 24)
    assert changes(">=", 25, 25)[0] == ("search.most", 24)
    assert changes("<=", 25, 25)[0] == ("search.most", 26)
    assert changes(">", 25, 25)[0] == ("search.most", 26)
