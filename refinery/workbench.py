"""The tools laid out for a flow. Flows are given one of these and reach for nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from adapters.redaction import Find, Found
from adapters.trace import Trace
from knowledge.passage import Fix, Passage
from refinery.domain import GateVerdict, Hypothesis, Said
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

    candidates: int = 1000
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
    commit: str = ""
    """The candidate that was tried; empty when nothing was."""
    gate: GateVerdict | None = None
    """How the agent behaved before and after, where it was tried."""


def yes(_: Question) -> bool:
    """Go ahead; for a kept fix is a branch and nothing else."""
    return True


def nobody(_: Question) -> Said:
    """Nobody is there to approve."""
    return Said.NOBODY


def nothing_hidden(_: str) -> Iterable[Found]:
    """Nothing is masked."""
    return ()


def nothing_known(_: str) -> tuple[Passage, ...]:
    """No guides."""
    return ()


def nothing_met(_: str) -> tuple[Fix, ...]:
    """No memory."""
    return ()


def nothing_captured(_: str) -> Trace | None:
    """No run was recorded."""
    return None


def as_it_is(trace: Trace) -> Trace:
    """Nothing is masked."""
    return trace


@dataclass(frozen=True, slots=True)
class Workbench:
    """Everything a fix needs."""

    repository: Repository
    workspace: Workspace
    store: Store
    guard: Guard
    runner: Runner
    scratch: Runner
    """The same runner for quick looks, whose traces nobody keeps."""
    unwatched: Runner
    """The same without telemetry, which makes agents quicker; for scenarios whose checks need none."""
    now: Callable[[], str]
    """The time of day, ISO 8601."""
    author: Callable[[], Identity]
    """Who a fix is committed as: the user. Raises RepositoryError where git does not know them."""
    clock: Callable[[], float]
    editable: Callable[[str], bool]
    """Whether the user lets a file be changed."""
    advise: Callable[[str], tuple[Passage, ...]] = nothing_known
    """Passages of guides for a failure; dear, so only a model's hypotheses ask for it."""
    recall: Callable[[str], tuple[Fix, ...]] = nothing_met
    """What became of fixes of similar failures."""
    analyst: LLM | None = None
    """Reads a failed run before hypotheses are sought; None: the rules' diagnosis is leaned on."""
    model: LLM | None = None
    """None: hypotheses come from search alone."""
    scenarios: tuple[str, ...] = ("scenarios/**/*.yaml",)
    trials: int = 5
    limits: Limits = field(default_factory=Limits)
    keep: Callable[[Question], bool] = yes
    approve: Callable[[Question], Said] = nobody
    goes_on: bool = False
    """After a no to an accepted fix the next one is looked for; else a no ends the run."""
    says_yes: bool = False
    """The user said --yes beforehand: it answers what their policy lets it answer, and nothing else."""
    ask_again: bool = False
    """What was said to changes in earlier runs is forgotten."""
    say: Say = silent
    notes: tuple[str, ...] = ()
    """What a reader of any result from here should know."""
    hide: Find = nothing_hidden
    """What is masked in a recorded world."""
    captured: Callable[[str], Trace | None] = nothing_captured
    """What was recorded of a run of the agent that was made here, by its trace's id; it is in the store only later."""
    mask: Callable[[Trace], Trace] = as_it_is
    """A trace as it may be kept with a commit: without credentials and personal data."""
    co_author: str = ""
    """Who stands beside the author of a kept fix, `Name <address>`; empty for nobody."""
