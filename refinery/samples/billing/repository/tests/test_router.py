"""Questions find their handler."""

import pytest

from billing_agent.router import route


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("What does the Pro plan cost?", "price"),
        ("how much is team per year", "price"),
        ("Is INV-2041 paid?", "invoice"),
        ("Refund INV-2041 please", "refund"),
        ("How much is 49.00 USD in EUR?", "convert"),
        ("We need 5 more seats", "seats"),
        ("When does our subscription renew?", "subscription"),
        ("What is your refund policy?", "policy"),
    ],
)
def test_intents(question, intent):
    assert route(question).intent == intent


def test_details_are_picked_out():
    chosen = route("how much is team per year")
    assert (chosen.plan, chosen.period) == ("team", "year")
    assert route("is inv-2041 paid?").invoice == "INV-2041"
