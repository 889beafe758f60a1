"""The beginning of a guided session: what is there, where it was left, and which conversation it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from refinery.cli.talk import Left, Talk
from refinery.errors import RefineryError, RepositoryError

if TYPE_CHECKING:
    from refinery.domain import Scenario
    from refinery.events import Say
    from refinery.flows.importing import Imported
    from refinery.flows.session.bookmark import Bookmark
    from refinery.flows.session.failures import Bunch, Case
    from refinery.repo.repository import Repository
    from refinery.store.port import Store

AT_FIRST = 3
"""Conversations of a group that are shown before all are asked for."""
LETTERS = 70
WAYS = "Type its number, or words that stand in it; p to paste a complaint; a to see all; f to read conversations from a file."
FROM_AFAR = "Or t to fetch those of the last week from {}, where this project's conversations are kept."
RECENT = timedelta(days=7)
FILES = ("files", "otlp")
"""Sources that are folders of this machine."""


def prepared(talk: Talk) -> bool:
    """Whether the agent can be run here; where nothing is set up yet, it is offered, with what was guessed by looking."""
    from refinery import config, wiring
    from refinery.flows.survey import settings_text, survey

    try:
        with wiring.repository() as found:
            root, stated = found.root, config.load(found.root)
    except RepositoryError:
        talk.tell("This is not the folder of an agent's project, so conversations can be looked at here, and nothing can be mended.")
        return False
    if stated is not None:
        return stated.agent is not None
    seen = survey(root)
    talk.heading("This project is not set up yet")
    talk.tell("This was found by looking; nothing was started:")
    for guess in seen.guessed:
        talk.tell(guess, "  - ")
    talk.tell(f"a change may touch: {', '.join(seen.editable)}", "  - ")
    talk.tell(f"situations that are written down: {_situations(root, seen.scenarios)}", "  - ")
    if not (seen.python or seen.command):
        talk.tell("it is not clear how the agent is started; somebody who built it has to write that into refinery.toml", "  - ")
    if not talk.yes(f"Write this into a new file, {wiring.FILE}? Nothing else is touched.", default=False):
        talk.tell("Nothing was written. You can look at conversations; to mend them the file is needed.")
        return False
    with (root / wiring.FILE).open("x", encoding="utf-8") as file:
        file.write(settings_text(seen))
    talk.tell(f"Written: {root / wiring.FILE}")
    return bool(seen.python or seen.command)


def _situations(root: Path, files: Sequence[str]) -> str:
    """How many there are; of files that cannot be read, how many files."""
    from refinery.suite.scenarios import load

    where = f"in {len(files)} {'file' if len(files) == 1 else 'files'}"
    try:
        count = len(load(lambda path: (root / path).read_text("utf-8") if (root / path).is_file() else None, files))
    except (RefineryError, OSError, UnicodeDecodeError):
        return where
    return f"{count}, {where}" if count else "none yet"


def introduced(talk: Talk, found: Repository) -> None:
    """A change is kept in somebody's name; where git does not know whose, the person is asked, and git's configuration stays as it is."""
    from refinery.repo.identity import Identity, introduce

    while found.identity() is None:
        talk.tell("A change is kept in your name, which is not known here yet. It is written down in this project's folder alone.")
        name, email = talk.ask("Your name:"), talk.ask("Your e-mail address:")
        try:
            introduce(found.state, Identity(name, email))
        except RefineryError:
            talk.tell("A name and an e-mail address are needed; q leaves.")


def resumed(talk: Talk, store: Store) -> Bookmark:
    """Where the last session was left, if the person wants to go on there; else a new beginning."""
    from refinery.flows.session.bookmark import Bookmark, opened
    from refinery.flows.session.conversation import short

    mark = opened(store)
    if not mark.trace:
        return mark
    try:
        store.trace(mark.trace)
    except RefineryError as error:
        talk.tell(f"What you were at last time cannot be found any more: {error}")
        return Bookmark()
    talk.heading("You left off in the middle of this")
    talk.tell(f"“{short(mark.asked, 2 * LETTERS)}”", "  ")
    return mark if talk.yes("Go on there?", default=True) else Bookmark()


def chosen(talk: Talk, store: Store, say: Say, suite: Callable[[], Sequence[Scenario]] = tuple) -> Bookmark:
    """The conversation that the session is about."""
    from refinery.flows.session.bookmark import Bookmark
    from refinery.flows.session.failures import everything, failing, matching

    kept_at = _platform()
    bunches, notes = failing(store, say)
    complaint = ""
    shown, limit = bunches, AT_FIRST
    talk.heading("What went wrong?")
    while True:
        listed = _listed(talk, shown, limit)
        for note in notes:
            talk.tell(f"Note: {note}.")
        if not listed:
            talk.tell("There is no conversation here yet. Name a file that holds some; Enter leaves.")
            if kept_at:
                talk.tell(FROM_AFAR.format(kept_at))
            if not _read(talk, store, say, kept_at):
                raise Left
            bunches, notes = failing(store, say)
            shown = bunches
            continue
        talk.tell(WAYS)
        if kept_at:
            talk.tell(FROM_AFAR.format(kept_at))
        said = talk.ask("Which one?", "1")
        if said.isdecimal():
            if 1 <= int(said) <= len(listed):
                case = listed[int(said) - 1]
                return Bookmark(trace=case.trace, asked=case.asked, complaint=complaint)
            talk.tell(f"There is no number {said} in the list.")
            continue
        if said == "a":
            every, notes = everything(store)
            known = {case.trace for bunch in bunches for case in bunch.cases}
            rest = [replace(bunch, cases=tuple(case for case in bunch.cases if case.trace not in known)) for bunch in every]
            shown, limit = (*bunches, *(bunch for bunch in rest if bunch.cases)), 0
            continue
        if said == "f" or (said == "t" and kept_at):
            take = _fetch if said == "t" else _read
            take(talk, store, say)
            bunches, notes = failing(store, say)
            shown, limit = bunches, AT_FIRST
            continue
        if said == "p":
            talk.tell("Paste or type the complaint, then an empty line.")
            complaint = said = talk.lines()
        found = matching(said, bunches, store) if said else ()
        if found:
            shown, limit = found, 0
            continue
        talk.tell("No conversation is like these words.")
        if complaint and said == complaint and (told := _as_told(talk, store, complaint, suite)):
            return told
        talk.tell("This is the list as before:")


def _listed(talk: Talk, bunches: Sequence[Bunch], limit: int) -> list[Case]:
    """Show a list, and give it back in the order of its numbers. A limit of 0 shows all."""
    from refinery.flows.session.conversation import short
    from refinery.flows.session.failures import alike

    listed: list[Case] = []
    every = [case for bunch in bunches for case in bunch.cases]
    for bunch in bunches:
        talk.tell()
        talk.tell(f"{bunch.name} ({len(bunch.cases)})")
        for case in bunch.cases[: limit or None]:
            listed.append(case)
            talk.tell(short(case.asked, LETTERS) or "(nobody asked anything)", f"{len(listed):>3}  ")
            talk.tell(f"answered: {short(case.answered, LETTERS)}" if case.answered else "no answer", "     ")
            if alike(case, every):
                began = f", began {datetime.fromtimestamp(case.began_ns / 1e9, UTC):%Y-%m-%d %H:%M} UTC" if case.began_ns else ""
                talk.tell(f"trace {case.trace[:12]}{began}", "     ")
            if case.fix:
                talk.tell(f"mended by {case.fix}", "     ")
        if limit and len(bunch.cases) > limit:
            talk.tell(f"and {len(bunch.cases) - limit} more like these", "     ")
    talk.tell()
    return listed


def _as_told(talk: Talk, store: Store, complaint: str, suite: Callable[[], Sequence[Scenario]]) -> Bookmark | None:
    """A conversation made from what the person knows of it; None where they do not want that."""
    from adapters.source import Pulled, Receipt
    from refinery.flows.session.bookmark import Bookmark
    from refinery.flows.session.failures import case_of
    from refinery.flows.session.told import told

    asked = talk.ask("To make a case of it: what did the customer ask, in their own words? (Enter: no case)")
    if not asked:
        return None
    trace = told(asked, suite())
    store.save(Pulled((trace,), Receipt(asked="told")))
    return Bookmark(trace=trace.id, asked=case_of(trace).asked, complaint=complaint)


def _platform() -> str:
    """The platform at which refinery.toml says that traces are kept; empty where it names none."""
    from refinery import config, wiring

    try:
        with wiring.repository() as found:
            stated = config.load(found.root)
    except RepositoryError:
        return ""
    return stated.trace_source if stated and stated.trace_source not in FILES else ""


def _read(talk: Talk, store: Store, say: Say, kept_at: str = "") -> bool:
    """Take conversations in from a file, or from where they are kept; False where nothing was named."""
    from refinery import wiring
    from refinery.flows.importing import import_files

    name = talk.ask("File:")
    if not name:
        return False
    if name == "t" and kept_at:
        _fetch(talk, store, say)
    else:
        _came(talk, import_files([Path(name).expanduser()], store, say, wiring.mask(asked=False)))
    return True


def _fetch(talk: Talk, store: Store, say: Say) -> None:
    """Take in what the platform holds of the last days. What keeps it from answering is told, and the talk goes on."""
    from adapters.source import Query, SourceError
    from refinery import wiring
    from refinery.flows.pulling import Pull, pull_matching

    try:
        with wiring.source(say=say) as source:
            query = Query(since=datetime.now(UTC) - RECENT)
            _came(talk, pull_matching(query, Pull(source, store, say, mask=wiring.mask(asked=False))))
    except (RefineryError, SourceError) as error:
        talk.tell(f"That did not work: {error}" + (f" ({error.hint})" if error.hint else ""))


def _came(talk: Talk, done: Imported) -> None:
    new, known = done.saved.new, done.saved.known + done.saved.grown
    if new or known or not done.errors:
        talk.tell(f"{new} new {'conversation' if new == 1 else 'conversations'}" + (f", {known} known already." if known else "."))
    for error in done.errors:
        talk.tell(f"{error.says}" + (f" ({error.hint})" if error.hint else ""))
