"""What the agent can look up and work out. Every tool takes and returns plain JSON, and is one span in the trace."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from billing_agent import money, records, refunds
from billing_agent.config import Refunds
from billing_agent.telemetry import tool


class ToolError(Exception):
    """The tool cannot do what was asked; the message can be shown to the customer."""


@tool
def lookup_customer(customer_id: str) -> dict[str, Any] | None:
    """The account behind an id, without contact data; None when there is none."""
    record = records.customers().get(customer_id)
    if record is None:
        return None
    return {
        "id": record["id"],
        "name": record["name"],
        "country": record["country"],
        "currency": record["currency"],
        "plan": record["plan"],
        "period": record["period"],
        "seats": record["seats"],
    }


@tool
def lookup_price(plan: str, period: str, currency: str) -> dict[str, Any]:
    """The list price of one seat."""
    by_period = records.prices()[plan]
    amount = by_period[period].get(currency)
    if amount is None:
        raise ToolError(f"we have no {plan.title()} price in {currency}")
    return {"plan": plan, "period": period, "currency": currency, "amount": amount}


@tool
def quote_seats(plan: str, period: str, seats: int, currency: str) -> dict[str, Any]:
    """What further seats cost per period."""
    amount = records.prices()[plan][period].get(currency)
    if amount is None:
        raise ToolError(f"we have no {plan.title()} price in {currency}")
    total = money.rounded(Decimal(amount) * seats)
    return {"plan": plan, "period": period, "seats": seats, "currency": currency, "each": amount, "total": str(total)}


@tool
def invoice_status(number: str, customer_id: str) -> dict[str, Any]:
    """One invoice of this customer. Other customers' invoices are not found."""
    record = records.invoices().get(number)
    if record is None or record["customer"] != customer_id:
        raise ToolError(f"there is no invoice {number} in your account")
    return {
        "number": record["number"],
        "status": record["status"],
        "amount": record["amount"],
        "currency": record["currency"],
        "issued_on": record["issued_on"],
        "due_on": record["due_on"],
        "paid_on": record["paid_on"],
    }


@tool
def check_refund(invoice: dict[str, Any], asked_on: str, terms: Refunds) -> dict[str, Any]:
    """Whether a refund of this invoice may be promised, and why not."""
    decision = refunds.decide(invoice, asked_on, terms)
    return {
        "allowed": decision.allowed,
        "reason": decision.reason,
        "age_days": decision.age_days,
        "window_days": terms.window_days,
    }


@tool
def convert(amount: str, source: str, target: str) -> dict[str, Any]:
    """An amount in another currency at last month's closing rate."""
    rates = records.rates()
    for currency in (source, target):
        if currency not in rates:
            raise ToolError(f"we have no rate for {currency}")
    result = money.converted(Decimal(amount), source, target, rates)
    return {"amount": amount, "source": source, "target": target, "result": str(result)}
