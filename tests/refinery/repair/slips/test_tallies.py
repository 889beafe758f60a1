"""Words by which records are put under a name, told by sums that are off."""

from __future__ import annotations

import pytest

from refinery.repair.asked import asked_in
from refinery.repair.slips.tallies import tallies
from tests.refinery.repair.slips.looking import made

LOG = {"data/log.csv": "what,km\nRowing on the lake,3.5\nJogging,6\nTandem tour,21\nHiking to the hut,8\n"}
RULES = "legs:\n  - jogging\n  - hiking\n  - rowing\nwheels:\n  - tandem\n  - cycling\narms:\n  - swimming\n  - kayak\n"
MOVED = RULES.replace("  - rowing\n", "").replace("  - kayak\n", "  - kayak\n  - rowing\n")


def test_a_word_goes_to_the_name_whose_sum_is_too_low_by_its_records() -> None:
    asked = asked_in(["How far with arms?"], ["Hello"])
    found = made(tallies, {"c.yaml": RULES}, said="expected 'You made 5.5 km.', got 'You made 2.0 km.'", beside=LOG, asked=asked)
    assert found == {MOVED: 0.65}


def test_it_is_surer_where_the_other_sum_is_too_high() -> None:
    asked = asked_in(["How far with arms?", "How far with legs?"], ["Hello"])
    said = "expected 'You made 5.5 km.', got 'You made 2.0 km.'\nexpected 'You made 14.0 km.', got 'You made 17.5 km.'"
    assert made(tallies, {"c.yaml": RULES}, said=said, beside=LOG, asked=asked)[MOVED] == 0.85


def test_a_list_that_lacks_a_record_tells_its_word() -> None:
    said = "expected 'arms: Kayak, Rowing', got 'arms: Kayak'"
    assert made(tallies, {"c.yaml": RULES}, said=said, beside=LOG, asked=asked_in(["Which arms?"], [])) == {MOVED: 0.65}


def test_the_word_of_a_record_that_no_rule_has_is_added() -> None:
    bad = RULES.replace("  - tandem\n", "")
    said = "expected 'You made 21.0 km.', got 'You made 0.0 km.'"
    found = made(tallies, {"c.yaml": bad}, said=said, beside=LOG, asked=asked_in(["How far on wheels?"], []))
    assert found[bad.replace("  - cycling\n", "  - cycling\n  - tandem\n")] == 0.5


@pytest.mark.parametrize("said", ["expected '9.0 km', got '2.0 km'", "expected 'Good day', got 'Bye'", ""])
def test_other_failures_say_nothing(said: str) -> None:
    assert made(tallies, {"c.yaml": RULES}, said=said, beside=LOG, asked=asked_in(["How far with arms?"], [])) == {}
