"""Arize Phoenix, live, by its REST API: its list of traces, the spans of a trace, and what was annotated on either."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from adapters import flat, notation
from adapters.gather import Gathering
from adapters.otlp import identity
from adapters.patience import Patience
from adapters.platform import Page, Platform, every, strange, unable, unnamed
from adapters.refused import Lacking, Site
from adapters.source import Bound, Opening, Query, SourceError, Summary
from adapters.trace import Feedback, Json
from adapters.web import Params, Web

LOCAL = "http://localhost:6006"
PAGE = 100
PATHS = ("/v1/traces", "/v1")
"""What users write behind the address, since that is where spans are sent."""
UNSAFE = frozenset("/?#")
"""Letters of a project's name that cannot stand in a path, however they are written."""


class Phoenix(Platform):
    """See `Source`. One project."""

    name = "phoenix"

    def __init__(self, web: Web, project: str) -> None:
        super().__init__()
        if not project:
            raise unnamed("Phoenix")
        self._web = web
        self._project = project
        self.place = f"phoenix {web.site.where} {project}"
        self._names: dict[str, str] = {}
        self._filters: bool | None = None
        """Whether the server knows filters; None until it was asked."""

    def close(self) -> None:
        """Let go of the connections."""
        self._web.close()

    def projects(self) -> tuple[str, ...]:
        """The names of all projects."""
        return tuple(notation.word(notation.fields(each).get("name")) for _, each in self._items("v1/projects", {}, "the list of projects"))

    def search(self, query: Query) -> Iterator[Summary]:
        """Summaries of the traces that match, newest first; a page is fetched when its first summary is wanted."""
        condition = condition_of(query)
        project = self._path(query.project or self._project)
        if condition:
            self._check_filters(project)
        params = {
            "start_time": query.since.isoformat() if query.since else None,
            "end_time": query.until.isoformat() if query.until else None,
            "filter": condition,
            "limit": max(1, min(PAGE, query.limit)),
        }
        seen: set[str] = set()
        for place, item in self._items(f"{project}/traces", params, f"traces of project {query.project or self._project}"):
            found = _summary(item, query.failed)
            if found is None:
                self._skipped.add(place, "a trace without an id")
            elif found.id not in seen:
                seen.add(found.id)
                yield found
                if len(seen) >= query.limit:
                    return

    def _gathering(self, trace_id: str) -> Gathering:
        return Gathering(f"trace {trace_id} of project {self._project} at {self._web.site.where}", self.name)

    def _pages(self, trace_id: str, gathering: Gathering) -> Iterator[None]:
        trace_id, project, what = identity(trace_id, 16), self._path(self._project), f"trace {trace_id}"
        self._annotations(f"{project}/trace_annotations", "trace_ids", [trace_id], trace_id, gathering)
        count, spans = 0, []
        for place, item in self._items(f"{project}/spans", {"trace_id": trace_id, "limit": PAGE, "sort": "start_time"}, what):
            count += 1
            raw = notation.fields(item)
            context = notation.fields(raw.get("context"))
            if identity(context.get("trace_id"), 16) != trace_id:
                gathering.not_understood.add(place, "not a span of this trace")
                continue
            flat.read(raw, gathering, place)
            spans.append(identity(context.get("span_id"), 8))
            if len(spans) >= PAGE:
                self._annotations(f"{project}/span_annotations", "span_ids", spans, trace_id, gathering)
                spans = []
                yield
        if spans:
            self._annotations(f"{project}/span_annotations", "span_ids", spans, trace_id, gathering)
        if not count:
            raise self._web.missing(f"{what} in project {self._project}")
        yield

    def _annotations(self, path: str, key: str, ids: list[str], trace_id: str, gathering: Gathering) -> None:
        """What people and evaluators said. Old servers have no such list; that is noted, not held against the trace."""
        try:
            for _, item in self._items(path, {key: ids, "limit": 1000}, f"annotations of trace {trace_id}"):
                gathering.said(trace_id, _feedback(notation.fields(item)))
        except SourceError as error:
            if not isinstance(error.__cause__, Lacking):
                raise

    def _items(self, path: str, params: Params, what: str) -> Iterator[tuple[str, Json]]:
        return every(lambda cursor: self._page(path, {**params, "cursor": cursor}, what), self._web.site.where, what)

    def _page(self, path: str, params: Params, what: str) -> Page:
        try:
            answer = notation.fields(self._web.get(path, params, what=what))
        except Lacking as error:
            raise self._web.missing(what) from error
        items = answer.get("data")
        if not isinstance(items, list):
            raise strange(self._web.site.where, "Phoenix", what, "PHOENIX_HOST")
        return Page(tuple(items), notation.word(answer.get("next_cursor")))

    def _path(self, project: str) -> str:
        """The path of a project, by its name, or by its id where the name cannot stand in a path."""
        if UNSAFE.isdisjoint(project):
            return f"v1/projects/{quote(project, safe='')}"
        if project not in self._names:
            listed = (notation.fields(each) for _, each in self._items("v1/projects", {"name_contains": project}, f"project {project}"))
            self._names.update({notation.word(each.get("name")): notation.word(each.get("id")) for each in listed})
        if project not in self._names:
            raise self._web.missing(f"project {project}")
        return f"v1/projects/{quote(self._names[project], safe='')}"

    def _check_filters(self, project: str) -> None:
        """A server that does not know filters passes over them in silence; one that does refuses a broken one."""
        if self._filters is None:
            try:
                self._web.get(f"{project}/traces", {"filter": "error_count >", "limit": 1}, what="filters")
            except Lacking as error:
                raise self._web.missing("list of traces in this project") from error
            except SourceError as error:
                if type(error) is not SourceError:
                    raise
                self._filters = True
            else:
                self._filters = False
        if not self._filters:
            raise unable("this version of Phoenix", "anything but time", "upgrade Phoenix, or pull without --failed and the like")


def condition_of(query: Query) -> str:
    """A query as Phoenix's filters say it: a trace has failed where any of its spans has, or where an annotation gives it nothing."""
    if query.tags:
        raise unable("Phoenix", "tags")
    parts = []
    if query.failed:
        bad = (f"any(a.score <= 0 for a in {where})" for where in ("trace_annotations", "span_annotations"))
        parts.append(" or ".join(("error_count > 0", *bad)))
    if query.name:
        parts.append(f"any(s.name == {json.dumps(query.name)} for s in spans)")
    if query.text:
        parts.append(f"{json.dumps(query.text)} in input or {json.dumps(query.text)} in output")
    parts.extend(_score(bound) for bound in query.scores)
    return " and ".join(f"({part})" for part in parts)


def _score(bound: Bound) -> str:
    test = f"a.name == {json.dumps(bound.name)} and a.score {'==' if bound.sign == '=' else bound.sign} {bound.value!r}"
    return " or ".join(f"any({test} for a in {where})" for where in ("trace_annotations", "span_annotations"))


def _summary(item: Json, failed: bool) -> Summary | None:
    """A trace in the list; None when it does not even say its id. `failed`: only such were asked for."""
    raw = notation.fields(item)
    trace_id = identity(raw.get("trace_id"), 16)
    if not trace_id:
        return None
    start, end = notation.nanoseconds(raw.get("start_time")), notation.nanoseconds(raw.get("end_time"))
    seconds = (end - start) / 1e9 if start is not None and end is not None else None
    stamp = f"{notation.word(raw.get('end_time'))} {notation.word(raw.get('token_count_total'))}"
    return Summary(trace_id, "", start, seconds, failed, stamp=stamp)


def _feedback(raw: Mapping[str, Json]) -> Feedback:
    result = notation.fields(raw.get("result"))
    return Feedback(
        notation.word(raw.get("name")),
        notation.number(result.get("score")),
        notation.word(result.get("label")),
        notation.word(result.get("explanation")),
        identity(raw.get("span_id"), 8),
        notation.word(raw.get("annotator_kind")),
    )


def opened(opening: Opening, patience: Patience | None = None) -> Phoenix:
    """Where Phoenix's own variables say it is."""
    given = opening.variables
    host, port = given.get("PHOENIX_HOST", ""), given.get("PHOENIX_PORT", "")
    base = given.get("PHOENIX_COLLECTOR_ENDPOINT", "") or host or LOCAL
    if "://" not in base:
        base = f"http://{base}:{port or 6006}"
    base = base.rstrip("/")
    for path in PATHS:
        base = base.removesuffix(path)
    headers = dict(pair.split("=", 1) for pair in given.get("PHOENIX_CLIENT_HEADERS", "").split(",") if "=" in pair)
    if key := given.get("PHOENIX_API_KEY", "").strip():
        headers["authorization"] = f"Bearer {key}"
    site = Site("Phoenix", base, "PHOENIX_COLLECTOR_ENDPOINT", "PHOENIX_API_KEY", headers)
    return Phoenix(Web(site, patience, opening.tell), opening.project)
