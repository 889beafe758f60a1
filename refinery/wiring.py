"""Settings become a workbench: the only place that picks an implementation."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from adapters.files import read
from adapters.personal import personal
from adapters.redaction import Found, redacted
from adapters.source import Opening, Pulled, Receipt, Source
from adapters.trace import Trace
from knowledge.guides import Guides
from knowledge.memory import Memory
from refinery import config
from refinery.config import FILE, Settings, Surrounding
from refinery.domain import AgentSpec, Said
from refinery.errors import ConfigError, RepositoryError, UsageError
from refinery.events import Event, Say, silent
from refinery.flows.diagnose import VIEW_TOKENS, Study
from refinery.flows.importing import as_is
from refinery.flows.interview import Ask, unanswered
from refinery.llm.budget import Budget, Metered
from refinery.llm.discreet import Discreet
from refinery.llm.port import LLM
from refinery.llm.prices import load_prices
from refinery.llm.recordings import Recordings
from refinery.llm.upstream import Upstream
from refinery.llm.wires import KEYS, VARIABLES, VENDORS
from refinery.plugins import source_opener
from refinery.repo.environment import user_state_folder
from refinery.repo.history import History
from refinery.repo.journal import Journal
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from refinery.signals.failing import failing
from refinery.store.port import Store
from refinery.store.sqlite import open_store
from refinery.suite.capture import Capture
from refinery.suite.pool import clear_abandoned
from refinery.suite.relay import Mode, Relay
from refinery.suite.runner import Runner
from refinery.suite.sandbox.ground import establish
from refinery.workbench import Limits, Question, Workbench, nobody, yes
from safety.globs import matches
from safety.guard import Guard
from safety.policy import Policy
from safety.rules.all import ALL
from safety.rules.secret_scan import scan

ANSWERS = "answers"
"""The folder in which answers of a model are kept."""
__all__ = [
    "FILE",
    "SANDBOX",
    "failing",
    "guard",
    "guides",
    "history",
    "mask",
    "now",
    "repository",
    "settings",
    "source",
    "state_folder",
    "store",
    "study",
    "traces_named",
    "workbench",
]

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


@contextmanager
def store(start: Path | None = None) -> Iterator[Store]:
    """The repository's store; outside of one, the user's."""
    with open_store(state_folder(start) / "store.sqlite", failing) as opened:
        yield opened


@contextmanager
def source(project: str = "", platform: str = "", start: Path | None = None, say: Say = silent) -> Iterator[Source]:
    """The platform that refinery.toml names, or another one, at one of its projects. Credentials come from what the user set up for it."""
    with repository(start) as found:
        stated = config.load(found.root)
        folder = found.root
    name = platform or (stated.trace_source if stated else "")
    if not name:
        raise UsageError("no source of traces is named", hint=f"set `source` under [traces] in {FILE}, or pass --from")
    same = stated is not None and name == stated.trace_source
    opening = Opening(
        project=project or (stated.project if stated and same else ""),
        variables=Surrounding.read().variables,
        home=Path.home(),
        folder=folder,
        tell=lambda says: say(Event("pull", says)),
    )
    with closing(source_opener(name)(opening)) as opened:
        yield opened


def secrets(text: str) -> Iterator[Found]:
    """Credentials, as the guard finds them."""
    return (Found("secret", found.value) for found in scan(text))


def sensitive(text: str) -> Iterator[Found]:
    """Credentials and personal data."""
    yield from secrets(text)
    yield from personal(text)


def mask(*, asked: bool, start: Path | None = None) -> Callable[[Trace], Trace]:
    """What is done to traces before they are kept: masked when that is asked for, here or in refinery.toml."""
    try:
        with repository(start) as found:
            stated = config.load(found.root)
    except RepositoryError:
        stated = None
    wanted = asked or (stated is not None and stated.redact)
    return (lambda trace: redacted(trace, sensitive)) if wanted else as_is


def state_folder(start: Path | None = None) -> Path:
    """Where things are kept: in the repository's common git folder; outside of one, in the user's state folder."""
    home = Surrounding.read().home
    try:
        return Repository.open(start or Path.cwd(), home).state
    except RepositoryError:
        return home or user_state_folder()


def traces_named(names: Sequence[str], opened: Store, tell: Callable[[str], None] | None = None) -> Iterator[Trace]:
    """Traces by their id in the store, or read from files. A file without any is told where `tell` is given, else a UsageError."""
    for name in names:
        path = Path(name)
        if path.is_file():
            pulled = read(path)
            if not pulled.traces:
                says = "; ".join(f"{note.where}: {note.says}" for note in pulled.receipt.not_understood[:3]) or f"{name} holds no trace"
                if tell is None:
                    raise UsageError(says, hint="name a file that holds a trace, or the id of one: refinery traces list")
                tell(says)
            yield from pulled.traces
        else:
            yield opened.trace(name)


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
            model=_model("analyst", plain, provider or plain.provider, budget, say),
            tokens=tokens or VIEW_TOKENS,
            ask=ask,
            say=say,
            afresh=afresh,
        )


@contextmanager
def workbench(
    start: Path | None = None,
    *,
    say: Say = silent,
    keep: Callable[[Question], bool] = yes,
    approve: Callable[[Question], Said] = nobody,
    says_yes: bool = False,
    ask_again: bool = False,
    provider: str | None = None,
    budget: float | None = None,
    seconds: float = 60.0,
    at: str | None = None,
    records: bool = False,
) -> Iterator[Workbench]:
    """Everything a fix or a suite run needs, for the repository around `start`. It is put away at the end.

    `at` names the commit whose refinery.toml counts, where that is not the work tree's. `records`: what models answer to the agent
    is kept, where the settings say so; what candidates of a fix are answered would not belong into a recording of the agent.
    """
    with ExitStack() as open_things:
        found = open_things.enter_context(repository(start))
        stated = settings_at(found, at) if at else settings(found)
        described = stated.agent or stated.tests
        if described is None:
            hint = "set `command`, `python` or `http` under [agent], or `command` under [suite] to run your tests"
            raise ConfigError(f"{FILE} does not say how to run the agent", hint=hint)
        clear_abandoned()
        rooms = open_things.enter_context(closing(Workspace(found)))
        opened = open_things.enter_context(open_store(found.state / "store.sqlite", failing))
        relay = _relay(stated, found.root, records=records)
        if relay:
            open_things.callback(relay.close)
        capture = open_things.enter_context(Capture(relay=relay))
        agent = replace(described, interpreter=real_interpreter(described, found.root))
        tests = replace(stated.tests, interpreter=real_interpreter(stated.tests, found.root)) if stated.tests else None
        traces: list[Trace] = []
        open_things.callback(lambda: opened.save(Pulled(tuple(traces), Receipt(asked="suite"))) if traces else None)
        walls = None if agent.http and not tests else establish(agent.sandbox, found.state / SANDBOX)
        variables = Surrounding.read().variables
        runner = Runner(agent, stated.concurrency, capture, traces.append, variables, tests=tests, walls=walls, retries=stated.retries)
        yield Workbench(
            repository=found,
            workspace=rooms,
            store=opened,
            guard=Guard(ALL, stated.policy),
            runner=runner,
            scratch=replace(runner, sink=None),
            unwatched=replace(runner, sink=None, capture=capture if relay else None),
            author=found.author,
            co_author=stated.co_author,
            now=now,
            clock=time.monotonic,
            editable=_editable(stated.policy),
            advise=lambda symptom: guides(found.state).search(symptom),
            recall=lambda symptom: Memory(opened).advice(symptom),
            model=_model("theorist", stated, provider or stated.provider, budget, say, found.state / ANSWERS),
            scenarios=stated.scenarios,
            trials=stated.trials,
            limits=Limits(seconds=seconds),
            keep=keep,
            approve=approve,
            says_yes=says_yes,
            ask_again=ask_again,
            say=say,
            notes=rooms.recovered,
        )


def _relay(stated: Settings, root: Path, *, records: bool) -> Relay | None:
    """The relay for the agent's model calls. In a replay nobody is asked, so there is no key in it either."""
    said = stated.relaying
    if said is None:
        return None
    mode = Mode(said.mode)
    folder = root / Path(said.recordings).expanduser()
    if mode is Mode.REPLAY and not folder.is_dir():
        says = f'models = "replay" under [agent], and there is no folder {folder}'
        raise ConfigError(says, hint='record it first: models = "record", then `refinery suite run`')
    variables, prices = Surrounding.read().variables, load_prices()
    for model, price in said.prices.items():
        prices = prices.stating(model, *price)
    upstreams = {
        vendor: Upstream(
            vendor,
            said.upstream.get(vendor) or variables.get(VARIABLES[vendor][0]) or own,
            "" if mode is Mode.REPLAY else variables.get(KEYS[vendor], ""),
        )
        for vendor, own in VENDORS.items()
    }
    find = sensitive if stated.redact else secrets
    kept = Recordings(folder, find) if mode is not Mode.LIVE else None
    return Relay(Mode.LIVE if mode is Mode.RECORD and not records else mode, upstreams, prices, said.budget_usd, kept)


def now() -> str:
    """The time of day, as it is written down."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def real_interpreter(agent: AgentSpec, root: Path) -> str:
    """The program behind a launcher script, such as a version manager's, so that it is not started anew for every run."""
    named = agent.interpreter
    if os.sep in named and not os.path.isabs(named):  # it is not in the copy in which the agent runs
        named = str(root / named)
    try:
        with Path(named).open("rb") as file:
            if file.read(2) != b"#!":
                return named
        asked = [named, "-c", "import sys; print(sys.executable)"]
        done = subprocess.run(asked, cwd=root, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return named
    return done.stdout.strip() or named


def guides(state: Path) -> Guides:
    """The guides that come with Refinery and the user's own."""
    from knowledge.shelf import open_guides

    return open_guides(state / "guides")


def _editable(policy: Policy) -> Callable[[str], bool]:
    judges = (*policy.test_globs, *policy.judge_globs, *policy.protected)

    def editable(path: str) -> bool:
        return any(matches(path, glob) for glob in policy.editable) and not any(matches(path, glob) for glob in judges)

    return editable


def _policy(path: Path) -> Policy:
    from safety.wire import WireError, parse_policy

    try:
        return parse_policy(path.read_text(encoding="utf-8"))
    except (WireError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}", hint="a policy is one JSON object") from error
    except FileNotFoundError:
        raise ConfigError(f"there is no file {path}", hint="name a policy in JSON") from None


def _model(task: str, stated: Settings, provider: str, budget: float | None, say: Say, answers: Path | None = None) -> LLM | None:
    """The model that the settings name for a task, metered, with its answers kept in a folder. The vendors' libraries are imported here."""
    if provider == "none":
        return None
    around, prices = Surrounding.read(), load_prices()
    named = stated.models.get(task, stated.model)
    name = named if provider == stated.provider or stated.provider == "none" else ""  # a name belongs to its provider
    if stated.price and name:
        prices = prices.stating(name, *stated.price)
    model: LLM
    if provider == "openai":
        from refinery.llm.openai import VENDOR, OpenAICompatible, Server

        key, url = around.variables.get("OPENAI_API_KEY", ""), around.variables.get("OPENAI_BASE_URL") or VENDOR
        model = OpenAICompatible(Server(url, key), name, prices, say=say)
    else:
        from refinery.llm.anthropic import Account, Anthropic

        account = Account(around.variables.get("ANTHROPIC_API_KEY", ""), around.variables.get("ANTHROPIC_BASE_URL"))
        model = Anthropic(account, name, prices, say=say)
    if answers is not None and stated.cache:
        from refinery.llm.cassette import Remembered

        model = Remembered(model, answers)
    return Discreet(Metered(model, Budget(prices, usd=budget if budget is not None else stated.budget_usd)), sensitive)
