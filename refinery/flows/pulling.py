"""Traces from a platform into the store: each is kept as soon as it is whole, so that a pull that breaks off loses none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from adapters.source import Note, NotFound, Query, Receipt, Source, SourceError, Unreadable, summed
from refinery.events import Event, Say, silent
from refinery.flows.importing import Fault, Imported
from refinery.store.port import Saved, Store


def pull_named(ids: Sequence[str], source: Source, store: Store, say: Say = silent) -> Imported:
    """Fetch the traces with these ids."""
    return _pulled(dict.fromkeys(ids), len(set(ids)), f"{', '.join(ids)} at {source.name}", source, store, say)


def pull_matching(query: Query, source: Source, store: Store, say: Say = silent) -> Imported:
    """Fetch the traces that match, newest first. When there are more than the limit, the receipt says so."""
    more: list[Note] = []
    done = _pulled(_found(query, source, more), 0, f"{_described(query)} at {source.name}", source, store, say)
    return replace(done, receipt=replace(done.receipt, truncated=(*more, *done.receipt.truncated)))


def _pulled(ids: Iterable[str], total: int, asked: str, source: Source, store: Store, say: Say) -> Imported:
    saved = Saved()
    receipts: list[Receipt] = []
    traces: list[str] = []
    errors: list[Fault] = []
    try:
        for number, trace_id in enumerate(ids, 1):
            say(Event("pull", trace_id, number, total))
            try:
                pulled = source.fetch(trace_id)
            except (NotFound, Unreadable) as error:
                errors.append(_fault(error))
                continue
            saved += store.save(pulled)
            receipts.append(pulled.receipt)
            traces += [trace.id for trace in pulled.traces]
    except SourceError as error:  # the next trace would fare no better
        errors.append(_fault(error))
        receipts.append(Receipt(asked="", truncated=(Note(source.name, "the pull broke off before all that was asked for was fetched"),)))
    account = summed([*receipts, source.noticed()])
    return Imported(saved, tuple(dict.fromkeys(traces)), replace(account, asked=asked), tuple(errors))


def _found(query: Query, source: Source, more: list[Note]) -> Iterator[str]:
    """Ids up to the limit; one more is asked for, to know whether there is one."""
    for number, summary in enumerate(source.search(replace(query, limit=query.limit + 1))):
        if number == query.limit:
            more.append(Note(source.name, f"more traces match than the {query.limit} that were pulled, the newest: raise --limit"))
            return
        yield summary.id


def _fault(error: SourceError) -> Fault:
    return Fault(str(error), error.hint, outside=not isinstance(error, NotFound))


def _described(query: Query) -> str:
    since = f" since {query.since.isoformat(timespec='seconds')}" if query.since else ""
    project = f" of {query.project}" if query.project else ""
    return f"{'failed ' if query.failed else ''}traces{project}{since}, at most {query.limit}"
