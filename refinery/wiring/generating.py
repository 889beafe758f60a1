"""What scenarios are made up from: the agent of a commit, and the model that thinks things up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from refinery import config
from refinery.domain import Scenario
from refinery.errors import UsageError
from refinery.events import Say, silent
from refinery.flows.generating import profile_at
from refinery.flows.suite import scenarios_at
from refinery.llm.port import LLM
from refinery.repo.repository import Repository
from refinery.suite.generation.profile import Profile, read_profile
from refinery.wiring.ground import nothing_stated, repository, scenario_patterns
from refinery.wiring.model import ANSWERS, model_for, spending


@dataclass(frozen=True, slots=True)
class Grounds:
    """What scenarios are made up from."""

    repository: Repository
    commit: str
    suite: tuple[Scenario, ...]
    profile: Profile
    patterns: tuple[str, ...]
    """Where the suite looks for scenarios."""
    model: LLM | None


@contextmanager
def grounds(
    at: str, profile: Path | None = None, provider: str | None = None, budget: float | None = None, say: Say = silent, *, asks: bool = True
) -> Iterator[Grounds]:
    """The agent of a commit, as its files show it or as a file describes it, and the model that thinks things up, if `asks` wants one."""
    with repository() as found:
        stated = config.load(found.root) or nothing_stated()
        commit = found.resolve(at)
        suite = scenarios_at(found, commit, stated.scenarios)
        model = (
            model_for("inventor", stated, provider or stated.provider, spending(stated, budget), say, found.state / ANSWERS)
            if asks
            else None
        )
        known = _described(profile) if profile else profile_at(found, commit, stated.agent, stated.policy, stated.scenarios, suite)
        yield Grounds(found, commit, suite, known, stated.scenarios, model)


def _described(path: Path) -> Profile:
    try:
        return read_profile(str(path), path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}", hint="refinery suite profile --out FILE writes one") from error


def scenarios_of(at: str) -> tuple[Scenario, ...]:
    """The scenarios that a commit holds in files; none where there is no commit yet."""
    with repository() as found:
        return () if found.unborn() else scenarios_at(found, found.resolve(at), scenario_patterns(found))
