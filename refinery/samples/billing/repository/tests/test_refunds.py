"""The terms of a refund."""

from billing_agent.config import Refunds
from billing_agent.refunds import decide

TERMS = Refunds(window_days=30, processing_days=5, max_amount=5000)


def invoice(**other):
    return {"status": "paid", "amount": "100.00", "issued_on": "2026-09-01", **other}


def test_a_recent_paid_invoice_is_refunded():
    decision = decide(invoice(), "2026-09-11", TERMS)
    assert decision.allowed
    assert decision.age_days == 10


def test_an_old_invoice_is_not():
    assert decide(invoice(), "2026-11-01", TERMS).reason == "too_old"


def test_unpaid_and_refunded_invoices_are_not():
    assert decide(invoice(status="open"), "2026-09-11", TERMS).reason == "unpaid"
    assert decide(invoice(status="refunded"), "2026-09-11", TERMS).reason == "refunded"


def test_large_amounts_are_left_to_a_person():
    assert decide(invoice(amount="5000.01"), "2026-09-11", TERMS).reason == "too_large"
