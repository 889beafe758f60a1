"""Trace files into the store: what is good is kept, what is not is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.files import FORMATS, files_in, read
from adapters.source import Note, Receipt, SourceError, Unreadable, summed
from adapters.trace import Trace
from refinery.events import Event, Say, silent
from refinery.store.port import Saved, Store


@dataclass(frozen=True, slots=True)
class Fault:
    """A file or trace that could not be had at all."""

    says: str
    hint: str
    outside: bool = False
    """Whether it is the fault of a platform or the network, not of what was asked for."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import or a pull came to."""

    saved: Saved
    traces: tuple[str, ...]
    receipt: Receipt
    errors: tuple[Fault, ...]


def as_is(trace: Trace) -> Trace:
    """Nothing is masked."""
    return trace


def import_files(paths: Sequence[Path], store: Store, say: Say = silent, mask: Callable[[Trace], Trace] = as_is) -> Imported:
    """Read every file below the paths and keep its traces; a file that cannot be read does not stop the others.

    In a folder, a file that holds no traces is a note on the receipt; named itself, it is an error.
    """
    saved = Saved()
    receipts: list[Receipt] = []
    traces: list[str] = []
    errors: list[Fault] = []
    files = [(file, path.is_dir()) for path in paths for file in files_in(path)]
    for number, (file, found) in enumerate(files, 1):
        say(Event("import", file.name, number, len(files)))
        try:
            pulled = read(file)
        except SourceError as error:
            if found and isinstance(error, Unreadable):
                receipts.append(Receipt(asked=str(file), not_understood=(Note(str(file), str(error)),)))
            else:
                errors.append(Fault(str(error), error.hint))
            continue
        saved += store.save(replace(pulled, traces=tuple(mask(trace) for trace in pulled.traces)))
        receipts.append(pulled.receipt)
        traces += [trace.id for trace in pulled.traces]
        if not pulled.traces and not found:
            errors.append(Fault(f"{file} holds no trace", f"what can be read: {FORMATS}"))
    return Imported(saved, tuple(dict.fromkeys(traces)), summed(receipts), tuple(errors))
