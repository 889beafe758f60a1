"""Traces from a platform into the store: each is kept as soon as it is whole; a pull that breaks off loses none and can go on there."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from adapters.source import Note, NotFound, Pulled, Query, Receipt, Source, SourceError, Summary, Unreadable, summed
from adapters.trace import Trace
from refinery.events import Event, Say, silent
from refinery.flows.importing import Fault, Imported, as_is
from refinery.store.port import Fetched, Mark, Saved, Store

FRESH_S = 15 * 60.0
"""A trace that was fetched less than so long ago is not fetched again."""
TOGETHER = 25
"""Traces that are written to the disk at once."""
LATE = timedelta(hours=1)
"""So much later than it began a trace may turn up in a list."""


@dataclass(frozen=True, slots=True)
class Pull:
    """How traces are pulled."""

    source: Source
    store: Store
    say: Say = silent
    fresh: bool = False
    """Fetch also what has not changed, or was fetched a moment ago."""
    mask: Callable[[Trace], Trace] = as_is
    """Applied to each trace before it is kept."""
    failing: Callable[[Trace], bool] | None = None
    """Only traces of which this holds are kept; it looks inside, at what no platform can search for."""
    now: Callable[[], float] = time.time


def pull_named(ids: Sequence[str], pull: Pull) -> Imported:
    """Fetch the traces with these ids."""
    wanted = [Summary(each) for each in dict.fromkeys(ids)]
    return _Pulling(pull, total=len(wanted)).run(wanted, f"{', '.join(ids)} at {pull.source.name}")


def pull_matching(query: Query, pull: Pull) -> Imported:
    """Fetch the traces that match, newest first. When there are more than the limit, the receipt says so.

    Where the last pull of the same search broke off, this one fetches what is newer, then goes on from there.
    """
    search = _key(query, pull)
    mark = pull.store.mark(search)
    pulling = _Pulling(pull, mark=mark)
    done = pulling.run(_found(query, pull.source, mark, pulling), f"{_described(query)} at {pull.source.name}")
    pull.store.set_mark(search, pulling.mark if pulling.broken else None)
    return done


@dataclass(slots=True)
class _Pulling:
    """One pull on its way."""

    pull: Pull
    total: int = 0
    mark: Mark | None = None
    """Where it stands, in case it breaks off."""
    broken: bool = False
    saved: Saved = field(default_factory=Saved)
    traces: list[str] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    more: list[Note] = field(default_factory=list)
    waiting: list[tuple[Summary, Pulled]] = field(default_factory=list)
    looked: int = 0
    fine: int = 0
    spans: int = 0

    def run(self, wanted: Iterable[Summary], asked: str) -> Imported:
        """Several are fetched at once, and kept in the order of the list."""
        source, ahead = self.pull.source, deque[tuple[Summary, Future[Pulled] | None]]()
        pool = ThreadPoolExecutor(max_workers=source.at_once, thread_name_prefix="pull")
        try:
            for summary in wanted:
                ahead.append((summary, None if self._is_known(summary) else pool.submit(self._fetched, summary)))
                while len(ahead) > source.at_once:
                    self._take(*ahead.popleft())
            while ahead:
                self._take(*ahead.popleft())
        except SourceError as error:  # the next trace would fare no better
            self.broken = True
            self.errors.append(_fault(error))
            self.more.append(Note(source.name, "the pull broke off before all that was asked for was fetched"))
        except KeyboardInterrupt:
            self.broken = True
            self.errors.append(Fault("interrupted", "what was pulled is kept: run the command again to go on", outside=True))
            self.more.append(Note(source.name, "the pull was interrupted before all that was asked for was fetched"))
        finally:
            pool.shutdown(cancel_futures=True)
            for summary, future in ahead:  # what was under way and came
                if future is not None and future.done() and not future.cancelled() and future.exception() is None:
                    self.waiting.append((summary, future.result()))
            self._keep()
        return Imported(self.saved, tuple(dict.fromkeys(self.traces)), self._account(asked), tuple(self.errors))

    def _account(self, asked: str) -> Receipt:
        account = summed([*self.receipts, self.pull.source.noticed()])
        says = f"{self.fine} traces in which nothing failed were looked at and not kept"
        aside = (Note(self.pull.source.name, says),) if self.fine else ()
        truncated, left_out = (*self.more, *account.truncated), (*aside, *account.left_out)
        return replace(account, asked=asked, truncated=truncated, left_out=left_out)

    def _is_known(self, summary: Summary) -> bool:
        """Whether there is nothing new to be had: it says itself that it has not changed, or was fetched a moment ago."""
        last = None if self.pull.fresh else self.pull.store.fetched(self.pull.source.place, summary.id)
        if last is None:
            return False
        return summary.stamp == last.stamp if summary.stamp else self.pull.now() - last.at < FRESH_S

    def _fetched(self, summary: Summary) -> Pulled:
        """A whole trace; the first parts of a very large one are kept at once, and its last part is given back. Runs in a thread."""
        if self.pull.failing is not None:
            return self.pull.source.fetch(summary.id)
        last: Pulled | None = None
        for piece in self.pull.source.pieces(summary.id):
            if last is not None:
                self.pull.store.keep([self._masked(last)])
            last = piece
        if last is None:
            raise NotFound(f"there is no trace {summary.id}", hint="see that project and id are right")
        return last

    def _masked(self, pulled: Pulled) -> Pulled:
        return replace(pulled, traces=tuple(self.pull.mask(trace) for trace in pulled.traces))

    def _take(self, summary: Summary, future: Future[Pulled] | None) -> None:
        if future is None:
            self._keep()
            self.saved += Saved(known=1)
            self.traces.append(summary.id)
            self._reached(summary)
        else:
            self._take_fetched(summary, future)
        self._tell()

    def _take_fetched(self, summary: Summary, future: Future[Pulled]) -> None:
        try:
            pulled = future.result()
        except (NotFound, Unreadable) as error:
            self.errors.append(_fault(error))
            return
        self.looked += 1
        if self.pull.failing is not None and not summary.failed and not any(map(self.pull.failing, pulled.traces)):
            self.fine += 1
        else:
            self.waiting.append((summary, pulled))
            self.spans += pulled.receipt.spans
        self._reached(summary)
        if len(self.waiting) >= TOGETHER:
            self._keep()

    def _keep(self) -> None:
        """Onto the disk with what waits; what is not complete yet is fetched again next time."""
        if not self.waiting:
            return
        batch, self.waiting = self.waiting, []
        pulled = [self._masked(each) for _, each in batch]
        whole = [summary for summary, each in batch if not each.receipt.truncated]
        now = self.pull.now()
        fetched = [Fetched(self.pull.source.place, summary.id, summary.stamp, now) for summary in whole]
        self.saved += self.pull.store.keep(pulled, fetched)
        self.receipts += [each.receipt for each in pulled]
        self.traces += [trace.id for each in pulled for trace in each.traces]

    def _reached(self, summary: Summary) -> None:
        if summary.start_ns is None:
            return
        mark = self.mark or Mark(summary.start_ns, summary.start_ns, 0)
        self.mark = Mark(max(mark.newest_ns, summary.start_ns), min(mark.reached_ns, summary.start_ns), mark.count + 1)

    def _tell(self) -> None:
        done = self.looked + self.saved.known
        says = f"{self.spans} spans" + (f", {self.saved.known} traces known already" if self.saved.known else "")
        self.pull.say(Event("pull", says, done, self.total))


def _found(query: Query, source: Source, mark: Mark | None, pulling: _Pulling) -> Iterator[Summary]:
    """Traces up to the limit; one more is asked for, to know whether there is one. What a broken pull dealt with is not listed again."""
    seen: set[str] = set()
    skipped = again = 0
    for part in _parts(query, mark):
        if part is None:
            skipped = mark.count - again if mark else 0
            continue
        for summary in source.search(replace(part, limit=query.limit + 1)):
            if summary.id in seen:
                continue
            if len(seen) + skipped >= query.limit:
                says = f"more traces match than the {query.limit} that were asked for, the newest: raise --limit"
                pulling.more.append(Note(source.name, says))
                return
            seen.add(summary.id)
            again += bool(mark and summary.start_ns is not None and summary.start_ns <= mark.newest_ns)
            yield summary


def _parts(query: Query, mark: Mark | None) -> Iterator[Query | None]:
    """The searches that a search is done in; None stands for what was dealt with before."""
    if mark is None:
        yield query
        return
    newest, reached = _moment(mark.newest_ns), _moment(mark.reached_ns) + timedelta(milliseconds=1)
    if newest - LATE <= reached:
        yield query
        return
    yield replace(query, since=max(query.since, newest - LATE) if query.since else newest - LATE)
    yield None
    if query.since is None or reached > query.since:
        yield replace(query, until=min(query.until, reached) if query.until else reached)


def _moment(ns: int) -> datetime:
    return datetime.fromtimestamp(ns / 1e9, UTC)


def _key(query: Query, pull: Pull) -> str:
    """What makes two searches the same, however far back they look."""
    scores = [[bound.name, bound.sign, bound.value] for bound in query.scores]
    parts = [pull.source.place, query.project, query.failed, query.text, query.name, sorted(query.tags), scores, pull.failing is not None]
    return json.dumps(parts)


def _fault(error: SourceError) -> Fault:
    return Fault(str(error), error.hint, outside=not isinstance(error, NotFound))


def _described(query: Query) -> str:
    """The search in words."""
    words = [f"{'failed ' if query.failed else ''}traces"]
    words += [f"of {query.project}"] if query.project else []
    words += [f"called {query.name}"] if query.name else []
    words += [f"with the tag {tag}" for tag in query.tags]
    words += [f"with {bound.name} {bound.sign} {bound.value:g}" for bound in query.scores]
    words += [f"that hold “{query.text}”"] if query.text else []
    words += [f"since {query.since.isoformat(timespec='seconds')}"] if query.since else []
    return f"{' '.join(words)}, at most {query.limit}"
