"""Datadog LLM Observability, live: by the export API for its spans, which is all it has; traces are put together here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from adapters import notation, payload
from adapters.gather import Gathering
from adapters.patience import Patience
from adapters.platform import Page, Platform, every, strange, unable, unnamed
from adapters.refused import Lacking, Site
from adapters.source import Denied, Opening, Query, Summary
from adapters.trace import Failure, Feedback, Json, Kind, Span, Status, Usage
from adapters.web import Web

VENDOR = "datadoghq.com"
SEARCH = "api/v2/llm-obs/v1/spans/events/search"
PAGE = 100
KEPT = timedelta(days=15)
"""So long Datadog keeps spans. Without a start it looks back 15 minutes only, and says nothing of it."""
ROOT = frozenset({"", "undefined", "0"})
"""How a span says that it has no parent."""
KINDS = {
    "llm": Kind.LLM,
    "agent": Kind.AGENT,
    "tool": Kind.TOOL,
    "workflow": Kind.CHAIN,
    "task": Kind.CHAIN,
    "retrieval": Kind.RETRIEVER,
} | {
    "embedding": Kind.EMBEDDING,
    "experiment": Kind.EVALUATOR,
}
FIELDS = frozenset(
    {"trace_id", "span_id", "parent_id", "name", "span_kind", "start_ns", "duration", "status", "input", "output", "model_name", "metrics"}
)


class Datadog(Platform):
    """See `Source`. One ML application."""

    name = "datadog"

    def __init__(self, web: Web, project: str) -> None:
        super().__init__()
        if not project:
            raise unnamed("Datadog")
        self._web = web
        self._project = project
        self.place = f"datadog {web.site.where} {project}"

    def close(self) -> None:
        """Let go of the connections."""
        self._web.close()

    def projects(self) -> tuple[str, ...]:
        """The applications that sent a trace in the last day: Datadog's API has no list of them."""
        names: dict[str, None] = {}
        since = datetime.now(UTC) - timedelta(days=1)
        for _, raw in self._spans({"query": "@parent_id:undefined", **_times(since, None)}, "traces of the last day"):
            names.setdefault(notation.word(raw.get("ml_app")))
        return tuple(name for name in names if name)

    def search(self, query: Query) -> Iterator[Summary]:
        """Summaries of the traces that match, newest first; a page is fetched when its first summary is wanted."""
        conditions = {"query": condition_of(query, query.project or self._project), **_times(query.since, query.until)}
        seen: set[str] = set()
        for place, raw in self._spans(conditions, "traces", min(PAGE, query.limit)):
            found = _summary(raw, failed=query.failed)
            if found is None:
                self._skipped.add(place, "a span without its trace's id")
            elif found.id not in seen:
                seen.add(found.id)
                yield found
                if len(seen) >= query.limit:
                    return

    def _gathering(self, trace_id: str) -> Gathering:
        return Gathering(f"trace {trace_id} of application {self._project} at {self._web.site.where}", self.name)

    def _pages(self, trace_id: str, gathering: Gathering) -> Iterator[None]:
        count = 0
        for place, raw in self._spans({"trace_id": trace_id, **_times(None, None)}, f"trace {trace_id}", PAGE, "timestamp"):
            if notation.word(raw.get("trace_id")) != trace_id:
                gathering.not_understood.add(place, "not a span of this trace")
                continue
            count += 1
            if not notation.word(raw.get("span_id")):
                gathering.not_understood.add(place, "a span without an id")
                continue
            gathering.about(trace_id, {"ml_app": raw.get("ml_app")})
            for feedback in _feedback(raw):
                gathering.said(trace_id, feedback)
            for what in _files(raw):
                gathering.left_out.add(notation.word(raw.get("span_id")), f"the attachment {what} was not downloaded")
            gathering.span(trace_id, to_span(raw), place)
            if count % PAGE == 0:
                yield
        if not count:
            raise self._web.missing(f"trace {trace_id} of the last {KEPT.days} days")
        yield

    def _spans(
        self, conditions: Mapping[str, Json], what: str, size: int = PAGE, sort: str = "-timestamp"
    ) -> Iterator[tuple[str, dict[str, Json]]]:
        """Every span of every page, with its place."""

        def page(cursor: str) -> Page:
            part: dict[str, Json] = {"limit": max(1, size), "cursor": cursor} if cursor else {"limit": max(1, size)}
            return self._page({"filter": dict(conditions), "page": part, "sort": sort}, what)

        for place, each in every(page, self._web.site.where, what):
            yield place, notation.fields(notation.fields(each).get("attributes"))

    def _page(self, asked: Json, what: str) -> Page:
        try:
            answer = notation.fields(self._web.post(SEARCH, {"data": {"type": "spans", "attributes": asked}}, what=what))
        except Lacking:
            raise self._web.missing(f"LLM Observability API ({what})") from None
        data = answer.get("data")
        if not isinstance(data, list):
            raise strange(self._web.site.where, "Datadog", what, "DD_SITE")
        return Page(tuple(data), notation.word(notation.fields(notation.fields(answer.get("meta")).get("page")).get("after")))


def condition_of(query: Query, project: str) -> str:
    """A query as Datadog's search says it. Where a query stands, all other filters are passed over, so it says everything."""
    if query.scores:
        raise unable("Datadog", "scores", "pull without --score; the scores come with the traces")
    parts = [f"ml_app:{_quoted(project)}", "@status:error" if query.failed else "" if query.text or query.name else "@parent_id:undefined"]
    parts.append(f"@name:{_quoted(query.name)}" if query.name else "")
    parts.append(_quoted(query.text) if query.text else "")
    parts += [f"{key}:{_quoted(value)}" if value else _quoted(key) for key, _, value in (tag.partition(":") for tag in query.tags)]
    return " ".join(part for part in parts if part)


def to_span(raw: Mapping[str, Json]) -> Span:
    """One span of the export."""
    kind = KINDS.get(notation.word(raw.get("span_kind")), Kind.UNKNOWN)
    name, parent = notation.word(raw.get("name")), notation.word(raw.get("parent_id"))
    start, took = notation.nanoseconds(raw.get("start_ns")), notation.number(raw.get("duration"))
    metrics, asked, answered = (notation.fields(raw.get(part)) for part in ("metrics", "input", "output"))
    heard = payload.heard(asked.get("messages")) or payload.heard(asked.get("value"))
    said = payload.said(answered.get("messages")) or payload.said(answered.get("value"))
    failed = notation.word(raw.get("status")) == "error"
    says = notation.fields(notation.fields(raw.get("metadata")).get("error")) or notation.fields(raw.get("error"))
    return Span(
        id=notation.word(raw.get("span_id")),
        name=name,
        kind=kind,
        parent_id=None if parent in ROOT else parent,
        agent=name if kind is Kind.AGENT else "",
        tool=name if kind is Kind.TOOL else "",
        model=notation.word(raw.get("model_name")),
        start_ns=start,
        end_ns=round(start + took) if start is not None and took is not None else None,
        status=Status.ERROR if failed else Status.OK if raw.get("status") == "ok" else Status.UNSET,
        failure=Failure(*(notation.text(says.get(part)) for part in ("type", "message", "stack"))) if failed and says else None,
        input=notation.word(asked.get("value")) or "\n".join(message.content for message in heard[-1:]),
        output=notation.word(answered.get("value")) or "\n".join(message.content for message in said if message.content),
        input_messages=heard,
        output_messages=said,
        usage=Usage(
            notation.whole(metrics.get("input_tokens")),
            notation.whole(metrics.get("output_tokens")),
            _dollars(metrics),
        ),
        attributes={key: value for key, value in raw.items() if key not in FIELDS and value not in (None, "", [], {})}
        | (
            {"metrics": more}
            if (more := {key: each for key, each in metrics.items() if key not in ("input_tokens", "output_tokens")})
            else {}
        ),
    )


def _dollars(metrics: Mapping[str, Json]) -> float | None:
    """Datadog counts billionths of a dollar."""
    cost = notation.number(metrics.get("estimated_total_cost"))
    return None if cost is None else cost / 1e9


def _feedback(raw: Mapping[str, Json]) -> Iterator[Feedback]:
    about = "" if notation.word(raw.get("parent_id")) in ROOT else notation.word(raw.get("span_id"))
    for name, held in notation.fields(raw.get("evaluation")).items():
        metric = notation.fields(held)
        value = metric.get("value")
        label = str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else ""
        yield Feedback(
            name,
            None if isinstance(value, bool | str) else notation.number(value),
            notation.word(metric.get("assessment")) or label,
            notation.word(metric.get("reasoning")),
            about,
            notation.word(metric.get("eval_metric_type")),
        )


def _files(raw: Mapping[str, Json]) -> Iterator[str]:
    for part in ("input", "output"):
        for place, _ in enumerate(notation.items(notation.fields(raw.get(part)).get("attachments"))):
            yield f"{part} {place + 1}"


def _summary(raw: Mapping[str, Json], *, failed: bool) -> Summary | None:
    trace_id = notation.word(raw.get("trace_id"))
    if not trace_id:
        return None
    is_root = notation.word(raw.get("parent_id")) in ROOT
    took = notation.number(raw.get("duration"))
    stamp = f"{notation.word(raw.get('duration'))} {len(notation.fields(raw.get('evaluation')))}" if is_root and not failed else ""
    start, bad = notation.nanoseconds(raw.get("start_ns")), failed or raw.get("status") == "error"
    return Summary(trace_id, notation.word(raw.get("name")), start, took / 1e9 if took is not None and is_root else None, bad, stamp=stamp)


def _times(since: datetime | None, until: datetime | None) -> dict[str, Json]:
    start = since or datetime.now(UTC) - KEPT
    return {"from": start.isoformat(), "to": until.isoformat() if until else "now"}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def opened(opening: Opening, patience: Patience | None = None) -> Datadog:
    """Where Datadog's own variables say it is."""
    given = opening.variables
    key, application = given.get("DD_API_KEY", "").strip(), (given.get("DD_APP_KEY") or given.get("DD_APPLICATION_KEY") or "").strip()
    if not (key and application):
        raise Denied("there are no API keys for Datadog", hint="set DD_API_KEY and DD_APP_KEY")
    site = given.get("DD_SITE") or VENDOR
    base = site if "://" in site else f"https://api.{site}"
    return Datadog(
        Web(
            Site("Datadog", base, "DD_SITE", "DD_API_KEY and DD_APP_KEY", {"dd-api-key": key, "dd-application-key": application}),
            patience,
            opening.tell,
        ),
        opening.project,
    )
