"""What a call costs: the price list as data, and "unknown" said where it does not say."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one call as they are priced. The whole input is the sum of the first three."""

    fresh: int = 0
    cache_write: int = 0
    cache_read: int = 0
    output: int = 0

    @property
    def input(self) -> int:
        return self.fresh + self.cache_write + self.cache_read

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(
            self.fresh + other.fresh,
            self.cache_write + other.cache_write,
            self.cache_read + other.cache_read,
            self.output + other.output,
        )


@dataclass(frozen=True, slots=True)
class Rate:
    """USD per million tokens, for prompts of more than `above` tokens."""

    input: float
    output: float
    cache_write: float
    cache_read: float
    above: int = 0

    def cost(self, tokens: Tokens) -> float:
        return (
            tokens.fresh * self.input
            + tokens.cache_write * self.cache_write
            + tokens.cache_read * self.cache_read
            + tokens.output * self.output
        ) / MILLION


@dataclass(frozen=True, slots=True)
class Prices:
    """The price list."""

    rates: Mapping[str, tuple[Rate, ...]]
    """By model name; the rate of the longest prompts last."""
    defaults: Mapping[str, str]
    """The model that is taken when none is named, by provider."""

    def usd(self, model: str, tokens: Tokens) -> float | None:
        """What it costs; None when the model's price is not known."""
        rates = self.rates.get(model)
        return None if rates is None else _rate(rates, tokens).cost(tokens)

    def most(self, model: str, tokens: Tokens) -> float:
        """What it costs at most: an unknown price is taken for the dearest known one, so that a cap in USD still holds."""
        rates = self.rates.get(model)
        candidates = [rates] if rates else list(self.rates.values())
        return max(
            (max(rate.input, rate.cache_write) * tokens.input + rate.output * tokens.output) / MILLION for r in candidates for rate in r
        )

    def stating(self, model: str, input: float, output: float) -> Prices:
        """The same list with what the user says of one model."""
        return Prices({**self.rates, model: (Rate(input, output, input, input),)}, self.defaults)

    def known(self, model: str) -> bool:
        """Whether the list has this model."""
        return model in self.rates


def load_prices() -> Prices:
    """The price list that comes with Refinery."""
    return parse_prices(resources.files("refinery.llm").joinpath("prices.toml").read_text("utf-8"))


def parse_prices(text: str) -> Prices:
    """A price list in the form of `prices.toml`."""
    data = tomllib.loads(text)
    rates: dict[str, tuple[Rate, ...]] = {}
    for entry in data["model"]:
        found = [_read(entry)]
        if "above" in entry:
            found.append(_read(entry["above"], entry["above"]["tokens"]))
        rates |= dict.fromkeys(entry["names"], tuple(found))
    return Prices(rates, data["default"])


def _read(entry: Mapping[str, float], above: int = 0) -> Rate:
    return Rate(entry["input"], entry["output"], entry["cache_write"], entry["cache_read"], above)


def _rate(rates: tuple[Rate, ...], tokens: Tokens) -> Rate:
    return [rate for rate in rates if not rate.above or tokens.input > rate.above][-1]
