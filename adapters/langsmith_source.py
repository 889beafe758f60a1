"""LangSmith, live: the one door to its SDK. Runs are read one by one by our reader, so that one odd run costs no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from adapters import langsmith_wire as wire
from adapters import notation
from adapters.gather import Gathering, Notes
from adapters.langsmith import Runs
from adapters.patience import PASSING, Busy, Patience, again
from adapters.source import Denied, NotFound, Pulled, Query, Receipt, SourceError, Summary, Unreachable, Unreadable
from adapters.trace import Json, Span

if TYPE_CHECKING:
    from langsmith import Langsmith

VENDOR = "https://api.smith.langchain.com"
LACKING = frozenset({404, 405, 501})
"""How servers answer that do not have the new query API."""
SKEW = timedelta(days=1)
"""So much earlier than its trace a run may have begun, by the clock of another machine."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account is used, and where."""

    api_key: str
    endpoint: str = ""
    """Empty: the vendor's own."""
    workspace: str = ""
    """For a key that opens several."""
    timeout_s: float = 60.0

    def __repr__(self) -> str:
        return f"Account({self.where})"

    @property
    def where(self) -> str:
        """The server, without anything secret that its address may hold."""
        parts = urlsplit(self.base)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")

    @property
    def base(self) -> str:
        """What stands before the paths of both APIs; users write the address with and without them."""
        return (self.endpoint or VENDOR).strip().rstrip("/").removesuffix("/api/v1").removesuffix("/api")


class LangSmith:
    """See `Source`. One project of one workspace."""

    name = "langsmith"

    def __init__(
        self, account: Account, project: str, patience: Patience | None = None, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self._client = _client(account)
        self._where = account.where
        self._project = project
        self._patience = patience or Patience()
        self._tell = tell
        self._new: bool | None = None
        """Whether the server has the new query API; None until it was asked."""
        self._ids: dict[str, str] = {}
        self._listed: dict[str, wire.Wanted] = {}
        """How to fetch the traces that were listed: where they are and when they began makes it quick."""
        self._skipped = Notes()

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def search(self, query: Query) -> Iterator[Summary]:
        """Summaries of the traces that match, newest first; a page is fetched when its first summary is wanted."""
        asked = wire.wanted(query, self._project_id(query.project or self._project))
        seen: set[str] = set()
        for place, item in self._items(asked, "traces"):
            found = wire.summary(item, query.failed)
            if found is None:
                self._skipped.add(place, "a trace without an id")
            elif found.id not in seen:  # pages shift while traces arrive
                seen.add(found.id)
                self._listed[found.id] = wire.Wanted(asked.project, since=_before(found.start_ns), trace=found.id)
                yield found
                if len(seen) >= query.limit:
                    return

    def fetch(self, trace_id: str) -> Pulled:
        """One whole trace, in as many pages as it takes."""
        identity = _uuid(trace_id)
        if identity is None:
            raise NotFound(f"{trace_id} is not an id of LangSmith's", hint="give the trace's whole id, as its page at LangSmith shows it")
        asked = self._listed.get(identity) or wire.Wanted(self._project_id(self._project), trace=identity)
        gathering = Gathering(f"trace {identity} of project {self._project} at {self._where}", self.name)
        runs = Runs()
        count = running = 0
        for place, item in self._items(asked, f"trace {identity}"):
            count += 1
            if not isinstance(item, dict):
                gathering.not_understood.add(place, "not a run")
                continue
            run = wire.as_exported(item)
            if _uuid(notation.word(run.setdefault("trace_id", identity))) != identity:
                gathering.not_understood.add(place, "a run of another trace, which was not asked for")
                continue
            for name in wire.attachments(run):
                gathering.left_out.add(place, f"the attachment {name} was not downloaded")
            running += run.get("status") == "pending"
            runs.add(run | {"trace_id": identity}, gathering, place)
        if running:
            gathering.truncated.add(identity, f"{running} of its runs had not ended yet: pull it again later")
        runs.into(gathering)
        pulled = gathering.pulled()
        if not count:
            raise self._missing(f"trace {identity} in project {self._project}")
        if not pulled.traces:
            raise Unreadable(f"none of the {count} runs of trace {identity} could be understood")
        return pulled

    def hierarchy(self, trace_id: str) -> dict[str | None, tuple[Span, ...]]:
        """The spans of one trace by the parent they stand under; None is the top."""
        (trace,) = self.fetch(trace_id).traces
        return dict(trace.children())

    def noticed(self) -> Receipt:
        """What searching met that belongs to no trace, since this was last asked."""
        met, self._skipped = self._skipped, Notes()
        return Receipt(asked="", not_understood=met.all())

    def _items(self, asked: wire.Wanted, what: str) -> Iterator[tuple[str, Json]]:
        """Every run of every page, with its place. A server that repeats a cursor would be asked for ever."""
        cursor, known, number = "", {""}, 0
        while True:
            page = self._page(asked, cursor, what)
            number += 1
            for place, item in enumerate(page.items, 1):
                yield f"{what}, page {number}, run {place}", item
            if not page.cursor:
                return
            if page.cursor in known:
                raise Unreadable(f"LangSmith at {self._where} gives the same page again after page {number} of {what}")
            known.add(cursor := page.cursor)

    def _page(self, asked: wire.Wanted, cursor: str, what: str) -> wire.Page:
        """By the new API; by the old one where the server lacks it, which its first answer shows."""
        if self._new is not False:
            words = wire.new_words(asked, cursor)
            query = self._client.runs.with_raw_response.query_v2
            try:
                value = self._asked(lambda: query(**words).read(), what)  # type: ignore[arg-type]  # words we name one by one
            except Lacking:
                if self._new:
                    raise self._missing(what) from None
                self._new = False
                self._tell("the server has no new query API; the old one is used")
            else:
                self._new = True
                return wire.new_page(value)
        body = wire.old_words(asked, cursor)
        try:
            return wire.old_page(self._asked(lambda: self._client.post("/api/v1/runs/query", cast_to=bytes, body=body), what))
        except Lacking:
            raise self._missing(what) from None

    def _project_id(self, name: str) -> str:
        """The new API knows projects by their ids only."""
        if known := _uuid(name) or self._ids.get(name):
            return known
        params = {"name": name, "limit": 1, "include_stats": False}
        try:
            found = self._asked(lambda: self._client.get("/api/v1/sessions", cast_to=bytes, options={"params": params}), f"project {name}")
        except Lacking:
            hint = f"see that LANGSMITH_ENDPOINT is the address of LangSmith's API, such as {VENDOR}"
            raise NotFound(f"{self._where} has no LangSmith API", hint) from None
        first = found[0] if isinstance(found, list) and found else None
        identity = notation.word(first.get("id")) if isinstance(first, dict) else ""
        if not identity:
            raise self._missing(f"project {name}")
        self._ids[name] = identity
        return identity

    def _asked(self, call: Callable[[], bytes], what: str) -> Json:
        data = again(lambda: _once(call, self._where, what), self._patience, self._tell)
        try:
            return notation.loads(data)
        except ValueError:
            form = "a web page" if data.lstrip()[:1] == b"<" else "something else"
            hint = "see that LANGSMITH_ENDPOINT names the server's API, and that no proxy or login page stands before it"
            raise Unreadable(f"{self._where} answers with {form} instead of JSON ({what})", hint) from None

    def _missing(self, what: str) -> NotFound:
        return NotFound(f"there is no {what} at {self._where}", hint="see that project and id are right, and that the key may read them")


class Lacking(Exception):
    """The server has no such address, or nothing there; what that means depends on what was asked."""


def _client(account: Account) -> Langsmith:
    """The SDK's client, which neither asks again by itself nor follows a redirect: that would carry the key to another server."""
    key = account.api_key.strip()
    if not key:
        raise Denied("there is no API key for LangSmith", hint="set LANGSMITH_API_KEY")
    if not (key.isascii() and key.isprintable()):
        raise Denied("LANGSMITH_API_KEY holds characters that no key has", hint="copy it again from LangSmith's settings")
    if not _is_address(account.base):
        raise Unreachable("LANGSMITH_ENDPOINT is not an address", hint=f"write it in full, such as {VENDOR}")
    from langsmith import DefaultHttpxClient, Langsmith

    http = DefaultHttpxClient(timeout=account.timeout_s, follow_redirects=False)
    return Langsmith(api_key=key, tenant_id=account.workspace or None, base_url=account.base, max_retries=0, http_client=http)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _once(call: Callable[[], bytes], where: str, what: str) -> bytes:
    """One request; failures by our names. The SDK's own words are not passed on: they can hold part of the key."""
    from langsmith import APIConnectionError, APIStatusError

    try:
        return call()
    except APIStatusError as error:
        raise _refused(error.status_code, error.response.headers.get("retry-after"), where, what) from None
    except APIConnectionError:
        failure = Unreachable(
            f"{where} cannot be reached, or the connection broke", hint="see that LANGSMITH_ENDPOINT and the network are right"
        )
        raise Busy(failure) from None


def _refused(status: int, retry_after: str | None, where: str, what: str) -> Exception:
    said = f"(HTTP {status})"
    if status in (401, 403):
        hint = "see that LANGSMITH_API_KEY is valid and may read this workspace, and that LANGSMITH_ENDPOINT is its region's"
        return Denied(f"{where} refuses the API key {said}", hint)
    if status in LACKING:
        return Lacking()
    if status == 429:
        return Busy(
            Unreachable(f"{where} allows no more requests for now {said}", hint="try later, or pull less: --since, --limit"), retry_after
        )
    if status in PASSING:
        return Busy(Unreachable(f"{where} is in trouble {said}", hint="try later: what was pulled is kept"), retry_after)
    if 300 <= status < 400:
        return Unreachable(f"{where} points elsewhere {said}", hint="set LANGSMITH_ENDPOINT to the address itself")
    return SourceError(f"{where} refuses to answer about {what} {said}", hint="see that project and id are right")


def _before(start_ns: int | None) -> datetime:
    """Safely before a trace began, by whatever clock."""
    if start_ns is None or start_ns < 0:
        return wire.BEGINNING
    return datetime.fromtimestamp(start_ns / 1e9, UTC) - SKEW


def _uuid(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None
