"""The list of traces of a Langfuse of before 2026, by its older API of numbered pages."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from adapters import langfuse, notation
from adapters.platform import strange, unable
from adapters.refused import Lacking
from adapters.source import Query, Summary, Unreadable
from adapters.trace import Json
from adapters.web import Params, Web

PAGE = 100
TRACES, OBSERVATIONS = "api/public/traces", "api/public/observations"
DEEP = 10
"""Pages after which the search goes on from the last time instead: deep pages are what its database chokes on."""


def old_lists(web: Web, query: Query) -> list[Iterator[Summary]]:
    """What matches, newest first."""
    if query.text:
        raise unable("this version of Langfuse", "text")
    return [_failed(web, query) if query.failed else _traces(web, query)]


def old_trace(web: Web, trace_id: str) -> dict[str, Json]:
    """A whole trace with its observations and scores."""
    try:
        return notation.fields(web.get(f"{TRACES}/{trace_id}", what=f"trace {trace_id}"))
    except Lacking:
        raise web.missing(f"trace {trace_id}") from None


def _traces(web: Web, query: Query) -> Iterator[Summary]:
    words: Params = {
        "limit": max(1, min(PAGE, query.limit)),
        "orderBy": "timestamp.desc",
        "fields": "core,scores",
        "fromTimestamp": query.since.isoformat() if query.since else None,
        "name": query.name,
        "tags": query.tags,
    }
    until = query.until
    while True:
        last = None
        for number in range(1, DEEP + 1):
            found, more = _page(web, TRACES, {**words, "toTimestamp": until.isoformat() if until else None}, number, "traces")
            summaries = [each for raw in found if (each := _summary(raw)) is not None]
            yield from summaries
            last = next((each.start_ns for each in reversed(summaries) if each.start_ns is not None), last)
            if not more:
                return
        at = datetime.fromtimestamp(last / 1e9, UTC) + timedelta(milliseconds=1) if last is not None else None
        if at is None or (until is not None and at >= until):
            raise Unreadable(f"{web.site.where} lists more traces of one moment than can be told apart")
        until = at


def _failed(web: Web, query: Query) -> Iterator[Summary]:
    if query.name or query.tags:
        raise unable("this version of Langfuse", "name or tags of failed traces")
    words: Params = {
        "level": "ERROR",
        "limit": max(1, min(PAGE, query.limit)),
        "fromStartTime": query.since.isoformat() if query.since else None,
        "toStartTime": query.until.isoformat() if query.until else None,
    }
    for number in itertools.count(1):
        found, more = _page(web, OBSERVATIONS, words, number, "observations")
        yield from (each for raw in found if (each := langfuse.summary(raw, failed=True)) is not None)
        if not more:
            return


def _page(web: Web, path: str, words: Params, number: int, what: str) -> tuple[list[dict[str, Json]], bool]:
    """One numbered page, and whether there is another."""
    try:
        answer = notation.fields(web.get(path, {**words, "page": number}, what=what))
    except Lacking:
        raise web.missing(what) from None
    data = answer.get("data")
    if not isinstance(data, list):
        raise strange(web.site.where, "Langfuse", what, "LANGFUSE_BASE_URL")
    total = notation.whole(notation.fields(answer.get("meta")).get("totalPages")) or 0
    return [notation.fields(each) for each in data], number < total


def _summary(raw: Mapping[str, Json]) -> Summary | None:
    trace_id = notation.word(raw.get("id"))
    if not trace_id:
        return None
    start, took = notation.nanoseconds(raw.get("timestamp")), notation.number(raw.get("latency"))
    stamp = f"{notation.word(raw.get('updatedAt'))} {len(notation.items(raw.get('scores')))}"
    return Summary(trace_id, notation.word(raw.get("name")), start, took, stamp=stamp)
