"""Langfuse, live: by its newer API, which lists observations and scores; by the older one where a server lacks that."""

from __future__ import annotations

import base64
import heapq
import json
from collections.abc import Iterator, Mapping
from datetime import datetime

from adapters import langfuse, notation
from adapters.gather import Gathering
from adapters.langfuse_old import old_lists, old_trace
from adapters.patience import Patience
from adapters.platform import Page, Platform, every, strange, unable
from adapters.refused import Lacking, Site
from adapters.source import Bound, Denied, NotFound, Opening, Query, Summary, Unable
from adapters.trace import Json
from adapters.web import Params, Web

VENDOR = "https://cloud.langfuse.com"
PAGE = 100
NEW, SCORES = "api/public/v2/observations", "api/public/v3/scores"
LISTED = "core,basic,time,metrics,trace_context"
WHOLE = "core,basic,time,io,metadata,model,usage,prompt,metrics,trace_context"
CUT = 200
"""Characters of metadata after which the newer API cuts it off, unless its key is asked for."""


class Langfuse(Platform):
    """See `Source`. The keys say which project it is."""

    name = "langfuse"

    def __init__(self, web: Web, project: str) -> None:
        super().__init__()
        self._web = web
        self._project = project
        self.place = f"langfuse {web.site.where} {project}"
        self._new: bool | None = None
        """Whether the server has the newer API; None until it was asked."""
        self._checked = False

    def close(self) -> None:
        """Let go of the connections."""
        self._web.close()

    def projects(self) -> tuple[str, ...]:
        """The one project that the keys open."""
        what = "the list of projects"
        try:
            answer = notation.fields(self._web.get("api/public/projects", what=what))
        except Lacking:
            raise self._web.missing(what) from None
        return tuple(notation.word(notation.fields(each).get("name")) for each in notation.items(answer.get("data")))

    def search(self, query: Query) -> Iterator[Summary]:
        """Summaries of the traces that match, newest first; a page is fetched when its first summary is wanted."""
        self._check_project(query.project or self._project)
        scored = [self._scored(bound, query.since) for bound in query.scores]
        lists = self._new_lists(query) if self._has_new() else old_lists(self._web, query)
        seen: set[str] = set()
        for found in heapq.merge(*lists, key=lambda each: -(each.start_ns or 0)):
            if found.id not in seen and all(found.id in ids for ids in scored):
                seen.add(found.id)
                yield found
                if len(seen) >= query.limit:
                    return

    def _new_lists(self, query: Query) -> list[Iterator[Summary]]:
        """What no filter can say at once is asked for in several lists: errors and bad scores, texts that went in and that came out."""
        if query.text and query.failed:
            raise unable("Langfuse", "text among failed traces", "give --text or --failed, not both")
        if query.failed:
            return [self._observed(query, _is("level", "ERROR"), failed=True), self._badly_scored(query)]
        if query.text:
            return [self._observed(query, _is(side, query.text, "matches")) for side in ("input", "output")]
        return [self._observed(query, {"type": "boolean", "column": "isRootObservation", "operator": "=", "value": True})]

    def _observed(self, query: Query, condition: Json, *, failed: bool = False) -> Iterator[Summary]:
        conditions = [condition, *_conditions(query)]
        params: Params = {"fields": LISTED, "limit": max(1, min(PAGE, query.limit)), "filter": json.dumps(conditions)}
        for place, item in self._items(NEW, params, "traces"):
            found = langfuse.summary(notation.fields(item), failed=failed)
            if found is None:
                self._skipped.add(place, "an observation without its trace's id")
            else:
                yield found

    def _badly_scored(self, query: Query) -> Iterator[Summary]:
        """Traces with bad scores; a list of scores does not tell a trace's name and tags."""
        if query.name or query.tags:
            return
        for params in ({"dataType": "NUMERIC", "valueMax": "0"}, {"dataType": "BOOLEAN", "value": "false,true"}):
            for trace_id, raw in self._scores(params, query.since):
                if langfuse.feedback(raw).bad:
                    yield Summary(trace_id, failed=True)

    def _scored(self, bound: Bound, since: datetime | None) -> frozenset[str]:
        """The traces of which a score keeps its condition."""
        limits = {
            "<": {"valueMax": bound.value},
            "<=": {"valueMax": bound.value},
            ">": {"valueMin": bound.value},
            ">=": {"valueMin": bound.value},
        }
        given = {key: f"{value:g}" for key, value in limits.get(bound.sign, {"valueMin": bound.value, "valueMax": bound.value}).items()}
        listed = self._scores({"name": bound.name, "dataType": "NUMERIC", **given}, since)
        return frozenset(trace_id for trace_id, raw in listed if bound.holds(langfuse.feedback(raw).value))

    def _scores(self, params: Mapping[str, str], since: datetime | None) -> Iterator[tuple[str, dict[str, Json]]]:
        """Scores with the traces that they are about. A score is given after its trace began."""
        words: Params = {**params, "fields": "subject,details", "limit": PAGE, "fromTimestamp": since.isoformat() if since else None}
        try:
            for _, item in self._items(SCORES, words, "scores"):
                raw = notation.fields(item)
                if trace_id := _trace_of(raw):
                    yield trace_id, raw
        except Lacking:
            raise unable("this version of Langfuse", "scores") from None

    def _gathering(self, trace_id: str) -> Gathering:
        project = f" of project {self._project}" if self._project else ""
        return Gathering(f"trace {trace_id}{project} at {self._web.site.where}", self.name)

    def _pages(self, trace_id: str, gathering: Gathering) -> Iterator[None]:
        self._check_project(self._project)
        if self._has_new():
            yield from self._new_pages(trace_id, gathering)
            return
        langfuse.read(old_trace(self._web, trace_id), gathering, f"trace {trace_id}")
        yield

    def _new_pages(self, trace_id: str, gathering: Gathering) -> Iterator[None]:
        what, count = f"trace {trace_id}", 0
        try:
            for _, raw in self._scores({"traceId": trace_id}, None):
                gathering.said(trace_id, langfuse.feedback(raw))
        except Unable:
            gathering.left_out.add(trace_id, "its scores: this version of Langfuse has no list of them")
        params: Params = {"traceId": trace_id, "fields": WHOLE, "limit": PAGE}
        for place, item in self._items(NEW, params, what):
            raw = notation.fields(item)
            if notation.word(raw.get("traceId")) != trace_id:
                gathering.not_understood.add(place, "not an observation of this trace")
                continue
            if not count:
                langfuse.about({**raw, "name": raw.get("traceName"), "metadata": None, "scores": None}, trace_id, gathering)
            count += 1
            if keys := _cut(raw):
                raw = self._uncut(raw, trace_id, keys, gathering)
            langfuse.read_observation(raw, gathering, place)
            if count % PAGE == 0:
                yield
        if not count:
            raise self._web.missing(what)
        yield

    def _uncut(self, raw: dict[str, Json], trace_id: str, keys: list[str], gathering: Gathering) -> dict[str, Json]:
        """The same observation with its metadata in full, which has to be asked for by its keys."""
        identity = notation.word(raw.get("id"))
        conditions: Json = [_is("traceId", trace_id), _is("id", identity)]
        params: Params = {"fields": "core,metadata", "expandMetadata": ",".join(keys), "limit": 1, "filter": json.dumps(conditions)}
        found = next((notation.fields(each) for _, each in self._items(NEW, params, f"metadata of {identity}")), {})
        if found.get("id") != identity:
            gathering.truncated.add(identity, f"Langfuse cut off its metadata after {CUT} characters: {', '.join(keys)}")
            return raw
        return raw | {"metadata": found.get("metadata")}

    def _has_new(self) -> bool:
        """Asked once: servers of before 2026 have no such address."""
        if self._new is None:
            try:
                self._web.get(NEW, {"limit": 1, "fields": "core"}, what="observations")
                self._new = True
            except Lacking:
                self._new = False
        return self._new

    def _check_project(self, project: str) -> None:
        """The keys decide what is read; a project of another name would be a surprise."""
        if project and not self._checked:
            names = self.projects()
            if project not in names:
                hint = f"these keys open {', '.join(names) or 'no project'}: set `project` under [traces] to that, or set other keys"
                raise NotFound(f"LANGFUSE_PUBLIC_KEY does not belong to the project {project}", hint)
            self._checked = True

    def _items(self, path: str, params: Params, what: str) -> Iterator[tuple[str, Json]]:
        """Every item of every page, with its place. Raises Lacking when there is no such address."""

        def page(cursor: str) -> Page:
            answer = notation.fields(self._web.get(path, {**params, "cursor": cursor}, what=what))
            data = answer.get("data")
            if not isinstance(data, list):
                raise strange(self._web.site.where, "Langfuse", what, "LANGFUSE_BASE_URL")
            return Page(tuple(data), notation.word(notation.fields(answer.get("meta")).get("cursor")))

        return every(page, self._web.site.where, what)


def _conditions(query: Query) -> list[Json]:
    """What of a query the newer API's filters can say of any observation."""
    found: list[Json] = []
    if query.since:
        found.append({"type": "datetime", "column": "startTime", "operator": ">=", "value": query.since.isoformat()})
    if query.until:
        found.append({"type": "datetime", "column": "startTime", "operator": "<", "value": query.until.isoformat()})
    if query.name:
        found.append(_is("traceName", query.name))
    if query.tags:
        found.append({"type": "arrayOptions", "column": "traceTags", "operator": "all of", "value": list(query.tags)})
    return found


def _is(column: str, value: str, operator: str = "=") -> Json:
    return {"type": "string", "column": column, "operator": operator, "value": value}


def _cut(raw: Mapping[str, Json]) -> list[str]:
    """The keys of metadata that may be cut off."""
    return [key for key, value in notation.fields(raw.get("metadata")).items() if len(notation.text(value)) >= CUT]


def _trace_of(raw: Mapping[str, Json]) -> str:
    subject = notation.fields(raw.get("subject"))
    own = notation.word(subject.get("id")) if subject.get("kind") == "trace" else ""
    return notation.word(subject.get("traceId")) or own or notation.word(raw.get("traceId"))


def opened(opening: Opening, patience: Patience | None = None) -> Langfuse:
    """Where Langfuse's own variables say it is."""
    given = opening.variables
    public, secret = given.get("LANGFUSE_PUBLIC_KEY", "").strip(), given.get("LANGFUSE_SECRET_KEY", "").strip()
    if not (public and secret):
        raise Denied("there are no API keys for Langfuse", hint="set LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY")
    base = given.get("LANGFUSE_BASE_URL") or given.get("LANGFUSE_HOST") or VENDOR
    headers = {"authorization": f"Basic {base64.b64encode(f'{public}:{secret}'.encode()).decode()}"}
    site = Site("Langfuse", base, "LANGFUSE_BASE_URL", "LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY", headers)
    return Langfuse(Web(site, patience, opening.tell), opening.project)
