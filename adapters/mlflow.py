"""MLflow, live, by its REST API: its search for traces, and a trace with its spans, which it keeps as OTLP has them."""

from __future__ import annotations

import base64
import configparser
import heapq
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from adapters import notation, otlp
from adapters.gather import Gathering
from adapters.patience import Patience
from adapters.platform import Page, Platform, every, strange, unable, unnamed
from adapters.refused import Lacking, Site
from adapters.source import Bound, Opening, Query, Summary
from adapters.trace import Feedback, Json
from adapters.web import Web

LOCAL = "http://localhost:5000"
PAGE = 500
PIECE = 100
"""Spans after which there is an occasion to hand on what was read."""
API = "api/3.0/mlflow/traces"
INTERNAL = frozenset({"mlflow.artifactLocation", "mlflow.trace.spansLocation", "mlflow.trace_schema.version", "mlflow.trace.sizeStats"})
"""What MLflow keeps for itself beside a trace."""
BAD_SPANS, BAD_STATE = "span.status = 'ERROR'", "trace.status = 'ERROR'"


class MLflow(Platform):
    """See `Source`. One experiment."""

    name = "mlflow"

    def __init__(self, web: Web, project: str) -> None:
        super().__init__()
        if not project:
            raise unnamed("MLflow")
        self._web = web
        self._project = project
        self.place = f"mlflow {web.site.where} {project}"
        self._ids: dict[str, str] = {}

    def close(self) -> None:
        """Let go of the connections."""
        self._web.close()

    def projects(self) -> tuple[str, ...]:
        """The names of all experiments."""
        path, what = "api/2.0/mlflow/experiments/search", "the list of experiments"

        def page(token: str) -> Page:
            body: dict[str, Json] = {"max_results": 1000, "page_token": token} if token else {"max_results": 1000}
            answer = notation.fields(self._posted(path, body, what))
            return Page(tuple(notation.items(answer.get("experiments"))), notation.word(answer.get("next_page_token")))

        return tuple(notation.word(notation.fields(each).get("name")) for _, each in every(page, self._web.site.where, what))

    def search(self, query: Query) -> Iterator[Summary]:
        """Summaries of the traces that match, newest first; a page is fetched when its first summary is wanted."""
        experiment = self._experiment(query.project or self._project)
        condition = condition_of(query)
        failing = (BAD_SPANS, BAD_STATE) if query.failed else ("",)
        lists = [self._list_of(experiment, " AND ".join(filter(None, (condition, bad))), query) for bad in failing]
        seen: set[str] = set()
        for found in heapq.merge(*lists, key=lambda each: -(each.start_ns or 0)):
            if found.id not in seen:
                seen.add(found.id)
                yield found
                if len(seen) >= query.limit:
                    return

    def _list_of(self, experiment: str, condition: str, query: Query) -> Iterator[Summary]:
        where: Json = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": experiment}}]
        size = max(1, min(PAGE, query.limit))
        body: dict[str, Json] = {"locations": where, "max_results": size, "order_by": ["timestamp_ms DESC"]}
        if condition:
            body["filter"] = condition

        def page(token: str) -> Page:
            answer = notation.fields(self._posted(f"{API}/search", {**body, "page_token": token} if token else body, "traces"))
            return Page(tuple(notation.items(answer.get("traces"))), notation.word(answer.get("next_page_token")))

        for place, item in every(page, self._web.site.where, "traces"):
            found = _summary(notation.fields(item), failed=query.failed)
            if found is None:
                self._skipped.add(place, "a trace without an id")
            else:
                yield found

    def _gathering(self, trace_id: str) -> Gathering:
        return Gathering(f"trace {trace_id} of experiment {self._project} at {self._web.site.where}", self.name)

    def _pages(self, trace_id: str, gathering: Gathering) -> Iterator[None]:
        what = f"trace {trace_id}"
        info, spans = self._trace(trace_id, what)
        attributes = {key: value for part in ("trace_metadata", "tags") for key, value in notation.fields(info.get(part)).items()}
        name = notation.word(attributes.pop("mlflow.traceName", ""))
        about = {key: value for key, value in attributes.items() if key not in INTERNAL}
        gathering.about(trace_id, about, name)
        for raw in notation.items(info.get("assessments")):
            if (said := _feedback(notation.fields(raw))) is not None:
                gathering.said(trace_id, said)
        count = len(spans)
        spans.reverse()
        for place in range(1, count + 1):
            item = spans.pop()  # what is read is let go: MLflow hands over a trace in one answer, however large
            if isinstance(item, dict):
                otlp.read_span(_plain(item), {}, about, gathering, f"{what}, span {place}", trace_id)
            else:
                gathering.not_understood.add(f"{what}, span {place}", "not a span")
            if place % PIECE == 0:
                yield
        if info.get("state") == "IN_PROGRESS":
            gathering.truncated.add(trace_id, "it had not ended yet: pull it again later")
        if not count:
            gathering.expired.add(trace_id, "MLflow lists the trace and has no spans of it")
        yield

    def _trace(self, trace_id: str, what: str) -> tuple[dict[str, Json], list[Json]]:
        """A trace with its spans. Those that the server keeps as a file are read from there."""
        try:
            answer = self._web.get(f"{API}/get", {"trace_id": trace_id}, what=what)
        except Lacking:
            info = self._info(trace_id, what)
            return info, self._filed(trace_id, what)
        trace = notation.fields(notation.fields(answer).get("trace"))
        spans = notation.items(trace.get("spans"))
        info = notation.fields(trace.get("trace_info"))
        if not info:
            raise strange(self._web.site.where, "MLflow", what, "MLFLOW_TRACKING_URI")
        return info, spans or self._filed(trace_id, what)

    def _info(self, trace_id: str, what: str) -> dict[str, Json]:
        try:
            answer = self._web.get(f"{API}/{trace_id}", what=what)
        except Lacking:
            raise self._web.missing(what) from None
        return notation.fields(notation.fields(notation.fields(answer).get("trace")).get("trace_info"))

    def _filed(self, trace_id: str, what: str) -> list[Json]:
        try:
            return notation.items(
                notation.fields(self._web.get("ajax-api/2.0/mlflow/get-trace-artifact", {"request_id": trace_id}, what=what)).get("spans")
            )
        except Lacking:
            return []

    def _experiment(self, name: str) -> str:
        """The id of an experiment, by its name or its id."""
        if name not in self._ids:
            quoted = name.replace("'", "''")
            body: dict[str, Json] = {"max_results": 1, "filter": f"name = '{quoted}'"}
            listed = notation.items(
                notation.fields(self._posted("api/2.0/mlflow/experiments/search", body, f"experiment {name}")).get("experiments")
            )
            found = notation.word(notation.fields(listed[0]).get("experiment_id")) if listed else name if name.isdecimal() else ""
            if not found:
                raise self._web.missing(f"experiment {name}")
            self._ids[name] = found
        return self._ids[name]

    def _posted(self, path: str, body: Json, what: str) -> Json:
        try:
            return self._web.post(path, body, what=what)
        except Lacking:
            raise self._web.missing(what) from None


def condition_of(query: Query) -> str:
    """A query as MLflow's filters say it, but for what has failed: that takes two searches, since its filters know no OR."""
    parts = []
    if query.since:
        parts.append(f"trace.timestamp_ms >= {int(query.since.timestamp() * 1000)}")
    if query.until:
        parts.append(f"trace.timestamp_ms < {int(query.until.timestamp() * 1000)}")
    if query.name:
        parts.append(f"span.name = {_quoted(query.name)}")
    if query.text:
        parts.append(f"span.content ILIKE {_quoted(f'%{query.text}%')}")
    for tag in query.tags:
        key, sign, value = tag.partition("=")
        if not sign:
            raise unable("MLflow", f"the tag {tag} without its value", "write --tag NAME=VALUE")
        parts.append(f"tag.`{key}` = {_quoted(value)}")
    parts.extend(_score(bound) for bound in query.scores)
    return " AND ".join(parts)


def _score(bound: Bound) -> str:
    value = f"{bound.value:g}"
    return f"feedback.`{bound.name}` {bound.sign} {_quoted(value) if bound.sign == '=' else value}"


def _quoted(text: str) -> str:
    if "'" in text and '"' in text:
        raise unable("MLflow", "a text with both kinds of quotes")
    return f'"{text}"' if "'" in text else f"'{text}'"


def _summary(raw: Mapping[str, Json], *, failed: bool) -> Summary | None:
    trace_id = notation.word(raw.get("trace_id"))
    if not trace_id:
        return None
    tags = notation.fields(raw.get("tags"))
    start = notation.nanoseconds(raw.get("request_time"))
    took = re.fullmatch(r"([\d.]+)s", notation.word(raw.get("execution_duration")))
    judged = ",".join(notation.word(notation.fields(each).get("last_update_time")) for each in notation.items(raw.get("assessments")))
    state = notation.word(raw.get("state"))
    return Summary(
        trace_id,
        notation.word(tags.get("mlflow.traceName")),
        start,
        float(took[1]) if took else None,
        failed or state == "ERROR",
        stamp=f"{state} {notation.word(raw.get('execution_duration'))} {judged}",
    )


def _feedback(raw: Mapping[str, Json]) -> Feedback | None:
    """What somebody said; what was expected of the run is kept as such, since it is no judgement."""
    given = notation.fields(raw.get("feedback")) or notation.fields(raw.get("expectation"))
    value = given.get("value")
    if isinstance(value, dict) or "serialized_value" in given:
        value = notation.text(value if isinstance(value, dict) else given.get("serialized_value"))
    name = notation.word(raw.get("assessment_name"))
    if not name:
        return None
    return Feedback(
        f"expected {name}" if "expectation" in raw else name,
        None if isinstance(value, bool | str) else notation.number(value),
        str(value).lower() if isinstance(value, bool) else value if isinstance(value, str) else "",
        notation.word(raw.get("rationale")) or notation.text(notation.fields(given.get("error")).get("error_message")),
        otlp.identity(raw.get("span_id"), 8),
        notation.word(notation.fields(raw.get("source")).get("source_type")),
    )


def _plain(raw: dict[str, Json]) -> dict[str, Json]:
    """A span as it is filed writes its attributes as JSON texts."""
    attributes = raw.get("attributes")
    if not isinstance(attributes, dict):
        return raw
    return raw | {"attributes": {key: _read(value) for key, value in attributes.items()}}


def _read(value: Json) -> Json:
    if not isinstance(value, str):
        return value
    try:
        return notation.loads(value)
    except ValueError:
        return value


def opened(opening: Opening, patience: Patience | None = None) -> MLflow:
    """Where MLflow's own variables say it is; who asks is said by them or by its file of credentials."""
    given = opening.variables
    base = given.get("MLFLOW_TRACKING_URI", "") or LOCAL
    headers = {}
    filed = _filed_login(opening.home / ".mlflow" / "credentials")
    name = given.get("MLFLOW_TRACKING_USERNAME", "") or filed.get("mlflow_tracking_username", "")
    password = given.get("MLFLOW_TRACKING_PASSWORD", "") or filed.get("mlflow_tracking_password", "")
    if token := given.get("MLFLOW_TRACKING_TOKEN", "").strip():
        headers["authorization"] = f"Bearer {token}"
    elif name and password:
        headers["authorization"] = f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"
    if workspace := given.get("MLFLOW_WORKSPACE", ""):
        headers["x-mlflow-workspace"] = workspace
    site = Site("MLflow", base, "MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_TOKEN (or _USERNAME and _PASSWORD)", headers)
    return MLflow(Web(site, patience, opening.tell), opening.project)


def _filed_login(path: Path) -> Mapping[str, str]:
    reading = configparser.ConfigParser(interpolation=None)
    try:
        reading.read(path, encoding="utf-8")
        return dict(reading["mlflow"]) if reading.has_section("mlflow") else {}
    except (configparser.Error, OSError, UnicodeDecodeError):
        return {}
