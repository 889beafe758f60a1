"""What goes to LangSmith's two query APIs and what comes back, as plain JSON: no request is made here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters import notation
from adapters.platform import Page
from adapters.source import Query, Summary, Unreadable
from adapters.trace import Feedback, Json

PAGE = 100
"""Runs asked for at once: the old API refuses more."""
BEGINNING = datetime(2023, 1, 1, tzinfo=UTC)
"""Before LangSmith began. Without a start the new API looks back one day only, and says nothing of it."""
LISTED = ("id", "name", "trace_id", "start_time", "end_time", "status", "total_tokens", "feedback_stats")
WHOLE = (
    *("id", "name", "run_type", "status", "start_time", "end_time", "first_token_time", "inputs", "outputs", "error", "extra", "events"),
    *("tags", "trace_id", "dotted_order", "parent_run_ids", "reference_example_id", "app_path", "feedback_stats"),
    *("prompt_tokens", "completion_tokens", "total_tokens", "prompt_cost", "completion_cost", "total_cost"),
)
"""What is asked of each run of a trace, under the names that both APIs share."""
NEW = (
    *("metadata", "project_id", "thread_id", "attachments"),
    *("prompt_token_details", "completion_token_details", "prompt_cost_details", "completion_cost_details"),
)
OLD = ("parent_run_id", "session_id", "s3_urls")
ATTACHMENT = "attachment."
SIGNS = {"<": "lt", "<=": "lte", "=": "eq", ">=": "gte", ">": "gt"}
FAILED = 'or(eq(status, "error"), lte(feedback_score, 0))'


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs of a project, before it is said in the words of either API."""

    project: str
    since: datetime = BEGINNING
    until: datetime | None = None
    trace: str = ""
    """All runs of this trace; without it, the root runs of all traces."""
    filter: str = ""
    tree_filter: str = ""
    page: int = PAGE


def wanted(query: Query, project: str) -> Wanted:
    """A query as LangSmith's filters say it. A trace has failed where any of its runs has, or where feedback gives one nothing."""
    conditions = [f"has(tags, {json.dumps(tag)})" for tag in query.tags]
    if query.name:
        conditions.append(f"eq(name, {json.dumps(query.name)})")
    conditions += [
        f"and(eq(feedback_key, {json.dumps(bound.name)}), {SIGNS[bound.sign]}(feedback_score, {bound.value:g}))" for bound in query.scores
    ]
    if query.text:
        conditions.append(f"search({json.dumps(query.text)})")
    return Wanted(
        project,
        since=query.since or BEGINNING,
        until=query.until,
        filter=_all(conditions),
        tree_filter=FAILED if query.failed else "",
        page=max(1, min(PAGE, query.limit)),
    )


def new_words(asked: Wanted, cursor: str) -> dict[str, Json]:
    """The arguments of the SDK's `query_v2`."""
    selects = (*WHOLE, *NEW) if asked.trace else LISTED
    return _given(
        {
            "project_ids": [asked.project],
            "trace_id": asked.trace,
            "is_root": None if asked.trace else True,
            "min_start_time": asked.since.isoformat(),
            "max_start_time": asked.until.isoformat() if asked.until else None,
            "filter": asked.filter,
            "tree_filter": asked.tree_filter,
            "page_size": asked.page,
            "selects": [name.upper() for name in selects],
            "cursor": cursor,
        }
    )


def old_words(asked: Wanted, cursor: str) -> dict[str, Json]:
    """The body of the old POST /runs/query, which has no upper bound of its own."""
    until = [f"lte(start_time, {json.dumps(asked.until.isoformat())})"] if asked.until else []
    return _given(
        {
            "session": [asked.project],
            "trace": asked.trace,
            "is_root": None if asked.trace else True,
            "start_time": asked.since.isoformat(),
            "filter": _all([*([asked.filter] if asked.filter else []), *until]),
            "tree_filter": asked.tree_filter,
            "limit": asked.page,
            "order": "asc" if asked.trace else "desc",
            "select": list((*WHOLE, *OLD) if asked.trace else LISTED),
            "cursor": cursor,
        }
    )


def new_page(value: Json) -> Page:
    """The answer of the new API."""
    return _page(value, "items", value.get("next_cursor") if isinstance(value, dict) else None)


def old_page(value: Json) -> Page:
    """The answer of the old API."""
    cursors = value.get("cursors") if isinstance(value, dict) else None
    return _page(value, "runs", cursors.get("next") if isinstance(cursors, dict) else None)


def summary(item: Json, failed: bool) -> Summary | None:
    """A root run in a list; None when it does not even say which trace it is. `failed`: only such were asked for."""
    if not isinstance(item, dict):
        return None
    identity = notation.word(item.get("trace_id")) or notation.word(item.get("id"))
    if not identity:
        return None
    start, end = notation.nanoseconds(item.get("start_time")), notation.nanoseconds(item.get("end_time"))
    seconds = (end - start) / 1e9 if start is not None and end is not None else None
    bad = failed or notation.word(item.get("status")).lower() == "error"
    told = (item.get("status"), item.get("end_time"), item.get("total_tokens"), item.get("feedback_stats"))
    return Summary(identity, notation.word(item.get("name")), start, seconds, bad, stamp=" ".join(map(notation.text, map(_figure, told))))


def _figure(value: Json) -> Json:
    return notation.word(value) or value


def as_exported(item: Mapping[str, Json]) -> dict[str, Json]:
    """A run of either API under the names of LangSmith's exports, which the reader knows."""
    run = dict(item)
    for name in ("run_type", "status"):
        if isinstance(said := run.get(name), str):
            run[name] = said.lower()
    if "project_id" in run:
        run.setdefault("session_id", run.pop("project_id"))
    parents = run.get("parent_run_ids")
    if not run.get("parent_run_id") and isinstance(parents, list) and parents:
        run["parent_run_id"] = parents[-1]
    metadata, extra = run.pop("metadata", None), run.get("extra")
    if metadata and (extra is None or isinstance(extra, dict)):
        run["extra"] = {"metadata": metadata, **(extra or {})}
    for name in NEW:
        if isinstance(details := run.get(name), dict) and set(details) == {"raw"}:
            run[name] = details["raw"]
    return run


def attachments(run: dict[str, Json]) -> tuple[str, ...]:
    """The names of a run's attachments. Their addresses are taken out of the run: whoever has one can read the file."""
    given, stored = run.pop("attachments", None), run.pop("s3_urls", None)
    names = list(given) if isinstance(given, dict) else []
    names += [name.removeprefix(ATTACHMENT) for name in stored if name.startswith(ATTACHMENT)] if isinstance(stored, dict) else []
    if names:
        run["attachments"] = list(names)
    return tuple(names)


def feedback(run: Mapping[str, Json]) -> tuple[Feedback, ...]:
    """What was said of a run, as far as its statistics tell: the average of each score, and the values that are words."""
    parents = run.get("parent_run_ids") or run.get("parent_run_id")
    about = notation.word(run.get("id")) if parents else ""
    made = []
    for name, held in notation.fields(run.get("feedback_stats")).items():
        stats = notation.fields(held)
        words = [word for word, count in notation.fields(stats.get("values")).items() if count]
        comments = [notation.text(each) for each in notation.items(stats.get("comments"))]
        made.append(Feedback(name, notation.number(stats.get("avg")), ", ".join(words), "; ".join(comments), about))
    return tuple(made)


def _page(value: Json, key: str, cursor: Json) -> Page:
    items = value.get(key) if isinstance(value, dict) else None
    if items is None and isinstance(value, dict) and key in value:
        items = []
    if not isinstance(items, list):
        raise Unreadable(f"LangSmith's answer has no list of {key}", hint="see that LANGSMITH_ENDPOINT names a LangSmith server")
    return Page(tuple(items), notation.word(cursor))


def _all(conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"and({', '.join(conditions)})" if conditions else ""


def _given(words: Mapping[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in words.items() if value not in (None, "")}
