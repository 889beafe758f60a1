"""Everything a diagnosis needs, in a repository or outside of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from refinery import config
from refinery.config import Settings
from refinery.errors import RepositoryError
from refinery.events import Say, silent
from refinery.flows.diagnose import VIEW_TOKENS, Study
from refinery.flows.interview import Ask, unanswered
from refinery.wiring.ground import now, repository
from refinery.wiring.model import model_for, spending
from refinery.wiring.shelves import store
from safety.policy import Policy


@contextmanager
def study(
    start: Path | None = None,
    *,
    provider: str | None = None,
    budget: float | None = None,
    tokens: int | None = None,
    ask: Ask = unanswered,
    say: Say = silent,
    afresh: bool = False,
) -> Iterator[Study]:
    """Everything a diagnosis needs. It works outside of a repository too; the model is the one that refinery.toml or `provider` names."""
    with ExitStack() as open_things:
        try:
            found = open_things.enter_context(repository(start))
            stated = config.load(found.root)
        except RepositoryError:
            found, stated = None, None
        plain = stated or Settings(None, Policy())
        yield Study(
            store=open_things.enter_context(store(start)),
            now=now,
            repository=found,
            model=model_for("analyst", plain, provider or plain.provider, spending(plain, budget), say),
            tokens=tokens or VIEW_TOKENS,
            ask=ask,
            say=say,
            afresh=afresh,
        )
