"""What only the failing case knows is not written into the repository without a person."""

from __future__ import annotations

import pytest

from refinery.domain import Expectation, Scenario
from refinery.flows.memorised import memorised
from safety.changes import ChangeSet, FileChange

RED = (Scenario("agreed", {"customer": "C-1005", "plan": "team", "seats": 12}, (Expectation("contains", "841.50 USD"),)),)
BEFORE = "PRICE = 990.00\n"


def learnt(after: str, *elsewhere: str) -> list[str]:
    changes = ChangeSet((FileChange("desk.py", BEFORE, after),))
    return [f"{finding.line}: {finding.says}" for finding in memorised(changes, RED, lambda: elsewhere)]


@pytest.mark.parametrize("answer", ["841.50", "841.5", "'841.50'"])
def test_an_expected_value_that_nothing_knows_is_found(answer: str) -> None:
    (found,) = learnt(f"{BEFORE}AGREED = {answer}\n", "prices: 990.00")
    assert found.startswith("2: writes 841.5")


def test_an_expected_value_that_the_repository_knows_is_no_memory() -> None:
    assert learnt(f"{BEFORE}AGREED = 841.50\n", '{"agreed": "841.50"}') == []


def test_the_failing_case_by_name_is_found_also_where_the_repository_knows_it() -> None:
    (found,) = learnt(f'{BEFORE}if customer == "C-1005":\n    pass\n', '{"id": "C-1005"}')
    assert "names C-1005" in found


@pytest.mark.parametrize("after", ["PRICE = 990.00 * 0.85\n", "PRICE = 990.00\nseats = 12\n", "PRICE = 990.0\n"])
def test_other_numbers_and_short_ones_are_nobodys(after: str) -> None:
    assert learnt(after) == []


def test_the_repository_is_only_read_when_there_is_something_to_look_up() -> None:
    def never() -> list[str]:
        raise AssertionError("read")

    assert memorised(ChangeSet((FileChange("desk.py", BEFORE, "PRICE = 1\n"),)), RED, never) == ()


def test_of_a_search_only_the_expected_values_are_looked_for() -> None:
    changes = ChangeSet((FileChange("desk.py", BEFORE, f"{BEFORE}WHO, AGREED = 'C-1005', 841.50\n"),))
    (found,) = memorised(changes, RED, list, asked=False)
    assert "writes 841.5" in found.says
