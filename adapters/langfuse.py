"""Langfuse's observations and scores, as its API, its exports and its pages give them, into spans and feedback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from adapters import notation, payload
from adapters.conventions import to_span
from adapters.gather import Gathering
from adapters.recorded import Recorded
from adapters.source import Summary
from adapters.trace import Failure, Feedback, Json, Kind, Span, Status, Usage

TYPES = frozenset("SPAN GENERATION EVENT AGENT TOOL CHAIN RETRIEVER EVALUATOR EMBEDDING GUARDRAIL".split())  # noqa: SIM905
FIELDS = frozenset(
    {"id", "traceId", "type", "name", "startTime", "endTime", "parentObservationId", "level", "statusMessage", "input", "output", "model"}
    | {"metadata", "totalCost", "inputCost", "outputCost", "inputUsage", "outputUsage", "totalUsage", "latency", "projectId", "usage"}
    | {"calculatedTotalCost", "calculatedInputCost", "calculatedOutputCost", "promptTokens", "completionTokens", "totalTokens", "unit"}
)
TRACE = ("sessionId", "userId", "release", "version", "environment", "tags", "public", "metadata", "corrections")
MEDIA = "@@@langfuseMedia:"
"""How Langfuse marks what it keeps elsewhere."""


def recognises(value: Mapping[str, Json]) -> bool:
    """Whether a JSON object is a trace with its observations, as pages and API give it, or one observation."""
    if is_observation(value):
        return True
    listed = notation.items(value.get("observations")) or notation.items(notation.fields(value.get("trace")).get("observations"))
    return bool(listed) and isinstance(listed[0], dict) and is_observation(listed[0])


def is_observation(value: Mapping[str, Json]) -> bool:
    """Whether a JSON object is one observation."""
    return value.get("type") in TYPES and isinstance(value.get("traceId"), str) and "startTime" in value


def read(value: Mapping[str, Json], gathering: Gathering, where: str) -> None:
    """A trace with its observations, or one observation."""
    if is_observation(value):
        read_observation(value, gathering, where)
        return
    trace = notation.fields(value.get("trace")) or value
    observations = notation.items(value.get("observations")) or notation.items(trace.get("observations"))
    first = observations[0] if observations else None
    trace_id = notation.word(trace.get("id")) or notation.word(notation.fields(first).get("traceId"))
    about(trace, trace_id, gathering)
    for place, each in enumerate(observations):
        if isinstance(each, dict):
            read_observation({"traceId": trace_id, **each}, gathering, f"{where} observations[{place}]".strip())
        else:
            gathering.not_understood.add(f"{where} observations[{place}]".strip(), "not an observation")


def about(trace: Mapping[str, Json], trace_id: str, gathering: Gathering) -> None:
    """What holds for a trace, and what was said of it."""
    known = {key: _parsed(trace[key]) for key in TRACE if trace.get(key) not in (None, "", [], {})}
    gathering.about(trace_id, known, notation.word(trace.get("name")))
    for score in notation.items(trace.get("scores")):
        if isinstance(score, dict):
            gathering.said(trace_id, feedback(score))


def read_observation(raw: Mapping[str, Json], gathering: Gathering, where: str) -> None:
    """One observation; what it keeps elsewhere is named and not fetched."""
    identity, trace_id = notation.word(raw.get("id")), notation.word(raw.get("traceId"))
    if not identity or not trace_id:
        gathering.not_understood.add(where, "an observation without its id or its trace's")
        return
    span = to_observed(raw)
    for text in (span.input, span.output):
        for media in text.split(MEDIA)[1:]:
            gathering.left_out.add(identity, f"a file was not downloaded ({media.partition('@@@')[0]})")
    gathering.span(trace_id, span, where)


def to_observed(raw: Mapping[str, Json]) -> Span:
    """One observation as a span: by the conventions of whoever recorded it, and by Langfuse's own fields, which come first."""
    metadata = notation.fields(_parsed(raw.get("metadata")))
    attributes = dict(notation.fields(metadata.get("attributes")))
    rest = {key: inner for key, inner in metadata.items() if key not in ("attributes", "resourceAttributes", "scope")}
    level, says = notation.word(raw.get("level")), notation.word(raw.get("statusMessage"))
    recorded = Recorded(
        id=notation.word(raw.get("id")),
        name=notation.word(raw.get("name")),
        parent_id=notation.word(raw.get("parentObservationId")) or None,
        start_ns=notation.nanoseconds(raw.get("startTime")),
        end_ns=notation.nanoseconds(raw.get("endTime")),
        attributes=attributes,
    )
    span = to_span(recorded)
    observed = raw.get("input"), raw.get("output")
    inputs, outputs = (notation.text(value) for value in observed)
    kind = _kind(notation.word(raw.get("type")), span.kind)
    node = notation.word(rest.get("langgraph_node")) or notation.word(rest.get("agent_name"))
    more = {key: value for key, value in raw.items() if key not in FIELDS and value not in (None, "", [], {})}
    return replace(
        span,
        kind=kind,
        agent=span.agent or (recorded.name if kind is Kind.AGENT else node),
        tool=span.tool or (recorded.name if kind is Kind.TOOL else ""),
        model=notation.word(raw.get("model")) or span.model,
        status=Status.ERROR if level == "ERROR" else span.status,
        failure=Failure("", says) if level == "ERROR" and says and span.failure is None else span.failure,
        input=inputs or span.input,
        output=outputs or span.output,
        input_messages=payload.heard(observed[0]) or span.input_messages,
        output_messages=payload.said(observed[1]) or span.output_messages,
        usage=_usage(raw),
        attributes=_without_repeats(span.attributes, inputs, outputs)
        | more
        | ({"metadata": rest} if rest else {})
        | ({"level": level, "statusMessage": says} if says and level != "ERROR" else {}),
    )


def feedback(raw: Mapping[str, Json]) -> Feedback:
    """One score, of either version of the API."""
    subject = notation.fields(raw.get("subject"))
    value = raw.get("value")
    kind = notation.word(raw.get("dataType"))
    label = notation.word(raw.get("stringValue")) or (value if isinstance(value, str) else "")
    if kind == "BOOLEAN":
        label = str(value in (True, 1, 1.0) or label.lower() == "true").lower()
    about = notation.word(raw.get("observationId")) or (notation.word(subject.get("id")) if subject.get("kind") == "observation" else "")
    return Feedback(
        notation.word(raw.get("name")),
        None if isinstance(value, bool | str) else notation.number(value),
        label,
        notation.word(raw.get("comment")),
        about,
        notation.word(raw.get("source")),
    )


def summary(raw: Mapping[str, Json], *, failed: bool) -> Summary | None:
    """The trace of an observation; its own times and name where it is the first step."""
    trace_id = notation.word(raw.get("traceId"))
    if not trace_id:
        return None
    name = notation.word(raw.get("traceName")) or notation.word(raw.get("name"))
    bad = failed or raw.get("level") == "ERROR"
    stamp = "" if failed else f"{notation.word(raw.get('endTime'))} {notation.word(raw.get('updatedAt'))}"
    return Summary(trace_id, name, notation.nanoseconds(raw.get("startTime")), notation.number(raw.get("latency")), bad, stamp=stamp)


def _kind(said: str, recorded: Kind) -> Kind:
    """Langfuse's own word; `SPAN` says nothing, so the recorder's stands then."""
    if said == "GENERATION":
        return Kind.LLM
    if said in TYPES and said not in ("SPAN", "EVENT"):
        return Kind(said.lower())
    return recorded


def _usage(raw: Mapping[str, Json]) -> Usage:
    """The details come first: the older figures turn what is unknown into zero."""
    details, costs = notation.fields(raw.get("usageDetails")), notation.fields(raw.get("costDetails"))
    old = notation.fields(raw.get("usage"))
    asked = _first((details, "input"), (old, "input"), (raw, "promptTokens"))
    answered = _first((details, "output"), (old, "output"), (raw, "completionTokens"))
    total = next(
        (found for value in (costs.get("total"), raw.get("totalCost"), raw.get("calculatedTotalCost")) for found in _money(value)), None
    )
    if asked is None and answered is None and not costs and not total:
        return Usage()
    return Usage(asked, answered, total)


def _first(*places: tuple[Mapping[str, Json], str]) -> int | None:
    return next((found for held, name in places if (found := notation.whole(held.get(name))) is not None), None)


def _money(value: Json) -> Iterator[float]:
    found = notation.number(value)
    if found is not None:
        yield found


def _without_repeats(attributes: Mapping[str, Json], *texts: str) -> dict[str, Json]:
    """Attributes that only say again what went in or came out are dropped."""
    return {key: value for key, value in attributes.items() if not (isinstance(value, str) and len(value) > 40 and value in texts)}


def _parsed(value: Json) -> Json:
    if isinstance(value, str):
        found = notation.parsed(value)
        return value if found is None else found
    return value
