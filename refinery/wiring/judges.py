"""Who judges rubrics, and what is known of how good it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from refinery import config
from refinery.agents.judge import Judge
from refinery.config import FILE, Settings
from refinery.errors import ConfigError
from refinery.events import Say, silent
from refinery.flows.audit import audited
from refinery.llm.budget import Budget
from refinery.llm.port import Request
from refinery.llm.prices import Tokens
from refinery.store.port import Store
from refinery.suite.rubrics import Rubrics
from refinery.wiring.ground import nothing_stated, repository
from refinery.wiring.model import model_for, spending
from refinery.wiring.shelves import store


def rubrics_for(stated: Settings, provider: str, purse: Budget, say: Say, opened: Store) -> Rubrics | None:
    """Who judges rubrics, and what is known of how good it is. Its answers are never kept: verdicts have to be independent."""
    model = model_for("judge", stated, provider, purse, say)
    if model is None:
        return None
    judge = Judge(model)
    return Rubrics(judge, audited(opened, judge.name))


@dataclass(frozen=True, slots=True)
class JudgeBench:
    """A judge, and what an audit of it needs."""

    judge: Judge
    store: Store
    most: Callable[[Request], float]
    """What a question may cost at most, in US dollars."""
    budget_usd: float


@contextmanager
def judging(provider: str | None = None, budget: float | None = None, say: Say = silent, start: Path | None = None) -> Iterator[JudgeBench]:
    """The judge that refinery.toml names, or another provider's. Raises ConfigError where there is no model."""
    with repository(start) as found, store(start) as opened:
        stated = config.load(found.root) or nothing_stated()
        purse = spending(stated, budget)
        model = model_for("judge", stated, provider or stated.provider, purse, say)
        if model is None:
            raise ConfigError("there is no model that could judge", hint=f"name a `provider` under [model] in {FILE}, or pass --model")

        def most(request: Request) -> float:
            return purse.prices.most(model.model, Tokens(fresh=request.most_input_tokens, output=request.max_tokens))

        yield JudgeBench(Judge(model), opened, most, purse.usd or 0.0)
