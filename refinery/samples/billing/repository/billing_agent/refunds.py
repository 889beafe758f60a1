"""Whether a refund may be promised, by the terms in the settings."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from billing_agent.config import Refunds
from billing_agent.dates import days_between


@dataclass(frozen=True)
class Decision:
    """The outcome, with the reason as a word that picks the wording."""

    allowed: bool
    reason: str
    age_days: int = 0


def decide(invoice: dict[str, Any], asked_on: str, terms: Refunds) -> Decision:
    """The decision on one invoice: what was never paid, was refunded, is too old or too large is not promised."""
    if invoice["status"] == "refunded":
        return Decision(False, "refunded")
    if invoice["status"] != "paid":
        return Decision(False, "unpaid")
    age = days_between(invoice["issued_on"], asked_on)
    if not within_window(age, terms.window_days):
        return Decision(False, "too_old", age)
    if Decimal(invoice["amount"]) > terms.max_amount:
        return Decision(False, "too_large", age)
    return Decision(True, "allowed", age)


def within_window(age_days: int, window_days: int) -> bool:
    """Whether an invoice of this age can still be refunded."""
    return 0 <= age_days < window_days
