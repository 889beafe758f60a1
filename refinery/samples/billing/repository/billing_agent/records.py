"""The nightly export of the billing system, as files under data/. Read only."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"


@lru_cache(maxsize=None)
def customers() -> dict[str, dict[str, Any]]:
    """Customers by their id."""
    return {record["id"]: record for record in _read("customers.json")}


@lru_cache(maxsize=None)
def invoices() -> dict[str, dict[str, Any]]:
    """Invoices by their number."""
    return {record["number"]: record for record in _read("invoices.json")}


@lru_cache(maxsize=None)
def prices() -> dict[str, dict[str, dict[str, str]]]:
    """List prices for one seat: plan, period, currency."""
    return dict(_read("prices.json"))


@lru_cache(maxsize=None)
def rates() -> dict[str, str]:
    """What one US dollar is worth in other currencies, as of the last month's end."""
    return dict(_read("rates.json"))


def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))
