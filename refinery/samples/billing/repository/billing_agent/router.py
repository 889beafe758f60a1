"""Works out what a question is about, and picks the details out of it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from billing_agent.records import prices

INVOICE = re.compile(r"\bINV-\d{4}\b", re.IGNORECASE)
AMOUNT = re.compile(r"\b(\d+(?:\.\d{1,2})?)\s*([A-Z]{3})\b.*?\b(?:in|to|into)\s+([A-Z]{3})\b")
SEATS = re.compile(r"\b(\d+)\s+(?:more |additional |extra |new )?seats?\b", re.IGNORECASE)
YEARLY = re.compile(r"\b(?:year|yearly|annual|annually|per annum)\b", re.IGNORECASE)
REFUND = re.compile(r"\b(?:refund|refunded|money back)\b", re.IGNORECASE)
PRICE = re.compile(r"\b(?:cost|costs|price|prices|pricing|how much)\b", re.IGNORECASE)
SUBSCRIPTION = re.compile(r"\b(?:renew|renews|renewal|(?:my|our) (?:plan|subscription)|which plan|what plan)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Route:
    """An intent with the details its handler needs; details that were not given are empty."""

    intent: str
    plan: str = ""
    period: str = "month"
    invoice: str = ""
    seats: int = 0
    amount: str = ""
    source: str = ""
    target: str = ""
    question: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Only what was found out, for the trace."""
        return {name: value for name, value in asdict(self).items() if value and name != "question"}


def route(question: str) -> Route:
    """The first rule that fits, from the most specific to the most general."""
    invoice = INVOICE.search(question)
    if invoice:
        intent = "refund" if REFUND.search(question) else "invoice"
        return Route(intent, invoice=invoice[0].upper(), question=question)
    conversion = AMOUNT.search(question)
    if conversion:
        amount, source, target = conversion.groups()
        return Route("convert", amount=amount, source=source, target=target, question=question)
    plan = plan_in(question)
    period = "year" if YEARLY.search(question) else "month"
    seats = SEATS.search(question)
    if seats:
        return Route("seats", plan=plan, seats=int(seats[1]), question=question)
    if PRICE.search(question) and (plan or "plan" in question.lower()):
        return Route("price", plan=plan, period=period, question=question)
    if SUBSCRIPTION.search(question):
        return Route("subscription", question=question)
    return Route("policy", question=question)


def plan_in(question: str) -> str:
    """The plan that is named; empty when none is, or one that we do not sell."""
    words = set(re.findall(r"[a-z]+", question.lower()))
    for plan in prices():
        if plan in words:
            return plan
    return ""
