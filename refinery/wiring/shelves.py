"""What is kept and read: the store, platforms with traces, guides, and what is masked before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from adapters.files import read
from adapters.personal import personal
from adapters.redaction import Find, Found, redacted
from adapters.source import Opening, Source
from adapters.trace import Trace
from knowledge.guides import Guides
from knowledge.passage import Fix, Passage
from refinery import config
from refinery.config import FILE, Settings, Surrounding
from refinery.errors import RepositoryError, UsageError
from refinery.events import Event, Say, silent
from refinery.flows.importing import as_is
from refinery.plugins import source_opener
from refinery.repo.repository import Repository
from refinery.repo.workspace import Workspace
from refinery.signals.failing import failing
from refinery.store.port import Store
from refinery.store.sqlite import open_store
from refinery.wiring.ground import repository, state_folder
from safety.rules.secret_scan import scan

READ = "memory.read"
"""In the state folder: up to where the repository's notes have been read into memory."""
MOST_MET = 2


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


def secret(text: str) -> Iterator[Found]:
    """Credentials alone, which are never written into a file that is meant to be committed."""
    yield from (Found("secret", found.value) for found in scan(text))


def hidden(stated: Settings | None) -> Find:
    """What is masked in a recorded world: credentials, and personal data where refinery.toml asks for that."""
    return sensitive if stated and stated.redact else secret


def mask(*, asked: bool, start: Path | None = None) -> Callable[[Trace], Trace]:
    """What is done to traces before they are kept: masked when that is asked for, here or in refinery.toml."""
    try:
        with repository(start) as found:
            stated = config.load(found.root)
    except RepositoryError:
        stated = None
    wanted = asked or (stated is not None and stated.redact)
    return (lambda trace: redacted(trace, sensitive)) if wanted else as_is


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


def guides(state: Path) -> Guides:
    """The guides that come with Refinery and the user's own."""
    from knowledge.shelf import open_guides

    return open_guides(state / "guides")


def recalled(found: Repository, rooms: Workspace, opened: Store, symptom: str, limit: int = 3) -> tuple[Fix, ...]:
    """What became of fixes of failures like this, also of those that are known from the repository's notes alone."""
    from knowledge.memory import Memory
    from refinery.flows.remembered import learn
    from refinery.repo.history import History

    if not found.unborn():
        learn(found, History(rooms), opened, found.state / READ)
    return Memory(opened).recall(symptom, limit)


def known(question: str, limit: int) -> tuple[Passage, ...]:
    """What answers a question: first what became of fixes of failures like it, then passages of guides."""
    from knowledge.memory import advice

    with ExitStack() as stack:
        opened = stack.enter_context(store())
        try:
            found = stack.enter_context(repository())
        except RepositoryError:  # there is none around: whatever fixes this user made elsewhere are not asked about here
            met: tuple[Fix, ...] = ()
        else:
            met = recalled(found, stack.enter_context(closing(Workspace(found))), opened, question, MOST_MET)
    return (*map(advice, met), *guides(state_folder()).search(question, limit))[:limit]
