"""How amounts and days are written."""

from decimal import Decimal

from billing_agent.config import Currency
from billing_agent.dates import days_between, spoken
from billing_agent.money import rounded, written


def test_amounts_have_thousands_and_two_decimals():
    assert written("11880", "USD", Currency(style="code", decimals=2)) == "11,880.00 USD"
    assert written("45", "EUR", Currency(style="symbol", decimals=2)) == "€45.00"


def test_rounding_is_half_up():
    assert rounded(Decimal("0.125")) == Decimal("0.13")


def test_days_are_spoken():
    assert spoken("2026-09-01") == "1 September 2026"


def test_days_are_counted():
    assert days_between("2026-08-12", "2026-09-11") == 30
    assert days_between("2026-09-11", "2026-09-10") == -1
