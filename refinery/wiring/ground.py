"""Where we stand: the repository around a folder, what its refinery.toml says, and the guard under its policy. Light: hooks wait for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from refinery import config
from refinery.config import FILE, Settings, Surrounding
from refinery.errors import ConfigError, RepositoryError
from refinery.repo.environment import user_state_folder
from refinery.repo.history import History
from refinery.repo.journal import Journal
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from safety.guard import Guard
from safety.policy import Policy
from safety.rules.all import ALL

SANDBOX = "sandbox.json"
"""In the state folder: that the sandbox passed its test, and under which circumstances."""


@contextmanager
def repository(start: Path | None = None) -> Iterator[Repository]:
    """The repository around a folder (the current one, unless said otherwise)."""
    around = Surrounding.read()
    with closing(Repository.open(start or around.accepting or Path.cwd(), around.home)) as found:
        yield found


def settings(found: Repository) -> Settings:
    """What the repository's refinery.toml says. Raises ConfigError when there is none."""
    stated = config.load(found.root)
    if stated is None:
        raise ConfigError(f"there is no {FILE} in {found.root}", hint="`refinery init` looks at the repository and writes one")
    return stated


def scenario_patterns(found: Repository) -> tuple[str, ...]:
    """Where the suite looks for scenarios; the default where there is no refinery.toml yet."""
    return (config.load(found.root) or nothing_stated()).scenarios


def stated(found: Repository) -> Settings:
    """What the repository's refinery.toml says, or would say if there were one."""
    return config.load(found.root) or nothing_stated()


def nothing_stated() -> Settings:
    """The settings of a repository without a refinery.toml."""
    return Settings(None, Policy())


def record(found: Repository, operation: str, **details: str) -> None:
    """Write something that was done into the repository's journal."""
    Journal(found.state / "journal.jsonl", time.time).write(operation, "done", "" if found.unborn() else found.head(), **details)


def settings_at(found: Repository, commit: str) -> Settings:
    """What refinery.toml says in a commit; where that has none, what it says in the work tree."""
    text = found.read(commit, FILE)
    return settings(found) if text is None else config.parse(text)


def state_folder(start: Path | None = None) -> Path:
    """Where things are kept: in the repository's common git folder; outside of one, in the user's state folder."""
    home = Surrounding.read().home
    try:
        return Repository.open(start or Path.cwd(), home).state
    except RepositoryError:
        return home or user_state_folder()


def guard(policy: Path | None = None) -> Guard:
    """The guard under a policy file, or under the policy of the repository around."""
    if policy is not None:
        return Guard(ALL, _policy(policy))
    try:
        with repository() as found:
            stated = config.load(found.root)
    except RepositoryError:
        stated = None
    return Guard(ALL, stated.policy if stated else Policy())


@contextmanager
def history(found: Repository) -> Iterator[History]:
    """The fixes that were kept in a repository."""
    with closing(Workspace(found)) as rooms:
        yield History(rooms)


def now() -> str:
    """The time of day, as it is written down."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _policy(path: Path) -> Policy:
    from safety.wire import WireError, parse_policy

    try:
        return parse_policy(path.read_text(encoding="utf-8"))
    except (WireError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}", hint="a policy is one JSON object") from error
    except FileNotFoundError:
        raise ConfigError(f"there is no file {path}", hint="name a policy in JSON") from None
