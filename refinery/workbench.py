"""The tools laid out for a flow. Flows are given one of these and reach for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from adapters.trace import Trace
from knowledge.passage import Fix, Passage
from refinery.domain import Diagnosis, Hypothesis
from refinery.events import Say, silent
from refinery.llm.port import LLM
from refinery.repo.identity import Identity
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from refinery.store.port import Store
from refinery.suite.runner import Runner
from safety.changes import ChangeSet
from safety.guard import Guard
from safety.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be spent on one fix."""

    candidates: int = 400
    """Edits that search may try."""
    seconds: float = 60.0
    """Wall time that search may take."""
    workers: int = 2
    """Candidates tried at once."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a person is asked before something is done in their name."""

    hypothesis: Hypothesis
    changes: ChangeSet
    verdict: Verdict
    says: str


def yes(_: Question) -> bool:
    """Go ahead; for a kept fix is a branch and nothing else."""
    return True


def no(_: Question) -> bool:
    """Nobody is there to approve."""
    return False


@dataclass(frozen=True, slots=True)
class Library:
    """What is known already: guides to lean on, and fixes that were tried before."""

    advise: Callable[[Diagnosis], tuple[Passage, ...]]
    recall: Callable[[Diagnosis], tuple[Fix, ...]]


@dataclass(frozen=True, slots=True)
class Workbench:
    """Everything a fix needs."""

    repository: Repository
    workspace: Workspace
    store: Store
    guard: Guard
    runner: Runner
    author: Identity
    """Who a fix is committed as: the user."""
    clock: Callable[[], float]
    editable: Callable[[str], bool]
    """Whether the user lets a file be changed."""
    library: Library | None = None
    model: LLM | None = None
    """None: hypotheses come from search alone."""
    scenarios: tuple[str, ...] = ("scenarios/**/*.yaml",)
    trials: int = 5
    limits: Limits = field(default_factory=Limits)
    keep: Callable[[Question], bool] = yes
    approve: Callable[[Question], bool] = no
    sink: Callable[[Trace], None] | None = None
    say: Say = silent
