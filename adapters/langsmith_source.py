"""LangSmith, live: the one door to its SDK. Runs are read one by one by our reader, so that one odd run costs no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from adapters import langsmith_wire as wire
from adapters import notation, refused
from adapters.gather import Gathering
from adapters.langsmith import Runs
from adapters.pace import Pace
from adapters.patience import Patience, again
from adapters.platform import Page, Platform, every, unnamed
from adapters.refused import Lacking, Site
from adapters.source import Denied, NotFound, Opening, Query, Summary, Unreadable
from adapters.trace import Json
from adapters.web import hurried

if TYPE_CHECKING:
    from langsmith import Langsmith

VENDOR = "https://api.smith.langchain.com"
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
        return f"Account({self.site.where})"

    @property
    def site(self) -> Site:
        """The server and what opens it. Users write the address with and without the path of its API."""
        base = (self.endpoint or VENDOR).strip().rstrip("/").removesuffix("/api/v1").removesuffix("/api")
        return Site("LangSmith", base, "LANGSMITH_ENDPOINT", "LANGSMITH_API_KEY", {"x-api-key": self.api_key.strip()}, self.timeout_s)


class LangSmith(Platform):
    """See `Source`. One project of one workspace."""

    name = "langsmith"

    def __init__(
        self, account: Account, project: str, patience: Patience | None = None, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        super().__init__()
        if not project:
            raise unnamed("LangSmith")
        self._client = _client(account)
        self._site = account.site
        self._where = self._site.where
        self.place = f"langsmith {self._where} {project}"
        self._project = project
        self._patience = patience or Patience()
        self._pace = Pace(self._patience)
        self._tell = tell
        self._new: bool | None = None
        """Whether the server has the new query API; None until it was asked."""
        self._ids: dict[str, str] = {}
        self._listed: dict[str, wire.Wanted] = {}
        """How to fetch the traces that were listed: where they are and when they began makes it quick."""

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def projects(self) -> tuple[str, ...]:
        """The names of all projects."""
        found: list[str] = []
        while True:
            page = notation.items(self._sessions({"limit": 100, "offset": len(found), "include_stats": False}, "the list of projects"))
            found += [notation.word(notation.fields(each).get("name")) for each in page]
            if len(page) < 100:
                return tuple(found)

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

    def _gathering(self, trace_id: str) -> Gathering:
        return Gathering(f"trace {_uuid(trace_id) or trace_id} of project {self._project} at {self._where}", self.name)

    def _pages(self, trace_id: str, gathering: Gathering) -> Iterator[None]:
        identity = _uuid(trace_id)
        if identity is None:
            raise NotFound(f"{trace_id} is not an id of LangSmith's", hint="give the trace's whole id, as its page at LangSmith shows it")
        asked = self._listed.get(identity) or wire.Wanted(self._project_id(self._project), trace=identity)
        count = running = understood = 0
        runs = Runs()
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
            for feedback in wire.feedback(run):
                gathering.said(identity, feedback)
            running += run.get("status") == "pending"
            understood += 1
            runs.add(run | {"trace_id": identity}, gathering, place)
            if count % wire.PAGE == 0:
                runs.into(gathering)
                runs = Runs()
                yield
        if running:
            gathering.truncated.add(identity, f"{running} of its runs had not ended yet: pull it again later")
        runs.into(gathering)
        if not count:
            raise self._missing(f"trace {identity} in project {self._project}")
        if not understood:
            raise Unreadable(f"none of the {count} runs of trace {identity} could be understood")
        yield

    def _items(self, asked: wire.Wanted, what: str) -> Iterator[tuple[str, Json]]:
        return every(lambda cursor: self._page(asked, cursor, what), self._where, what, "run")

    def _page(self, asked: wire.Wanted, cursor: str, what: str) -> Page:
        """By the new API; by the old one where the server lacks it, which its first answer shows."""
        if self._new is not False:
            words = wire.new_words(asked, cursor)
            try:
                value = self._posted("/api/v2/runs/query", words, what)
            except Lacking:
                if self._new:
                    raise self._missing(what) from None
                self._new = False
                self._tell("the server has no new query API; the old one is used")
            else:
                self._new = True
                return wire.new_page(value)
        try:
            return wire.old_page(self._posted("/api/v1/runs/query", wire.old_words(asked, cursor), what))
        except Lacking:
            raise self._missing(what) from None

    def _posted(self, path: str, body: dict[str, Json], what: str) -> Json:
        if path == "/api/v2/runs/query":
            query = self._client.runs.with_raw_response.query_v2
            return self._asked(lambda: query(**body), what)  # type: ignore[arg-type]  # words we name one by one
        return self._asked(lambda: self._client.post(path, cast_to=bytes, body=body), what)

    def _project_id(self, name: str) -> str:
        """The new API knows projects by their ids only."""
        if known := _uuid(name) or self._ids.get(name):
            return known
        found = self._sessions({"name": name, "limit": 1, "include_stats": False}, f"project {name}")
        first = found[0] if isinstance(found, list) and found else None
        identity = notation.word(first.get("id")) if isinstance(first, dict) else ""
        if not identity:
            raise self._missing(f"project {name}")
        self._ids[name] = identity
        return identity

    def _sessions(self, params: dict[str, Json], what: str) -> Json:
        try:
            return self._asked(lambda: self._client.get("/api/v1/sessions", cast_to=bytes, options={"params": params}), what)
        except Lacking:
            hint = f"see that LANGSMITH_ENDPOINT is the address of LangSmith's API, such as {VENDOR}"
            raise NotFound(f"{self._where} has no LangSmith API", hint) from None

    def _asked(self, call: Callable[[], object], what: str) -> Json:
        def once() -> bytes:
            self._pace.turn()
            return _once(call, self._site, self._pace, what)

        data = again(once, self._patience, self._tell, self._pace.hold)
        try:
            return notation.loads(data)
        except ValueError:
            form = "a web page" if data.lstrip()[:1] == b"<" else "something else"
            hint = "see that LANGSMITH_ENDPOINT names the server's API, and that no proxy or login page stands before it"
            raise Unreadable(f"{self._where} answers with {form} instead of JSON ({what})", hint) from None

    def _missing(self, what: str) -> NotFound:
        return NotFound(f"there is no {what} at {self._where}", hint="see that project and id are right, and that the key may read them")


def opened(opening: Opening, patience: Patience | None = None) -> LangSmith:
    """Whose account the environment names, else a profile in LangSmith's own file."""
    given = opening.variables
    filed = _profile(given, opening.home) if not given.get("LANGSMITH_API_KEY") else {}
    account = Account(
        given.get("LANGSMITH_API_KEY") or _text(filed, "api_key") or given.get(_text(filed, "api_key_env"), ""),
        given.get("LANGSMITH_ENDPOINT") or _text(filed, "api_url"),
        given.get("LANGSMITH_WORKSPACE_ID") or _text(filed, "workspace_id"),
    )
    return LangSmith(account, opening.project, patience, opening.tell)


def _profile(given: Mapping[str, str], home: Path) -> Mapping[str, Json]:
    """The profile that is in use, as LangSmith's tools file it; empty when there is none."""
    path = Path(given["LANGSMITH_CONFIG_FILE"]) if given.get("LANGSMITH_CONFIG_FILE") else home / ".langsmith" / "config.json"
    try:
        filed = notation.fields(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
    name = given.get("LANGSMITH_PROFILE") or notation.word(filed.get("current_profile")) or "default"
    return notation.fields(notation.fields(filed.get("profiles")).get(name))


def _text(filed: Mapping[str, Json], name: str) -> str:
    return notation.word(filed.get(name))


def _client(account: Account) -> Langsmith:
    """The SDK's client, which neither asks again by itself nor follows a redirect: that would carry the key to another server."""
    if not account.api_key.strip():
        raise Denied("there is no API key for LangSmith", hint="set LANGSMITH_API_KEY")
    site = account.site.checked()
    from langsmith import DefaultHttpxClient, Langsmith

    http = DefaultHttpxClient(timeout=site.timeout_s, follow_redirects=False, event_hooks={"response": [hurried(refused.WHOLE_S)]})
    key = account.api_key.strip()
    return Langsmith(api_key=key, tenant_id=account.workspace or None, base_url=site.base, max_retries=0, http_client=http)


def _once(call: Callable[[], object], site: Site, pace: Pace, what: str) -> bytes:
    """One request; failures by our names. The SDK's own words are not passed on: they can hold part of the key."""
    from langsmith import APIConnectionError, APIStatusError

    try:
        answer = call()
        if isinstance(answer, bytes):
            return answer
        pace.heed(answer.headers)  # type: ignore[attr-defined]  # the SDK's raw response
        return answer.read()  # type: ignore[attr-defined,no-any-return]
    except APIStatusError as error:
        pace.heed(error.response.headers)
        raise site.refused(error.status_code, error.response.headers.get("retry-after"), what) from None
    except APIConnectionError:
        raise site.unreachable() from None


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
