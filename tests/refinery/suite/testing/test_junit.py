from __future__ import annotations

import pytest

from refinery.suite.junit import LARGEST, Case, NotJUnit, read

REPORT = b"""<?xml version="1.0" encoding="utf-8"?>
<testsuites name="all"><testsuite name="shop" tests="5" failures="1" errors="1" skipped="1">
  <testcase classname="shop.prices" name="in euros" file="prices.test.js" line="7" time="1,000.5"/>
  <testcase classname="shop.prices" name="in pounds"><failure message="expected 90 GBP">AssertionError: expected 90 GBP
    at prices.test.js:12</failure></testcase>
  <testcase classname="shop.prices" name="in yen"><error type="KeyError">KeyError: 'JPY'</error></testcase>
  <testcase name="alone"><skipped message="not today"/></testcase>
  <testcase classname="shop.prices" name="again"><flakyFailure message="passed at last"/></testcase>
</testsuite></testsuites>"""


def test_a_report_says_what_became_of_each_test() -> None:
    found = read(REPORT)
    assert {name: case.outcome for name, case in found.items()} == {
        "shop.prices::in euros": "passed",
        "shop.prices::in pounds": "failed",
        "shop.prices::in yen": "failed",
        "alone": "skipped",
        "shop.prices::again": "failed",
    }
    assert found["shop.prices::in euros"] == Case("shop.prices::in euros", "passed", seconds=1000.5, path="prices.test.js", line=7)
    pounds, yen = found["shop.prices::in pounds"], found["shop.prices::in yen"]
    assert (pounds.says, pounds.assertion) == ("expected 90 GBP", True)
    assert "prices.test.js:12" in pounds.error
    assert (yen.says, yen.assertion) == ("KeyError: 'JPY'", False)
    assert found["alone"].says == "not today"


def test_a_name_that_stands_twice_has_passed_only_if_both_have() -> None:
    twice = b'<testsuite><testcase name="a"><failure/></testcase><testcase name="a"/><testcase name="a"><skipped/></testcase></testsuite>'
    assert read(twice)["a"].outcome == "failed"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b" \n", "empty"),
        (b"<testsuite><testcase name='a'", "not XML"),
        (b"\xff\xfe\x00", "not XML"),
        (b"<html/>", "begins with <html>"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>', "document type"),
        (b"<testsuite>" + b" " * LARGEST, "larger than 64 MB"),
    ],
)
def test_what_is_no_report_is_told_from_one(data: bytes, says: str) -> None:
    with pytest.raises(NotJUnit, match=says):
        read(data)
