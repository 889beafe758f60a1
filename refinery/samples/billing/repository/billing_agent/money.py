"""Amounts: exact arithmetic, one way to write them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from billing_agent.config import Currency

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "CHF": "CHF "}


def rounded(amount: Decimal, decimals: int = 2) -> Decimal:
    """Half up, as on an invoice."""
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def written(amount: str | Decimal, currency: str, style: Currency) -> str:
    """`1,234.50 EUR` or `€1,234.50`, as the settings say."""
    number = f"{rounded(Decimal(amount), style.decimals):,}"
    if style.style == "symbol":
        return f"{SYMBOLS.get(currency, currency + ' ')}{number}"
    return f"{number} {currency}"


def converted(amount: Decimal, source: str, target: str, rates: dict[str, str]) -> Decimal:
    """An amount in another currency, over the US dollar. KeyError when a rate is missing."""
    dollars = amount / Decimal(rates[source])
    return rounded(dollars * Decimal(rates[target]))
