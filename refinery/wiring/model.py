"""Which model answers, metered and discreet: the one that the settings name for a task. The vendors' libraries are imported here."""

from __future__ import annotations

from pathlib import Path

from refinery.config import Settings, Surrounding
from refinery.events import Say
from refinery.llm.budget import Budget, Metered
from refinery.llm.discreet import Discreet
from refinery.llm.port import LLM
from refinery.llm.prices import load_prices
from refinery.wiring.shelves import sensitive

ANSWERS = "answers"
"""The folder in which answers of a model are kept."""


def spending(stated: Settings, usd: float | None) -> Budget:
    """What all models of one command may cost together."""
    prices = load_prices()
    for name in (stated.model, *stated.models.values()) if stated.price else ():
        prices = prices.stating(name, *stated.price) if name and stated.price else prices
    return Budget(prices, usd=stated.budget_usd if usd is None else usd)


def model_for(task: str, stated: Settings, provider: str, purse: Budget, say: Say, answers: Path | None = None) -> LLM | None:
    """The model that the settings name for a task, metered, with its answers kept in a folder. The vendors' libraries are imported here."""
    if provider == "none":
        return None
    around, prices = Surrounding.read(), purse.prices
    named = stated.models.get(task, stated.model)
    name = named if provider == stated.provider or stated.provider == "none" else ""  # a name belongs to its provider
    model: LLM
    if provider == "openai":
        from refinery.llm.openai import VENDOR, OpenAICompatible, Server

        key, url = around.variables.get("OPENAI_API_KEY", ""), around.variables.get("OPENAI_BASE_URL") or VENDOR
        model = OpenAICompatible(Server(url, key), name, prices, say=say)
    else:
        from refinery.llm.anthropic import Account, Anthropic

        account = Account(around.variables.get("ANTHROPIC_API_KEY", ""), around.variables.get("ANTHROPIC_BASE_URL"))
        model = Anthropic(account, name, prices, say=say)
    model = Metered(model, purse)
    if answers is not None and stated.cache:
        from refinery.llm.cassette import Remembered

        model = Remembered(model, answers, say=say)  # outside of the meter: what costs nothing is had with an empty purse too
    return Discreet(model, sensitive)
