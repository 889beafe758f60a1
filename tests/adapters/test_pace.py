from __future__ import annotations

from adapters.pace import Pace
from tests.fakes.platforms import Waits


def test_so_many_a_minute_and_no_more() -> None:
    waits = Waits()
    pace = Pace(waits.patience(), per_minute=30)
    for _ in range(6):
        pace.turn()
    assert waits.waits == [2.0] * 5
    waits.waits.append(60.0)  # a pause
    for _ in range(6):
        pace.turn()
    assert sum(waits.waits[6:]) == 5.0, "it is made up for, as far as two requests and a half"


def test_without_a_rule_nobody_waits() -> None:
    waits = Waits()
    pace = Pace(waits.patience())
    for _ in range(100):
        pace.turn()
        pace.heed({"x-ratelimit-remaining": "5000", "x-ratelimit-reset": "30"})
        pace.heed({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"})
    assert waits.waits == []


def test_the_last_requests_are_spread_until_there_are_more() -> None:
    waits = Waits()
    pace = Pace(waits.patience())
    pace.heed({"ratelimit-remaining": "4", "ratelimit-reset": "10"})
    pace.turn()
    assert waits.waits == [2.0]


def test_a_time_of_day_is_no_wait_of_years() -> None:
    waits = Waits()
    pace = Pace(waits.patience())
    pace.heed({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1000000007"})  # the wall clock says 1,000,000,000
    pace.turn()
    assert waits.waits == [7.0]


def test_a_wait_for_an_hour_is_not_taken_on_trust() -> None:
    waits = Waits()
    pace = Pace(waits.patience())
    pace.heed({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "3600"})
    pace.turn()
    assert waits.waits == []


def test_while_one_is_told_to_wait_the_others_wait_too() -> None:
    waits = Waits()
    pace = Pace(waits.patience())
    pace.hold(3.0)
    pace.turn()
    assert waits.waits == [3.0]
