"""Which model answers, metered and discreet: the one that the settings name for a task."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from refinery.config import Settings, Surrounding
from refinery.events import Say
from refinery.llm.budget import Budget, Metered
from refinery.llm.discreet import Discreet
from refinery.llm.port import LLM
from refinery.llm.prices import Prices, load_prices
from refinery.wiring.shelves import sensitive


def model_for(task: str, stated: Settings, provider: str, budget: float | None, say: Say, answers: Path | None = None) -> LLM | None:
    """The model that the settings name for a task, metered, with its answers kept in a folder."""
    return models_for((task,), stated, provider, budget, say, answers)[0]


def models_for(
    tasks: Sequence[str], stated: Settings, provider: str, budget: float | None, say: Say, answers: Path | None = None
) -> tuple[LLM | None, ...]:
    """The models for several tasks, under one budget."""
    if provider == "none":
        return (None,) * len(tasks)
    own = provider == stated.provider or stated.provider == "none"  # a name belongs to its provider
    names = [stated.models.get(task, stated.model) if own else "" for task in tasks]
    prices = load_prices()
    for name in filter(None, names):
        prices = prices.stating(name, *stated.price) if stated.price else prices
    cap = Budget(prices, usd=budget if budget is not None else stated.budget_usd)
    kept = answers if stated.cache else None
    return tuple(Discreet(Metered(_answering(provider, name, prices, say, kept), cap), sensitive) for name in names)


def _answering(provider: str, name: str, prices: Prices, say: Say, answers: Path | None) -> LLM:
    """A provider's model. The vendors' libraries are imported here."""
    around = Surrounding.read()
    model: LLM
    if provider == "openai":
        from refinery.llm.openai import VENDOR, OpenAICompatible, Server

        key, url = around.variables.get("OPENAI_API_KEY", ""), around.variables.get("OPENAI_BASE_URL") or VENDOR
        model = OpenAICompatible(Server(url, key), name, prices, say=say)
    else:
        from refinery.llm.anthropic import Account, Anthropic

        account = Account(around.variables.get("ANTHROPIC_API_KEY", ""), around.variables.get("ANTHROPIC_BASE_URL"))
        model = Anthropic(account, name, prices, say=say)
    if answers is not None:
        from refinery.llm.cassette import Remembered

        model = Remembered(model, answers)
    return model
