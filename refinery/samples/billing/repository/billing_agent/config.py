"""config/agent.yaml, checked once and then frozen."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

PATH = Path(__file__).resolve().parent.parent / "config" / "agent.yaml"
RANKINGS = ("relevance", "recency")
STYLES = ("code", "symbol")


class ConfigError(ValueError):
    """A setting is missing, unknown or out of range."""


@dataclass(frozen=True)
class Retrieval:
    """How the policy documents are searched."""

    folder: str
    top_k: int
    min_score: float
    rank_by: str

    def __post_init__(self) -> None:
        if self.rank_by not in RANKINGS:
            raise ConfigError(f"retrieval.rank_by is {self.rank_by!r}; it can be one of {', '.join(RANKINGS)}")
        if not 0 < self.min_score <= 1:
            raise ConfigError("retrieval.min_score lies between 0 and 1")
        if self.top_k < 1:
            raise ConfigError("retrieval.top_k is at least 1")


@dataclass(frozen=True)
class Currency:
    """How amounts are written."""

    style: str
    decimals: int

    def __post_init__(self) -> None:
        if self.style not in STYLES:
            raise ConfigError(f"currency.style is {self.style!r}; it can be one of {', '.join(STYLES)}")


@dataclass(frozen=True)
class Limits:
    """What the agent answers by itself."""

    max_question_chars: int
    max_seats: int


@dataclass(frozen=True)
class Refunds:
    """The terms under which the agent may promise a refund."""

    window_days: int
    processing_days: int
    max_amount: int


@dataclass(frozen=True)
class Settings:
    """Everything config/agent.yaml says."""

    retrieval: Retrieval
    currency: Currency
    limits: Limits
    refunds: Refunds


Section = TypeVar("Section", Retrieval, Currency, Limits, Refunds)


@lru_cache(maxsize=None)
def load_settings(path: Path = PATH) -> Settings:
    """The settings in a file. Raises ConfigError, which names the key."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw = yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or {}
    return Settings(
        retrieval=_section(Retrieval, raw, "retrieval"),
        currency=_section(Currency, raw, "currency"),
        limits=_section(Limits, raw, "limits"),
        refunds=_section(Refunds, raw, "refunds"),
    )


def _section(kind: type[Section], raw: dict[str, Any], name: str) -> Section:
    given = dict(raw.get(name) or {})
    known = [field.name for field in fields(kind)]
    for key in known:
        if key not in given:
            raise ConfigError(f"{name}.{key} is missing")
    for key in given:
        if key not in known:
            raise ConfigError(f"{name}.{key} is not a setting; known are {', '.join(known)}")
    return kind(**given)
