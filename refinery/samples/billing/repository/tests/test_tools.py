"""Lookups and sums."""

import pytest

from billing_agent import tools


def test_contact_data_stays_in_the_export():
    customer = tools.lookup_customer("C-1003")
    assert customer is not None
    assert customer["currency"] == "EUR"
    assert "contact" not in customer


def test_an_unknown_customer_is_none():
    assert tools.lookup_customer("C-9999") is None


@pytest.mark.parametrize(("currency", "amount"), [("USD", "49.00"), ("EUR", "45.00"), ("CHF", "52.00")])
def test_prices_are_listed_per_currency(currency, amount):
    assert tools.lookup_price("pro", "month", currency)["amount"] == amount


def test_a_currency_without_a_price_is_said():
    with pytest.raises(tools.ToolError, match="no Pro price in SEK"):
        tools.lookup_price("pro", "month", "SEK")


def test_seats_are_multiplied_exactly():
    assert tools.quote_seats("starter", "month", 7, "EUR")["total"] == "77.00"


def test_invoices_of_others_are_not_found():
    with pytest.raises(tools.ToolError, match="INV-2042"):
        tools.invoice_status("INV-2042", "C-1001")


def test_conversion_goes_over_the_dollar():
    assert tools.convert("90.00", "EUR", "GBP")["result"] == "78.00"
