"""Settings that are times become other times of the same kind."""

from __future__ import annotations

import pytest

from refinery.repair.moments import other_numbers, other_texts, stepped


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ("17:30", "05:30"), ("08:30", "09:30"), ("2024-03-05", "2024-05-03"), ("2024-12-31", "2025-01-01"),
        ("2024-01-31", "2023-01-31"), ("+02:00", "-02:00"), ("9:05:00", "10:05:00"),
    ],
)  # fmt: skip
def test_a_time_becomes_one_that_it_is_often_mistaken_for(value: str, other: str) -> None:
    assert other in {text for text, _, _ in other_texts(value)}


@pytest.mark.parametrize("other", ["%d/%m/%Y", "%m/%Y/%d", "%m/%d/%y"])
def test_a_format_of_times_takes_another_order_or_another_code(other: str) -> None:
    assert other in {text for text, _, _ in other_texts("%m/%d/%Y")}


def test_no_time_becomes_one_that_does_not_exist() -> None:
    found = {text for value in ("23:30", "2024-03-31", "2024-02-29") for text, _, _ in other_texts(value)}
    assert not found & {"24:30", "2024-04-31", "2025-02-29"}


def test_what_is_no_time_is_left_alone() -> None:
    assert not list(other_texts("v1:30x"))


@pytest.mark.parametrize(
    ("key", "value", "comment", "new"),
    [
        ("first_month", 1, "# the year starts in April", 4),
        ("closed_weekday", 3, "", 6),
        ("close_hour", 6, "", 18),
        ("utc_offset", 5.3, "", 5.5),
        ("utc_offset", -3.3, "", -3.5),
        ("hours", 7.75, "", 7.45),
        ("closed", 7, "# Sundays", 6),
    ],
)
def test_a_number_becomes_the_moment_that_is_meant(key: str, value: float, comment: str, new: float) -> None:
    assert new in {number for number, _, _ in other_numbers(key, value, comment)}


def test_a_number_that_is_no_moment_is_left_alone() -> None:
    assert not list(other_numbers("size", 3, "# big enough"))


def test_days_in_a_row_are_all_one_step_off() -> None:
    assert list(stepped(["Sun", "Mon"])) == [["Sat", "Sun"], ["Mon", "Tue"]]
    assert list(stepped(["may", "june"])) == [["april", "may"], ["june", "july"]]
    assert list(stepped(["mon", "wed"])) == []
    assert list(stepped(["mon", "june"])) == []
